#include "phone/genband/boot.hpp"

#include "phone/genband/cycle.hpp"
#include "phone/genband/discovery.hpp"
#include "phone/genband/smart_update.hpp"

#include <fmt/format.h>

namespace offhook::phone::genband {
namespace {

namespace asio = boost::asio;
using protocol::Scheme;

constexpr std::string_view family_name = "genband-ip88";
constexpr std::string_view factory_version = "IP88-2.0.17"; // working value (I)
constexpr std::string_view factory_mac_form = "$MAC";

class GenbandBoot final : public FamilyBoot {
public:
    [[nodiscard]] std::string_view family() const override { return family_name; }

    [[nodiscard]] Flash factory_flash(const config::Model& model, MacAddress mac) const override {
        Flash flash;
        flash.family = family_name;
        flash.model = model.name;
        flash.mac = mac;
        flash.parameters = {{"PROVISION.type", "0"},
                            {"PROVISION.cfg_download", "enable"},
                            {"PROVISION.sw_download", "enable"},
                            {"PROVISION.dhcp_get_http", "enable"},
                            {"PROVISION.dhcp_get_tftp", "enable"},
                            {"PROVISION.https_macform", std::string(factory_mac_form)}};
        flash.application = StoredImage{"", std::string(factory_version), "", 0};
        return flash;
    }

    [[nodiscard]] Result<void> type_in(const TypedServer& typed, Flash& flash) const override {
        if (typed.user) flash.parameters["PROVISION.https_id"] = *typed.user;
        if (typed.password) flash.parameters["PROVISION.https_password"] = *typed.password;
        if (typed.url.empty()) return {};
        const auto base = complete_url({typed.url, typed.type, {}, {}}, "tftp");
        if (!base) return tl::unexpected(base.error());
        const auto url = protocol::parse_url(*base);
        const bool is_http = url->scheme == Scheme::http || url->scheme == Scheme::https;
        if (!is_http && url->scheme != Scheme::tftp)
            return fail(ErrorCode::invalid, "the phone speaks tftp, http and https only", "--url");
        flash.parameters["PROVISION.type"] = is_http ? "1" : "0";
        flash.parameters[is_http ? "PROVISION.https_url" : "LAN.tftp_server_address"] = *base;
        return {};
    }

    [[nodiscard]] Result<void> check_address(const Flash& flash) const override {
        std::vector<std::string> remarks;
        if (decide(nullptr, read_memory(flash), remarks)) return {};
        if (!remarks.empty()) return fail(ErrorCode::invalid, remarks.front());
        return fail(ErrorCode::not_found, "no server is in memory; give it with --url or let the phone look");
    }

    [[nodiscard]] asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                                   std::function<void(const Flash&)> keep_flash) const override {
        return genband::boot(surroundings, flash, std::move(keep_flash));
    }

    [[nodiscard]] std::vector<OwnAction> own_actions(const BootReport&, const Flash& flash, WallTime now,
                                                     Random&) const override {
        return smart_update_actions(flash, now);
    }
};

} // namespace

const FamilyBoot& family_boot() {
    static const GenbandBoot boot;
    return boot;
}

asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                 std::function<void(const Flash&)> keep_flash) {
    using Next = Cycle::Next;
    BootReport report;
    for (;;) {
        auto next = Next::go_on;
        {
            Cycle cycle(surroundings, flash, report);
            next = co_await cycle.run();
            if (next == Next::restart && report.reboots >= limits::reboots_max) {
                cycle.files().problem(
                    fmt::format("a loop of restarts: after {} the phone still wants another; look for a "
                                "version file whose version changes, or fields that do",
                                report.reboots));
                next = Next::go_on;
            }
        }
        keep_flash(flash);
        if (next == Next::go_on) break;
        ++report.reboots;
        report.problems.clear(); // those of the boot that counts are told again
        surroundings.observer.on_event({BootEvent::Kind::reboot, "the phone restarts"});
        surroundings.found_before = nullptr;                 // and looks for its server again
        surroundings.cause = BootSurroundings::Cause::power; // what a NOTIFY wanted has been done
    }
    co_return report;
}

} // namespace offhook::phone::genband
