#pragma once
/// @file  LayerHistory: what was changed in one layer, and the layer as a former revision had it.
///
/// A journal keeps what each change replaced, no copies of layers: a former layer is today's with the changes since
/// taken back. Secrets lie sealed in it as in the layer itself, as long as it keeps them.
/// Limits   JournalLimits, by layer: what is beyond is forgotten by whole revisions, the oldest first.
#include "base/clock.hpp"
#include "base/result.hpp"
#include "catalogue/revision.hpp"
#include "config/settings/layer.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace offhook::catalogue {

/// How much of each layer's past is kept.
struct JournalLimits {
    std::size_t changes = 1'000; ///< settings changed, of one layer
    std::chrono::hours age{24 * 90};
};

struct SettingChange {
    std::string name;                         ///< "line.1.user", "raw:reg.1.ringType"
    std::optional<std::string> before, after; ///< nullopt: the layer did not state it
};

/// As the layer itself seals it: a raw parameter may be a password.
[[nodiscard]] bool is_secret(const SettingChange& change);

struct LayerChange {
    Revision revision = 0;
    WallTime at{};
    std::vector<SettingChange> settings;
};

struct LayerHistory {
    config::Layer now;
    Revision begins = 0;              ///< before this revision nothing is known
    Revision made = 0;                ///< before this revision there was no such layer; 0: it always was, or not known
    std::vector<LayerChange> changes; ///< newest first
};

/// The layer as the catalogue's revision `then` had it. Errors: not_found where the layer is younger,
/// or its history begins later.
[[nodiscard]] Result<config::Layer> layer_at(const LayerHistory& history, Revision then);

} // namespace offhook::catalogue
