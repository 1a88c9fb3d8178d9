#include "config/settings/setting.hpp"

#include "base/assert.hpp"
#include "base/edit_distance.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace offhook::config {
namespace {

constexpr std::string_view index_mark = "{n}";

const std::unordered_map<std::string_view, std::uint16_t>& ids_by_pattern() {
    static const auto ids = [] {
        std::unordered_map<std::string_view, std::uint16_t> out;
        for (const SettingSpec& spec : vocabulary()) {
            const bool fresh = out.emplace(spec.name, static_cast<std::uint16_t>(out.size())).second;
            OFFHOOK_ASSERT(fresh); // a name stands twice in the vocabulary
        }
        return out;
    }();
    return ids;
}

/// A pattern with the number that a name has where it wants one: "line.1.password".
std::string with_index_of(std::string_view name, std::string_view pattern) {
    std::string out(pattern);
    const auto mark = out.find(index_mark);
    const auto first = name.find_first_of("0123456789");
    if (mark == std::string::npos || first == std::string_view::npos) return out;
    const auto last = name.find_first_not_of("0123456789", first);
    return out.replace(mark, index_mark.size(), name.substr(first, last == name.npos ? name.npos : last - first));
}

tl::unexpected<Error> unknown(std::string_view name, std::string_view pattern) {
    std::string message = "no such setting";
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(pattern.size() / 3, 2) + 1;
    for (const SettingSpec& spec : vocabulary()) {
        const std::size_t here = edit_distance(pattern, spec.name, LetterCase::counts);
        if (here < best_distance) best_distance = here, best = spec.name;
    }
    if (!best.empty()) message += "; did you mean " + with_index_of(name, best) + "?";
    return fail(ErrorCode::not_found, message, printable(name, limits::name_bytes_max));
}

} // namespace

std::string_view to_text(SettingType type) {
    static constexpr std::string_view names[] = {"text", "user_part", "number", "boolean",  "choice",      "list",
                                                 "host", "url",       "zone",   "language", "time_of_day", "dial_plan"};
    return names[static_cast<std::size_t>(type)];
}

std::string name_of(SettingKey key) {
    const SettingSpec& spec = spec_of(key);
    std::string name(spec.name);
    const auto at = name.find(index_mark);
    if (at != std::string::npos) name.replace(at, index_mark.size(), std::to_string(key.index));
    return name;
}

bool is_provisioning_credential(SettingKey key) {
    const SettingSpec& spec = spec_of(key);
    return spec.secrecy == Secrecy::secret && spec.name.starts_with("provisioning.") &&
           !spec.name.ends_with("file_key");
}

bool is_servers_own(SettingKey key) {
    constexpr std::array<std::string_view, 6> names{
        "network.address",  "provisioning.previous_password", "provisioning.previous_file_key", "provisioning.sealed",
        "directory.source", "firmware.compose_version_file"};
    return std::find(names.begin(), names.end(), spec_of(key).name) != names.end();
}

Result<std::uint16_t> find_pattern(std::string_view pattern) {
    const auto found = ids_by_pattern().find(pattern);
    if (found == ids_by_pattern().end()) return unknown(pattern, pattern);
    return found->second;
}

Result<SettingKey> find_setting(std::string_view name) {
    if (name.size() > limits::name_bytes_max) return fail(ErrorCode::invalid, "the name is longer than 255 bytes");
    // The index is the one word of the name that is all digits.
    std::string pattern;
    std::string_view index;
    for (const std::string_view word : split(name, '.')) {
        const bool digits = !word.empty() && std::all_of(word.begin(), word.end(), ascii_digit);
        if (!pattern.empty()) pattern += '.';
        if (digits && index.empty()) {
            index = word;
            pattern += index_mark;
        } else {
            pattern += word;
        }
    }
    const auto found = ids_by_pattern().find(pattern);
    if (found == ids_by_pattern().end()) return unknown(name, pattern);
    SettingKey key{found->second, 0};
    if (index.empty()) {
        if (spec_of(key).index_max != 0) return unknown(name, pattern); // "line.{n}.user" as it stands
        return key;
    }
    const auto number = to_number<std::uint16_t>(index);
    const std::uint16_t most = spec_of(key).index_max;
    if (!number || *number == 0 || *number > most || index.front() == '0')
        return fail(ErrorCode::invalid, "the index is 1 to " + std::to_string(most), std::string(name));
    key.index = *number;
    return key;
}

} // namespace offhook::config
