#pragma once
/// @file  Boot: a Panasonic KX-HDV phone from power-on to what it would register as.
///
/// Its passes through the files are provisioning.hpp, whose word counts configuration.hpp, its timers resync.hpp.
/// Software and network parameters restart it; a phone that runs is otherwise changed without one.
/// Source  reference: Panasonic 2.3, 4, 5, 7, 10.
#include "phone/family_boot.hpp"
#include "phone/panasonic/provisioning.hpp"

namespace offhook::phone::panasonic {

[[nodiscard]] const FamilyBoot& family_boot();
[[nodiscard]] boost::asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                                      std::function<void(const Flash&)> keep_flash);
/// On the web page or at the keys: at once, or with the restart that some parameters take. Errors: invalid for what the
/// phone would not take; then nothing changes. Lifetime: as of FamilyBoot::change().
[[nodiscard]] boost::asio::awaitable<Result<void>> change(BootSurroundings around, Flash& flash, UserChanges changes,
                                                          BootReport& report);

} // namespace offhook::phone::panasonic
