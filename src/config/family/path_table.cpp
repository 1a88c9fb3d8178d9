#include "config/family/path_table.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace offhook::config {
namespace {
constexpr std::size_t mac_digits = 12;
} // namespace

Result<void> PathTable::add(Pattern pattern, std::uint32_t id) {
    Captures ignored;
    const auto first = match(pattern.sample(0), ignored), second = match(pattern.sample(1), ignored);
    // A literal is worth its own entry beside a pattern that would take it: it goes first.
    const bool shadowed = pattern.is_literal() ? literal_.contains(to_lower(pattern.text())) : first && second;
    if (shadowed)
        return fail(ErrorCode::conflict, "pattern '" + pattern.text() + "' is shadowed: an earlier one takes '" +
                                             pattern.sample(1) + "'");
    if (pattern.is_literal())
        literal_.emplace(to_lower(pattern.text()), id);
    else if (const auto rest = pattern.after_leading_mac())
        after_mac_.emplace(*rest, id);
    else
        patterns_.push_back({std::move(pattern), id});
    return {};
}

std::optional<std::uint32_t> PathTable::match(std::string_view path, Captures& captures) const {
    if (path.empty() || path.size() > limits::path_bytes_max) return std::nullopt;
    std::array<char, limits::path_bytes_max> buffer; // NOLINT: filled below as far as it is read
    std::transform(path.begin(), path.end(), buffer.begin(), ascii_lower);
    const std::string_view lower(buffer.data(), path.size());
    if (const auto found = literal_.find(lower); found != literal_.end()) return found->second;
    if (path.size() > mac_digits) {
        if (const auto mac = MacAddress::from_digits(lower)) {
            if (const auto found = after_mac_.find(lower.substr(mac_digits)); found != after_mac_.end()) {
                captures.mac = mac;
                captures.texts[static_cast<std::size_t>(Variable::mac)] = path.substr(0, mac_digits);
                return found->second;
            }
        }
    }
    for (const Entry& entry : patterns_) {
        captures = {};
        if (entry.pattern.match(path, captures)) return entry.id;
    }
    return std::nullopt;
}

} // namespace offhook::config
