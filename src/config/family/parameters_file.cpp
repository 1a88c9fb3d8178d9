// parameters.toml: the vendor's own vocabulary, mapped or not.
#include "config/family/limits.hpp"
#include "config/family/number_range.hpp"
#include "config/family/pack_files.hpp"
#include "config/family/release.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace offhook::config {
namespace {

constexpr std::string_view types[] = {"text", "number", "boolean",      "choice",       "host",        "url",
                                      "time", "list",   "profile_rule", "upgrade_rule", "report_rule", "trigger"};
constexpr std::string_view marks[] = {"G", "C", "U", "I", "B"};

void check_facts(const TomlReader& row, const ParameterFacts& facts) {
    if (!facts.type.empty() && std::find(std::begin(types), std::end(types), facts.type) == std::end(types))
        row.problem_at("type", "no type '" + printable(facts.type, 40) +
                                   "'; there are text, number, boolean, choice, host, url, time, list, "
                                   "profile_rule, upgrade_rule, report_rule, trigger");
    if (!facts.confidence.empty() && !is_confidence_mark(facts.confidence))
        row.problem_at("confidence", "the marks are G (guide), C (code or capture), U (later documents), I (inferred), "
                                     "B (common knowledge)");
    if (facts.type == "number" && !facts.range.empty() && !parse_range(facts.range))
        row.problem_at("range", "a number's range is written as 1..65535, 300.. or ..9");
    if (!facts.since.empty() && !parse_release(facts.since))
        row.problem_at("since", "`since` is a release's number, 3.2 or 4.0.1, so that it can be compared");
    if (!facts.confidence.empty() && facts.source.empty()) row.problem_at("confidence", "a mark without a source");
}

/// `access`, as spa-xml writes it.
std::optional<UserAccess> user_access(TomlReader& row) {
    const std::string text = row.text("access");
    if (text == "na") return UserAccess::none;
    if (text == "ro") return UserAccess::read_only;
    if (text == "rw") return UserAccess::read_write;
    if (!text.empty())
        row.problem_at("access", "`access` is na, ro or rw: what the phone's user may do on its own pages");
    return std::nullopt;
}

void add_facts(const PackFile& file, PackContent& content, const ParameterFacts& facts, const std::string& where) {
    const auto compiled = ParameterName::compile(facts.name);
    if (!compiled)
        file.problems.add(where, compiled.error().message);
    else if (content.facts.size() >= pack_limits::pack_entries_max)
        file.problems.add(where, "too many parameters");
    else if (!content.known.add(*compiled, static_cast<std::uint32_t>(content.facts.size())))
        file.problems.add(where, "parameter '" + facts.name + "' is there already, with other index names");
    else
        content.facts.push_back(facts);
}

} // namespace

bool is_confidence_mark(std::string_view mark) {
    return std::find(std::begin(marks), std::end(marks), mark) != std::end(marks);
}

std::optional<NumberRange> parse_range(std::string_view text) {
    const auto dots = text.find("..");
    if (dots == std::string_view::npos || text.size() < 3) return std::nullopt;
    constexpr std::int64_t far = number_open;
    const auto bound = [](std::string_view word, std::int64_t open) -> std::optional<std::int64_t> {
        if (word.empty()) return open;
        return to_number<std::int64_t>(word);
    };
    const auto least = bound(text.substr(0, dots), -far), most = bound(text.substr(dots + 2), far);
    if (!least || !most || *least > *most) return std::nullopt;
    return NumberRange{*least, *most};
}

void read_parameters(const PackFile& file, PackContent& content) {
    TomlReader root(file.problems, file.name, file.root, "parameters.toml");
    ParameterFacts otherwise;
    if (const auto* table = root.table("otherwise")) {
        TomlReader row(file.problems, file.name, *table, "[otherwise]");
        otherwise.reboots = row.maybe("reboots");
        otherwise.secret = row.maybe("secret");
        (void)row.text("source", TomlReader::Need::required); // why it is thought to hold; read by people
        (void)row.text("confidence", TomlReader::Need::required);
        row.finish();
    }
    for (const auto& [name, table, where] : root.named_tables()) {
        TomlReader row(file.problems, file.name, *table, "a parameter");
        ParameterFacts facts;
        facts.name = name;
        facts.type = row.text("type");
        facts.range = row.text("range");
        facts.default_value = row.text("default");
        facts.reboots = row.maybe("reboots");
        if (!facts.reboots) facts.reboots = otherwise.reboots;
        facts.secret = row.maybe("secret");
        if (!facts.secret) facts.secret = otherwise.secret;
        facts.access = user_access(row);
        facts.since = row.text("since");
        facts.source = row.text("source");
        facts.confidence = row.text("confidence");
        check_facts(row, facts);
        add_facts(file, content, facts, where);
        const auto others = row.texts("each");
        if (!others.empty()) content.each[name] = {name};
        for (const TextAt& other : others) {
            content.each[name].push_back(other.text);
            facts.name = other.text;
            add_facts(file, content, facts, other.where);
        }
        row.finish();
    }
}

} // namespace offhook::config
