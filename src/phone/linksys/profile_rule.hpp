#pragma once
/// @file  A profile rule of a Linksys SPA phone, as far as it is one place to fetch from.
///
/// Macros, comments and the completion of a URL are here. Conditions, assignments, alternatives and options are the
/// rest of the language and not read yet: such a rule is an error that says so. Source  reference: Linksys 5.1
/// (comments), 5.2 (macros), 5.4 (what completes a URL).
#include "base/result.hpp"
#include "protocol/url.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::phone::linksys {

using Macros = std::map<std::string, std::string, std::less<>>; ///< without the dollar

/// $NAME, $(NAME), $(NAME:p), $(NAME:p:q) and $$, once and not again in the result; what is unknown stays as it is.
[[nodiscard]] std::string expand(std::string_view text, const Macros& macros);

/// `base` completes what the rule leaves out; its own path stands before a rule that is a path alone.
/// nullopt: empty or commented out. Errors: invalid.
[[nodiscard]] Result<std::optional<protocol::Url>> read_rule(std::string_view rule, const Macros& macros,
                                                             const std::optional<protocol::Url>& base);

} // namespace offhook::phone::linksys
