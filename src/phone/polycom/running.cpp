#include "phone/polycom/running.hpp"

#include "base/text.hpp"
#include "config/syntax/xml_text.hpp"
#include "phone/polycom/boot.hpp"
#include "phone/polycom/configuration.hpp"
#include "phone/polycom/directory.hpp"
#include "phone/polycom/lines.hpp"
#include "phone/polycom/log_upload.hpp"
#include "phone/polycom/obtained_files.hpp"
#include "phone/polycom/overrides.hpp"
#include "phone/polycom/polling.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::polycom {
namespace {

namespace asio = boost::asio;

std::string_view mode_text(Polling::Mode mode) {
    return mode == Polling::Mode::absolute ? "abs" : mode == Polling::Mode::relative ? "rel" : "random";
}

WallTime local_time(const BootReport& report, WallTime now) {
    const auto found = report.parameters.find("tcpIpApp.sntp.gmtOffset");
    if (found == report.parameters.end()) return now;
    const auto offset = to_number<std::int32_t>(found->second).value_or(0);
    return now + std::chrono::seconds(offset >= -50'400 && offset <= 50'400 ? offset : 0);
}

/// The master file that the phone has read at its boot; empty directories for one that found none.
MasterFile remembered_master(const Session& session) { return master_in_flash(session).value_or(MasterFile{}); }

/// A running phone's session, with the log rules in force.
asio::awaitable<void> take_up(Session& session, const BootReport& report) {
    session.report().parameters = report.parameters;
    session.use_log_rules(read_log_rules(report.parameters));
    co_await session.resume();
}

/// What happened goes behind what the boot reported.
void hand_over(Session& session, BootReport& report) {
    auto& mine = session.report();
    std::move(mine.files.begin(), mine.files.end(), std::back_inserter(report.files));
    for (auto& problem : mine.problems)
        if (std::find(report.problems.begin(), report.problems.end(), problem) == report.problems.end())
            report.problems.push_back(std::move(problem));
}

enum class Reboot : std::uint8_t { not_needed, needed };

/// Sets what the user set, and makes it count.
Reboot set_overrides(Session& session, const MasterFile& master, const UserChanges& changes, BootReport& report) {
    auto& flash = session.flash();
    auto reboot = Reboot::not_needed;
    for (const auto& [name, value] : changes.parameters) {
        session.decide(value.empty() ? fmt::format("{} is taken back on the phone", name)
                                     : fmt::format("{} is set on the phone", name));
        if (value.empty())
            flash.changes.erase(name);
        else
            flash.changes[name] = value;
        const auto* facts = session.family().facts(name);
        if (facts != nullptr && facts->reboots.value_or(false)) reboot = Reboot::needed;
    }
    const Merged configuration = merge(files_in_flash(session, master));
    flash.configuration_digest = configuration.digest();
    report.parameters = session.report().parameters = configuration.values;
    report.lines = effective_lines(configuration, session.family(), &session.model());
    return reboot;
}

} // namespace

std::vector<OwnAction> own_actions(const BootReport& report, const Flash& flash, WallTime now, Random& random) {
    constexpr std::chrono::seconds soon{60};
    std::vector<OwnAction> actions;
    const bool is_ucs =
        release_of(flash.application ? flash.application->version : "").web_overrides == Release::WebOverrides::asked;
    const auto polling = read_polling(report.parameters, is_ucs ? RandomMode::known : RandomMode::unknown);
    if (polling) {
        const auto poll = flash.parameter(has_polled).empty() ? PollingMoment::Poll::first : PollingMoment::Poll::later;
        actions.push_back(
            {OwnAction::What::check, until_poll(*polling, {local_time(report, now), poll}, flash.mac, random),
             fmt::format("prov.polling.mode {}, period {} s", mode_text(polling->mode), polling->period.count())});
    }
    const LogRules rules = read_log_rules(report.parameters);
    actions.push_back({OwnAction::What::send_logs, rules.upload_period,
                       fmt::format("log.render.file.upload.period {} s", rules.upload_period.count())});
    if (flash.log.size() >= rules.file_bytes)
        actions.push_back({OwnAction::What::send_logs, soon, "the log has reached log.render.file.size"});
    return actions;
}

Result<void> check_changes(const UserChanges& changes) {
    for (const auto& [name, value] : changes.parameters) {
        std::string text;
        if (const auto fits = config::append_xml_attribute(text, name, value); !fits)
            return fail(fits.error().code, fits.error().text(), "--change");
        if (name.starts_with("device."))
            return fail(ErrorCode::invalid, "device.* is the flash: --flash sets it", "--change");
    }
    for (const auto& contact : changes.contacts)
        if (trim(contact.number).empty()) return fail(ErrorCode::invalid, "a contact has a number", "--contact");
    return {};
}

asio::awaitable<void> send_logs(BootSurroundings surroundings, Flash& flash, BootReport& report) {
    Session session(surroundings, flash);
    co_await take_up(session, report);
    const MasterFile master = remembered_master(session);
    co_await upload_application_log(session, master.log_directory);
    hand_over(session, report);
}

asio::awaitable<Result<void>> change(BootSurroundings surroundings, Flash& flash, UserChanges changes,
                                     BootReport& report) {
    if (auto fits = check_changes(changes); !fits) co_return fits;
    Session session(surroundings, flash);
    co_await take_up(session, report);
    const MasterFile master = remembered_master(session);
    if (!changes.contacts.empty()) // before anything is uploaded: it may be refused
        if (auto added = add_contacts(session, changes.contacts); !added) co_return added;
    auto reboot = Reboot::not_needed;
    if (!changes.parameters.empty()) {
        reboot = set_overrides(session, master, changes, report);
        co_await upload_overrides(session, master);
    }
    if (!changes.contacts.empty()) co_await upload_directory(session, master.contacts_directory);
    if (reboot == Reboot::needed)
        session.observer().on_event({BootEvent::Kind::reboot, "a change needs it: the phone restarts"});
    hand_over(session, report);
    if (reboot == Reboot::not_needed) co_return Result<void>{};
    surroundings.found_before = nullptr;
    const std::function<void(const Flash&)> kept_later = [](const Flash&) {};
    BootReport booted = co_await boot(surroundings, flash, kept_later);
    report.files.insert(report.files.end(), booted.files.begin(), booted.files.end());
    booted.files = std::move(report.files);
    booted.reboots += report.reboots + 1;
    report = std::move(booted);
    co_return Result<void>{};
}

} // namespace offhook::phone::polycom
