#pragma once
/// @file  Boot: a GENBAND IP88xx phone from power-on to what it would register as.
///
/// Its passes through the files are cycle.hpp, its timers smart_update.hpp. Fields that need it, and software, restart
/// it once a cycle.
/// Source  reference: IP88xx 2, 3.
#include "phone/family_boot.hpp"

namespace offhook::phone::genband {

[[nodiscard]] const FamilyBoot& family_boot();
[[nodiscard]] boost::asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                                      std::function<void(const Flash&)> keep_flash);

} // namespace offhook::phone::genband
