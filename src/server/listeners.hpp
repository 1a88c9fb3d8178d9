#pragma once
/// @file  Listeners: from what the configuration says of a listener to one that listens.
///
/// The one place that knows every kind.
#include "base/result.hpp"
#include "net/loops.hpp"
#include "server/listen/listener.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

class Door;

struct ListenerOptions {
    std::string name;                     ///< "http" or "http/LABEL"
    std::string address;                  ///< "127.0.0.1:8080", "[::]:80"; port 0 picks a free one
    std::optional<std::string> site = {}; ///< files without a MAC that are asked for here belong to it; must exist
};

/// "http" of "http/lobby".
[[nodiscard]] std::string_view kind_of(std::string_view listener_name);

/// Errors: invalid naming what there is, or an address that is none.
[[nodiscard]] Result<void> check(const ListenerOptions& listener);

/// Binds; takes nothing yet. `number` is the listener's, as it is handed to the doors. Errors: check()'s, and those of
/// binding.
[[nodiscard]] Result<std::unique_ptr<Listener>> open_listener(const ListenerOptions& options, std::uint16_t number,
                                                              net::Loops& loops, const std::vector<Door*>& doors);

} // namespace offhook::server
