#pragma once
/// @file  Upgrade: whether a Panasonic phone takes new software, once its files are applied.
///
/// FIRM_UPGRADE_ENABLE and FIRM_UPGRADE_AUTO have to be on and FIRM_FILE_PATH set; FIRM_VERSION is compared with what
/// runs, empty: always (the file's content then says whether it is new). Whether "newer only" or "different" is not
/// known: phone.FIRM_NEWER_ONLY, by default different.
/// Source  reference: Panasonic 7 (names C, meanings R).
#include "phone/flash.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace offhook::phone::panasonic {

/// Why, as a sentence; nullopt: no upgrade. `reason` is set where files ask for one and the phone takes none.
[[nodiscard]] std::optional<std::string> upgrade_wanted(const Flash& flash, std::string& reason);

} // namespace offhook::phone::panasonic
