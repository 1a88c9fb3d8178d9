#pragma once
/// @file  Boot: a Linksys SPA phone from power-on to what it would register as.
///
/// The four profile rules in their order, from the parameters as they are by then; when the profiles changed a rule
/// that was run, once more, as the phone does after Resync_Periodic. Time is not waited for. Not here yet: conditions
/// and options of rules, encrypted, compressed and compiled profiles, firmware, reports. Source  reference: Linksys 2.3
/// (User-Agent), 4.4 (the sequence), 5, 6.1, 8.3 (presence).
#include "phone/family_boot.hpp"

namespace offhook::phone::linksys {

[[nodiscard]] const FamilyBoot& family_boot();
[[nodiscard]] boost::asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                                      std::function<void(const Flash&)> keep_flash);

} // namespace offhook::phone::linksys
