#include "server/api/written_json.hpp"

namespace offhook::server {
namespace {

namespace json = boost::json;

std::string origin_text(const config::WrittenParameter& p) {
    const bool fixed = p.setting.id == config::Layer::raw_id && p.origin == config::LayerKind::vendor_default;
    return fixed ? "pack" : std::string(to_text(p.origin));
}

} // namespace

boost::json::object to_json(const config::WrittenParameter& p) {
    json::object out{
        {"name", p.parameter.name}, {"value", p.parameter.value}, {"layer", origin_text(p)}, {"reboots", p.reboots}};
    if (p.setting.id != config::Layer::raw_id)
        out["setting"] = name_of(p.setting);
    else if (origin_text(p) != "pack")
        out["setting"] = "raw:" + p.parameter.name;
    if (p.secrecy == config::Secrecy::secret) out["secret"] = true;
    return out;
}

} // namespace offhook::server
