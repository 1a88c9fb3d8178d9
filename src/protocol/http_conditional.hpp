#pragma once
/// @file  Conditional requests: whether a file is sent, is known to the asker already, or is not the one he means.
///
/// Source  RFC 9110 section 13; the order in which the headers count is 13.2.2.
#include "base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace offhook::protocol {

/// The headers' values as sent; absent is not the same as empty.
struct HttpConditions {
    std::optional<std::string_view> if_match;
    std::optional<std::string_view> if_none_match;
    std::optional<std::string_view> if_modified_since;
    std::optional<std::string_view> if_unmodified_since;
    std::optional<std::string_view> if_range;

    [[nodiscard]] bool any() const {
        return if_match || if_none_match || if_modified_since || if_unmodified_since || if_range;
    }
};

enum class HttpVerdict : std::uint8_t {
    send,         ///< 200 or 206
    not_modified, ///< 304
    failed,       ///< 412
};

/// For GET and HEAD of a file that exists. `entity_tag` is quoted and strong; `modified` counts in whole seconds;
/// absent, a condition on dates is no condition.
[[nodiscard]] HttpVerdict judge(const HttpConditions& conditions, std::string_view entity_tag,
                                std::optional<WallTime> modified, WallTime now);

/// Whether a Range header counts: If-Range is absent, or names this very content. Otherwise the whole is sent.
[[nodiscard]] bool range_counts(const HttpConditions& conditions, std::string_view entity_tag,
                                std::optional<WallTime> modified, WallTime now);

} // namespace offhook::protocol
