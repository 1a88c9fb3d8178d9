#include "phone/polycom/obtained_files.hpp"

#include "phone/discovery/told_text.hpp"
#include "phone/polycom/directory.hpp"
#include "phone/polycom/flash_files.hpp"
#include "phone/polycom/overrides.hpp"
#include "phone/polycom/sealed_file.hpp"
#include "phone/polycom/value_rules.hpp"
#include "phone/web_page.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::polycom {
namespace {

namespace asio = boost::asio;
using Origin = ConfigurationFile::Origin;

constexpr std::size_t remarks_max = 20; ///< told of one file
constexpr std::string_view directory_ending = "-directory.xml";

const config::Seal* our_seal() { return config::find_seal("polycom-project"); }

/// In the order in which they count.
std::vector<std::string> override_names(const Session& session, const MasterFile& master) {
    std::vector<std::string> names{own_file(session.flash(), master.overrides_directory, "-phone.cfg")};
    if (session.application_release().web_overrides == Release::WebOverrides::asked)
        names.push_back(own_file(session.flash(), master.overrides_directory, "-web.cfg"));
    return names;
}

std::optional<std::vector<config::Parameter>> read_cached(const Session& session, std::string_view key,
                                                          std::string_view syntax) {
    const auto& flash = session.flash();
    const auto cached = flash.files.find(key);
    if (cached == flash.files.end()) return std::nullopt;
    const auto text = open_if_sealed(cached->second, flash.parameter(key_parameter), our_seal());
    if (!text) return std::nullopt;
    auto document = config::find_syntax(syntax)->read(*text);
    if (!document) return std::nullopt;
    return std::move(document->parameters);
}

std::optional<ConfigurationFile> file_in_flash(const Session& session, const std::string& name) {
    auto parameters = read_cached(session, file_key(name), "polycom-attributes");
    if (!parameters) return std::nullopt;
    (void)drop_out_of_range(*parameters, session.family());
    return ConfigurationFile{name, Origin::cached, std::move(*parameters)};
}

void note(Since since, const std::string& name, std::vector<std::string>& changes) {
    if (since == Since::changed) changes.push_back(shown_address(name));
}

} // namespace

std::optional<std::string> ObtainedFiles::plain_text(const std::string& content) {
    if (is_web_page(content)) {
        session_.mark_malformed(web_page_reason, "a well-formed XML file");
        return std::nullopt;
    }
    auto text = open_if_sealed(content, session_.flash().parameter(key_parameter), our_seal());
    if (text) return std::move(*text);
    session_.mark_undecryptable(text.error().message);
    is_locked_ = true;
    return std::nullopt;
}

std::optional<std::vector<config::Parameter>> ObtainedFiles::read(const std::string& name, const std::string& content) {
    const auto text = plain_text(content);
    if (!text) return std::nullopt;
    auto document = config::find_syntax("polycom-attributes")->read(*text);
    if (!document) {
        session_.mark_malformed(document.error().text(), "a well-formed XML file");
        return std::nullopt;
    }
    session_.tell_notes(name, *document);
    auto remarks = drop_out_of_range(document->parameters, session_.family());
    if (remarks.size() > remarks_max) remarks.resize(remarks_max);
    for (const auto& remark : remarks)
        session_.remark(fmt::format("{}: {}; the phone ignores it", shown_address(name), remark));
    return std::move(document->parameters);
}

std::optional<ConfigurationFile> ObtainedFiles::from_cache(const std::string& name) {
    auto file = file_in_flash(session_, name);
    if (file) session_.decide(fmt::format("{} is taken from the cache in flash", shown_address(name)));
    return file;
}

asio::awaitable<std::optional<MasterFile>> ObtainedFiles::master() {
    auto master = co_await session_.fetch_master();
    if (master) co_return master;
    master = master_in_flash(session_);
    if (master) session_.decide("the master configuration file is taken from the cache in flash");
    co_return master;
}

asio::awaitable<std::optional<ConfigurationFile>> ObtainedFiles::obtain(std::string name, Kind kind) {
    const TransferAnswer answer = co_await session_.fetch(name);
    was_absent_ = answer.outcome == FileOutcome::absent;
    if (answer.outcome == FileOutcome::fetched) {
        auto parameters = read(name, answer.body);
        if (parameters) {
            auto& changes = session_.changes();
            note(keep_file(session_.flash(), file_key(name), answer.body), name,
                 kind == Kind::listed ? changes.listed : changes.others);
            co_return ConfigurationFile{name, Origin::fetched, std::move(*parameters)};
        }
        if (is_locked_) co_return std::nullopt; // the old copy does not count: the phone boots until it can read this
    } else if (answer.outcome == FileOutcome::absent && kind == Kind::optional) {
        forget_file(session_.flash(), name); // it has no copy to fall back on once it is gone
        co_return std::nullopt;
    } else if (answer.outcome == FileOutcome::absent) {
        session_.problem(fmt::format("{}: not all configuration files were present: the server has no such file, and "
                                     "the master configuration file lists it",
                                     shown_address(name)));
    }
    co_return from_cache(name);
}

/// What was changed on the phone: the server's copy, or what is in flash stands in for it (overrides.hpp).
asio::awaitable<std::optional<ConfigurationFile>> ObtainedFiles::overrides(MasterFile master, std::string name) {
    auto file = co_await obtain(name, Kind::optional);
    if (is_locked_) co_return file;
    auto& changes = session_.flash().changes;
    const bool forgets = session_.switches().overrides_absent == Switches::Overrides::forgotten;
    if (was_absent_ && forgets && !changes.empty() && name == overrides_name(session_, master)) {
        session_.decide(fmt::format("the server has no {}: what was changed on the phone is forgotten "
                                    "(phone.overrides.absent)",
                                    shown_address(name)));
        changes.clear();
    }
    reconcile_overrides(session_, master, name, file);
    if (file && was_absent_) file->origin = Origin::fetched; // the phone has all that there is
    co_return file;
}

std::optional<ConfigurationFile> ObtainedFiles::overrides_of_bootrom(const MasterFile& master,
                                                                     const std::string& name) {
    if (const auto found = of_bootrom_.find(name); found != of_bootrom_.end()) return std::move(found->second);
    auto file = from_cache(name);
    reconcile_overrides(session_, master, name, file);
    // No bootROM ran: the phone that runs has what the last one had.
    if (file && session_.is_running()) file->origin = Origin::fetched;
    return file;
}

/// One of MISC_FILES: its content is nothing that a boot depends on, but that it changed counts.
asio::awaitable<void> ObtainedFiles::fetch_further(std::string name) {
    const TransferAnswer answer = co_await session_.fetch(name);
    if (answer.outcome != FileOutcome::fetched) co_return;
    note(keep_digest(session_.flash(), file_key(name), answer.body), name, session_.changes().listed);
}

asio::awaitable<std::vector<ConfigurationFile>> ObtainedFiles::configuration(MasterFile master) {
    forget_all_but(session_.flash(), master);
    std::vector<ConfigurationFile> listed;
    for (const auto& name : master.configurations)
        if (auto file = co_await obtain(name, Kind::listed)) listed.push_back(std::move(*file));
    for (const auto& name : master.others) co_await fetch_further(name);
    std::vector<ConfigurationFile> files;
    const auto names = override_names(session_, master);
    const bool asks = session_.switches().overrides_stage == Stage::application;
    for (const auto& name : names) {
        std::optional<ConfigurationFile> file;
        if (asks)
            file = co_await overrides(master, name);
        else
            file = overrides_of_bootrom(master, name);
        if (file) files.push_back(std::move(*file));
    }
    std::move(listed.begin(), listed.end(), std::back_inserter(files));
    co_return files;
}

asio::awaitable<void> ObtainedFiles::in_bootrom(MasterFile master) {
    const Switches& switches = session_.switches();
    if (switches.overrides_stage == Stage::bootrom) {
        const auto names = override_names(session_, master);
        for (const auto& name : names) {
            auto file = co_await overrides(master, name);
            of_bootrom_.insert_or_assign(name, std::move(file));
        }
    }
    if (switches.licences_stage == Stage::bootrom) co_await fetch_licences(master);
    if (switches.directory_stage == Stage::bootrom) co_await fetch_directory(master);
}

asio::awaitable<void> ObtainedFiles::licences(MasterFile master) {
    if (session_.switches().licences_stage == Stage::application) co_await fetch_licences(std::move(master));
}

asio::awaitable<void> ObtainedFiles::fetch_licences(MasterFile master) {
    // The switch's default is the release's, and the bootROM may have stored another one since it began.
    const auto licences = read_switches(session_.flash(), session_.application_release()).licences;
    if (licences != Release::Licences::asked) co_return;
    const std::vector<std::string> owners{MacAddress{}.text(), session_.flash().mac.text()};
    for (const auto& owner : owners)
        co_await session_.fetch(join_path(master.licence_directory, owner + "-license.cfg"));
}

asio::awaitable<void> ObtainedFiles::fetch_directory(MasterFile master) {
    auto& flash = session_.flash();
    const std::string own = own_file(flash, master.contacts_directory, directory_ending);
    TransferAnswer answer = co_await session_.fetch(own);
    if (answer.outcome == FileOutcome::absent && flash.directory.empty()) {
        const std::string seed =
            join_path(master.contacts_directory, fmt::format("{}{}", MacAddress{}.text(), directory_ending));
        answer = co_await session_.fetch(seed);
    }
    if (answer.outcome != FileOutcome::fetched) co_return;
    auto text = plain_text(answer.body);
    if (text && is_directory(session_, *text)) directory_ = std::move(*text);
}

asio::awaitable<void> ObtainedFiles::directory(MasterFile master) {
    if (session_.switches().directory_stage == Stage::application) co_await fetch_directory(master);
    if (!directory_) co_return;
    auto& flash = session_.flash();
    const std::string own = own_file(flash, master.contacts_directory, directory_ending);
    const std::string before = flash.directory;
    keep_directory(session_, own, *directory_); // how much room it has is in the configuration
    if (flash.directory != before) session_.changes().others.push_back(shown_address(own));
}

std::optional<MasterFile> master_in_flash(const Session& session) {
    const auto parameters = read_cached(session, master_key, "polycom-master");
    if (!parameters) return std::nullopt;
    return read_master(*parameters, session.model().name, session.flash().mac, session.part_number());
}

std::vector<ConfigurationFile> files_in_flash(const Session& session, const MasterFile& master) {
    std::vector<ConfigurationFile> files;
    const auto own = overrides_name(session, master);
    const auto overrides = override_names(session, master);
    for (const auto& name : overrides) {
        if (name == own)
            files.push_back(changes_as_file(session, name));
        else if (auto file = file_in_flash(session, name))
            files.push_back(std::move(*file));
    }
    for (const auto& name : master.configurations)
        if (auto file = file_in_flash(session, name)) files.push_back(std::move(*file));
    return files;
}

} // namespace offhook::phone::polycom
