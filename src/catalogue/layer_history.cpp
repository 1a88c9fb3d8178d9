#include "catalogue/layer_history.hpp"

#include <fmt/format.h>

namespace offhook::catalogue {

bool is_secret(const SettingChange& change) {
    const auto key = config::find_setting(change.name);
    return !key || config::spec_of(*key).secrecy == config::Secrecy::secret;
}

Result<config::Layer> layer_at(const LayerHistory& history, Revision then) {
    if (then < history.made)
        return fail(ErrorCode::not_found, fmt::format("it is younger than that: revision {} made it", history.made));
    if (then < history.begins)
        return fail(ErrorCode::not_found,
                    fmt::format("what was changed before revision {} is not kept any more", history.begins));
    config::LayerBuilder builder(history.now);
    for (const LayerChange& change : history.changes) {
        if (change.revision <= then) break;
        for (const SettingChange& setting : change.settings) {
            // A name that this release no longer knows is in no layer either.
            if (setting.before)
                (void)builder.set(setting.name, *setting.before);
            else
                (void)builder.unset(setting.name);
        }
    }
    return builder.build();
}

} // namespace offhook::catalogue
