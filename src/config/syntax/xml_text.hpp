#pragma once
/// @file  What XML 1.0 lets stand in an attribute's value and in a name.
///
/// Source  XML 1.0 (fifth edition) 2.2 Char, 2.3 Name, 3.3.3 attribute-value normalisation.
#include "base/result.hpp"

#include <string>
#include <string_view>

namespace offhook::config {

/// Appends `value` to `out` so that a reader gets exactly `value` back between either kind of quotes: markup and line
/// breaks become references.
/// Errors: false for what XML 1.0 cannot hold at all, even as a reference: control characters, bytes that are no
/// UTF-8, U+FFFE, U+FFFF. `out` then holds a piece of it.
[[nodiscard]] bool append_xml_value(std::string& out, std::string_view value);

[[nodiscard]] bool is_utf8(std::string_view text);

/// Letters, digits, '.', '-', '_', not starting with a digit, '.' or '-': the part of XML's names that vendors use.
/// A colon is left out: it would make a namespace.
[[nodiscard]] bool is_plain_xml_name(std::string_view name);

/// ' NAME="VALUE"' appended to `out`. Errors: invalid or too_large with the parameter's name in `where`.
[[nodiscard]] Result<void> append_xml_attribute(std::string& out, std::string_view name, std::string_view value);

} // namespace offhook::config
