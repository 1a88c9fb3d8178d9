#include "net/listen_socket.hpp"

#include "base/text.hpp"
#include "net/limits.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace offhook::net {
namespace {

using Endpoint = boost::asio::ip::tcp::endpoint;
enum class Sharing : std::uint8_t { alone, with_our_own };

tl::unexpected<Error> refusal(std::string_view what, const Endpoint& at) {
    const int error = errno;
    const auto code = error == EACCES || error == EPERM ? ErrorCode::forbidden : ErrorCode::unavailable;
    const std::string_view advice = error == EADDRINUSE      ? "; another server has it"
                                    : error == EADDRNOTAVAIL ? "; this machine has no such address"
                                    : error == EINVAL && at.address().is_v6()
                                        ? "; a link-local address wants its interface: listen on [::]"
                                    : error == EACCES ? "; ports below 1024 need CAP_NET_BIND_SERVICE"
                                                      : "";
    return fail(code, fmt::format("cannot {} {}: {}{}", what, to_text(at), std::strerror(error), advice));
}

bool set(int fd, int level, int name, int value) { return ::setsockopt(fd, level, name, &value, sizeof value) == 0; }

Result<OwnedFd> bind_to(const Endpoint& at, Sharing sharing) {
    OwnedFd fd(::socket(at.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (!fd) return refusal("open a socket for", at);
    const bool v6 = at.address().is_v6();
    // SO_REUSEADDR lets us bind beside connections in TIME_WAIT; against a socket that listens it changes nothing.
    if (!set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1) || (v6 && !set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1)) ||
        (sharing == Sharing::with_our_own && !set(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1)))
        return refusal("set up a socket for", at);
    if (::bind(fd.get(), at.data(), static_cast<socklen_t>(at.size())) != 0) return refusal("bind", at);
    return fd;
}

Result<Endpoint> bound_to(int fd, const Endpoint& asked) {
    Endpoint bound;
    auto length = static_cast<socklen_t>(bound.capacity());
    if (::getsockname(fd, bound.data(), &length) != 0) return refusal("read the port of", asked);
    bound.resize(length);
    return bound;
}

} // namespace

Result<ListenSockets> open_listen_sockets(const Endpoint& at, std::size_t count, ListenOptions options) {
    ListenSockets out;
    out.bound = at;
    if (at.port() != 0) {
        const auto probe = bind_to(at, Sharing::alone);
        if (!probe) return tl::unexpected(probe.error());
    }
    for (std::size_t i = 0; i < count; ++i) {
        auto fd = bind_to(out.bound, Sharing::with_our_own);
        if (!fd) return tl::unexpected(fd.error());
        if (out.bound.port() == 0) {
            const auto bound = bound_to(fd->get(), at);
            if (!bound) return tl::unexpected(bound.error());
            out.bound = *bound;
        }
        if (!set(fd->get(), IPPROTO_TCP, TCP_NODELAY, 1)) return refusal("set up a socket for", out.bound);
        if (options.first_word == FirstWord::client &&
            !set(fd->get(), IPPROTO_TCP, TCP_DEFER_ACCEPT, static_cast<int>(options.hold_back.count())))
            return refusal("set up a socket for", out.bound);
        if (::listen(fd->get(), limits::listen_backlog) != 0) return refusal("listen on", out.bound);
        out.sockets.push_back(std::move(*fd));
    }
    return out;
}

std::string to_text(const Endpoint& endpoint) {
    const auto address = endpoint.address().to_string();
    return endpoint.address().is_v6() ? fmt::format("[{}]:{}", address, endpoint.port())
                                      : fmt::format("{}:{}", address, endpoint.port());
}

Result<Endpoint> endpoint_from_text(std::string_view text) {
    const auto wrong = [text] {
        return fail(ErrorCode::invalid,
                    fmt::format("{} is not ADDRESS:PORT, as in 127.0.0.1:8080 or [::1]:8080", printable(text)));
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return wrong();
    auto host = text.substr(0, colon);
    const auto port = to_number<std::uint16_t>(text.substr(colon + 1));
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(std::string(host), error);
    if (error || !port || address.is_v6() != bracketed) return wrong();
    return Endpoint(address, *port);
}

} // namespace offhook::net
