#pragma once
/// @file  What a Polycom phone that runs does by itself and under its user's hand.
///
/// Polling (prov.polling.*): abs, daily at HH:MM, the period rounded up to whole days (U); rel, every period after the
/// boot, more than 3600 s (U); random (UCS), up to a day: first at a random moment within the period, then every
/// period; beyond a day: on the day of the period that the MAC picks, between time and timeRandomEnd (U). A poll is a
/// check-sync by the phone's own clock. The log goes out every log.render.file.upload.period, and soon where it is
/// full. Times of day are in the phone's zone by tcpIpApp.sntp.gmtOffset; daylight saving is left out. A Polycom phone
/// that is not ready does not try again before its next poll: the guide names no such timer. Source  reference: Polycom
/// 6, 9, 10.
#include "phone/family_boot.hpp"

#include <vector>

namespace offhook::phone::polycom {

[[nodiscard]] std::vector<OwnAction> own_actions(const BootReport& report, const Flash& flash, WallTime now,
                                                 Random& random);
[[nodiscard]] boost::asio::awaitable<void> send_logs(BootSurroundings surroundings, Flash& flash, BootReport& report);
/// What nobody can change on these phones. Errors: invalid.
[[nodiscard]] Result<void> check_changes(const UserChanges& changes);
/// Overrides and contacts, kept and uploaded; a parameter that the phone reboots for makes it boot (B).
[[nodiscard]] boost::asio::awaitable<Result<void>> change(BootSurroundings surroundings, Flash& flash,
                                                          UserChanges changes, BootReport& report);

/// Flash parameter: the phone has polled since its boot.
inline constexpr std::string_view has_polled = "phone.polling.begun";

} // namespace offhook::phone::polycom
