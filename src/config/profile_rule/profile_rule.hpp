#pragma once
/// @file  ProfileRule: one rule of a Linksys SPA phone - where to fetch from, under which condition, and what to do
/// before and after.
///
/// Shape   alternatives with '|' between them; each: "(condition)?" "(name = "value"; ...)!" "[options]" URL, each part
///         as the form allows. Macros are put in before (expansion.hpp).
/// Limits  limits::rule_bytes_max, alternatives_max, comparisons_max, assignments_max.
/// Errors  invalid: what is wrong and what is expected, with "column 12" of the rule as written in `where`.
/// Threads any.
/// Source  reference: Linksys 3.2 (what a phone's own page takes), 5.3, 5.5, 12, 13, 17 (later options).
#include "base/result.hpp"
#include "config/profile_rule/condition.hpp"
#include "config/profile_rule/expansion.hpp"
#include "config/profile_rule/rule_reading.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

/// Which rule it is: what may stand in it.
enum class RuleForm : std::uint8_t {
    profile,    ///< Profile_Rule and _B to _D: everything
    upgrade,    ///< Upgrade_Rule: no options
    report,     ///< Report_Rule: --key (later --delta) and a URL, nothing else
    resync_url, ///< what follows /admin/resync?: as a profile rule, and the URL may lack any part
    upgrade_url ///< what follows /admin/upgrade?: a URL that may lack any part
};

enum class RuleScheme : std::uint8_t { tftp, http, https };

struct RuleUrl {
    std::optional<RuleScheme> scheme;
    std::string host; ///< "": the server that was found; an IPv6 address without its brackets
    std::optional<std::uint16_t> port;
    std::string path; ///< with its leading '/' and the query; "": only where the form lets it lack
    std::string user, password;
};

struct RuleOptions {
    std::optional<std::string> key;
    std::optional<char> post, alias; ///< 'a'..'p': of GPP_A to GPP_P
    // Of later members of the family.
    std::optional<std::string> user, password;
    enum class Delta : std::uint8_t { all, changes_only } delta = Delta::all;
};

struct Assignment {
    std::string name; ///< of a parameter; a letter of 'a'..'p' has become GPP_A to GPP_P
    std::string value;
};

struct RuleAlternative {
    std::optional<Condition> condition;
    std::vector<Assignment> assignments;
    RuleOptions options;
    std::optional<RuleUrl> url;
};

struct ProfileRule {
    std::vector<RuleAlternative> alternatives; ///< none: it is empty or a comment
    std::vector<std::string> notes;            ///< "column 12: ...": what can be read, and hardly be meant
};

[[nodiscard]] Result<ProfileRule> parse_profile_rule(const Expansion& rule, RuleForm form,
                                                     const RuleReading& reading = {});
/// The first whose condition holds, or that has none. Null: the rule is skipped.
[[nodiscard]] const RuleAlternative* choose_alternative(const ProfileRule& rule, std::string_view version,
                                                        const RuleReading& reading = {});

/// "GPP_F" of 'f'.
[[nodiscard]] std::string register_name(char letter);

} // namespace offhook::config
