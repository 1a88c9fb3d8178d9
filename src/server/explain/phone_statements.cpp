#include "server/explain/phone_statements.hpp"

#include "base/text.hpp"
#include "server/explain/event_meaning.hpp"
#include "server/introduction.hpp"
#include "server/layers.hpp"
#include "server/stored_files.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace offhook::server {
namespace {

using catalogue::TimelineEvent;
using config::LogFinding;
using config::LogMeaning;

constexpr std::size_t digits_shown = 16; ///< of a SHA-256
constexpr std::size_t name_shown_max = 100;

/// What a name in a log stands for.
struct Meant {
    std::string path; ///< as a phone asks for it: without server and slash
    Named named;
    std::shared_ptr<const catalogue::StoredFile> stored; ///< that the device gets under it; null: none
};

Meant meant_by_name(const Case& about, std::string_view name) {
    if (const auto scheme = name.find("://"); scheme != std::string_view::npos) {
        name.remove_prefix(scheme + 3);
        name.remove_prefix(std::min(name.size(), name.find('/')));
    }
    name.remove_prefix(std::min(name.size(), name.find_first_not_of('/')));
    Meant out{std::string(name), {}, nullptr};
    auto match = about.family.match_path(name);
    if (!match) match = about.family.match_path(name.substr(name.rfind('/') + 1)); // the phone's folder is none of ours
    if (!match) return out;
    out.named = {match->document, match->other};
    if (match->other == nullptr || match->other->role == config::OtherFile::Role::upload) return out;
    out.stored = find_stored_file(about.snapshot, {&about.family, about.family.find_model(about.device.model),
                                                   about.snapshot.site(about.device.site), &*match, name});
    return out;
}

/// How much of a file went out in a boot, the last time that it did; 0: none.
std::uint64_t bytes_sent(const Boot& boot, std::string_view path) {
    for (auto event = boot.rbegin(); event != boot.rend(); ++event)
        if (is_file_request(**event) && (*event)->verb == catalogue::EventVerb::get && was_got(**event) &&
            (*event)->path.view().ends_with(path))
            return (*event)->bytes;
    return 0;
}

/// A name from a log as a word of a command: nothing that a shell would take for more.
std::string word(std::string_view name) {
    const bool is_plain =
        !name.empty() && name.size() <= name_shown_max && name.front() != '-' &&
        std::all_of(name.begin(), name.end(), [](char c) {
            const char lower = ascii_lower(c);
            return (lower >= 'a' && lower <= 'z') || ascii_digit(c) || c == '.' || c == '-' || c == '_' || c == '/';
        });
    return is_plain ? std::string(name) : "NAME";
}

/// A text of the phone's between quotation marks: it cannot close them, nor look like a command of ours.
std::string quoted(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '"' || c == '`'; }, '\'');
    return text;
}

std::string stored_words(const catalogue::StoredFile& file) {
    return fmt::format("{} is stored here as number {}, version {}, {} bytes, SHA-256 {}…", printable(file.name, 63),
                       file.id, file.version.empty() ? "not stated" : printable(file.version, 40), file.bytes,
                       file.hash.substr(0, digits_shown));
}

std::string add_firmware(const Case& about, std::string_view name, std::string_view version) {
    return fmt::format("`offhook firmware add FILE --family {} --name {} --version {} --model {}`", about.family.name(),
                       name, version, about.device.model);
}

std::string part_numbers(const Case& about) {
    const auto* model = about.family.find_model(about.device.model);
    if (model == nullptr || model->part_numbers.empty()) return {};
    return fmt::format(" (part number {})", join(model->part_numbers, " or "));
}

std::string about_firmware(const Case& about, const Boot& boot, const Meant& meant, LogMeaning meaning) {
    const auto expected = fmt::format("software for {}{}", about.device.model, part_numbers(about));
    if (meant.stored == nullptr)
        return fmt::format("Expected is {}. No such file is stored here, so it has it from elsewhere: see the server "
                           "that the phone's files name; to serve a good one here: {}.",
                           expected, add_firmware(about, word(meant.path), "V"));
    const auto& file = *meant.stored;
    std::string out;
    if (meaning == LogMeaning::bad_checksum) {
        out = fmt::format("The image is not whole, or not as its maker built it. {}", stored_words(file));
        if (const auto sent = bytes_sent(boot, meant.path); sent != 0)
            out += fmt::format(", and {} bytes were sent", sent);
        out += ": compare that with the maker's file.";
    } else {
        out = fmt::format("Expected is {}. {}, for {}.", expected, stored_words(file),
                          file.models.empty() ? "any model" : join(file.models, ", "));
    }
    return out +
           fmt::format(" To put a good one in its place: {}; to take this one away: `offhook firmware remove {}`.",
                       add_firmware(about, word(file.name), "V"), file.id);
}

std::string about_missing_software(const Case& about) {
    return fmt::format("Expected is {}'s software in its flash or on the server: {}, NAME as firmware.path has it.",
                       about.device.model, add_firmware(about, "NAME", "V"));
}

/// Who states a setting; empty: nobody.
std::string stated_by(const Case& about, std::string_view name) {
    const auto* site = about.snapshot.site(about.device.site);
    const auto key = config::find_setting(name);
    if (site == nullptr || !key) return {};
    const Layers layers(about.snapshot, about.family, *site, &about.device);
    const config::Effective stated(layers.all());
    const auto* value = stated.find(*key);
    if (value == nullptr || value->value.empty()) return {};
    return fmt::format("{} ({} layer)", name, config::to_text(value->origin));
}

/// What else would do: of a family whose phones are told by their site, the site's other phones would go with it.
std::string without_seal(const Case& about) {
    const auto* site = about.snapshot.site(about.device.site);
    if (site == nullptr) return "or send it as it is";
    const auto command = sealing_command(about.family, *site, about.device.mac);
    if (!shares_where_sealed(about.family))
        return fmt::format("or send it as it is: `{} provisioning.sealed=no`", command);
    return fmt::format("or let the phone get its key anew, as a new one does. To send it as it is would be for all "
                       "phones of site {}, which brings their keys to everybody: `{} provisioning.sealed=no`",
                       site->name, command);
}

std::string about_sealed(const Case& about, const Meant& meant) {
    const auto mac = about.device.mac.text();
    if (meant.named.document == nullptr && meant.named.other != nullptr && meant.stored == nullptr)
        return fmt::format(
            "Expected is a file that the phone's key opens. The phone sent it itself, with a key that it "
            "had before: `offhook upload remove {} \"{}\"` takes it away.",
            mac, meant.named.kind());
    if (meant.named.document == nullptr || meant.stored != nullptr)
        return "Expected is a file that the phone's key opens, and this one is stored here and sent as it came: store "
               "it "
               "sealed with the phone's key, or plain.";
    std::string by;
    for (const auto* name : {"provisioning.previous_file_key", "provisioning.file_key"})
        if (by.empty()) by = stated_by(about, name);
    return fmt::format(
        "Expected is a file that the phone's key opens. The server seals it with {}. Give the server the "
        "key that the phone has: `offhook device set {} provisioning.file_key=KEY`, while the phone "
        "still has an older one `provisioning.previous_file_key=KEY`; {}.",
        by.empty() ? "no key now" : by, mac, without_seal(about));
}

std::string about_malformed(const Case& about, const Boot& boot, const Meant& meant) {
    const auto mac = about.device.mac.text();
    if (meant.stored != nullptr)
        return fmt::format("Expected is a well-formed file. {}: mend it and store it again (`offhook asset add FILE "
                           "--name {}`), or take it away (`offhook asset remove {}`).",
                           stored_words(*meant.stored), word(meant.stored->name), meant.stored->id);
    if (meant.named.document != nullptr) {
        const auto sent = bytes_sent(boot, meant.path);
        return fmt::format("Expected is the file as `offhook render {} {}` shows it{}. If the phone got another, what "
                           "stands between changed it, or it has it from another server.",
                           mac, word(meant.path),
                           sent == 0 ? ", and none was sent in this boot" : fmt::format(", {} bytes were sent", sent));
    }
    if (meant.named.other != nullptr)
        return fmt::format("Expected is a well-formed file. The phone sent it itself: `offhook upload show {} \"{}\"` "
                           "shows it, `offhook upload remove {} \"{}\"` takes it away.",
                           mac, meant.named.kind(), mac, meant.named.kind());
    return "Expected is a well-formed file. This server has none of that name: see where the phone has it from.";
}

std::string what_to_do(const Case& about, const Boot& boot, const Meant& meant, LogMeaning meaning) {
    switch (meaning) {
    case LogMeaning::bad_checksum:
    case LogMeaning::wrong_model:
    case LogMeaning::not_usable:
        return about_firmware(about, boot, meant, meaning);
    case LogMeaning::no_application:
        return about_missing_software(about);
    case LogMeaning::cannot_decrypt:
        return about_sealed(about, meant);
    case LogMeaning::malformed:
        return about_malformed(about, boot, meant);
    case LogMeaning::begins:
    case LogMeaning::asks:
    case LogMeaning::fetched:
    case LogMeaning::not_found:
    case LogMeaning::transfer_failed:
    case LogMeaning::upload_failed:
        break; // the timeline tells these
    }
    return {};
}

bool was_sent_in(const Boot& boot, const config::OtherFile& file) {
    return std::any_of(boot.begin(), boot.end(), [&](const TimelineEvent* event) {
        return event->verb == catalogue::EventVerb::put && event->kind == cut(file.kind);
    });
}

/// The boot that the log is of; null: an earlier one than counts.
const Boot* boot_of(std::span<const Boot> boots, const UploadedLog& log) {
    const auto came_since = [&](const Boot& boot) { return log.stored_at >= boot.front()->at; };
    if (boots.empty()) return nullptr;
    if (came_since(boots.back())) return &boots.back();
    if (boots.size() == 1 || was_sent_in(boots.back(), *log.file)) return nullptr;
    const Boot& before = boots[boots.size() - 2];
    return came_since(before) ? &before : nullptr;
}

} // namespace

std::vector<PhoneStatement> read_statements(const Case& about, std::span<const Boot> boots,
                                            std::span<const UploadedLog> logs) {
    std::vector<PhoneStatement> out;
    std::set<std::pair<LogMeaning, std::string>> told;
    for (const UploadedLog& log : logs) {
        const Boot* boot = boot_of(boots, log);
        if (boot == nullptr) continue;
        for (LogFinding& said : config::read_phone_log(about.family, log.bytes)) {
            const Meant meant = meant_by_name(about, said.file);
            const auto advice = what_to_do(about, *boot, meant, said.meaning);
            if (advice.empty() || out.size() == statements_shown_max) continue;
            const auto which = meant.stored != nullptr ? std::to_string(meant.stored->id) : meant.path;
            if (!told.emplace(said.meaning, which).second) continue;
            auto sentence = fmt::format("In its {} ({}, sent at {} UTC) it says{}: \"{}\"{}. {}", log.file->kind,
                                        upload_name(*log.file, about.device.mac), to_text(log.stored_at).substr(11, 8),
                                        said.file.empty() ? "" : " of " + quoted(said.file), quoted(said.text),
                                        said.count == 1 ? "" : fmt::format(", {} times", said.count), advice);
            out.push_back({log.file->kind, log.stored_at, std::move(said), std::move(sentence)});
        }
    }
    return out;
}

namespace {

constexpr std::chrono::seconds said_before{5}; // "Requesting …" goes out before the request does

struct Said {
    LogFinding finding;
    const TimelineEvent* event = nullptr; ///< the last that said so
};

/// In order, without what a file that came afterwards has made good.
std::vector<Said> still_true(const config::Family& family, std::span<const TimelineEvent> newest_first,
                             WallTime since) {
    std::vector<Said> out;
    config::LogReader reader(family);
    for (auto at = newest_first.rbegin(); at != newest_first.rend(); ++at) {
        if (at->at < since) continue;
        const auto who = at->user_agent.view(), what = at->path.view();
        auto finding = reader.take(who.empty() ? std::string(what) : fmt::format("{} -- {}", who, what));
        if (!finding || finding->meaning == LogMeaning::asks) continue;
        const bool all = finding->meaning == LogMeaning::begins;
        if (all || finding->meaning == LogMeaning::fetched) {
            std::erase_if(out, [&](const Said& one) { return all || one.finding.file == finding->file; });
            continue;
        }
        finding->count = at->count;
        const auto same = std::find_if(out.begin(), out.end(), [&](const Said& one) {
            return one.finding.meaning == finding->meaning && one.finding.file == finding->file;
        });
        if (same == out.end()) {
            out.push_back({std::move(*finding), &*at});
        } else {
            same->finding.count += at->count;
            same->event = &*at;
        }
    }
    return out;
}

/// Some phones have one word for what they cannot read and what they cannot open.
std::string about_said(const Case& about, const Boot& boot, const LogFinding& finding) {
    const Meant meant = meant_by_name(about, finding.file);
    auto advice = what_to_do(about, boot, meant, finding.meaning);
    const bool may_be_sealed = finding.meaning == LogMeaning::malformed && meant.named.document != nullptr &&
                               meant.named.document->seal != nullptr && meant.stored == nullptr &&
                               !stated_by(about, "provisioning.sealed").empty();
    if (may_be_sealed) advice += " It is sealed: " + about_sealed(about, meant);
    return advice;
}

} // namespace

std::vector<PhoneStatement> read_said(const Case& about, std::span<const Boot> boots,
                                      std::span<const TimelineEvent> newest_first) {
    std::vector<PhoneStatement> out;
    const Boot none;
    const Boot& boot = boots.empty() ? none : boots.back();
    const auto since = boot.empty() ? WallTime() : boot.front()->at - said_before;
    for (auto& [finding, event] : still_true(about.family, newest_first, since)) {
        const auto advice = about_said(about, boot, finding);
        if (advice.empty() || out.size() == statements_shown_max) continue;
        auto sentence = fmt::format("By syslog (from {}, at {} UTC) it says{}: \"{}\"{}. {}", event->source.text(),
                                    to_text(event->at).substr(11, 8),
                                    finding.file.empty() ? "" : " of " + quoted(finding.file), quoted(finding.text),
                                    finding.count == 1 ? "" : fmt::format(", {} times", finding.count), advice);
        out.push_back({"syslog", event->at, std::move(finding), std::move(sentence)});
    }
    return out;
}

} // namespace offhook::server
