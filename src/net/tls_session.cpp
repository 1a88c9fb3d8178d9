#include "net/tls_session.hpp"

#include "net/tls_error.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>
#include <new>

namespace offhook::net {

TlsSession* TlsSession::of(const SSL* ssl) { return static_cast<TlsSession*>(SSL_get_app_data(ssl)); }

TlsSession::TlsSession(const TlsContext& context, int fd, TlsTickets tickets)
    : contents_(context.contents()), ssl_(SSL_new(contents_->context.get())) {
    if (!ssl_ || SSL_set_fd(ssl_.get(), fd) != 1 ||
        (tickets == TlsTickets::none && SSL_set_num_tickets(ssl_.get(), 0) != 1)) {
        ERR_clear_error();
        throw std::bad_alloc();
    }
    SSL_set_app_data(ssl_.get(), this);
    SSL_set_accept_state(ssl_.get());
}

TlsSession::Step TlsSession::shake_hands() {
    ERR_clear_error();
    const int outcome = SSL_do_handshake(ssl_.get());
    if (outcome == 1 && resumed()) take_identity_from_ticket();
    return after(outcome);
}

TlsSession::Step TlsSession::read(std::span<std::byte> into) {
    ERR_clear_error();
    std::size_t bytes = 0;
    auto step = after(SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes));
    step.bytes = bytes;
    return step;
}

TlsSession::Step TlsSession::write(std::span<const std::byte> bytes) {
    if (bytes.empty()) return {};
    ERR_clear_error();
    std::size_t taken = 0;
    auto step = after(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &taken));
    step.bytes = taken;
    return step;
}

void TlsSession::close_notify() {
    if (broken_ || SSL_is_init_finished(ssl_.get()) != 1) return;
    ERR_clear_error();
    (void)SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

TlsSession::Step TlsSession::after(int outcome) {
    Step step;
    if (outcome == 1) return step;
    const int system_error = errno;
    switch (SSL_get_error(ssl_.get(), outcome)) {
    case SSL_ERROR_WANT_READ:
        step.need = Need::readable;
        return step;
    case SSL_ERROR_WANT_WRITE:
        step.need = Need::writable;
        return step;
    case SSL_ERROR_ZERO_RETURN:
        step.error = boost::asio::error::eof;
        return step;
    case SSL_ERROR_SSL:
        step.error = boost::system::error_code(ERR_GET_REASON(ERR_peek_error()), tls_category());
        break;
    default:
        step.error = system_error != 0 ? boost::system::error_code(system_error, boost::system::system_category())
                                       : boost::system::error_code(boost::asio::error::connection_reset);
        break;
    }
    broken_ = true;
    ERR_clear_error();
    return step;
}

std::optional<TicketIdentity> TlsSession::ticket() const {
    void* bytes = nullptr;
    std::size_t size = 0;
    if (SSL_SESSION_get0_ticket_appdata(SSL_get_session(ssl_.get()), &bytes, &size) != 1) return std::nullopt;
    return read_ticket({static_cast<const std::byte*>(bytes), size});
}

TlsOrigin TlsSession::origin() const {
    TlsOrigin out{};
    if (resumed()) {
        if (const auto opened = ticket()) out = opened->origin;
    } else {
        // Everybody may know it: what counts is that tickets, which nobody else can seal, say it.
        (void)SSL_get_server_random(ssl_.get(), reinterpret_cast<unsigned char*>(out.data()), out.size());
    }
    return out;
}

bool TlsSession::continues(const TlsSession& other) const {
    return resumed() && origin() != TlsOrigin{} && origin() == other.origin();
}

void TlsSession::take_identity_from_ticket() {
    auto identity = ticket();
    if (identity && identity->generation == contents_->material->generation()) peer_ = std::move(identity->certificate);
}

std::string TlsSession::failure_text(const boost::system::error_code& error) const {
    auto text = "no TLS handshake: " + error.message();
    const bool of_version = error.category() == tls_category() &&
                            (error.value() == SSL_R_UNSUPPORTED_PROTOCOL || error.value() == SSL_R_VERSION_TOO_LOW);
    if (!of_version) return text;
    switch (SSL_client_version(ssl_.get())) {
    case SSL3_VERSION:
        return text + ": the phone offers SSL 3";
    case TLS1_VERSION:
        return text + ": the phone offers TLS 1.0";
    case TLS1_1_VERSION:
        return text + ": the phone offers TLS 1.1";
    default:
        return text;
    }
}

} // namespace offhook::net
