#pragma once
/// @file  Profile: what a profile of an SPA phone says, whichever form it was written in.
///
/// Shape    a parameter has two spellings: the plain text keeps brackets and slashes ("SIP_ToS/DiffServ_Value[1]"), the
///          XML form has '_' in their places ("SIP_ToS_DiffServ_Value_1_"). A phone knows them as one.
/// Limits   as a document's (config/syntax).
/// Threads  any.
/// Source   reference: Linksys 8.2, 8.4, 9.1.
#include "config/family/family.hpp"
#include "config/syntax/syntax.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

struct ProfileEntry {
    std::string name;                 ///< as it was written
    std::optional<std::string> value; ///< nullopt: the phone keeps the one it has
    std::optional<UserAccess> access; ///< nullopt: the phone's own default
    std::string where;                ///< "site.txt:12"
};

struct Profile {
    std::vector<ProfileEntry> entries;
    std::vector<std::string> warnings;

    void warn(std::string text); ///< drops what passes profile_warnings_max
};

/// "Proxy[1]" to "Proxy_1_".
[[nodiscard]] std::string element_name(std::string_view name);
/// "Proxy_1_" to "Proxy[1]" where the family knows it as "Proxy_{n}_"; other names stay.
[[nodiscard]] std::string source_name(const Family& family, std::string_view name);

/// One entry for each parameter, with a warning for each that stood twice. The phone takes statements one after the
/// other: the last value counts, and the last access.
[[nodiscard]] Profile settled(Profile profile);

/// As a document, by element names. Requires  a settled profile.
[[nodiscard]] ParsedDocument to_document(const Profile& profile);
/// The XML form. Errors: as Syntax::write.
[[nodiscard]] Result<std::string> to_xml(const Profile& profile);
/// The plain-text form. Errors: invalid for a value that cannot stand between quotes.
[[nodiscard]] Result<std::string> to_source(const Profile& profile);

/// The XML form read; `file` is what `where` calls it. Errors: as Syntax::read.
[[nodiscard]] Result<Profile> read_xml_profile(std::string_view text, const std::string& file);
/// Begins, after blanks, as XML does.
[[nodiscard]] bool looks_like_xml(std::string_view text);

/// Every parameter that the family's pack knows, with its default, as plain text to begin with.
[[nodiscard]] std::string sample_source(const Family& family);

} // namespace offhook::config
