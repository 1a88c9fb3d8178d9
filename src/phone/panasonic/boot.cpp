#include "phone/panasonic/boot.hpp"

#include "base/text.hpp"
#include "phone/effective_lines.hpp"
#include "phone/panasonic/configuration.hpp"
#include "phone/panasonic/discovery.hpp"
#include "phone/panasonic/generation.hpp"
#include "phone/panasonic/provisioning.hpp"
#include "phone/panasonic/resync.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::panasonic {
namespace {

namespace asio = boost::asio;

constexpr std::string_view family_name = "panasonic";

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
        return ascii_digit(c) || c == '_' || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
    });
}

/// What the web page would take.
Result<void> check_change(const config::Parameter& parameter, const config::Family& family) {
    if (!is_name(parameter.name))
        return fail(ErrorCode::invalid, "no name of a parameter: letters, digits and '_', at most 32",
                    printable(parameter.name, 40));
    if (parameter.value.empty()) return {};
    if (parameter.value.size() > 500 || !is_printable_utf8(parameter.value))
        return fail(ErrorCode::invalid, "the value is longer than 500 bytes or not printable", parameter.name);
    return check_value(parameter, family);
}

Result<void> check_all(const UserChanges& changes, const config::Family& family) {
    if (!changes.contacts.empty())
        return fail(ErrorCode::invalid, "the phonebook of these phones is in no file that they upload", "--change");
    for (const auto& parameter : changes.parameters)
        if (auto takes = check_change(parameter, family); !takes) return takes;
    return {};
}

class PanasonicBoot final : public FamilyBoot {
public:
    [[nodiscard]] std::string_view family() const override { return family_name; }
    [[nodiscard]] bool discovers_by(DiscoveryChoice) const override { return true; }

    [[nodiscard]] Flash factory_flash(const config::Model& model, MacAddress mac) const override {
        Flash flash;
        flash.family = family_name;
        flash.model = model.name;
        flash.mac = mac;
        flash.parameters = {{"IP_ADDR_MODE", "0"},
                            {"CONNECTION_TYPE_IPV6", "1"},
                            {"SIPPNP_PROV_ENABLE", "Y"},
                            {"OPTION66_ENABLE", "Y"},
                            {"OPTION159_PROV_ENABLE", "Y"},
                            {"OPTION160_PROV_ENABLE", "Y"},
                            {"DHCPV6_OPTION17_PROV_ENABLE", "Y"}};
        flash.application = StoredImage{"", std::string(generation_of(model.name).factory_version), "", 0};
        return flash;
    }

    [[nodiscard]] Result<void> type_in(const TypedServer& typed, Flash& flash) const override {
        if (typed.url.empty()) return {};
        const auto base = complete_url(typed, "tftp");
        if (!base) return tl::unexpected(base.error());
        flash.parameters[std::string(typed_address)] = typed_url(*base);
        return {};
    }

    [[nodiscard]] Result<void> check_address(const Flash& flash) const override {
        if (!flash.parameter(typed_address).empty() || knows_a_file(flash)) return {};
        return fail(ErrorCode::not_found, "the phone has no address to start from; give it with --url or let it look");
    }

    [[nodiscard]] IpMode ip_mode(const Flash& flash) const override { return read_discovery_settings(flash).ip_mode; }
    [[nodiscard]] Result<void> set_ip_mode(IpMode mode, Flash& flash) const override {
        flash.parameters["IP_ADDR_MODE"] = std::to_string(static_cast<unsigned>(mode));
        return {};
    }

    [[nodiscard]] asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                                   std::function<void(const Flash&)> keep_flash) const override {
        return panasonic::boot(surroundings, flash, std::move(keep_flash));
    }

    [[nodiscard]] std::vector<OwnAction> own_actions(const BootReport& report, const Flash& flash, WallTime now,
                                                     Random& random) const override {
        return resync_actions(report, flash, now, random);
    }

    [[nodiscard]] Result<void> check_changes(const UserChanges& changes, const config::Family& family) const override {
        return check_all(changes, family);
    }
    [[nodiscard]] asio::awaitable<Result<void>> change(BootSurroundings surroundings, Flash& flash, UserChanges changes,
                                                       BootReport& report) const override {
        return panasonic::change(surroundings, flash, std::move(changes), report);
    }
};

} // namespace

const FamilyBoot& family_boot() {
    static const PanasonicBoot boot;
    return boot;
}

asio::awaitable<Result<void>> change(BootSurroundings around, Flash& flash, UserChanges changes, BootReport& report) {
    if (auto takes = check_all(changes, around.family); !takes) co_return takes;
    Configuration configuration(flash, policy_of(flash, around.model), around.clock.wall());
    for (const auto& parameter : changes.parameters) configuration.change(parameter);
    const auto changed = configuration.changed();
    around.observer.on_event({BootEvent::Kind::decision, changed.empty() ? std::string("a user changes nothing")
                                                                         : "a user changes " + effects_of(changed)});
    report.parameters = flash.parameters;
    std::vector<config::Parameter> all;
    for (const auto& [name, value] : flash.parameters) all.push_back({name, value});
    report.lines = lines_of(all, around.family, &around.model);
    if (!needs_restart(changed)) co_return Result<void>{};
    around.observer.on_event({BootEvent::Kind::reboot, "a change needs it: the phone restarts"});
    around.found_before = nullptr;
    const std::function<void(const Flash&)> kept_later = [](const Flash&) {};
    BootReport booted = co_await boot(around, flash, kept_later);
    report.files.insert(report.files.end(), booted.files.begin(), booted.files.end());
    booted.files = std::move(report.files);
    booted.reboots += report.reboots + 1;
    report = std::move(booted);
    co_return Result<void>{};
}

asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                 std::function<void(const Flash&)> keep_flash) {
    using Next = Provisioning::Next;
    BootReport report;
    for (;;) {
        auto next = Next::go_on;
        {
            Provisioning pass(surroundings, flash, report);
            next = co_await pass.run();
            if (next == Next::restart && report.reboots >= limits::reboots_max) {
                pass.files().problem(fmt::format("a loop of restarts: after {} the phone still wants another; look for "
                                                 "files that set network parameters or software differently",
                                                 report.reboots));
                next = Next::go_on;
            }
        }
        keep_flash(flash);
        if (next == Next::go_on) break;
        ++report.reboots;
        report.problems.clear(); // those of the boot that counts are told again
        surroundings.observer.on_event({BootEvent::Kind::reboot, "the phone restarts"});
        surroundings.found_before = nullptr; // and looks for its server again
    }
    co_return report;
}

} // namespace offhook::phone::panasonic
