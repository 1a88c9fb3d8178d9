#include "phone/linksys/macros.hpp"

#include "phone/linksys/discovery.hpp"
#include "phone/linksys/parameters.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::linksys {
namespace {

std::string_view reason_text(ResyncReason reason) {
    switch (reason) {
    case ResyncReason::asked:
        return "-1";
    case ResyncReason::reset:
        return "0";
    case ResyncReason::periodic:
    case ResyncReason::upgraded:
        return "1";
    case ResyncReason::retry:
        return "2";
    }
    return "0";
}

std::string since(const std::optional<std::int64_t>& moment, WallTime now) {
    return std::to_string(moment ? std::max<std::int64_t>(0, seconds_since_1970(now) - *moment) : 0);
}

} // namespace

std::string_view running_version(const Flash& flash) {
    return flash.application ? std::string_view(flash.application->version) : std::string_view();
}

config::Macros macros_of(const Flash& flash, std::string_view model, const State& state, ResyncReason reason,
                         WallTime now) {
    const Identity identity = read_identity(flash);
    config::Macros out;
    out.values = {{"MA", flash.mac.text()},
                  {"MAU", flash.mac.text_upper()},
                  {"MAC", flash.mac.text_colons()},
                  {"PN", product_name(model)},
                  {"PSN", product_series(model)},
                  {"SN", std::string(flash.parameter(serial_number))},
                  {"SWVER", std::string(running_version(flash))},
                  {"HWVER", std::string(hardware_version)},
                  {"CCERT", identity.certificate},
                  {"IP", identity.address},
                  {"EXTIP", std::string(flash.parameter("EXT_IP"))},
                  {"PRVST", std::string(reason_text(reason))},
                  {"UPGST", state.upgrade_failures == 0 ? "1" : "2"},
                  {"UPGERR", state.upgrade_error},
                  {"PRVTMR", since(state.resynced_at, now)},
                  {"UPGTMR", since(state.upgraded_at, now)},
                  {"REGTMR1", "0"},
                  {"REGTMR2", "0"},
                  {"UPGCOND", "true"},
                  {"UID1", std::string(flash.parameter("User_ID_1_"))},
                  {"UID2", std::string(flash.parameter("User_ID_2_"))},
                  {"ISCUST", "0"}};
    for (char letter = 'A'; letter <= 'P'; ++letter)
        out.values[std::string(1, letter)] = flash.parameter(fmt::format("GPP_{}", letter));
    for (char letter = 'A'; letter <= 'D'; ++letter)
        out.secrets[fmt::format("S{}", letter)] = flash.parameter(fmt::format("GPP_S{}", letter));
    return out;
}

void set_place(config::MacroValues& values, const config::RulePlace& place, std::string_view server_address) {
    values["SCHEME"] = values["METH"] = config::to_text(place.scheme);
    values["SERV"] = place.host;
    values["SERVIP"] = server_address;
    values["PORT"] = std::to_string(place.port());
    values["PATH"] = place.path;
}

} // namespace offhook::phone::linksys
