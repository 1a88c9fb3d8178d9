#pragma once
/// @file  Device file: what a Panasonic phone makes of the bytes of a file that it has fetched.
///
/// By the ending of its name alone it is opened with a key; then it has to begin with the generation's magic. A value
/// that the phone does not take costs its line, not the file.
/// Errors  invalid or too_large: the whole file does not count, and what was in force stays.
/// Source  reference: Panasonic 5, 6, 10.
#include "config/family/family.hpp"
#include "config/syntax/syntax.hpp"
#include "phone/flash.hpp"
#include "phone/panasonic/generation.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone::panasonic {

struct DeviceFile {
    std::vector<config::Parameter> parameters; ///< in the file's order, duplicates kept; values that the phone takes
    std::vector<config::SyntaxNote> notes;
    std::string sealed; ///< "opened with CFG_FILE_KEY2; project-defined …"; "": it was plain
};

/// `name`: the file's, as it was asked for. `flash` has the keys. phone.STRICT: an open quote or too many bytes spoil
/// the file, and an unknown name its line.
[[nodiscard]] Result<DeviceFile> read_device_file(std::string_view name, std::string_view body, const Flash& flash,
                                                  const config::Family& family);

} // namespace offhook::phone::panasonic
