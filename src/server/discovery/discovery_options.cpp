#include "server/discovery/discovery_options.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>
#include <vector>

namespace offhook::server {
namespace {

/// "0004f2": nullopt for anything but six digits.
std::optional<std::uint32_t> oui_of(std::string_view text) {
    if (text.size() != 6) return std::nullopt;
    std::uint32_t out = 0;
    for (const char c : text) {
        if (hex_digit(c) < 0) return std::nullopt;
        out = out << 4U | static_cast<std::uint32_t>(hex_digit(c));
    }
    return out;
}

bool names(std::string_view row, std::optional<MacAddress> mac, std::string_view family) {
    if (const auto whole = MacAddress::from_text(row)) return mac == whole;
    if (const auto oui = oui_of(row)) return mac && mac->oui() == *oui;
    return !family.empty() && equal_ignoring_case(row, family);
}

bool any_names(const std::vector<std::string>& rows, std::optional<MacAddress> mac, std::string_view family) {
    return std::any_of(rows.begin(), rows.end(), [&](std::string_view row) { return names(row, mac, family); });
}

} // namespace

Result<void> AskerFilter::check(std::span<const std::string_view> families) const {
    const auto is_family = [&](std::string_view row) {
        return std::any_of(families.begin(), families.end(),
                           [&](std::string_view family) { return equal_ignoring_case(row, family); });
    };
    for (const auto& [name, rows] : {std::pair("allow", &allow), std::pair("deny", &deny)})
        for (const std::string& row : *rows) {
            if (MacAddress::from_text(row) || oui_of(row) || is_family(row)) continue;
            return fail(ErrorCode::invalid,
                        fmt::format("'{}' in `{}` names nobody: a row is a MAC, an OUI of six hexadecimal digits "
                                    "(\"0004f2\"), or a family; there is: {}",
                                    printable(row, 64), name,
                                    join(std::vector<std::string>(families.begin(), families.end()), ", ")));
        }
    return {};
}

bool AskerFilter::lets_in(std::optional<MacAddress> mac, std::string_view family, bool is_known) const {
    if (!is_known && !strangers) return false;
    if (any_names(deny, mac, family)) return false;
    return allow.empty() || any_names(allow, mac, family);
}

} // namespace offhook::server
