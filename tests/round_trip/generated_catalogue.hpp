#pragma once
/// @file  GeneratedCatalogue: what all layers of one phone say, made up from a seed.
///
/// Values are valid and canonical: numbers at the ends of their ranges, texts with whatever a text may hold, every time
/// zone of the database. The same seed and pack give the same catalogue.
#include "base/random.hpp"
#include "config/render/render.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace offhook::round_trip {

/// One layer's word on one setting.
struct Statement {
    config::LayerKind layer;
    config::SettingKey setting;
    std::string value; ///< canonical; empty: nothing here
};

struct GeneratedCatalogue {
    const config::Family* family = nullptr;
    const config::Model* model = nullptr;
    config::Wire wire = config::Wire::clear;
    std::vector<Statement> statements; ///< one setting at most once a layer
    std::vector<std::pair<std::string, std::string>>
        raw; ///< the vendor's own parameters, of the device; none is made up
};

[[nodiscard]] GeneratedCatalogue generate(const config::Family& family, std::uint64_t seed);
/// A random value for the setting.
[[nodiscard]] std::string any_value(config::SettingKey setting, Random& random);
/// "site time.zone = Europe/Berlin", a line each.
[[nodiscard]] std::string to_text(const GeneratedCatalogue& catalogue);

} // namespace offhook::round_trip
