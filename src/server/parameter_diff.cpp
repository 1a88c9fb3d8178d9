#include "server/parameter_diff.hpp"

#include <map>

namespace offhook::server {
namespace {

using config::Parameter;
using config::WrittenParameter;

/// The settings that the rows read from this parameter alone.
std::string settings_of(const config::Family& family, const config::Model* model, const Parameter& parameter) {
    std::string out;
    const auto read = family.read({&parameter, 1}, model);
    for (const config::Layer::Entry& entry : read.settings) (out += out.empty() ? "" : ", ") += entry.name();
    return out;
}

} // namespace

ParameterChange change_of(const WrittenParameter& written) {
    ParameterChange out;
    out.name = written.parameter.name;
    const bool is_raw = written.setting.id == config::Layer::raw_id;
    const bool fixed = is_raw && written.origin == config::LayerKind::vendor_default;
    if (!is_raw)
        out.setting = name_of(written.setting);
    else if (!fixed)
        out.setting = std::string(config::Layer::raw_prefix) + out.name;
    out.origin = written.origin;
    out.whose = fixed ? ParameterChange::Whose::pack : ParameterChange::Whose::layers;
    out.secrecy = written.secrecy;
    out.reboots = written.reboots;
    return out;
}

std::string_view layer_text(const ParameterChange& change) {
    using Whose = ParameterChange::Whose;
    if (change.whose == Whose::pack) return "pack";
    return change.whose == Whose::foreign ? std::string_view() : to_text(change.origin);
}

std::vector<ParameterChange> changes_between(std::span<const WrittenParameter> before,
                                             std::span<const WrittenParameter> after) {
    std::map<std::string_view, const WrittenParameter*> old, now;
    for (const WrittenParameter& written : before) old.emplace(written.parameter.name, &written);
    for (const WrittenParameter& written : after) now.emplace(written.parameter.name, &written);
    std::vector<ParameterChange> out;
    for (const WrittenParameter& written : after) {
        if (now[written.parameter.name] != &written) continue;
        const auto found = old.find(written.parameter.name);
        if (found != old.end() && found->second->parameter.value == written.parameter.value) continue;
        ParameterChange change = change_of(written);
        change.after = written.parameter.value;
        if (found != old.end()) {
            change.before = found->second->parameter.value;
            if (found->second->secrecy == config::Secrecy::secret) change.secrecy = config::Secrecy::secret;
        }
        out.push_back(std::move(change));
    }
    for (const WrittenParameter& written : before) {
        if (old[written.parameter.name] != &written || now.contains(written.parameter.name)) continue;
        ParameterChange change = change_of(written);
        change.before = written.parameter.value;
        out.push_back(std::move(change));
    }
    return out;
}

std::vector<ParameterChange> changes_from_file(const config::Family& family, const config::Model* model,
                                               std::span<const Parameter> before,
                                               std::span<const WrittenParameter> after) {
    std::vector<WrittenParameter> old;
    std::map<std::string_view, const WrittenParameter*> ours;
    for (const WrittenParameter& written : after) ours.emplace(written.parameter.name, &written);
    for (const Parameter& parameter : before) {
        WrittenParameter written;
        if (const auto found = ours.find(parameter.name); found != ours.end()) {
            written = *found->second;
        } else {
            const auto* facts = family.facts(parameter.name);
            written.setting.id = config::Layer::raw_id;
            const bool open = facts != nullptr && facts->secret == false;
            written.secrecy = open ? config::Secrecy::open : config::Secrecy::secret;
            written.reboots = facts != nullptr && facts->reboots.value_or(false);
        }
        written.parameter = parameter;
        old.push_back(std::move(written));
    }
    auto out = changes_between(old, after);
    for (ParameterChange& change : out) {
        if (change.after || !change.before) continue;
        change.whose = ParameterChange::Whose::foreign;
        change.setting = settings_of(family, model, {change.name, *change.before});
    }
    return out;
}

} // namespace offhook::server
