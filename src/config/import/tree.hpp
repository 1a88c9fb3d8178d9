#pragma once
/// @file  Tree: the files of a directory as another boot server left them, in memory.
///
/// Names are looked up as TFTP servers on other systems do: exactly, else in any letter case. Nothing outside of it can
/// be named: a path with "..", an absolute one, a link is a name that is not there.
/// Limits   config/import/limits.hpp. A file beyond limits::document_bytes_max is known by name and size alone, a log
/// by
///          its end.
/// Threads  immutable once built: any.
#include "base/mac_address.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

struct TreeFile {
    std::string path;  ///< "config/0004f2abcdef.cfg": no slash in front, '/' between
    std::string bytes; ///< empty where it is too large to be a configuration; of a log's the last part
    std::uint64_t size_bytes = 0;
    enum class Kind : std::uint8_t {
        regular,
        link,       ///< not followed
        unreadable, ///< the system says no; it may be a folder
        too_deep,   ///< a folder that is not looked into
        special     ///< a socket, a pipe, a device: not opened
    } kind = Kind::regular;
};

class Tree {
public:
    /// Sorts by path. What is beyond limits::tree_files_max is dropped.
    explicit Tree(std::vector<TreeFile> files);

    [[nodiscard]] std::span<const TreeFile> files() const { return files_; }
    /// A name as another file gives it, seen from `folder` ("" is the top): "./a", "/a", "a//b" are understood.
    /// nullopt: it is not here, or would lead out.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view folder, std::string_view name) const;

private:
    std::vector<TreeFile> files_;
    std::map<std::string, std::size_t, std::less<>> exact_;
    std::map<std::string, std::size_t, std::less<>> folded_; ///< lower case; the first of those that differ in case
};

[[nodiscard]] std::string_view folder_of(std::string_view path); ///< "a/b" of "a/b/c"; empty at the top
[[nodiscard]] std::string_view base_name(std::string_view path);
/// The first run of exactly twelve hexadecimal digits in a name's last part, else six pairs with ':' or '-' between.
/// "spa000e08aabbcc.xml" has one, too.
[[nodiscard]] std::optional<MacAddress> mac_in_name(std::string_view path);
/// A log by its name: access.log, access.log.1, 0004f2abcdef-app.log.
[[nodiscard]] bool is_log(std::string_view path);
/// Bytes that no text has: an image, a sound. An empty file is text.
[[nodiscard]] bool is_binary(std::string_view bytes);

} // namespace offhook::config
