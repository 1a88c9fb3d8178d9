#include "config/family/path_table.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace offhook::config {

Result<void> PathTable::add(Pattern pattern, std::uint32_t id) {
    const auto shadowed = [&] {
        return fail(ErrorCode::conflict, "pattern '" + pattern.text() + "' is shadowed: an earlier one takes '" +
                                             pattern.samples().back() + "'");
    };
    if (const auto simple = pattern.simple()) {
        Names& names = simple->any_directory ? last_ : whole_;
        if (!(simple->mac ? names.after_mac : names.literal).emplace(simple->rest, id).second) return shadowed();
        return {};
    }
    const auto samples = pattern.samples();
    const auto taken = [&](const std::string& sample) {
        Captures ignored;
        return match(sample, ignored, [](std::string_view) { return false; }).has_value();
    };
    const bool again = std::any_of(patterns_.begin(), patterns_.end(), [&](const Entry& other) {
        return equal_ignoring_case(other.pattern.text(), pattern.text());
    });
    if (again || std::all_of(samples.begin(), samples.end(), taken)) return shadowed();
    patterns_.push_back({std::move(pattern), id});
    return {};
}

std::optional<std::uint32_t> PathTable::find_mac(const Names& names, std::string_view lower,
                                                 std::optional<MacAddress>& mac) {
    if (lower.size() <= mac_digits || names.after_mac.empty()) return std::nullopt;
    const auto found_mac = MacAddress::from_digits(lower);
    if (!found_mac) return std::nullopt;
    const auto found = names.after_mac.find(lower.substr(mac_digits));
    if (found == names.after_mac.end()) return std::nullopt;
    mac = found_mac;
    return found->second;
}

std::optional<std::uint32_t> PathTable::match_simple(std::string_view path, Captures& captures) const {
    if (path.empty() || path.size() > limits::path_bytes_max) return std::nullopt;
    std::array<char, limits::path_bytes_max> buffer; // NOLINT: filled below as far as it is read
    std::transform(path.begin(), path.end(), buffer.begin(), ascii_lower);
    const std::string_view lower(buffer.data(), path.size());
    captures = {};
    const auto slash = lower.rfind('/');
    const auto last = slash == std::string_view::npos ? lower : lower.substr(slash + 1);
    if (const auto found = whole_.literal.find(lower); found != whole_.literal.end()) return found->second;
    if (const auto found = last_.literal.find(last); found != last_.literal.end()) return found->second;
    if (const auto found = find_mac(whole_, lower, captures.mac)) return found;
    if (const auto found = find_mac(last_, last, captures.mac)) return found;
    return std::nullopt;
}

} // namespace offhook::config
