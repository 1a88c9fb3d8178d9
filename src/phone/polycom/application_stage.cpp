#include "phone/polycom/configuration.hpp"
#include "phone/polycom/directory.hpp"
#include "phone/polycom/lines.hpp"
#include "phone/polycom/log_upload.hpp"
#include "phone/polycom/overrides.hpp"
#include "phone/polycom/stages.hpp"

#include "base/text.hpp"
#include "phone/web_page.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::polycom {
namespace {

namespace asio = boost::asio;
using Origin = ConfigurationFile::Origin;

constexpr std::string_view cached_master = "master";
constexpr unsigned sampled_audio_max = 24;

/// The parameters of a file's text. nullopt: of no use to a phone, and said so.
std::optional<std::vector<config::Parameter>> read_parameters(Session& session, const std::string& name,
                                                              const std::string& content) {
    if (is_web_page(content)) {
        session.mark_not_usable(std::string(web_page_reason));
        return std::nullopt;
    }
    auto document = config::find_syntax("polycom-attributes")->read(content);
    if (!document) {
        session.mark_not_usable(document.error().text());
        return std::nullopt;
    }
    session.tell_notes(name, *document);
    return std::move(document->parameters);
}

std::optional<ConfigurationFile> from_cache(Session& session, const std::string& name) {
    const auto cached = session.flash().files.find(name);
    if (cached == session.flash().files.end()) return std::nullopt;
    auto document = config::find_syntax("polycom-attributes")->read(cached->second);
    if (!document) return std::nullopt;
    session.decide(fmt::format("{} is taken from the cache in flash", name));
    return ConfigurationFile{name, Origin::cached, std::move(document->parameters)};
}

enum class Absence : std::uint8_t { normal, odd };

/// Fetched, or else from the cache. A file whose absence is normal has no copy to fall back on once it is gone.
asio::awaitable<std::optional<ConfigurationFile>> obtain(Session& session, std::string name, Absence absence) {
    const TransferAnswer answer = co_await session.fetch(name);
    if (answer.outcome == FileOutcome::fetched) {
        auto parameters = read_parameters(session, name, answer.body);
        if (parameters) {
            session.flash().cache(name, answer.body);
            co_return ConfigurationFile{name, Origin::fetched, std::move(*parameters)};
        }
    } else if (answer.outcome == FileOutcome::absent && absence == Absence::normal) {
        const auto cached = session.flash().files.find(name);
        if (cached != session.flash().files.end()) session.flash().files.erase(cached);
        co_return std::nullopt;
    } else if (answer.outcome == FileOutcome::absent) {
        session.problem(fmt::format("{}: not all configuration files were present", name));
    }
    co_return from_cache(session, name);
}

asio::awaitable<std::optional<MasterFile>> obtain_master(Session& session) {
    auto master = co_await session.fetch_master();
    if (master) co_return master;
    const auto cached = session.flash().files.find(cached_master);
    if (cached == session.flash().files.end()) co_return std::nullopt;
    const auto document = config::find_syntax("polycom-master")->read(cached->second);
    if (!document) co_return std::nullopt;
    session.decide("the master configuration file is taken from the cache in flash");
    co_return read_master(document->parameters, session.model().name, session.flash().mac, session.part_number());
}

/// From the strongest to the weakest.
asio::awaitable<std::vector<ConfigurationFile>> obtain_configuration(Session& session, const MasterFile& master) {
    std::vector<ConfigurationFile> listed;
    for (const auto& name : master.configurations)
        if (auto file = co_await obtain(session, name, Absence::odd)) listed.push_back(std::move(*file));
    for (const auto& name : master.others) co_await session.fetch(name); // their content is nothing a boot depends on
    const std::string mac = session.flash().mac.text();
    std::vector<ConfigurationFile> files;
    std::vector<std::string> overrides{join_path(master.overrides_directory, mac + "-phone.cfg")};
    if (session.release().web_overrides == Release::WebOverrides::asked)
        overrides.push_back(join_path(master.overrides_directory, mac + "-web.cfg"));
    for (const auto& name : overrides) {
        auto file = co_await obtain(session, name, Absence::normal);
        reconcile_overrides(session, master, name, file);
        if (file) files.push_back(std::move(*file));
    }
    std::move(listed.begin(), listed.end(), std::back_inserter(files));
    co_return files;
}

asio::awaitable<void> fetch_licences(Session& session, const MasterFile& master) {
    if (session.release().licences != Release::Licences::asked) co_return;
    const std::vector<std::string> owners{MacAddress{}.text(), session.flash().mac.text()};
    for (const auto& owner : owners)
        co_await session.fetch(join_path(master.licence_directory, owner + "-license.cfg"));
}

/// The phone's own directory; the seed only for a phone that has none yet.
asio::awaitable<void> fetch_directory(Session& session, const MasterFile& master) {
    constexpr std::string_view ending = "-directory.xml";
    auto& flash = session.flash();
    const std::string own = join_path(master.contacts_directory, fmt::format("{}{}", flash.mac.text(), ending));
    TransferAnswer answer = co_await session.fetch(own);
    if (answer.outcome == FileOutcome::absent && flash.directory.empty())
        answer = co_await session.fetch(
            join_path(master.contacts_directory, fmt::format("{}{}", MacAddress{}.text(), ending)));
    if (answer.outcome == FileOutcome::fetched) keep_directory(session, own, answer.body);
}

/// What the configuration itself names: the dictionary of the language, sampled audio.
asio::awaitable<void> fetch_named_by(Session& session, const Merged& configuration) {
    if (const auto language = configuration.find("lcl.ml.lang"); !language.empty())
        co_await session.fetch(fmt::format("SoundPointIPLocalization/{}/SoundPointIP-dictionary.xml", language));
    for (unsigned i = 1; i <= sampled_audio_max; ++i)
        if (const auto file = configuration.find(fmt::format("saf.{}", i)); !file.empty())
            co_await session.fetch(std::string(file));
}

void settle(Session& session, const Merged& configuration, const std::vector<ConfigurationFile>& files) {
    auto& report = session.report();
    report.lines = effective_lines(configuration, session.family(), &session.model());
    report.parameters = configuration.values;
    const auto fresh = effective_lines(merge_fetched(files), session.family(), &session.model());
    report.state = PhoneState::unconfigured;
    for (const auto& line : report.lines) {
        if (!line.is_complete()) continue;
        if (std::find(fresh.begin(), fresh.end(), line) != fresh.end()) {
            report.state = PhoneState::ready;
            break;
        }
        report.state = PhoneState::stale;
    }
}

void tell_state(Session& session) {
    const auto& report = session.report();
    if (report.state == PhoneState::stale)
        session.problem("every complete line is from the cache in flash, none from this boot");
    if (report.state != PhoneState::unconfigured) return;
    if (report.lines.empty()) session.problem("no line: no file of this boot names a reg.N.address");
    for (const auto& line : report.lines)
        session.problem(fmt::format("line {} lacks {}", line.index,
                                    line.user.empty()       ? "a user"
                                    : line.password.empty() ? "its password"
                                                            : "a registrar"));
}

/// Applies device.* and says whether something changed that this release reboots for.
Next apply(Session& session, const Merged& configuration) {
    auto& flash = session.flash();
    Next next = Next::go_on;
    for (const auto& [name, value] : device_changes(configuration, flash)) {
        session.decide(fmt::format("{} is set in flash by the configuration", name));
        flash.parameters[name] = value;
        next = Next::reboot;
    }
    const std::string digest = configuration.digest();
    const bool is_first = flash.configuration_digest.empty();
    if (!is_first && digest != flash.configuration_digest) {
        session.decide("the configuration differs from the one before");
        if (session.release().changed_configuration == Release::Reload::reboots) next = Next::reboot;
    }
    flash.configuration_digest = digest;
    return next;
}

} // namespace

asio::awaitable<Next> run_application(Session& session) {
    co_await session.enter(Stage::application);
    const auto& application = *session.flash().application;
    session.report().firmware = application.version.empty() ? application.name : application.version;
    const auto master = co_await obtain_master(session);
    if (!master) {
        session.report().state = PhoneState::unconfigured;
        session.report().lines.clear();
        tell_state(session);
        co_return Next::go_on;
    }
    const auto files = co_await obtain_configuration(session, *master);
    const Merged configuration = merge(files);
    if (configuration.hidden != 0)
        session.decide(fmt::format("values hidden by an earlier file: {} ({}{})", configuration.hidden,
                                   configuration.first_hidden, configuration.hidden == 1 ? "" : ", …"));
    session.decide(fmt::format("parameters in force: {}, files: {}", configuration.values.size(), files.size()));
    session.report().parameters = configuration.values;
    session.use_log_rules(read_log_rules(configuration.values));
    co_await fetch_licences(session, *master);
    co_await fetch_directory(session, *master);
    co_await fetch_named_by(session, configuration);
    settle(session, configuration, files);
    const Next next = apply(session, configuration);
    if (next == Next::go_on) tell_state(session);
    if (uploads_log_at_boot(session.flash(), session.log_rules()))
        co_await upload_application_log(session, master->log_directory);
    co_return next;
}

} // namespace offhook::phone::polycom
