#include "phone/polycom/release.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace offhook::phone::polycom {
namespace {

using Agent = Release::Agent;
using Licences = Release::Licences;
using WebOverrides = Release::WebOverrides;
using Reload = Release::Reload;
using Redirects = Release::Redirects;
using Inform = Release::Inform;
using LogAppend = Release::LogAppend;

// Oldest first. bootROM versions beside their applications: 3.2.2 with 2.2.0 is I, 4.1.4 with 3.1.8 is C, 5.0.1 is C;
// 4.2.1 is C beside 3.2.1, and I with 3.3.
constexpr std::array<Release, 4> releases{{
    {"SIP 2.2", "2.2.0.0047", "3.2.2.0019", Agent::plain, Licences::ignored, WebOverrides::none, Reload::reboots,
     Redirects::refused, Inform::always, LogAppend::plain, 8},
    {"SIP 3.1", "3.1.8.0070", "4.1.4.0122", Agent::plain, Licences::asked, WebOverrides::none, Reload::reboots,
     Redirects::refused, Inform::without_address, LogAppend::plain, 8},
    {"UCS 3.3", "3.3.5.0247", "4.2.1.0275", Agent::plain, Licences::asked, WebOverrides::asked, Reload::in_place,
     Redirects::followed, Inform::without_address, LogAppend::ranged, 1},
    {"UCS 4.0", "4.0.15.1047", "5.0.1.3667", Agent::typed, Licences::asked, WebOverrides::asked, Reload::in_place,
     Redirects::followed, Inform::without_address, LogAppend::ranged, 1},
}};

/// The spelling in a User-Agent: the pack's, else SPIP650 -> SPIP_650.
std::string agent_name(const config::Model& model) {
    for (const auto& alias : model.aliases)
        if (alias.find('_') != std::string::npos) return alias;
    const auto digit = std::find_if(model.name.begin(), model.name.end(), ascii_digit);
    return fmt::format("{}_{}", std::string(model.name.begin(), digit), std::string(digit, model.name.end()));
}

std::string_view agent_family(std::string_view name) {
    if (name.starts_with("SSIP")) return "SoundStationIP";
    if (name.starts_with("VVX")) return "VVX";
    return "SoundPointIP";
}

} // namespace

const Release& release_of(std::string_view application_version) {
    const auto pieces = split(application_version, '.');
    const auto major = to_number<unsigned>(pieces[0]).value_or(0);
    const auto minor = pieces.size() > 1 ? to_number<unsigned>(pieces[1]).value_or(0) : 0;
    if (major >= 4) return releases[3];
    if (major == 3) return releases[minor >= 3 ? 2 : 1];
    return releases[0];
}

std::string product_of(const config::Model& model) {
    const std::string name = agent_name(model);
    return fmt::format("{}-{}", agent_family(name), name);
}

std::string user_agent(const Release& release, Stage stage, const config::Model& model, std::string_view version,
                       std::string_view serial) {
    auto agent = fmt::format("FileTransport Polycom{}-UA/{}", product_of(model), version);
    if (release.agent == Agent::typed && !serial.empty()) agent += fmt::format(" (SN:{})", serial);
    if (release.agent == Agent::typed) agent += stage == Stage::bootrom ? " Type/Updater" : " Type/Application";
    return agent;
}

Flash factory_flash(const config::Model& model, MacAddress mac) {
    const Release& release = releases.front();
    Flash flash;
    flash.family = "polycom";
    flash.model = model.name;
    flash.mac = mac;
    flash.parameters = {{"device.prov.serverType", "0"},        {"device.prov.serverName", ""},
                        {"device.prov.user", "PlcmSpIp"},       {"device.prov.password", "PlcmSpIp"},
                        {"device.prov.redunAttemptLimit", "3"}, {"device.prov.redunInterAttemptDelay", "1"},
                        {"device.dhcp.bootSrvUseOpt", "3"},     {"device.dhcp.bootSrvOpt", "160"},
                        {"device.dhcp.bootSrvOptType", "1"}};
    const auto last = last_application(model); // a model that ends before this release has the last that it takes
    flash.application = StoredImage{"", std::string(last.empty() ? release.application_version : last), "", 0};
    flash.bootrom = StoredImage{"", std::string(release.bootrom_version), "", 0};
    return flash;
}

std::string_view last_application(const config::Model& model) {
    for (const auto& trait : model.traits)
        if (trait.name == "last_application") return trait.value;
    return "";
}

bool speaks_tls(const config::Model& model) {
    for (const auto& trait : model.traits)
        if (trait.name == "tls") return trait.value != "no";
    return model.name != "SPIP300" && model.name != "SPIP500";
}

} // namespace offhook::phone::polycom
