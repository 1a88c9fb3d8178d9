#include "config/compile/profile.hpp"

#include "base/assert.hpp"
#include "base/text.hpp"
#include "config/compile/limits.hpp"

#include <fmt/format.h>
#include <unordered_map>
#include <unordered_set>

namespace offhook::config {
namespace {

constexpr std::string_view index_word = "{n}";

const Syntax& xml() {
    const Syntax* syntax = find_syntax("spa-xml");
    OFFHOOK_ASSERT(syntax != nullptr);
    return *syntax;
}

/// "Proxy_1_", "Proxy_{n}_": all before "_1_", where a name ends so.
std::optional<std::pair<std::string_view, std::string_view>> before_and_index(std::string_view name) {
    if (!name.ends_with('_')) return std::nullopt;
    name.remove_suffix(1);
    const auto bar = name.rfind('_');
    if (bar == std::string_view::npos || bar == 0 || bar + 1 == name.size()) return std::nullopt;
    return std::pair(name.substr(0, bar), name.substr(bar + 1));
}

std::string hint_of(const ParameterFacts& facts) {
    if (facts.type == "boolean") return "  # options: Yes/No";
    if (facts.type == "choice" && !facts.range.empty()) {
        std::string options;
        for (const std::string_view option : split(facts.range, '|')) {
            if (!options.empty()) options += '/';
            options += option;
        }
        return "  # options: " + options;
    }
    return facts.range.empty() ? "" : "  # " + facts.range;
}

} // namespace

void Profile::warn(std::string text) {
    if (warnings.size() < limits::profile_warnings_max) warnings.push_back(std::move(text));
}

std::string element_name(std::string_view name) {
    std::string out(name);
    for (char& c : out)
        if (std::string_view("[]()/ ").find(c) != std::string_view::npos) c = '_';
    return out;
}

std::string source_name(const Family& family, std::string_view name) {
    const auto own = before_and_index(name);
    const auto* facts = own ? family.facts(name) : nullptr;
    const auto known = facts != nullptr ? before_and_index(facts->name) : std::nullopt;
    if (!known || known->first != own->first || known->second != index_word) return std::string(name);
    return fmt::format("{}[{}]", own->first, own->second);
}

Profile settled(Profile profile) {
    Profile out;
    out.warnings = std::move(profile.warnings);
    std::unordered_map<std::string, std::size_t> places; // by element name
    for (ProfileEntry& entry : profile.entries) {
        const auto [place, is_new] = places.try_emplace(element_name(entry.name), out.entries.size());
        if (is_new) {
            out.entries.push_back(std::move(entry));
            continue;
        }
        ProfileEntry& first = out.entries[place->second];
        out.warn(fmt::format("{}: {} stood at {} already; the last counts", entry.where, printable(entry.name),
                             first.where));
        if (entry.value) first.value = std::move(entry.value);
        if (entry.access) first.access = entry.access;
        first.where = std::move(entry.where);
    }
    return out;
}

ParsedDocument to_document(const Profile& profile) {
    ParsedDocument out;
    for (const ProfileEntry& entry : profile.entries) {
        const std::string name = element_name(entry.name);
        if (entry.value) out.parameters.push_back({name, *entry.value});
        if (entry.access) out.access.push_back({name, *entry.access});
    }
    return out;
}

Result<std::string> to_xml(const Profile& profile) {
    const ParsedDocument document = to_document(profile);
    return xml().write_marked(document.parameters, document.access);
}

Result<std::string> to_source(const Profile& profile) {
    std::string out;
    for (const ProfileEntry& entry : profile.entries) {
        if (entry.name == "import") out += ' '; // at a line's start it would be the word
        out += entry.name;
        if (entry.access == UserAccess::read_write) out += " !";
        if (entry.access == UserAccess::read_only) out += " ?";
        if (entry.value) {
            if (entry.value->find_first_of(std::string_view("\"\r\n\0", 4)) != std::string::npos)
                return fail(ErrorCode::invalid, "the value holds a quote or a line break, and plain text has none",
                            entry.name);
            out += fmt::format(" \"{}\"", *entry.value);
        }
        out += " ;\n";
    }
    return out;
}

Result<Profile> read_xml_profile(std::string_view text, const std::string& file) {
    auto document = xml().read(text);
    if (!document) {
        Error error = document.error();
        error.where = error.where.empty() ? file : file + ", " + error.where;
        return tl::unexpected(std::move(error));
    }
    Profile out;
    for (const SyntaxNote& note : document->notes) out.warn(fmt::format("{}:{}: {}", file, note.line, note.text));
    for (Parameter& parameter : document->parameters)
        out.entries.push_back({std::move(parameter.name), std::move(parameter.value), std::nullopt, file});
    for (AccessMark& mark : document->access)
        out.entries.push_back({std::move(mark.name), std::nullopt, mark.access, file});
    // The reader has warned of what stands twice: what comes together here is a value and its mark.
    auto warnings = std::move(out.warnings);
    out = settled(std::move(out));
    out.warnings = std::move(warnings);
    return out;
}

bool looks_like_xml(std::string_view text) {
    constexpr std::string_view utf8_mark = "\xef\xbb\xbf";
    if (text.starts_with(utf8_mark)) text.remove_prefix(utf8_mark.size());
    return trim(text).starts_with('<');
}

std::string sample_source(const Family& family) {
    std::string out = fmt::format("# *** {}: every parameter that the pack knows, with its default where it is known\n"
                                  "# [1] stands for each line or key. Mark: ! the phone's user may change it, ? may "
                                  "read it, none: neither.\n",
                                  family.title());
    for (const ParameterFacts& facts : family.all_facts()) {
        std::string name = facts.name;
        for (auto open = name.find('{'); open != std::string::npos; open = name.find('{', open + 1))
            if (const auto close = name.find('}', open); close != std::string::npos)
                name.replace(open, close - open + 1, "1");
        const char* mark = facts.access == UserAccess::read_write  ? " !"
                           : facts.access == UserAccess::read_only ? " ?"
                                                                   : "";
        out += fmt::format("{}{} \"{}\" ;{}\n", source_name(family, name), mark, facts.default_value, hint_of(facts));
    }
    return out;
}

} // namespace offhook::config
