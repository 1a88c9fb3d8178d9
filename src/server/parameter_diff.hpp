#pragma once
/// @file  ParameterDiff: two versions of a file compared parameter by parameter, whatever their order and layout.
///
/// Pure. Of a name that stands twice the first counts, as it does for the phones.
#include "config/family/family.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace offhook::server {

struct ParameterChange {
    std::string name;                         ///< the vendor's
    std::optional<std::string> before, after; ///< nullopt: it does not stand there
    std::string setting;                      ///< ours, or "raw:NAME"; empty: the pack's own, or nobody knows
    config::LayerKind origin = config::LayerKind::vendor_default; ///< who says `after`, or said `before`
    enum class Whose : std::uint8_t { layers, pack, foreign } whose = Whose::layers; ///< foreign: only the other file
    config::Secrecy secrecy = config::Secrecy::open;
    bool reboots = false;
};

/// A parameter as it was written, without its value: neither before nor after.
[[nodiscard]] ParameterChange change_of(const config::WrittenParameter& written);
/// Who says it, as JSON has it: "pack", a layer, or nobody of ours.
[[nodiscard]] std::string_view layer_text(const ParameterChange& change);

/// Between what was written and what is.
[[nodiscard]] std::vector<ParameterChange> changes_between(std::span<const config::WrittenParameter> before,
                                                           std::span<const config::WrittenParameter> after);
/// Between a file that somebody else wrote and ours. What stands there alone is named by the family's rows where they
/// know it, and counts as a secret unless the pack says that it is none.
[[nodiscard]] std::vector<ParameterChange> changes_from_file(const config::Family& family, const config::Model* model,
                                                             std::span<const config::Parameter> before,
                                                             std::span<const config::WrittenParameter> after);

} // namespace offhook::server
