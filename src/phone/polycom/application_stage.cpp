#include "phone/effective_lines.hpp"
#include "phone/polycom/configuration.hpp"
#include "phone/polycom/lines.hpp"
#include "phone/polycom/log_upload.hpp"
#include "phone/polycom/obtained_files.hpp"
#include "phone/polycom/stages.hpp"

#include "base/assert.hpp"
#include "base/text.hpp"
#include "phone/discovery/told_text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::polycom {
namespace {

namespace asio = boost::asio;

constexpr unsigned sampled_audio_max = 24;
constexpr unsigned quotas_max = 16;
constexpr std::uint64_t kilobyte = 1024;
constexpr std::uint64_t resource_kb_max = limits::configuration_bytes_max / kilobyte;

std::uint64_t kilobytes_or(std::string_view text, std::uint64_t otherwise) {
    return std::min(to_number<std::uint64_t>(text).value_or(otherwise), resource_kb_max) * kilobyte;
}

/// The room for all tones: res.quotas.N.value of the N whose name is "tone"; 600 KB from the factory (C).
std::uint64_t tone_quota(const Merged& configuration) {
    for (unsigned i = 1; i <= quotas_max; ++i)
        if (configuration.find(fmt::format("res.quotas.{}.name", i)) == "tone")
            return kilobytes_or(configuration.find(fmt::format("res.quotas.{}.value", i)), 600);
    return 600 * kilobyte;
}

/// Sampled audio, as far as the phone has room: no file beyond res.finder.sizeLimit, not more than the quota of all.
asio::awaitable<void> fetch_sounds(Session& session, const Merged& configuration) {
    const auto file_max = kilobytes_or(configuration.find("res.finder.sizeLimit"), 300);
    auto room = tone_quota(configuration);
    for (unsigned i = 1; i <= sampled_audio_max; ++i) {
        const std::string name(configuration.find(fmt::format("saf.{}", i)));
        if (name.empty()) continue;
        const auto most = std::min(file_max, room);
        if (most == 0) {
            session.remark(fmt::format("{}: no room is left for it: res.quotas gives all tones {} bytes",
                                       shown_address(name), tone_quota(configuration)));
            continue;
        }
        const TransferAnswer answer = co_await session.fetch_at_most(name, most);
        if (answer.outcome == FileOutcome::fetched) room -= std::min(room, answer.bytes);
    }
}

/// What the configuration itself names: the dictionary of the language, sampled audio.
asio::awaitable<void> fetch_named_by(Session& session, const Merged& configuration) {
    if (const auto language = configuration.find("lcl.ml.lang"); !language.empty())
        co_await session.fetch(fmt::format("SoundPointIPLocalization/{}/SoundPointIP-dictionary.xml", language));
    co_await fetch_sounds(session, configuration);
}

void settle(Session& session, const Merged& configuration, const std::vector<ConfigurationFile>& files) {
    auto& report = session.report();
    report.lines = effective_lines(configuration, session.family(), &session.model());
    report.parameters = configuration.values;
    const auto fresh = effective_lines(merge_fetched(files), session.family(), &session.model());
    report.state = state_of(report.lines, fresh);
}

void tell_state(Session& session) {
    const auto& report = session.report();
    for (auto& sentence : what_is_missing(report.state, report.lines)) session.problem(std::move(sentence));
}

/// Sets what device.* says. Whether something is other than before: then every release reboots.
Next apply_device(Session& session, const Merged& configuration) {
    auto& flash = session.flash();
    const auto changes = device_changes(configuration, flash);
    auto& names = session.changes().flash;
    names.clear();
    for (const auto& [name, value] : changes) {
        session.decide(fmt::format("{} is set in flash by the configuration", name));
        flash.parameters[name] = value;
        names.push_back(name);
    }
    return changes.empty() ? Next::go_on : Next::reboot;
}

/// A phone that runs restarts where a file changed that counts (switches: phone.check_sync.counts).
bool has_changed_while_running(Session& session) {
    const auto& [listed, others, flash] = session.changes();
    auto counted = listed;
    const bool all_count = session.switches().check_sync == Switches::Counts::all;
    if (all_count) counted.insert(counted.end(), others.begin(), others.end());
    if (!all_count && !others.empty())
        session.decide(fmt::format("changed, but not listed in the master file: {} (phone.check_sync.counts)",
                                   join(others, ", ")));
    if (!counted.empty()) session.decide(fmt::format("changed on the server: {}", join(counted, ", ")));
    return !counted.empty();
}

/// Applies device.* and says whether something changed that this release reboots for.
Next apply(Session& session, const Merged& configuration) {
    auto& flash = session.flash();
    Next next = apply_device(session, configuration);
    const bool reboots = session.release().changed_configuration == Release::Reload::reboots;
    const std::string digest = configuration.digest();
    bool has_changed = !flash.configuration_digest.empty() && digest != flash.configuration_digest;
    if (has_changed) session.decide("the configuration differs from the one before");
    if (session.is_running()) has_changed = has_changed_while_running(session);
    if (has_changed && reboots) next = Next::reboot;
    flash.configuration_digest = digest;
    return next;
}

} // namespace

asio::awaitable<Next> run_application(Session& session, ObtainedFiles& obtained) {
    co_await session.enter(Stage::application);
    OFFHOOK_ASSERT(session.flash().application.has_value());
    const auto& application = *session.flash().application;
    auto& report = session.report();
    report.firmware = application.version.empty() ? shown_address(application.name) : application.version;
    const auto master = co_await obtained.master();
    if (!master) {
        report.state = PhoneState::unconfigured;
        report.lines.clear();
        tell_state(session);
        co_return Next::go_on;
    }
    const auto files = co_await obtained.configuration(*master);
    const Merged configuration = merge(files);
    if (configuration.hidden != 0)
        session.decide(fmt::format("values hidden by an earlier file: {} ({}{})", configuration.hidden,
                                   configuration.first_hidden, configuration.hidden == 1 ? "" : ", …"));
    session.decide(fmt::format("parameters in force: {}, files: {}", configuration.values.size(), files.size()));
    session.report().parameters = configuration.values;
    session.use_log_rules(read_log_rules(configuration.values));
    if (!obtained.is_locked()) {
        co_await obtained.licences(*master);
        co_await obtained.directory(*master);
    }
    if (obtained.is_locked()) {
        session.decide("a file that cannot be decrypted: the phone boots anew until it can read it, or it is gone");
        if (uploads_log_at_boot(session.flash(), session.log_rules()))
            co_await upload_application_log(session, master->log_directory);
        co_return Next::retry;
    }
    co_await fetch_named_by(session, configuration);
    settle(session, configuration, files);
    const Next next = apply(session, configuration);
    if (next == Next::go_on) tell_state(session);
    if (uploads_log_at_boot(session.flash(), session.log_rules()))
        co_await upload_application_log(session, master->log_directory);
    co_return next;
}

} // namespace offhook::phone::polycom
