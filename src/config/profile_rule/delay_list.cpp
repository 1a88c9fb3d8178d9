#include "config/profile_rule/delay_list.hpp"

#include "base/text.hpp"
#include "config/profile_rule/limits.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::config {

bool DelayList::is_off() const {
    return std::all_of(elements.begin(), elements.end(),
                       [](const Element& element) { return element.seconds == 0 && element.jitter == 0; });
}

std::optional<std::chrono::seconds> DelayList::delay(std::size_t attempt, Random& random) const {
    if (elements.empty()) return std::nullopt;
    const Element& element = elements[std::min(attempt, elements.size() - 1)];
    if (element.seconds == 0 && element.jitter == 0) return std::nullopt;
    const std::uint64_t added = element.jitter == 0 ? 0 : random.below(std::uint64_t{element.jitter} + 1);
    return std::chrono::seconds(element.seconds + added);
}

Result<DelayList> parse_delay_list(std::string_view text) {
    DelayList out;
    if (trim(text).empty()) return out;
    std::size_t at = 0;
    for (const auto piece : split(text, ',')) {
        const auto plus = std::min(piece.find('+'), piece.size());
        const auto seconds = to_number<std::uint32_t>(trim(piece.substr(0, plus)));
        auto jitter = std::optional<std::uint32_t>(0);
        if (plus < piece.size()) jitter = to_number<std::uint32_t>(trim(piece.substr(plus + 1)));
        if (!seconds || !jitter || *seconds > limits::delay_seconds_max || *jitter > limits::delay_seconds_max)
            return fail(ErrorCode::invalid, "this is no delay; expected seconds, or seconds+jitter, with ',' between",
                        fmt::format("column {}", at + 1));
        if (out.elements.size() >= limits::delays_max)
            return fail(ErrorCode::invalid,
                        fmt::format("there are too many delays; expected at most {}", limits::delays_max),
                        fmt::format("column {}", at + 1));
        out.elements.push_back({*seconds, *jitter});
        at += piece.size() + 1;
    }
    return out;
}

} // namespace offhook::config
