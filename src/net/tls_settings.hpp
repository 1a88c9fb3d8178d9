#pragma once
/// @file  TlsSettings: what a TLS listener serves, and whose client certificates it believes.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace offhook::net {

enum class TlsSecurity : std::uint8_t {
    modern, ///< TLS 1.2 and 1.3, forward secrecy and authenticated encryption only, OpenSSL's security level 2
    legacy  ///< TLS 1.0 to 1.2 at security level 0, for phones of the past: counts as clear wherever that matters
};

/// One certificate with its key. Give an RSA and an ECDSA one: OpenSSL picks by what the client can check.
struct TlsPair {
    std::filesystem::path certificate; ///< PEM: the certificate, then what leads to its root
    std::filesystem::path key;         ///< PEM, not encrypted
    std::filesystem::path chain;       ///< PEM; empty: the certificate's file has all
    std::filesystem::path staple;      ///< DER OCSP response, sent to who asks for it; empty: none
};

enum class TlsExpired : std::uint8_t { refused, accepted };
enum class TlsOldAlgorithms : std::uint8_t { refused, accepted };

/// The authorities of one family's device certificates.
struct TlsClientAuthorities {
    std::string label;          ///< the family
    std::filesystem::path file; ///< PEM, one or more; each is trusted as it stands, root or not
    /// Factory certificates expire while the phone lives on (Polycom's did). Accepted: dates are not looked at.
    TlsExpired expired = TlsExpired::refused;
    /// Vendors' authorities of the years before 2012 sign with SHA-1 and hold 1024-bit keys, which nobody would take
    /// today. Accepted: this bundle's chains, and no others, are verified at security level 0. A forger who breaks such
    /// a signature can then be a phone of this family, and of no other.
    TlsOldAlgorithms old_algorithms = TlsOldAlgorithms::refused;
};

struct TlsSettings {
    std::string listener; ///< its name: sessions are not resumed across listeners
    std::vector<TlsPair> pairs;
    std::vector<TlsClientAuthorities> client_authorities; ///< empty: clients are not asked for certificates
    TlsSecurity security = TlsSecurity::modern;
    std::string ciphers; ///< for TLS 1.2 and below, in OpenSSL's words; empty: what `security` says
};

} // namespace offhook::net
