#pragma once
/// @file  Listening sockets: one per loop on one address, which the kernel spreads connections over (SO_REUSEPORT).
///
/// Under SO_REUSEPORT a second server would bind the same port silently and take half of the phones. So the address is
/// first bound without it: whoever has it already makes that fail, and the error names the address.
#include "base/result.hpp"
#include "net/owned_fd.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace offhook::net {

/// Who speaks first on a new connection. The kernel can hold a connection back until the client has sent something,
/// which saves a wake-up; where the server greets (FTP) that would hang.
enum class FirstWord : std::uint8_t { client, server };

struct ListenOptions {
    FirstWord first_word = FirstWord::server;
    /// How long the kernel holds a silent connection back, for FirstWord::client. It is handed over afterwards.
    std::chrono::seconds hold_back{5};
};

struct ListenSockets {
    boost::asio::ip::tcp::endpoint bound; ///< with the port that was picked, if it was 0
    std::vector<OwnedFd> sockets;         ///< non-blocking, close-on-exec, TCP_NODELAY inherited by what they accept
};

/// `count` listening sockets on `at`; an IPv6 address takes IPv6 only. Port 0 picks a free port, the same for all.
/// Errors: unavailable, with the address, when it is in use or not ours; forbidden for a port below 1024 without the
/// right.
[[nodiscard]] Result<ListenSockets> open_listen_sockets(const boost::asio::ip::tcp::endpoint& at, std::size_t count,
                                                        ListenOptions options = {});

/// 192.0.2.1:80, [2001:db8::1]:80
[[nodiscard]] std::string to_text(const boost::asio::ip::tcp::endpoint& endpoint);
/// The other way round. Errors: invalid, with what would have been right.
[[nodiscard]] Result<boost::asio::ip::tcp::endpoint> endpoint_from_text(std::string_view text);

} // namespace offhook::net
