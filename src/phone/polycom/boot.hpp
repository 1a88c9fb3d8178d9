#pragma once
/// @file  Boot: a Polycom phone from power-on to what it would register as.
///
/// bootROM stage, application stage, and again from the start whenever something changed that needs a reboot.
/// Only two things stop a phone, which then boots over and over: no application image, and a file that it cannot
/// decrypt; all else goes on with the flash (guide's error model, reference: Polycom 12). Limits   limits::reboots_max
/// reboots; a flash that was seen at an earlier reboot of the run is a loop. Threads  the loop's own.
#include "phone/family_boot.hpp"
#include "phone/polycom/session.hpp"

#include <functional>

namespace offhook::phone::polycom {

[[nodiscard]] const FamilyBoot& family_boot();

/// `keep_flash` is called whenever the phone would have written its flash.
/// Lifetime: `flash` and what `surroundings` names outlive the boot.
[[nodiscard]] boost::asio::awaitable<BootReport> boot(Surroundings surroundings, Flash& flash,
                                                      std::function<void(const Flash&)> keep_flash);

/// What a running phone does at a check-sync: fetches what its master file lists, and restarts - that is, boots - only
/// where something has changed (reference: Polycom 9), or where it is told to do so always: by a NOTIFY alone, for a
/// poll by its own clock looks first, whatever alwaysReboot says (I). Without an application it just boots. How the
/// vendor's phones find that out is not known; this one compares what it has fetched. The report is of the look and of
/// the boot together.
[[nodiscard]] boost::asio::awaitable<BootReport> check(Surroundings surroundings, Flash& flash,
                                                       std::function<void(const Flash&)> keep_flash);

} // namespace offhook::phone::polycom
