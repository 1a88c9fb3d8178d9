#pragma once
/// @file  DelayList: how long a phone waits before a resync, a retry, another upgrade.
///
/// Shape   "600,1800,3600+600": attempt k waits for element k, the last one for ever; what follows a '+' is the most of
///         a random addition. A success rewinds the list, which is the caller's counting.
/// Units   seconds.
/// Limits  limits::delays_max elements of limits::delay_seconds_max.
/// Source  reference: Linksys 4.2.
#include "base/random.hpp"
#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace offhook::config {

struct DelayList {
    struct Element {
        std::uint32_t seconds = 0;
        std::uint32_t jitter = 0;
    };
    std::vector<Element> elements;

    /// No element waits at all: "", "0".
    [[nodiscard]] bool is_off() const;
    /// Of this attempt, from 0. nullopt: there is none, or it is 0.
    [[nodiscard]] std::optional<std::chrono::seconds> delay(std::size_t attempt, Random& random) const;
};

/// An empty text is an empty list. Errors: invalid, with "column 5" in `where`.
[[nodiscard]] Result<DelayList> parse_delay_list(std::string_view text);

} // namespace offhook::config
