#pragma once
/// @file  TlsMaterial: TlsSettings read from disk and found good; shared by the loops and swapped whole.
///
/// Errors   load() gives the first thing wrong with its file: unreadable, no PEM, a key that does not fit, dates. A
///          staple that is expired, garbled or for another certificate is left out, with a line in the log: a stale
///          staple breaks handshakes that no staple would not. Its signature is not checked; the client does that.
/// Threads  load() blocks on files: any but a loop's. What it returns is immutable.
#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "net/openssl_handles.hpp"
#include "net/peer_certificate.hpp"
#include "net/tls_settings.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace offhook::net {

enum class TlsDates : std::uint8_t {
    must_hold, ///< a certificate that is expired, or not valid yet, is an error: for a reload, which has a better one
    reported   ///< it is served all the same, with a line in the log: for a start, which has none
};

class TlsMaterial {
public:
    struct Staple {
        std::string response; ///< DER; empty: none
        WallTime valid_until{};
    };
    struct Pair {
        KeyHandle key;
        CertificatesHandle certificates; ///< the server's own first
        Staple staple;
        WallTime valid_until{};
        [[nodiscard]] X509* certificate() const { return sk_X509_value(certificates.get(), 0); }
    };
    struct Authorities {
        TlsClientAuthorities settings;
        StoreHandle store;
        CertificatesHandle certificates;
    };

    [[nodiscard]] static Result<std::shared_ptr<const TlsMaterial>> load(const TlsSettings& settings,
                                                                         const Clock& clock, TlsDates dates);

    [[nodiscard]] const TlsSettings& settings() const { return settings_; }
    [[nodiscard]] const std::vector<Pair>& pairs() const { return pairs_; }
    [[nodiscard]] const std::vector<Authorities>& authorities() const { return authorities_; }
    /// Digest of the client authorities and their switches: changes when what a ticket says may no longer hold.
    [[nodiscard]] const Sha256& generation() const { return generation_; }
    /// Digest of listener, certificates and generation: sessions resume within it.
    [[nodiscard]] const Sha256& session_context() const { return session_context_; }

    /// The certificate as a phone's, if one of the bundles vouches for it. `offered` is what the client sent along.
    [[nodiscard]] std::optional<PeerCertificate> verify(X509& certificate, STACK_OF(X509) * offered) const;

private:
    TlsMaterial() = default;
    [[nodiscard]] Result<void> load_pair(const TlsPair& files, const Clock& clock, TlsDates dates);
    [[nodiscard]] Result<void> load_authorities(const TlsClientAuthorities& bundle);
    void digest();

    TlsSettings settings_;
    std::vector<Pair> pairs_;
    std::vector<Authorities> authorities_;
    Sha256 generation_{};
    Sha256 session_context_{};
};

} // namespace offhook::net
