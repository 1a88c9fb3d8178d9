#pragma once
/// @file  FamilyBoot: what `offhook boot` needs of a family, and nothing else of it.
///
/// One object a family, of static life. A family with a pack but without one of these has no virtual phone.
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "phone/boot_report.hpp"
#include "phone/boot_surroundings.hpp"
#include "phone/flash.hpp"
#include "phone/ip_mode.hpp"
#include "phone/running.hpp"
#include "phone/typed_server.hpp"
#include "phone/web/web_pages.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace offhook::phone {

class FamilyBoot {
public:
    virtual ~FamilyBoot() = default;
    [[nodiscard]] virtual std::string_view family() const = 0;
    /// Whether its phones know pnp, dhcp4 or dhcp6.
    [[nodiscard]] virtual bool discovers_by(DiscoveryChoice method) const { return method == DiscoveryChoice::dhcp4; }
    /// A phone out of its box.
    [[nodiscard]] virtual Flash factory_flash(const config::Model& model, MacAddress mac) const = 0;
    /// What an installer types. Errors: invalid, naming the option.
    [[nodiscard]] virtual Result<void> type_in(const TypedServer& typed, Flash& flash) const = 0;
    /// Whether a phone that may not look knows where to go. Errors: not_found, invalid.
    [[nodiscard]] virtual Result<void> check_address(const Flash& flash) const = 0;
    [[nodiscard]] virtual IpMode ip_mode(const Flash&) const { return IpMode::ipv4; }
    /// Errors: invalid for a mode that these phones do not have.
    [[nodiscard]] virtual Result<void> set_ip_mode(IpMode mode, Flash& flash) const;
    /// `keep_flash` is called whenever the phone would have written its flash. Lifetime: `flash` and what
    /// `surroundings` names outlive the boot.
    [[nodiscard]] virtual boost::asio::awaitable<BootReport>
    boot(BootSurroundings surroundings, Flash& flash, std::function<void(const Flash&)> keep_flash) const = 0;
    /// What a phone that runs does when it is told to fetch anew: by default, all that it does at a boot with the
    /// server and the address that it has. Requires: surroundings.found_before.
    [[nodiscard]] virtual boost::asio::awaitable<BootReport> check(BootSurroundings surroundings, Flash& flash,
                                                                   std::function<void(const Flash&)> keep_flash) const {
        return boot(surroundings, flash, std::move(keep_flash));
    }
    /// What the phone will do by itself, as the configuration in force says; the soonest counts, and after it
    /// everything is asked about anew. `now` is the phone's wall clock. Empty: nothing.
    [[nodiscard]] virtual std::vector<OwnAction> own_actions(const BootReport&, const Flash&, WallTime, Random&) const {
        return {};
    }
    /// OwnAction::What::send_logs. Families that send no logs by themselves do nothing.
    [[nodiscard]] virtual boost::asio::awaitable<void> send_logs(BootSurroundings surroundings, Flash& flash,
                                                                 BootReport& report) const;
    /// A page told the phone to do something this once: PhoneOrder::once is set. Or its own clock has it upgrade:
    /// NotifyAction::upgrade. By default as check().
    /// Requires: surroundings.found_before.
    [[nodiscard]] virtual boost::asio::awaitable<BootReport>
    follow(BootSurroundings surroundings, Flash& flash, PhoneOrder,
           std::function<void(const Flash&)> keep_flash) const {
        return check(surroundings, flash, std::move(keep_flash));
    }
    /// NotifyAction::report: what is in force goes where the configuration says. Families without a report say so.
    /// Requires: surroundings.found_before.
    [[nodiscard]] virtual boost::asio::awaitable<void> send_report(BootSurroundings surroundings, Flash& flash,
                                                                   BootReport& report) const;
    /// Whether its phones have a web server here.
    [[nodiscard]] virtual bool has_web_pages() const { return false; }
    /// The phone's own web server. Null: it has none here. Lifetime: the arguments outlive it.
    [[nodiscard]] virtual std::unique_ptr<WebPages> web_pages(const Flash&, const config::Model&, const Clock&,
                                                              Random&) const {
        return nullptr;
    }
    /// What of a user's changes can be judged before the phone boots. Errors: as change() has them.
    [[nodiscard]] virtual Result<void> check_changes(const UserChanges& changes, const config::Family& family) const;
    /// A user changes a phone that runs: kept in flash, and uploaded where the family does that. `report` gets the
    /// files and the parameters in force. Errors: invalid for what a user of this family cannot change.
    /// Requires: surroundings.found_before.
    [[nodiscard]] virtual boost::asio::awaitable<Result<void>> change(BootSurroundings surroundings, Flash& flash,
                                                                      UserChanges changes, BootReport& report) const;
};

/// Null: that family has no virtual phone.
[[nodiscard]] const FamilyBoot* find_family_boot(std::string_view family);
/// "polycom, panasonic": for error messages.
[[nodiscard]] std::string booting_families();
/// Those with web pages.
[[nodiscard]] std::string families_with_pages();

} // namespace offhook::phone
