#pragma once
/// @file  Condition: comparisons of versions, integers and texts, all of which have to hold.
///
/// Shape   "$SWVER lt 5.2.5 and "$EXTIP" ne """, macros put in already. Without a left side the running version is
///         meant, and a bare '!' is not-equal: forms of before 2.0.6.
/// Limits  limits::comparisons_max.
/// Source  reference: Linksys 5.3.
#include "base/result.hpp"
#include "config/profile_rule/expansion.hpp"
#include "config/profile_rule/rule_cursor.hpp"
#include "config/profile_rule/rule_version.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace offhook::config {

struct Comparison {
    struct RunningVersion {
        friend bool operator==(const RunningVersion&, const RunningVersion&) = default;
    };
    /// Its type is how it is written; quotes make a text of anything.
    using Operand = std::variant<RunningVersion, std::int64_t, RuleVersion, std::string>;
    enum class Relation : std::uint8_t { equal, not_equal, less, less_or_equal, greater, greater_or_equal };

    Operand left, right;
    Relation relation = Relation::equal;
};

struct Condition {
    std::vector<Comparison> comparisons;
};

/// From where the cursor is up to a ')' or the end. Errors: invalid; also for operands of two kinds, and for an order
/// of texts, which have none.
[[nodiscard]] Result<Condition> parse_condition(RuleCursor& cursor);
/// Whether all of it holds. `version` is the phone's; one that is no version equals nothing and is in no order.
[[nodiscard]] bool holds(const Condition& condition, std::string_view version, const RuleReading& reading = {});

/// Resync_Trigger_1 and _2: a condition without parentheses and '?'. Without comparisons: it is empty or a comment, and
/// triggers nothing.
[[nodiscard]] Result<Condition> parse_trigger(const Expansion& text, const RuleReading& reading = {});

/// Where a comment begins that cuts the rule off; its size where there is none. Source  reference: Linksys 5.1.
[[nodiscard]] std::size_t comment_offset(std::string_view expanded, const RuleReading& reading);

} // namespace offhook::config
