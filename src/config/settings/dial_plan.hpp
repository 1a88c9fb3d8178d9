#pragma once
/// @file  Dial plan: the neutral grammar that every family's digit map is made from.
///
/// Decision: one small grammar instead of raw text per family, because a site's numbering is the same whatever phone
/// stands on the desk. It is the MGCP digit map (RFC 3435 2.1.5) as Polycom and others write it:
///   plan   = rule *( "|" rule )
///   rule   = 1*item ["T"]              T: dial after a pause; without it a match dials at once
///   item   = digit / "x" / class, each may be followed by "." for "zero or more of it"
///   digit  = "0".."9" / "*" / "#" / "+"
///   class  = "[" 1*( digit / digit "-" digit ) "]"
/// What only one family can say goes in as a raw parameter.
/// Limits   2047 bytes, 64 rules.
#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

struct DialItem {
    std::string symbols;   ///< "x", one digit, or a class with its brackets
    bool repeated = false; ///< followed by '.'

    friend bool operator==(const DialItem&, const DialItem&) = default;
};

struct DialRule {
    std::vector<DialItem> items;
    bool waits = false; ///< ends in T

    friend bool operator==(const DialRule&, const DialRule&) = default;
};

/// Errors: invalid, with the offset of the first character that does not fit in `where`.
[[nodiscard]] Result<std::vector<DialRule>> parse_dial_plan(std::string_view text);
[[nodiscard]] std::string to_text(const std::vector<DialRule>& plan);

} // namespace offhook::config
