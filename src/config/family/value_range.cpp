#include "config/family/value_range.hpp"

#include "base/text.hpp"
#include "config/family/number_range.hpp"

#include <algorithm>

namespace offhook::config {
namespace {

std::string bounds_of(const NumberRange& range) {
    if (range.most >= number_open) return "at least " + std::to_string(range.least);
    if (range.least <= -number_open) return "at most " + std::to_string(range.most);
    return std::to_string(range.least) + " to " + std::to_string(range.most);
}

std::int64_t characters_of(std::string_view text) {
    return std::count_if(text.begin(), text.end(),
                         [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
}

} // namespace

std::string why_not_taken(const ParameterFacts& facts, std::string_view value) {
    if (value.empty()) return {};
    if (facts.type == "choice") {
        const auto words = split(facts.range, '|');
        const bool is_one =
            std::any_of(words.begin(), words.end(), [&](const auto& word) { return equal_ignoring_case(word, value); });
        return facts.range.empty() || is_one ? std::string() : "it takes one of " + facts.range;
    }
    const auto range = parse_range(facts.range);
    if (facts.type == "number") {
        const auto number = to_number<std::int64_t>(value);
        if (!number) return "it takes a number";
        if (!range || (*number >= range->least && *number <= range->most)) return {};
        return "it takes " + bounds_of(*range);
    }
    if (!range || characters_of(value) <= range->most) return {};
    return "it takes at most " + std::to_string(range->most) + " characters";
}

} // namespace offhook::config
