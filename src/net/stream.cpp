#include "net/stream.hpp"

#include "net/tls_session.hpp"

#include <boost/asio/write.hpp>

namespace offhook::net {

namespace asio = boost::asio;

Stream::Stream(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}
Stream::~Stream() = default;
Stream::Stream(Stream&&) noexcept = default;

asio::awaitable<IoResult> Stream::read_some(asio::mutable_buffer into) {
    const auto [error, bytes] = co_await socket_.async_read_some(into, as_result);
    IoResult result;
    result.error = error;
    result.bytes = bytes;
    co_return result;
}

asio::awaitable<IoResult> Stream::write_some(std::span<const asio::const_buffer> pieces) {
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

void Stream::finish_writing() {
    boost::system::error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Stream::close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
}

bool Stream::has_pending() const { return false; }

} // namespace offhook::net
