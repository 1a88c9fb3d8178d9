#include "config/family/pack.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <set>

namespace offhook::config {
namespace {

constexpr std::size_t model_suffix_bytes_max = 4; // KX-TGP500B04

std::string_view first_word(const Row& row) {
    const auto name = row.sources.front().what.spec().name;
    return name.substr(0, name.find('.'));
}

/// Lines with lines and keys with keys: all of line 1 stands before all of line 2.
bool same_block(const Row& a, const Row& b) {
    return a.indexed == b.indexed && (!a.indexed || first_word(a) == first_word(b));
}

} // namespace

Pack::Pack(PackContent content)
    : content_(std::move(content)), mapped_(vocabulary().size()), plain_(vocabulary().size()),
      used_(vocabulary().size()), parts_(vocabulary().size()) {
    find_used();
    std::set<std::uint16_t> stated;
    for (std::uint32_t i = 0; i < content_.rows.size(); ++i) {
        const Row& row = content_.rows[i];
        for (std::size_t at = 0; at < row.sources.size(); ++at) {
            const Source& source = row.sources[at];
            mapped_[source.what.setting] = true;
            if (row.forms.empty() && source.what.part == Part{}) plain_[source.what.setting] = true;
            if (!row.only_chooses(at)) stated.insert(source.what.setting);
            if (!row.only_chooses(at)) parts_[source.what.setting].push_back(source.what.part);
        }
        const bool joins = !blocks_.empty() && same_block(content_.rows[blocks_.back().first], row);
        if (joins)
            blocks_.back().last = i + 1;
        else
            blocks_.push_back({i, i + 1, row.indexed, first_word(row) == "line", first_word(row) == "key", {}});
        for (const Source& source : row.sources) {
            auto& settings = blocks_.back().settings;
            if (std::find(settings.begin(), settings.end(), source.what.setting) == settings.end())
                settings.push_back(source.what.setting);
        }
    }
    for (auto& parts : parts_)
        if (std::find(parts.begin(), parts.end(), Part{}) != parts.end()) parts.clear();
    for (std::uint16_t id = 0; id < mapped_.size(); ++id)
        if (mapped_[id] && !stated.contains(id)) choosers_.push_back(id);
    for (std::uint32_t i = 0; i < content_.models.size(); ++i) {
        const Model& model = content_.models[i];
        lines_max_ = std::max(lines_max_, model.lines);
        model_ids_.emplace(to_lower(model.name), i);
        for (const std::string& alias : model.aliases) model_ids_.emplace(to_lower(alias), i);
    }
}

void Pack::find_used() {
    constexpr std::string_view word = "{setting:";
    used_[firmware_version().id] = true;
    for (const Document& document : content_.documents) {
        if (document.content == Document::Content::directory) used_[find_setting("directory.source").value().id] = true;
        const auto beside = std::find_if(content_.files.begin(), content_.files.end(), [&](const OtherFile& other) {
            return !document.beside.empty() && other.kind == document.beside;
        });
        beside_.push_back(beside == content_.files.end() ? nullptr : &*beside);
        std::vector<Parameter> all = document.fixed;
        all.insert(all.end(), document.fixed_sealed.begin(), document.fixed_sealed.end());
        const auto names_key_server = [](const Parameter& fixed) {
            return fixed.value.find("{key_origin}") != std::string::npos;
        };
        if (std::any_of(all.begin(), all.end(), names_key_server))
            used_[find_setting("provisioning.key_server").value().id] = true;
        for (const Parameter& fixed : all)
            for (auto at = fixed.value.find(word); at != std::string::npos; at = fixed.value.find(word, at + 1)) {
                const auto name = std::string_view(fixed.value).substr(at + word.size());
                if (const auto key = find_setting(name.substr(0, name.find('}')))) used_[key->id] = true;
            }
    }
}

bool Pack::is_in_directory(const Effective::Value& type, const std::optional<Release>& release) const {
    if (spec_of(type.key).name != "key.{n}.type") return false;
    return std::any_of(content_.documents.begin(), content_.documents.end(), [&](const Document& document) {
        return std::any_of(document.keys.begin(), document.keys.end(),
                           [&](const DirectoryKey& key) { return key.type == type.value && key.holds_for(release); });
    });
}

SettingKey firmware_version() {
    static const SettingKey key = find_setting("firmware.version").value();
    return key;
}

const Model* Pack::find_model(std::string_view name_or_alias) const {
    const std::string lower = to_lower(name_or_alias.substr(0, limits::name_bytes_max));
    if (const Model* model = find_exactly(lower)) return model;
    if (!content_.model_suffixes) return nullptr;
    for (std::size_t bytes = 1; bytes <= model_suffix_bytes_max && bytes < lower.size(); ++bytes) {
        const std::size_t at = lower.size() - bytes;
        if (lower[at] < 'a' || lower[at] > 'z') continue; // KX-HDV1300 is no KX-HDV130
        if (const Model* model = find_exactly(lower.substr(0, at))) return model;
    }
    return nullptr;
}

const Model* Pack::find_exactly(std::string_view lower) const {
    const auto found = model_ids_.find(std::string(lower));
    return found == model_ids_.end() ? nullptr : &content_.models[found->second];
}

std::optional<PathMatch> Pack::match_path(std::string_view path) const {
    Captures captures;
    const auto knows_model = [&](std::string_view name) { return find_model(name) != nullptr; };
    const auto id = content_.paths.match(path, captures, knows_model);
    if (!id) return std::nullopt;
    PathMatch match;
    if (*id < content_.documents.size())
        match.document = &content_.documents[*id], match.other = beside_[*id];
    else
        match.other = &content_.files[*id - content_.documents.size()];
    match.mac = captures.mac;
    match.model = captures.at(Variable::model);
    match.site = captures.at(Variable::site);
    match.part = captures.at(Variable::part);
    return match;
}

std::optional<AgentMatch> Pack::match_user_agent(std::string_view user_agent) const {
    if (user_agent.size() > limits::user_agent_bytes_max) return std::nullopt;
    for (const Pattern& pattern : content_.agents) {
        Captures captures;
        if (!pattern.match(user_agent, captures)) continue;
        return AgentMatch{captures.at(Variable::model), captures.at(Variable::version), captures.at(Variable::stage),
                          captures.mac, captures.at(Variable::serial)};
    }
    return std::nullopt;
}

std::optional<CertificateHolder> Pack::match_certificate(std::span<const SubjectText> subject) const {
    for (const CertificateForm& form : content_.certificates)
        if (auto holder = form.match(subject)) return holder;
    return std::nullopt;
}

std::optional<std::string_view> Pack::nothing_of(std::string_view parameter) const {
    if (content_.empty_values == PackContent::EmptyValues::any) return std::string_view();
    const ParameterFacts* known = facts(parameter);
    const bool takes_empty =
        known == nullptr || (known->type != "number" && known->type != "choice" && known->type != "boolean");
    if (takes_empty) return std::string_view();
    return known->default_value.empty() ? std::nullopt : std::optional<std::string_view>(known->default_value);
}

Evidence Pack::evidence_of(const Row& row, const ParameterName& parameter) const {
    if (!row.source.empty()) return {row.source, row.confidence};
    const auto known = content_.known.find(parameter);
    if (!known) return {};
    return {content_.facts[*known].source, content_.facts[*known].confidence};
}

Evidence Pack::evidence(const WrittenParameter& written) const {
    // A raw parameter stands in a row's place without what the row says.
    const bool is_raw = written.setting.id == Layer::raw_id;
    const auto by_row = is_raw ? std::optional<ParameterTable::Found>() : content_.written.find(written.parameter.name);
    if (by_row && !content_.rows[by_row->id].source.empty())
        return {content_.rows[by_row->id].source, content_.rows[by_row->id].confidence};
    const ParameterFacts* known = facts(written.parameter.name);
    if (known == nullptr) return {};
    return {known->source, known->confidence};
}

const ParameterFacts* Pack::facts(std::string_view parameter) const {
    const auto found = content_.known.find(parameter);
    return found ? &content_.facts[found->id] : nullptr;
}

} // namespace offhook::config
