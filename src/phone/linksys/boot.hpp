#pragma once
/// @file  Boot: a Linksys SPA phone from power-on to what it would register as.
///
/// Its machine is provisioning.hpp, its timers schedule.hpp; here is what follows what: server, random delay, resync,
/// upgrade, reboots, and once more where a profile has changed the rules. Time between resyncs is not waited for.
/// Its messages go to Syslog_Server and Debug_Server by UDP (syslog_sender.hpp); its pages are pages.hpp, its report
/// report.cpp. Source  reference: Linksys 4.3, 4.4, 10, 13.
#include "phone/family_boot.hpp"
#include "phone/linksys/provisioning.hpp"

namespace offhook::phone::linksys {

[[nodiscard]] const FamilyBoot& family_boot();
[[nodiscard]] boost::asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                                      std::function<void(const Flash&)> keep_flash);
/// The same with what the rest of the phone gives it, and with a resync that was asked for once (its own page, its
/// keys): where surroundings.found_before is set. Lifetime: as boot().
[[nodiscard]] boost::asio::awaitable<BootReport> run(BootSurroundings surroundings, Flash& flash, PhoneLinks links,
                                                     std::optional<OneShot> once);

} // namespace offhook::phone::linksys
