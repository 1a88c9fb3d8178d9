#include "catalogue/change_hold.hpp"

#include <algorithm>

namespace offhook::catalogue {

bool is_secret(const ChangeHold& hold) {
    const auto key = config::find_setting(hold.setting);
    return !key || config::spec_of(*key).secrecy == config::Secrecy::secret;
}

std::optional<std::string_view> stated_in(const config::Layer& layer, std::string_view name) {
    if (name.starts_with(config::Layer::raw_prefix))
        return layer.find_raw(name.substr(config::Layer::raw_prefix.size()));
    const auto key = config::find_setting(name);
    return key ? layer.find(*key) : std::nullopt;
}

HeldChanges::HeldChanges(std::vector<ChangeHold> holds) {
    if (holds.empty()) return;
    config::LayerBuilder offered, unstated;
    for (const ChangeHold& hold : holds) {
        // Canonical: it stood in a layer. A name that this release no longer knows is in no layer either.
        const std::string_view name = hold.setting;
        config::LayerBuilder& builder = hold.former ? offered : unstated;
        const std::string_view value = hold.former ? std::string_view(*hold.former) : std::string_view();
        if (name.starts_with(config::Layer::raw_prefix))
            builder.put_raw(name.substr(config::Layer::raw_prefix.size()), value);
        else if (const auto key = config::find_setting(name))
            builder.put(*key, value);
    }
    held_ = std::make_shared<const Held>(Held{std::move(holds), offered.build(), unstated.build()});
}

std::span<const ChangeHold> HeldChanges::all() const {
    return held_ == nullptr ? std::span<const ChangeHold>() : held_->holds;
}

const ChangeHold* HeldChanges::find(std::string_view setting) const {
    const auto holds = all();
    const auto found =
        std::find_if(holds.begin(), holds.end(), [&](const ChangeHold& hold) { return hold.setting == setting; });
    return found == holds.end() ? nullptr : &*found;
}

bool operator==(const HeldChanges& a, const HeldChanges& b) {
    return a.held_ == b.held_ || std::ranges::equal(a.all(), b.all());
}

} // namespace offhook::catalogue
