#pragma once
/// @file  The two programs of a Polycom phone, as far as booting goes.
///
/// Source  reference: Polycom 1, 3.2 (order of requests), 5, 6, 11, 12.
#include "phone/polycom/obtained_files.hpp"
#include "phone/polycom/session.hpp"

#include <boost/asio/awaitable.hpp>
#include <cstdint>

namespace offhook::phone::polycom {

/// What the phone does after a stage.
enum class Next : std::uint8_t {
    go_on,
    reboot, ///< something has changed that needs it
    retry   ///< it cannot go on, has said why, and boots anew in the hope of better
};

/// bootROM image, master file, application image, what else is given to the bootROM, boot log.
[[nodiscard]] boost::asio::awaitable<Next> run_bootrom(Session& session, ObtainedFiles& obtained);
/// Master file, configuration files, overrides, licences, directory and further files, application log; then what the
/// configuration means. Sets the report's state, lines and firmware. Requires: an application in flash.
[[nodiscard]] boost::asio::awaitable<Next> run_application(Session& session, ObtainedFiles& obtained);

/// Whether the server has another application image than the flash: what a running phone looks at before it restarts.
/// Stores nothing.
[[nodiscard]] boost::asio::awaitable<bool> has_new_application(Session& session);

} // namespace offhook::phone::polycom
