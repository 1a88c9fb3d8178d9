#pragma once
/// @file  When a Polycom phone polls its boot server: running.hpp says by what rules.
#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "base/random.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace offhook::phone::polycom {

/// prov.polling.*; what is out of its range counts as the factory's value.
struct Polling {
    enum class Mode : std::uint8_t { absolute, relative, random } mode = Mode::absolute;
    std::chrono::seconds period{86'400};
    std::chrono::minutes time{180}, random_end{180}; ///< of the day
};

enum class RandomMode : std::uint8_t { unknown, known }; ///< known: UCS

/// nullopt: it does not poll.
[[nodiscard]] std::optional<Polling> read_polling(const std::map<std::string, std::string, std::less<>>& parameters,
                                                  RandomMode random);

/// `local` is the time on the phone's wall. `first`: since its boot it has not polled yet.
struct PollingMoment {
    WallTime local;
    enum class Poll : std::uint8_t { first, later } poll = Poll::first;
};
[[nodiscard]] std::chrono::seconds until_poll(const Polling& polling, PollingMoment now, MacAddress mac,
                                              Random& random);

} // namespace offhook::phone::polycom
