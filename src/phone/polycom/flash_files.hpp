#pragma once
/// @file  FlashFiles: the names that files have in a Polycom phone's flash, and whether one has changed since.
///
/// Shape   Flash::files and Flash::digests by "file:" and the name as it was asked for, or "master:": no file of a
///         server can be taken for the master file.
/// Limits  limits::digests_max files are remembered; a content only where the flash has room (Flash::cache).
#include "phone/flash.hpp"
#include "phone/polycom/master_file.hpp"

#include <string>
#include <string_view>

namespace offhook::phone::polycom {

inline constexpr std::string_view master_key = "master:";
[[nodiscard]] std::string file_key(std::string_view name);

enum class Since : std::uint8_t { unchanged, changed };
/// Remembers what was obtained, with its content or without it. Since: against what was remembered before.
Since keep_file(Flash& flash, const std::string& key, std::string_view content);
Since keep_digest(Flash& flash, const std::string& key, std::string_view content);
void forget_file(Flash& flash, std::string_view name);
/// Forgets what this master file does not list, and no phone asks for by itself.
void forget_all_but(Flash& flash, const MasterFile& master);

/// "dir/0004f2aabbcc-phone.cfg".
[[nodiscard]] std::string own_file(const Flash& flash, std::string_view directory, std::string_view ending);

} // namespace offhook::phone::polycom
