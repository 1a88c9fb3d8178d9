#include "net/stream.hpp"

#include "base/assert.hpp"
#include "net/tls_session.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace offhook::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t record_bytes_max = 16 * 1024; // RFC 8446, 5.1

/// Small pieces in front of a large one travel in one record. Every try of a write gathers the same bytes, as OpenSSL
/// wants it, because the pieces stay until it is done.
std::span<const std::byte> gather(std::span<const asio::const_buffer> pieces,
                                  std::array<std::byte, record_bytes_max>& record) {
    std::size_t filled = 0;
    for (const auto& piece : pieces) {
        if (piece.size() == 0) continue;
        const auto* bytes = static_cast<const std::byte*>(piece.data());
        if (filled == 0 && (piece.size() >= record_bytes_max || &piece == &pieces.back()))
            return {bytes, std::min(piece.size(), record_bytes_max)};
        const auto taken = std::min(piece.size(), record_bytes_max - filled);
        std::memcpy(record.data() + filled, bytes, taken);
        filled += taken;
        if (filled == record_bytes_max) break;
    }
    return {record.data(), filled};
}

/// One for all streams of a thread: what is gathered is used before anything else runs.
std::array<std::byte, record_bytes_max>& record_of_this_thread() {
    thread_local const auto record = std::make_unique<std::array<std::byte, record_bytes_max>>();
    return *record;
}

IoResult to_result(const TlsSession::Step& step) {
    IoResult result;
    result.error = step.error;
    result.bytes = step.bytes;
    return result;
}

} // namespace

Stream::Stream(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}
Stream::~Stream() = default;
Stream::Stream(Stream&&) noexcept = default;

asio::awaitable<IoResult> Stream::read_some(asio::mutable_buffer into) {
    if (tls_) co_return co_await read_tls(into);
    const auto [error, bytes] = co_await socket_.async_read_some(into, as_result);
    IoResult result;
    result.error = error;
    result.bytes = bytes;
    co_return result;
}

asio::awaitable<IoResult> Stream::write_some(std::span<const asio::const_buffer> pieces) {
    if (tls_) co_return co_await write_tls(pieces);
    const auto [error, bytes] = co_await socket_.async_write_some(pieces, as_result);
    IoResult result;
    result.error = error;
    result.bytes = bytes;
    co_return result;
}

asio::awaitable<IoResult> Stream::write_all(asio::const_buffer piece) {
    IoResult result;
    while (piece.size() != 0 && !result.error) {
        const std::span<const asio::const_buffer> pieces(&piece, 1);
        const auto step = co_await write_some(pieces);
        result.error = step.error;
        result.bytes += step.bytes;
        piece += step.bytes;
    }
    co_return result;
}

IoResult Stream::write_now(std::span<const asio::const_buffer> pieces) {
    OFFHOOK_ASSERT(tls_ != nullptr);
    if (!socket_.is_open()) return {asio::error::operation_aborted, 0};
    return to_result(tls_->write(gather(pieces, record_of_this_thread())));
}

asio::awaitable<boost::system::error_code> Stream::start_tls(TlsContext& context, TlsTickets tickets) {
    OFFHOOK_ASSERT(tls_ == nullptr);
    boost::system::error_code error;
    socket_.native_non_blocking(true, error);
    if (error) co_return error;
    tls_ = std::make_unique<TlsSession>(context, socket_.native_handle(), tickets);
    for (;;) {
        const auto step = tls_->shake_hands();
        if (step.need == TlsSession::Need::nothing) co_return step.error;
        error = co_await wait_for(step.need);
        if (error) co_return error;
    }
}

asio::awaitable<IoResult> Stream::read_tls(asio::mutable_buffer into) {
    IoResult result;
    if (into.size() == 0) co_return result;
    if (!socket_.is_open()) result.error = asio::error::operation_aborted;
    while (!result.error) {
        const auto step = tls_->read({static_cast<std::byte*>(into.data()), into.size()});
        if (step.need == TlsSession::Need::nothing) co_return to_result(step);
        result.error = co_await wait_for(step.need);
    }
    co_return result;
}

asio::awaitable<IoResult> Stream::write_tls(std::span<const asio::const_buffer> pieces) {
    IoResult result;
    if (!socket_.is_open()) result.error = asio::error::operation_aborted;
    while (!result.error) {
        const auto bytes = gather(pieces, record_of_this_thread());
        const auto step = tls_->write(bytes);
        if (step.need == TlsSession::Need::nothing) co_return to_result(step);
        result.error = co_await wait_for(step.need);
    }
    co_return result;
}

asio::awaitable<boost::system::error_code> Stream::wait_for(TlsSession::Need need) {
    const auto what =
        need == TlsSession::Need::readable ? asio::ip::tcp::socket::wait_read : asio::ip::tcp::socket::wait_write;
    const auto [error] = co_await socket_.async_wait(what, as_result);
    // After close() the number of the descriptor may be another connection's: OpenSSL must not touch it again.
    if (!socket_.is_open()) co_return asio::error::operation_aborted;
    co_return error;
}

void Stream::finish_writing() {
    if (tls_ && socket_.is_open()) tls_->close_notify();
    boost::system::error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Stream::close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
}

bool Stream::has_pending() const { return tls_ && tls_->has_pending(); }

} // namespace offhook::net
