#pragma once
/// @file  SpcSource: the plain-text profile, as the vendor's profile compiler takes it.
///
/// Shape    statement = name [ "!" | "?" ] [ DQUOTE value DQUOTE ] ";"   import = "import" blanks file, at a line's
///          start   comment = "#" to the line's end. Several statements may stand in a line and one over several; a
///          value stands in one. What is between quotes is taken as it is: no escapes are known, and macros ($MA) are
///          the phone's affair. An import is read as if the file's text stood there.
/// Marks    "!" the phone's user may change it, "?" may read it; none: neither. Without a value the phone keeps the one
///          it has.
/// Limits   config/compile/limits.hpp. A file that imports itself, over however many others, is an error.
/// Errors   invalid, too_large, and what `load` says, with "site.txt:12" in `where`.
/// Source   reference: Linksys 9.1.
#include "config/compile/profile.hpp"

#include <functional>

namespace offhook::config {

/// A file's text by its path. Paths of imports are relative to the importing file and come joined and in normal form.
using SourceLoader = std::function<Result<std::string>(const std::string& path)>;

/// Entries in the order of the text; settled() makes one of those that stand twice.
[[nodiscard]] Result<Profile> read_spc_source(const std::string& path, const SourceLoader& load);

} // namespace offhook::config
