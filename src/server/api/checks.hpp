#pragma once
/// @file  Checks that need the packs: the catalogue knows families and models by name only.
#include "base/result.hpp"
#include "catalogue/device.hpp"
#include "catalogue/snapshot.hpp"
#include "config/family/family.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace offhook::server {

class OfferLengths;

/// Errors: not_found naming what there is.
[[nodiscard]] Result<void> check_family_and_model(const config::Families& families, std::string_view family,
                                                  std::string_view model);

/// Whether the family's files can carry each raw parameter among `settings`: a name that is none in their grammar would
/// leave the phone without its file. Errors: invalid, `where` the setting. A family that is not there is no error here.
[[nodiscard]] Result<void> check_raw_parameters(const config::Families& families, std::string_view family,
                                                std::span<const catalogue::SettingText> settings);

/// A change of a layer's settings, seen with what it leaves as it was.
struct LayerChange {
    std::span<const catalogue::SettingText> set;
    std::span<const std::string> unset = {};
    const config::Layer* stored = nullptr; ///< null: nothing is
};
/// Whether a device of `site` may state provisioning.sealed as it does after this change. Errors: conflict, where the
/// files that it shares with its site say otherwise.
[[nodiscard]] Result<void> check_sealed(const config::Families& families, std::string_view family,
                                        const catalogue::Snapshot& snapshot, std::string_view site,
                                        const LayerChange& change);
/// The same of the layer of a model, which is of no site.
[[nodiscard]] Result<void> check_sealed_of_model(const config::Families& families, std::string_view family,
                                                 std::span<const catalogue::SettingText> set);
/// Whether phones could still be told where to go after this change (of any layer). Errors: too_large.
[[nodiscard]] Result<void> check_offers(const OfferLengths* lengths, const catalogue::Snapshot& snapshot,
                                        const LayerChange& change);
/// The same for a site's token; nullopt: it is not about to change.
[[nodiscard]] Result<void> check_offers(const OfferLengths* lengths, const catalogue::Snapshot& snapshot,
                                        const std::optional<std::string>& token);

} // namespace offhook::server
