#pragma once
/// @file  PageCall: a phone's functional URL, called over HTTP: "resync", "reboot", "upgrade".
///
/// One request, and one more where the phone asks for its administrator's password by Digest (MD5, with or without
/// qop). A redirect is no answer.
/// Limits   call_time together; response_bytes_max of each answer.
/// Errors   what a network or a phone does is an outcome; nothing is thrown for it.
/// Threads  its executor's one thread.
/// Source   reference: Linksys 3.1, 3.2.
#include "base/ip_address.hpp"
#include "base/random.hpp"
#include "protocol/http_auth/authorization.hpp"
#include "server/resync/notify_exchange.hpp"

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::server {

struct PageTask {
    std::string target;                                ///< "/admin/resync?http://192.0.2.10/x.xml"
    std::optional<protocol::BasicCredentials> account; ///< for a phone that asks
};

inline constexpr std::chrono::seconds page_call_time{10};
inline constexpr std::size_t page_response_bytes_max = 64 * 1024;

/// status: HTTP's; `text` says what it means. `random` outlives it.
[[nodiscard]] boost::asio::awaitable<NotifyOutcome> call_page(PageTask task, IpAddress address, std::uint16_t port,
                                                              Random& random);

/// What stands behind a functional URL's question mark: everything but letters, digits and what URLs are made of is
/// written as a percent sign and two digits.
[[nodiscard]] std::string page_argument(std::string_view text);

} // namespace offhook::server
