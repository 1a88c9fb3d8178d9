#include "config/family/check.hpp"

#include "base/assert.hpp"
#include "config/family/limits.hpp"
#include "config/family/pack.hpp"
#include "config/family/readme.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <functional>

namespace offhook::config {
namespace {

constexpr const char* confidence_marks[] = {"G", "C", "U", "I", "B"};

void count_columns(const PackContent& content, Coverage& out) {
    std::vector<bool> mapped(content.facts.size());
    const auto mark = [&](const ParameterName& name) {
        if (const auto id = content.known.find(name)) mapped[*id] = true;
        for (const std::string& one : name.each())
            if (const auto found = content.known.find(one)) mapped[found->id] = true;
    };
    for (const Row& row : content.rows) {
        for (const ParameterName& name : row.write) mark(name);
        for (const auto* companions : {&row.also, &row.guard})
            for (const Companion& companion : *companions) mark(companion.name);
        if (row.inherit) mark(row.inherit->from);
    }
    using Has = std::function<bool(const ParameterFacts&, std::size_t)>;
    const std::pair<const char*, Has> columns[] = {
        {"type", [](const auto& facts, std::size_t) { return !facts.type.empty(); }},
        {"range", [](const auto& facts, std::size_t) { return !facts.range.empty(); }},
        {"reboots", [](const auto& facts, std::size_t) { return facts.reboots.has_value(); }},
        {"secret", [](const auto& facts, std::size_t) { return facts.secret.has_value(); }},
        {"source", [](const auto& facts, std::size_t) { return !facts.source.empty(); }},
        {"confidence", [](const auto& facts, std::size_t) { return !facts.confidence.empty(); }},
        {"mapped", [&](const auto&, std::size_t at) { return mapped[at]; }},
    };
    for (const auto& [name, has] : columns) {
        Coverage::Column column{name, 0, {}};
        for (std::size_t i = 0; i < content.facts.size(); ++i)
            if (has(content.facts[i], i))
                ++column.known;
            else
                column.missing.push_back(content.facts[i].name);
        out.columns.push_back(std::move(column));
    }
    for (const char* wanted : confidence_marks)
        out.confidence.emplace_back(wanted,
                                    std::count_if(content.facts.begin(), content.facts.end(),
                                                  [&](const auto& facts) { return facts.confidence == wanted; }));
}

void look_at_rows(const Pack& pack, Coverage& out) {
    for (const char* mark : confidence_marks) out.row_confidence.emplace_back(mark, 0);
    for (const Row& row : pack.content().rows) {
        const Evidence evidence = pack.evidence_of(row, row.write.front());
        for (auto& [mark, count] : out.row_confidence)
            if (mark == evidence.confidence) ++count;
        if (evidence.confidence == "I")
            out.inferred.push_back(row.write.front().text() + ": " + std::string(evidence.source));
        if (!row.one_way.empty()) out.one_way.push_back(row.write.front().text() + ": " + row.one_way);
        for (const Source& source : row.sources)
            for (const ValueMap::Entry& entry : source.values.entries()) {
                const std::string* back = source.values.ours_of(entry.vendor.front());
                if (back != nullptr && *back != entry.ours)
                    out.many_to_one.push_back(row.write.front().text() + ": '" + entry.ours + "' reads back as '" +
                                              *back + "'");
            }
    }
    const auto all = vocabulary();
    out.settings = all.size();
    for (std::uint16_t id = 0; id < all.size(); ++id) {
        if (pack.maps(id)) continue;
        if (pack.is_used(id) || is_servers_own({id, 0})) {
            ++out.without_need;
            continue;
        }
        const auto why = pack.content().unmapped.find(id);
        out.without_row.push_back(std::string(all[id].name) +
                                  (why == pack.content().unmapped.end() ? "" : ": " + why->second));
    }
}

void look_at_discovery(const Discovery& discovery, Coverage& out) {
    out.classes = discovery.dhcp_classes.size() + discovery.enterprises.size() + discovery.pnp_vendors.size();
    for (const OfferRule& rule : discovery.offers) {
        std::string place(offer_method_text.to_text(rule.method));
        if (rule.option != 0) place += fmt::format(" {}", rule.option);
        if (rule.sub_option != 0) place += fmt::format(".{}", rule.sub_option);
        std::string schemes;
        for (const std::string& scheme : rule.schemes) schemes += (schemes.empty() ? " for " : ", ") + scheme;
        out.offers.push_back(fmt::format("{} {}{} ({})", place, rule.value, schemes, rule.confidence));
    }
}

void look_at_logs(const Family& family, Coverage& out) {
    for (const LogSentence& sentence : family.log_sentences()) {
        out.log_lines.push_back(fmt::format("{}: {} ({})", log_meaning_text.to_text(sentence.meaning),
                                            sentence.form.text(), sentence.confidence));
        if (sentence.confidence == "P") ++out.log_lines_ours;
    }
}

/// "1 model", "2 models".
std::string counted(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}{}", count, what, what.ends_with("class") && count != 1 ? "e" : "",
                       count == 1 ? "" : "s");
}

/// How the columns of parameters.toml are called in a sentence.
std::string_view called(std::string_view column) {
    return column == "reboots"  ? "whether one restarts the phone"
           : column == "secret" ? "whether one is secret"
                                : column;
}

void list(std::string& out, std::string_view title, const std::vector<std::string>& names) {
    if (names.empty()) return;
    out += fmt::format("{} ({}):\n", title, names.size());
    for (const std::string& name : names) out += "  " + name + "\n";
}

} // namespace

Coverage coverage_of(const Family& family) {
    const auto* pack = dynamic_cast<const Pack*>(&family);
    OFFHOOK_ASSERT(pack != nullptr);
    Coverage out;
    out.parameters = pack->content().facts.size();
    out.models = pack->models().size();
    out.documents = pack->documents().size();
    out.other_files = pack->other_files().size();
    out.rows = pack->content().rows.size();
    count_columns(pack->content(), out);
    look_at_discovery(pack->discovery(), out);
    look_at_logs(*pack, out);
    look_at_rows(*pack, out);
    return out;
}

std::vector<Error> warnings_of(const std::filesystem::path& folder) {
    std::vector<Error> out;
    const auto readme = folder / "README.md";
    std::string text(pack_limits::pack_file_bytes_max, '\0');
    std::ifstream file(readme, std::ios::binary);
    if (file) {
        file.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(file.gcount()));
        out = check_readme(readme.string(), text);
    } else {
        out.push_back({ErrorCode::not_found, "there is none: a pack says for people what it knows of its phones",
                       readme.string()});
    }
    std::error_code error;
    if (const auto samples = folder / "samples/requests.txt"; !std::filesystem::exists(samples, error))
        out.push_back({ErrorCode::not_found, "there is none: requests as phones send them, with the expected verdict",
                       samples.string()});
    std::size_t cases = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "golden", error))
        if (entry.path().extension() == ".txt") ++cases;
    if (cases == 0)
        out.push_back(
            {ErrorCode::not_found, "there is no case: settings in, what must come out", (folder / "golden").string()});
    return out;
}

std::string to_text(const Family& family, const Coverage& coverage, Detail detail) {
    std::string out = fmt::format("{} ({}): {}, {}, {}, {}\n", family.name(), family.title(),
                                  counted(coverage.models, "model"), counted(coverage.documents, "document"),
                                  counted(coverage.other_files, "other file"), counted(coverage.rows, "row"));
    if (!family.maturity().empty()) out += fmt::format("{}\n", family.maturity());
    out += fmt::format("{} known, and stated of so many: ", counted(coverage.parameters, "parameter"));
    for (const Coverage::Column& column : coverage.columns)
        if (column.name != "mapped") out += fmt::format("{} {}, ", called(column.name), column.known);
    for (const Coverage::Column& column : coverage.columns)
        if (column.name == "mapped") out += fmt::format("a row {}", column.known);
    out += "\nconfidence of parameters:";
    for (const auto& [mark, count] : coverage.confidence) out += fmt::format(" {} {}", mark, count);
    out += "\nconfidence of rows:";
    for (const auto& [mark, count] : coverage.row_confidence) out += fmt::format(" {} {}", mark, count);
    const std::size_t none = coverage.without_need + coverage.without_row.size();
    out += fmt::format("\nof our {}: {} in a row, {} in need of none, {} without a place\n",
                       counted(coverage.settings, "setting"), coverage.settings - none, coverage.without_need,
                       coverage.without_row.size());
    out += fmt::format("not read back: {}; read back as another: {}\n", counted(coverage.one_way.size(), "row"),
                       counted(coverage.many_to_one.size(), "value"));
    out += coverage.offers.empty() && coverage.classes == 0
               ? "discovery: nothing is said\n"
               : fmt::format("discovery: {}, {}\n", counted(coverage.classes, "class"),
                             counted(coverage.offers.size(), "offer"));
    if (!coverage.log_lines.empty())
        out += fmt::format("logs: {}, {} of them project-made\n", counted(coverage.log_lines.size(), "sentence"),
                           coverage.log_lines_ours);
    if (detail == Detail::summary) return out;
    for (const Coverage::Column& column : coverage.columns)
        list(out, column.name == "mapped" ? "not mapped" : "without " + column.name, column.missing);
    list(out, "offers", coverage.offers);
    list(out, "log sentences", coverage.log_lines);
    list(out, "settings without a row", coverage.without_row);
    list(out, "rows that are inferred", coverage.inferred);
    list(out, "rows that cannot be read back", coverage.one_way);
    list(out, "values that read back as another", coverage.many_to_one);
    return out;
}

} // namespace offhook::config
