#pragma once
/// @file  AliasMap: how a foreign XML document's elements become parameters (`--alias m`, GPP_M).
///
/// Shape   "foreign/path = /flat-profile/Parameter_Name ;", one behind the other. The left side is the end of an
///         element's path, of as many elements as it names.
/// Limits  30 entries.
/// Errors  invalid, naming the entry; of a document that is no XML, as read_xml().
/// Source  reference: Linksys 8.5.
#include "base/result.hpp"
#include "config/syntax/syntax.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone::linksys {

struct Alias {
    std::string path; ///< "/sip/login"
    std::string parameter;
};

[[nodiscard]] Result<std::vector<Alias>> parse_alias_map(std::string_view text);
/// What of the document the map has a parameter for, in document order.
[[nodiscard]] Result<std::vector<config::Parameter>> read_aliased(std::string_view document,
                                                                  const std::vector<Alias>& map);

} // namespace offhook::phone::linksys
