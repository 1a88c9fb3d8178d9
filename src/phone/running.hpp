#pragma once
/// @file  What a phone that runs does without being told over the network: by its own timers, and under its user's
/// hand.
#include "base/enum_text.hpp"
#include "config/syntax/directory_syntax.hpp"
#include "config/syntax/syntax.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace offhook::phone {

/// Something the phone's own clock makes it do.
struct OwnAction {
    enum class What : std::uint8_t {
        check,     ///< fetches its files, and restarts only where one has changed
        resync,    ///< fetches its files, without a restart unless they want one
        upgrade,   ///< fetches its firmware, as its configuration says
        send_logs, ///< uploads what is in its log
    } what;
    std::chrono::seconds after; ///< the moment that was asked about; a minute at least, or it would never rest
    std::string why;            ///< "prov.polling.mode rel, every 86400 s": for who watches
};

/// What its user does at the keys or on its web page, in the vendor's words.
struct UserChanges {
    std::vector<config::Parameter> parameters; ///< an empty value: back to what the files say
    std::vector<config::Contact> contacts;     ///< added to the contact directory, or changed where the number is known

    [[nodiscard]] bool empty() const { return parameters.empty() && contacts.empty(); }
};

} // namespace offhook::phone
