#include "phone/polycom/value_rules.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>

namespace offhook::phone::polycom {

bool is_in_range(std::string_view value, std::string_view range) {
    if (value.empty() || range.empty()) return true;
    const auto dots = range.find("..");
    if (dots == std::string_view::npos) {
        const auto words = split(range, '|');
        return std::find(words.begin(), words.end(), value) != words.end();
    }
    const auto number = to_number<std::int64_t>(value);
    if (!number) return false;
    const auto least = to_number<std::int64_t>(range.substr(0, dots));
    const auto most = to_number<std::int64_t>(range.substr(dots + 2));
    return (!least || *number >= *least) && (!most || *number <= *most);
}

std::vector<std::string> drop_out_of_range(std::vector<config::Parameter>& parameters, const config::Family& family) {
    std::vector<std::string> told;
    std::vector<config::Parameter> kept;
    kept.reserve(parameters.size());
    for (auto& parameter : parameters) {
        const auto* facts = family.facts(parameter.name);
        if (facts == nullptr || is_in_range(parameter.value, facts->range)) {
            kept.push_back(std::move(parameter));
            continue;
        }
        const auto value = facts->secret == false ? printable(parameter.value, 40) : std::string("its value");
        told.push_back(fmt::format("{}: {} is out of range ({})", parameter.name, value, facts->range));
    }
    parameters = std::move(kept);
    return told;
}

} // namespace offhook::phone::polycom
