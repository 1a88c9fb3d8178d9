#include "server/api/written_json.hpp"

#include "server/parameter_diff.hpp"

namespace offhook::server {

boost::json::object to_json(const config::WrittenParameter& p, const config::Family& family) {
    const ParameterChange what = change_of(p);
    boost::json::object out{
        {"name", what.name}, {"value", p.parameter.value}, {"layer", layer_text(what)}, {"reboots", what.reboots}};
    if (!what.setting.empty()) out["setting"] = what.setting;
    if (what.secrecy == config::Secrecy::secret) out["secret"] = true;
    const config::Evidence evidence = family.evidence(p);
    if (!evidence.source.empty()) out["source"] = evidence.source;
    if (!evidence.confidence.empty()) out["confidence"] = evidence.confidence;
    return out;
}

} // namespace offhook::server
