#pragma once
/// @file  TlsSession: OpenSSL's state of one connection, and what the handshake showed.
///
/// Each call does what can be done now and says what the socket must be waited for. Threads  its loop's.
#include "net/openssl_handles.hpp"
#include "net/peer_certificate.hpp"
#include "net/tls_context.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace offhook::net {

/// A TLS 1.3 client gets its ticket after the handshake. One that only sends, as in an FTP upload, never reads it, and
/// its close then resets the connection: the end of the upload would be lost on its way.
enum class TlsTickets : std::uint8_t { given, none };

class TlsSession {
public:
    enum class Need : std::uint8_t { nothing, readable, writable };
    struct Step {
        Need need = Need::nothing; ///< anything else: nothing was done yet
        std::size_t bytes = 0;
        boost::system::error_code error;
    };

    /// As the server, on a non-blocking socket. Errors: throws std::bad_alloc.
    TlsSession(const TlsContext& context, int fd, TlsTickets tickets);
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    [[nodiscard]] Step shake_hands();
    [[nodiscard]] Step read(std::span<std::byte> into);
    /// A write that needed something is tried again with the same bytes first.
    [[nodiscard]] Step write(std::span<const std::byte> bytes);
    /// Says that no more comes, if the connection is in a state to say so.
    void close_notify();

    /// Not null: the client showed a certificate that one of the operator's bundles vouches for, now or when the
    /// session that this one resumes began.
    [[nodiscard]] const PeerCertificate* peer_certificate() const { return peer_ ? &*peer_ : nullptr; }
    [[nodiscard]] std::string_view version() const { return SSL_get_version(ssl_.get()); } ///< "TLSv1.3"
    [[nodiscard]] bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
    /// The full handshake that this session goes back to, however many tickets lie between.
    [[nodiscard]] TlsOrigin origin() const;
    /// Whether the peer is the one of `other`: it has resumed what `other` began, or what both resumed.
    [[nodiscard]] bool continues(const TlsSession& other) const;
    [[nodiscard]] bool has_pending() const { return SSL_has_pending(ssl_.get()) == 1; }
    /// Why there was no handshake, for the log: one short sentence.
    [[nodiscard]] std::string failure_text(const boost::system::error_code& error) const;

    // For OpenSSL's callbacks.
    [[nodiscard]] const TlsContext::Contents& contents() const { return *contents_; }
    void set_peer_certificate(std::optional<PeerCertificate> peer) { peer_ = std::move(peer); }
    [[nodiscard]] static TlsSession* of(const SSL* ssl);

private:
    [[nodiscard]] Step after(int outcome);
    [[nodiscard]] std::optional<TicketIdentity> ticket() const;
    void take_identity_from_ticket();

    std::shared_ptr<const TlsContext::Contents> contents_;
    SslHandle ssl_;
    std::optional<PeerCertificate> peer_;
    bool broken_ = false; ///< OpenSSL says not to touch it again
};

} // namespace offhook::net
