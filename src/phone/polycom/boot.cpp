#include "phone/polycom/boot.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "phone/polycom/obtained_files.hpp"
#include "phone/polycom/running.hpp"
#include "phone/polycom/stages.hpp"

#include <fmt/format.h>
#include <set>

namespace offhook::phone::polycom {
namespace {

namespace asio = boost::asio;

asio::awaitable<Next> run_once(Session& session) {
    ObtainedFiles obtained(session);
    const Next next = co_await run_bootrom(session, obtained);
    if (next != Next::go_on) co_return next;
    co_return co_await run_application(session, obtained);
}

class PolycomBoot final : public FamilyBoot {
public:
    [[nodiscard]] std::string_view family() const override { return "polycom"; }

    [[nodiscard]] Flash factory_flash(const config::Model& model, MacAddress mac) const override {
        return polycom::factory_flash(model, mac);
    }

    [[nodiscard]] Result<void> type_in(const TypedServer& typed, Flash& flash) const override {
        if (!typed.url.empty()) flash.parameters["device.prov.serverName"] = typed.url;
        if (typed.type) {
            const auto number = server_type_number(*typed.type);
            if (!number) return fail(ErrorCode::invalid, "one of ftp, tftp, http, https", "--server-type");
            flash.parameters["device.prov.serverType"] = *number;
        }
        if (typed.user) flash.parameters["device.prov.user"] = *typed.user;
        if (typed.password) flash.parameters["device.prov.password"] = *typed.password;
        return {};
    }

    [[nodiscard]] Result<void> check_address(const Flash& flash) const override {
        const auto address = read_server_address(flash);
        if (address) return {};
        auto error = address.error();
        if (error.code == ErrorCode::not_found) error.message += "; give it with --url, or let the phone look";
        return tl::unexpected(std::move(error));
    }

    [[nodiscard]] asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                                   std::function<void(const Flash&)> keep_flash) const override {
        return polycom::boot(surroundings, flash, std::move(keep_flash));
    }

    [[nodiscard]] asio::awaitable<BootReport> check(BootSurroundings surroundings, Flash& flash,
                                                    std::function<void(const Flash&)> keep_flash) const override {
        return polycom::check(surroundings, flash, std::move(keep_flash));
    }

    [[nodiscard]] std::vector<OwnAction> own_actions(const BootReport& report, const Flash& flash, WallTime now,
                                                     Random& random) const override {
        return polycom::own_actions(report, flash, now, random);
    }
    [[nodiscard]] asio::awaitable<void> send_logs(BootSurroundings surroundings, Flash& flash,
                                                  BootReport& report) const override {
        return polycom::send_logs(surroundings, flash, report);
    }
    [[nodiscard]] Result<void> check_changes(const UserChanges& changes, const config::Family&) const override {
        return polycom::check_changes(changes);
    }
    [[nodiscard]] asio::awaitable<Result<void>> change(BootSurroundings surroundings, Flash& flash, UserChanges changes,
                                                       BootReport& report) const override {
        return polycom::change(surroundings, flash, std::move(changes), report);
    }
};

/// What decides how the next boot goes, as far as the phone itself goes.
std::string fingerprint(Flash flash) {
    flash.log.clear(); // it tells the time
    return content_name(flash_to_json(flash));
}

/// Why a phone that is told to look does not, but restarts at once. "": it looks.
std::string_view why_not_to_look(const Surroundings& surroundings, const Session& session) {
    if (!session.flash().application) return "there is no application in flash that could look";
    if (surroundings.cause != BootSurroundings::Cause::notify) return {};
    const auto files = files_in_flash(session, master_in_flash(session).value_or(MasterFile{}));
    if (merge(files).find("voIpProt.SIP.specialEvent.checkSync.alwaysReboot") != "1") return {};
    return "voIpProt.SIP.specialEvent.checkSync.alwaysReboot is 1: nothing is looked at";
}

/// Why a phone that would boot once more is not let: it would for ever. "": it may.
std::string why_to_end(Session& session, Next next, std::set<std::string>& seen) {
    const unsigned reboots = session.report().reboots;
    if (next == Next::retry) { // nothing changes by itself: only the server can end this, so it gets its chances
        if (reboots < limits::reboots_max) return {};
        return fmt::format("a real phone would go on booting; this one gave up after {} reboots", reboots);
    }
    if (reboots < limits::reboots_max && seen.insert(fingerprint(session.flash())).second) return {};
    const auto& names = session.changes().flash;
    return fmt::format("a loop of reboots: after {} the phone is where it was before; look for device.* parameters "
                       "that two files or servers set differently{}{}",
                       reboots, names.empty() ? "" : ", here ", join(names, ", "));
}

} // namespace

const FamilyBoot& family_boot() {
    static const PolycomBoot boot;
    return boot;
}

asio::awaitable<BootReport> boot(Surroundings surroundings, Flash& flash,
                                 std::function<void(const Flash&)> keep_flash) {
    Session session(surroundings, flash);
    auto& report = session.report();
    flash.parameters.erase(std::string(has_polled));
    std::set<std::string> seen;
    for (;;) {
        session.observer().on_event(
            {BootEvent::Kind::power_on, report.reboots == 0 ? "power on" : fmt::format("boot {}", report.reboots + 1)});
        const Next next = co_await run_once(session);
        keep_flash(flash);
        if (next == Next::go_on) break;
        if (const auto why = why_to_end(session, next, seen); !why.empty()) {
            session.problem(why);
            report.state = PhoneState::unconfigured;
            report.lines.clear(); // of an earlier boot of this run
            break;
        }
        if (next == Next::retry) co_await session.transfers().wait(session.switches().countdown);
        ++report.reboots;
        report.problems.clear(); // those of the boot that counts are told again
        session.observer().on_event({BootEvent::Kind::reboot, "the phone reboots"});
    }
    co_return std::move(report);
}

asio::awaitable<BootReport> check(Surroundings surroundings, Flash& flash,
                                  std::function<void(const Flash&)> keep_flash) {
    BootReport looked;
    {
        Session session(surroundings, flash);
        Next next = Next::reboot;
        if (const auto why = why_not_to_look(surroundings, session); !why.empty()) {
            session.decide(std::string(why));
        } else {
            ObtainedFiles obtained(session);
            next = co_await run_application(session, obtained);
            if (next == Next::go_on && co_await has_new_application(session)) next = Next::reboot;
        }
        flash.parameters.insert_or_assign(std::string(has_polled), "1");
        keep_flash(flash);
        if (next == Next::go_on) {
            session.decide("nothing has changed that needs a restart: the phone goes on");
            co_return std::move(session.report());
        }
        session.observer().on_event({BootEvent::Kind::reboot, "something has changed: the phone restarts"});
        looked = std::move(session.report());
    }
    surroundings.found_before = nullptr; // a restart looks for the server again
    BootReport booted = co_await boot(surroundings, flash, std::move(keep_flash));
    looked.files.insert(looked.files.end(), booted.files.begin(), booted.files.end());
    booted.files = std::move(looked.files);
    ++booted.reboots;
    co_return booted;
}

} // namespace offhook::phone::polycom
