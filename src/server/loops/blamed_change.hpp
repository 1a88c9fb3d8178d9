#pragma once
/// @file  blamed_change: the change of settings for which a device boots again and again, found in the journal.
///
/// It is the newest change that was made before the loop began and restarts the phone: that changed what is stated for
/// this device, that still stands, and without which a parameter of its own files is another one that restarts it. All
/// settings of that change, and no older change: where the loop goes on without it, the next one before it is found.
///
/// Never a guess: what came with a layer, or by moving the device to another one, is in no journal; and where one of
/// the device's layers is not known so far back, the search ends. Then nothing is found. Pure.
///
/// Limits   changes_looked_at changes, none older than changes_age_max when the loop began.
#include "catalogue/change_hold.hpp"
#include "server/layer_pasts.hpp"

#include <chrono>
#include <functional>
#include <vector>

namespace offhook::server {

/// A phone that takes a change at its nightly check begins to go round that night: a day. One that has run with it for
/// longer than that goes round for another reason.
inline constexpr std::chrono::hours changes_age_max{24};
inline constexpr std::size_t changes_looked_at = 100;

struct BlameQuestion {
    const LayerPasts& pasts;
    const catalogue::HeldChanges& held; ///< from the device already: not blamed again
    WallTime first_boot{};              ///< of the loop
};
/// Whether the device's own files have another parameter that restarts it with that held.
using Restarts = std::function<bool(const catalogue::ChangeHold& hold)>;

/// With everything but the boots. Empty: none is found.
[[nodiscard]] std::vector<catalogue::ChangeHold> blamed_change(const BlameQuestion& question, const Restarts& restarts);

} // namespace offhook::server
