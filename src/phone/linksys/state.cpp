#include "phone/linksys/state.hpp"

#include "base/text.hpp"

#include <string_view>

namespace offhook::phone::linksys {
namespace {

constexpr std::string_view synced = "phone.SYNCED", resync_failures = "phone.RESYNC_FAILURES",
                           resynced_at = "phone.RESYNCED_AT", upgrade_failures = "phone.UPGRADE_FAILURES",
                           upgraded_at = "phone.UPGRADED_AT", upgrade_error = "phone.UPGRADE_ERROR",
                           own_certificate = "phone.HAS_CCERT", own_address = "phone.HAS_IP",
                           upgrade_done = "phone.UPGRADE_DONE", upgrade_given_up = "phone.UPGRADE_GIVEN_UP";

void keep(Flash& flash, std::string_view name, std::string value) {
    if (value.empty())
        flash.parameters.erase(std::string(name));
    else
        flash.parameters[std::string(name)] = std::move(value);
}

std::string text_of(unsigned number) { return number == 0 ? "" : std::to_string(number); }
std::string text_of(const std::optional<std::int64_t>& number) { return number ? std::to_string(*number) : ""; }

} // namespace

State read_state(const Flash& flash) {
    State out;
    if (flash.parameter(synced) == "once") out.synced = State::Synced::once;
    out.resync_failures = to_number<unsigned>(flash.parameter(resync_failures)).value_or(0);
    out.resynced_at = to_number<std::int64_t>(flash.parameter(resynced_at));
    out.upgrade_failures = to_number<unsigned>(flash.parameter(upgrade_failures)).value_or(0);
    out.upgraded_at = to_number<std::int64_t>(flash.parameter(upgraded_at));
    out.upgrade_error = flash.parameter(upgrade_error);
    out.upgrade_done = flash.parameter(upgrade_done);
    out.upgrade_given_up = flash.parameter(upgrade_given_up);
    return out;
}

void keep_state(const State& state, Flash& flash) {
    keep(flash, synced, state.synced == State::Synced::once ? "once" : "");
    keep(flash, resync_failures, text_of(state.resync_failures));
    keep(flash, resynced_at, text_of(state.resynced_at));
    keep(flash, upgrade_failures, text_of(state.upgrade_failures));
    keep(flash, upgraded_at, text_of(state.upgraded_at));
    keep(flash, upgrade_error, state.upgrade_error);
    keep(flash, upgrade_done, state.upgrade_done);
    keep(flash, upgrade_given_up, state.upgrade_given_up);
}

Identity read_identity(const Flash& flash) {
    const auto first = [&](std::string_view by_hand, std::string_view known, std::string_view otherwise) {
        const auto told = flash.parameter(by_hand), kept = flash.parameter(known);
        return std::string(!told.empty() ? told : !kept.empty() ? kept : otherwise);
    };
    return {first("phone.CCERT", own_certificate, "Not Installed"), first("phone.IP", own_address, "0.0.0.0")};
}

void keep_identity(const BootSurroundings& around, Flash& flash) {
    const bool has_one = around.own_certificate == BootSurroundings::OwnCertificate::installed;
    keep(flash, own_certificate, has_one ? "Installed" : "");
    keep(flash, own_address, around.own_address ? around.own_address() : "");
}

std::int64_t seconds_since_1970(WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

} // namespace offhook::phone::linksys
