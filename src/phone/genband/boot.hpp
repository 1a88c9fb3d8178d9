#pragma once
/// @file  Boot: a GENBAND IP88xx phone from power-on to what it would register as.
///
/// Global file, the phone's own file, version file; each is applied as it comes, a later one over an earlier one, and
/// what no file says stays in memory. Not here yet: encrypted files, the loads that a version file names, reboot
/// fields. Source  reference: IP88xx 2, 3 (the cycle), 4 (retries: inferred), 7, 10 (version file: inferred), 14.
#include "phone/family_boot.hpp"

namespace offhook::phone::genband {

/// The version that a version file offers; "" where it names none. Source  reference: IP88xx 10.
[[nodiscard]] std::string read_version(std::string_view text);

[[nodiscard]] const FamilyBoot& family_boot();
[[nodiscard]] boost::asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                                      std::function<void(const Flash&)> keep_flash);

} // namespace offhook::phone::genband
