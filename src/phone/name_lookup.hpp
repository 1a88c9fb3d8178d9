#pragma once
/// @file  NameLookup: the system's name service, for as long as somebody is ready to wait for it.
///
/// A lookup that has begun cannot be called back: it runs on a thread of its own, which is left behind when the time is
/// over and ends when the name service gives up.
/// Limits   limits::lookups_left_max threads left behind; with so many, nothing more is looked up and no name has an
///          address.
/// Threads  the loop's own waits; the other one touches only what the two share.
#include "base/clock.hpp"
#include "base/ip_address.hpp"

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace offhook::phone {

enum class IpKind : std::uint8_t { v4, any };

/// Blocks for as long as it takes. Empty: no such name, or nobody who would know.
using AskNames = std::function<std::vector<IpAddress>(const std::string& host)>;
[[nodiscard]] AskNames ask_system(IpKind kind);

/// In the order of the answer, without doubles. Empty, too, when the time is over.
[[nodiscard]] boost::asio::awaitable<std::vector<IpAddress>> look_up(std::string host, AskNames ask,
                                                                     std::chrono::milliseconds time);

/// Of all of these names, each once, in so much time together. For a thread that has nothing else to do.
[[nodiscard]] std::vector<IpAddress> addresses_of(const std::vector<std::string>& hosts, const AskNames& ask,
                                                  std::chrono::milliseconds time, const Clock& clock);

} // namespace offhook::phone
