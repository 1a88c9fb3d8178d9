#pragma once
/// @file  ChangeGuard: withholds from a device the change of settings that it boots for again and again.
///
/// The device is offered what those settings were before; everything else goes on, other devices too. It ends by an
/// operator's word, by another change of the setting, or with the device (catalogue/change_hold.hpp).
///
/// Whose boots count: a device's that shows its own credentials or certificate with all of them. Else they came from
/// one address, and it must be the one from which the device took its own settings last before the change was made, and
/// nobody may have taken them from elsewhere since. So a stranger who fetches a phone's files cannot have an
/// administrator's change withheld from it, unless he was there before the change and the phone has not come since, or
/// shares the phone's address: behind a NAT a building is one address.
///
/// A change that the device has run with in quiet is not blamed: a phone whose power fails goes round, too.
///
/// Limits   timeline_per_device_max contacts are looked at: before them nothing is known, and nothing withheld.
/// Threads  any but the loops': it reads the database, and waits for the loops when it has written.
#include "catalogue/catalogue.hpp"
#include "catalogue/timeline/timeline.hpp"
#include "config/family/family.hpp"
#include "server/loops/boot_counts.hpp"

#include <span>
#include <vector>

namespace offhook::server {

/// Whether the device took its own settings from there last before `changed`, and from nowhere else since. `events` are
/// the device's, the newest first.
[[nodiscard]] bool was_there_before(std::span<const catalogue::TimelineEvent> events, const config::Family& family,
                                    const IpAddress& source, WallTime changed);

/// Whether the device took its own settings after `changed` and then ran for longer than its family's window before it
/// took them again, up to the loop's first boot: what it has run with is not what it goes round for. `events` as above.
[[nodiscard]] bool ran_quietly(std::span<const catalogue::TimelineEvent> events, const config::Family& family,
                               WallTime changed, WallTime first_boot);

class ChangeGuard {
public:
    /// All outlive it.
    ChangeGuard(catalogue::Catalogue& catalogue, catalogue::Timeline& timeline, const config::Families& families,
                const Clock& clock)
        : catalogue_(catalogue), timeline_(timeline), families_(families), clock_(clock) {}

    /// What is withheld from now on; empty: nothing. Errors: what the store says, for one that it holds too many.
    [[nodiscard]] Result<std::vector<catalogue::ChangeHold>> judge(const BootLoop& loop);

private:
    catalogue::Catalogue& catalogue_;
    catalogue::Timeline& timeline_;
    const config::Families& families_;
    const Clock& clock_;
};

} // namespace offhook::server
