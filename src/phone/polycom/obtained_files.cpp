#include "phone/polycom/obtained_files.hpp"

#include "base/digest.hpp"
#include "phone/polycom/directory.hpp"
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

std::string override_name(const MasterFile& master, MacAddress mac, std::string_view ending) {
    return join_path(master.overrides_directory, fmt::format("{}{}", mac.text(), ending));
}

std::vector<config::Parameter> parameters_of(const std::map<std::string, std::string, std::less<>>& values) {
    std::vector<config::Parameter> out;
    for (const auto& [name, value] : values) out.push_back({name, value});
    return out;
}

std::optional<std::vector<config::Parameter>> read_cached(const Flash& flash, std::string_view name,
                                                          std::string_view syntax) {
    const auto cached = flash.files.find(name);
    if (cached == flash.files.end()) return std::nullopt;
    const auto text = open_if_sealed(cached->second, flash.parameter(key_parameter), our_seal());
    if (!text) return std::nullopt;
    auto document = config::find_syntax(syntax)->read(*text);
    if (!document) return std::nullopt;
    return std::move(document->parameters);
}

std::optional<MasterFile> master_in_flash(const Flash& flash, const config::Model& model,
                                          std::string_view part_number) {
    const auto parameters = read_cached(flash, cached_master, "polycom-master");
    if (!parameters) return std::nullopt;
    return read_master(*parameters, model.name, flash.mac, part_number);
}

} // namespace

void ObtainedFiles::keep(const std::string& name, const std::string& content, std::vector<std::string>& changes) {
    auto& flash = session_.flash();
    const auto known = flash.files.find(name);
    if (known != flash.files.end() && known->second == content) return;
    changes.push_back(name);
    flash.cache(name, content);
}

std::optional<std::string> ObtainedFiles::plain_text(const std::string& content) {
    if (is_web_page(content)) {
        session_.mark_not_usable(fmt::format("{}; expected a well-formed XML file", web_page_reason));
        return std::nullopt;
    }
    auto text = open_if_sealed(content, session_.flash().parameter(key_parameter), our_seal());
    if (text) return std::move(*text);
    session_.log("cfg", 5, "Error decrypting file");
    session_.mark_not_usable(text.error().message);
    is_locked_ = true;
    return std::nullopt;
}

std::optional<std::vector<config::Parameter>> ObtainedFiles::read(const std::string& name, const std::string& content) {
    const auto text = plain_text(content);
    if (!text) return std::nullopt;
    auto document = config::find_syntax("polycom-attributes")->read(*text);
    if (!document) {
        session_.mark_not_usable(document.error().text() + "; expected a well-formed XML file");
        return std::nullopt;
    }
    session_.tell_notes(name, *document);
    auto remarks = drop_out_of_range(document->parameters, session_.family());
    if (remarks.size() > remarks_max) remarks.resize(remarks_max);
    for (const auto& remark : remarks) session_.remark(fmt::format("{}: {}; the phone ignores it", name, remark));
    return std::move(document->parameters);
}

std::optional<ConfigurationFile> ObtainedFiles::from_cache(const std::string& name) {
    auto parameters = read_cached(session_.flash(), name, "polycom-attributes");
    if (!parameters) return std::nullopt;
    (void)drop_out_of_range(*parameters, session_.family());
    session_.decide(fmt::format("{} is taken from the cache in flash", name));
    return ConfigurationFile{name, Origin::cached, std::move(*parameters)};
}

asio::awaitable<std::optional<MasterFile>> ObtainedFiles::master() {
    auto master = co_await session_.fetch_master();
    if (master) co_return master;
    master = master_in_flash(session_.flash(), session_.model(), session_.part_number());
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
            keep(name, answer.body, kind == Kind::listed ? changes.listed : changes.others);
            co_return ConfigurationFile{name, Origin::fetched, std::move(*parameters)};
        }
        if (is_locked_) co_return std::nullopt; // the old copy does not count: the phone boots until it can read this
    } else if (answer.outcome == FileOutcome::absent && kind == Kind::optional) {
        session_.flash().files.erase(name); // it has no copy to fall back on once it is gone
        co_return std::nullopt;
    } else if (answer.outcome == FileOutcome::absent) {
        session_.problem(fmt::format("{}: not all configuration files were present: the server has no such file, and "
                                     "the master configuration file lists it",
                                     name));
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
                                    name));
        changes.clear();
    }
    reconcile_overrides(session_, master, name, file);
    if (file && was_absent_) file->origin = Origin::fetched; // the phone has all that there is
    co_return file;
}

/// One of MISC_FILES: its content is nothing that a boot depends on, but that it changed counts.
asio::awaitable<void> ObtainedFiles::fetch_further(std::string name) {
    const TransferAnswer answer = co_await session_.fetch(name);
    if (answer.outcome != FileOutcome::fetched) co_return;
    keep(fmt::format("digest of {}", name), content_name(answer.body), session_.changes().listed);
}

asio::awaitable<std::vector<ConfigurationFile>> ObtainedFiles::configuration(MasterFile master) {
    std::vector<ConfigurationFile> listed;
    for (const auto& name : master.configurations)
        if (auto file = co_await obtain(name, Kind::listed)) listed.push_back(std::move(*file));
    for (const auto& name : master.others) co_await fetch_further(name);
    std::vector<ConfigurationFile> files;
    const auto mac = session_.flash().mac;
    std::vector<std::string> names{override_name(master, mac, "-phone.cfg")};
    if (session_.release().web_overrides == Release::WebOverrides::asked)
        names.push_back(override_name(master, mac, "-web.cfg"));
    for (const auto& name : names)
        if (auto file = co_await overrides(master, name)) files.push_back(std::move(*file));
    std::move(listed.begin(), listed.end(), std::back_inserter(files));
    co_return files;
}

asio::awaitable<void> ObtainedFiles::directory(MasterFile master) {
    auto& flash = session_.flash();
    const std::string own =
        join_path(master.contacts_directory, fmt::format("{}{}", flash.mac.text(), directory_ending));
    TransferAnswer answer = co_await session_.fetch(own);
    if (answer.outcome == FileOutcome::absent && flash.directory.empty()) {
        const std::string seed =
            join_path(master.contacts_directory, fmt::format("{}{}", MacAddress{}.text(), directory_ending));
        answer = co_await session_.fetch(seed);
    }
    if (answer.outcome != FileOutcome::fetched) co_return;
    const auto text = plain_text(answer.body);
    if (!text) co_return;
    const std::string before = flash.directory;
    keep_directory(session_, own, *text);
    if (flash.directory != before) session_.changes().others.push_back(own);
}

Merged configuration_in_flash(const Flash& flash, const config::Model& model, std::string_view part_number) {
    std::vector<ConfigurationFile> files;
    if (!flash.changes.empty()) files.push_back({"changes", Origin::cached, parameters_of(flash.changes)});
    const auto master = master_in_flash(flash, model, part_number);
    if (!master) return merge(files);
    std::vector<std::string> names{override_name(*master, flash.mac, "-web.cfg")};
    names.insert(names.end(), master->configurations.begin(), master->configurations.end());
    for (const auto& name : names)
        if (auto parameters = read_cached(flash, name, "polycom-attributes"))
            files.push_back({name, Origin::cached, std::move(*parameters)});
    return merge(files);
}

} // namespace offhook::phone::polycom
