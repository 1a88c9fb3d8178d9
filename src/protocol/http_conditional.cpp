#include "protocol/http_conditional.hpp"

#include "base/text.hpp"
#include "protocol/http_date.hpp"

namespace offhook::protocol {
namespace {

enum class Comparison : std::uint8_t { weak, strong };

/// Whether one of the tags in `list` is `tag`. The list ends where it stops being one.
bool list_has(std::string_view list, std::string_view tag, Comparison comparison) {
    for (;;) {
        while (!list.empty() && (ascii_blank(list.front()) || list.front() == ',')) list.remove_prefix(1);
        const bool weak = list.substr(0, 2) == "W/";
        if (weak) list.remove_prefix(2);
        if (list.empty() || list.front() != '"') return false;
        const auto end = list.find('"', 1);
        if (end == std::string_view::npos) return false;
        if (list.substr(0, end + 1) == tag && !(weak && comparison == Comparison::strong)) return true;
        list.remove_prefix(end + 1);
    }
}

bool any_or_list_has(std::string_view value, std::string_view tag, Comparison comparison) {
    return trim(value) == "*" || list_has(value, tag, comparison);
}

std::chrono::sys_seconds whole_seconds(WallTime time) { return std::chrono::floor<std::chrono::seconds>(time); }

} // namespace

HttpVerdict judge(const HttpConditions& conditions, std::string_view entity_tag, std::optional<WallTime> modified,
                  WallTime now) {
    if (conditions.if_match) {
        if (!any_or_list_has(*conditions.if_match, entity_tag, Comparison::strong)) return HttpVerdict::failed;
    } else if (conditions.if_unmodified_since && modified) {
        const auto since = read_http_date(*conditions.if_unmodified_since, now);
        if (since && whole_seconds(*modified) > *since) return HttpVerdict::failed;
    }
    if (conditions.if_none_match) {
        if (any_or_list_has(*conditions.if_none_match, entity_tag, Comparison::weak)) return HttpVerdict::not_modified;
    } else if (conditions.if_modified_since && modified) {
        const auto since = read_http_date(*conditions.if_modified_since, now);
        if (since && whole_seconds(*modified) <= *since) return HttpVerdict::not_modified;
    }
    return HttpVerdict::send;
}

bool range_counts(const HttpConditions& conditions, std::string_view entity_tag, std::optional<WallTime> modified,
                  WallTime now) {
    if (!conditions.if_range) return true;
    const auto value = trim(*conditions.if_range);
    if (!value.empty() && (value.front() == '"' || value.front() == 'W')) {
        if (value == entity_tag) return true;
        if (value.substr(0, 2) == "W/" || value.front() == '"') return false;
    }
    // Exactly, and not merely as old: section 13.1.5.
    const auto date = read_http_date(value, now);
    return date && modified && *date == whole_seconds(*modified);
}

} // namespace offhook::protocol
