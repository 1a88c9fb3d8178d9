#pragma once
/// @file  VersionFile: what a vendor's list of software says - a version, and the files that make it.
///
/// Shape   lines; '#' in the first column is a comment. "version TEXT" in any letter case; else one word is a file, two
///         are a tag and a file, or a file and a sum, three a tag, a file and a sum of eight hexadecimal digits.
///         Without such a version line the first line is the version.
/// Limits  files_max files; a name, a tag and a version name_bytes_max characters each. What is beyond is noted.
/// Source  reference: IP88xx 10. The layout is not public for SIP loads: inferred from a sibling's file; that a sum is
///         that of all bytes is inferred from its size.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

struct VersionFile {
    static constexpr std::size_t files_max = 32, name_bytes_max = 128;
    struct Load {
        std::string tag, name;
        std::optional<std::uint32_t> sum;
        friend bool operator==(const Load&, const Load&) = default;
    };
    std::string version; ///< "": it names none
    std::vector<Load> loads;
    std::vector<std::string> notes;
};

[[nodiscard]] VersionFile read_version_file(std::string_view text);
/// One of our own: the remark as a comment, then the version and a line for each file. Requires: a version, names of
/// one word, a tag where there is a sum.
[[nodiscard]] std::string write_version_file(const VersionFile& file, std::string_view remark);

} // namespace offhook::config
