/// Stands in for Stream::start_tls() until it exists; goes when it does.
#include "net/stream.hpp"
#include "net/tls_session.hpp"

namespace offhook::net {

boost::asio::awaitable<boost::system::error_code> Stream::start_tls(TlsContext&) {
    co_return boost::asio::error::operation_not_supported;
}

} // namespace offhook::net
