// family.toml: who asks, for which files, and what the vendor's defaults are.
#include "config/family/limits.hpp"
#include "config/family/pack_files.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace offhook::config {
namespace {

constexpr std::int64_t schema_version = 1;

void read_ouis(TomlReader& root, Problems& problems, PackContent& content) {
    for (const TextAt& oui : root.texts("ouis")) {
        std::uint32_t bits = 0;
        const auto* end = oui.text.data() + oui.text.size();
        const auto parsed = std::from_chars(oui.text.data(), end, bits, 16);
        if (oui.text.size() != 6 || parsed.ec != std::errc{} || parsed.ptr != end)
            problems.add(oui.where, "an OUI is six hexadecimal digits, not '" + printable(oui.text, 40) + "'");
        else if (std::find(content.ouis.begin(), content.ouis.end(), bits) != content.ouis.end())
            problems.add(oui.where, "OUI " + oui.text + " stands twice");
        else
            content.ouis.push_back(bits);
    }
}

void read_empty_values(TomlReader& root, PackContent& content) {
    const std::string word = root.text("empty_values", TomlReader::Need::optional);
    if (word == "text")
        content.empty_values = PackContent::EmptyValues::text;
    else if (!word.empty() && word != "any")
        root.problem_at("empty_values", "`empty_values` is \"any\" or \"text\"");
}

void read_habits(TomlReader& root, PackContent& content) {
    const std::string ranges = root.text("ranges", TomlReader::Need::optional);
    if (ranges == "kept")
        content.ranges = PackContent::Ranges::kept;
    else if (!ranges.empty() && ranges != "open")
        root.problem_at("ranges", "`ranges` is \"open\" or \"kept\"");
    const std::string restarting = root.text("restarting", TomlReader::Need::optional);
    if (restarting == "own")
        content.restarting = RestartingParameters::own_document;
    else if (!restarting.empty() && restarting != "anywhere")
        root.problem_at("restarting", "`restarting` is \"anywhere\" or \"own\"");
}

void read_accounts(TomlReader& root, const PackFile& file, PackContent& content) {
    for (const toml::table* table : root.tables("account")) {
        TomlReader row(file.problems, file.name, *table, "[[account]]");
        FactoryAccount account{row.text("user", TomlReader::Need::required), row.text("password")};
        (void)row.text("source", TomlReader::Need::required); // read by people
        (void)row.text("confidence");
        row.finish();
        const bool again = std::any_of(content.accounts.begin(), content.accounts.end(), [&](const auto& other) {
            return other.user == account.user && other.password == account.password;
        });
        if (again) row.problem_at("user", "this account stands twice");
        content.accounts.push_back(std::move(account));
    }
}

void read_requests(TomlReader& root, const PackFile& file, PackContent& content) {
    for (const toml::table* table : root.tables("request")) {
        TomlReader row(file.problems, file.name, *table, "[[request]]");
        for (const TextAt& agent : row.texts("user_agent", TomlReader::Need::required)) {
            auto pattern = Pattern::compile(agent.text);
            if (!pattern) {
                file.problems.add(agent.where, pattern.error().message);
                continue;
            }
            const auto samples = pattern->samples();
            for (const Pattern& earlier : content.agents) {
                const auto taken = [&](const std::string& sample) {
                    Captures ignored;
                    return earlier.match(sample, ignored);
                };
                if (std::all_of(samples.begin(), samples.end(), taken))
                    file.problems.add(agent.where,
                                      "pattern '" + agent.text + "' is shadowed by '" + earlier.text() + "'");
            }
            content.agents.push_back(std::move(*pattern));
        }
        (void)row.text("source", TomlReader::Need::required); // read by people
        (void)row.text("confidence");
        row.finish();
    }
}

void read_certificates(TomlReader& root, const PackFile& file, PackContent& content) {
    for (const toml::table* table : root.tables("certificate")) {
        TomlReader row(file.problems, file.name, *table, "[[certificate]]");
        std::vector<std::pair<SubjectField, std::string>> fields;
        for (const auto& pair : row.pairs("subject")) {
            if (const auto field = subject_field_from_text(pair.key))
                fields.emplace_back(*field, pair.values.front());
            else
                file.problems.add(pair.where, "a subject's fields are CN OU O L ST serialNumber surname SAN, not '" +
                                                  printable(pair.key, 40) + "'");
        }
        if (auto form = CertificateForm::compile(fields))
            content.certificates.push_back(std::move(*form));
        else
            row.problem(form.error().message);
        (void)row.text("source", TomlReader::Need::required); // read by people
        (void)row.text("confidence");
        row.finish();
    }
}

/// Patterns of one document or file; `id` is its place in PathTable's numbering.
std::vector<std::string> read_paths(TomlReader& row, const PackFile& file, PackContent& content, std::size_t id) {
    std::vector<std::string> paths;
    for (const TextAt& path : row.texts("path", TomlReader::Need::required)) {
        auto pattern = Pattern::compile(path.text);
        if (!pattern) {
            file.problems.add(path.where, pattern.error().message);
            continue;
        }
        if (path.text.starts_with('/') || path.text.find("..") != std::string::npos) {
            file.problems.add(path.where, "pattern '" + path.text + "' cannot match: no leading '/', no '..'");
            continue;
        }
        paths.push_back(path.text);
        if (auto added = content.paths.add(std::move(*pattern), static_cast<std::uint32_t>(id)); !added)
            file.problems.add(path.where, added.error().message);
    }
    return paths;
}

template <class E>
E choice(TomlReader& row, std::string_view key, E otherwise,
         std::initializer_list<std::pair<std::string_view, E>> names) {
    const std::string text = row.text(key);
    if (text.empty()) return otherwise;
    std::string known;
    for (const auto& [name, value] : names) {
        if (name == text) return value;
        (known += known.empty() ? "" : ", ") += name;
    }
    row.problem_at(key, "`" + std::string(key) + "` is one of " + known + ", not '" + printable(text, 40) + "'");
    return otherwise;
}

/// `seal` and `sealed`. A sealed file is sealed with a device's own key.
void read_seal(TomlReader& row, Document& document) {
    using Sealed = Document::Sealed;
    const std::string name = row.text("seal");
    const bool says_when = row.has("sealed");
    document.seal = find_seal(name);
    document.sealed = choice(row, "sealed", Sealed::when_asked,
                             {{"when asked", Sealed::when_asked},
                              {"always", Sealed::always},
                              {"elsewhere", Sealed::elsewhere},
                              {"introduces", Sealed::introduces}});
    if (document.seal == nullptr && !name.empty())
        row.problem_at("seal", "no seal '" + printable(name, 40) + "'; there are " + seal_names());
    else if ((document.seal == nullptr) != document.has_sealed_twin() && says_when)
        row.problem_at("sealed", document.seal == nullptr ? "`sealed` says when a `seal` is used, and there is none"
                                                          : "what is sealed elsewhere has no `seal` of its own");
    if (document.sealed == Sealed::introduces && document.scope != DocumentScope::device)
        row.problem_at("sealed", "what brings a key is one device's own: its scope is \"device\"");
    if (document.seal != nullptr && document.scope != DocumentScope::device)
        row.problem_at("seal", "a sealed document is sealed with a device's own key: its scope is \"device\"");
}

/// [document.fixed], and [document.fixed_sealed]: what some of it is instead while own files are sealed.
void read_fixed(TomlReader& row, Document& document) {
    for (const auto& pair : row.pairs("fixed")) document.fixed.push_back({pair.key, pair.values.front()});
    for (const auto& pair : row.pairs("fixed_sealed")) {
        const auto same = [&](const Parameter& fixed) { return fixed.name == pair.key; };
        if (std::none_of(document.fixed.begin(), document.fixed.end(), same))
            row.problem_at("fixed_sealed", printable(pair.key, 40) + " does not stand in [document.fixed]");
        document.fixed_sealed.push_back({pair.key, pair.values.front()});
    }
}

Document read_document(TomlReader& row, const PackFile& file) {
    Document document;
    document.kind = row.text("kind", TomlReader::Need::required);
    const bool holds_contacts = row.text("content") == "directory";
    const std::string syntax =
        row.text("syntax", holds_contacts ? TomlReader::Need::optional : TomlReader::Need::required);
    document.syntax = find_syntax(syntax);
    if (document.syntax == nullptr && !syntax.empty())
        row.problem_at("syntax", "no syntax '" + printable(syntax, 40) + "'; there are " + syntax_names());
    document.scope =
        choice(row, "scope", DocumentScope::device,
               {{"device", DocumentScope::device}, {"site", DocumentScope::site}, {"family", DocumentScope::family}});
    using Content = Document::Content;
    document.content = choice(row, "content", Content::own,
                              {{"fixed", Content::fixed},
                               {"shared", Content::shared},
                               {"model", Content::model},
                               {"own", Content::own},
                               {"directory", Content::directory}});
    read_fixed(row, document);
    document.needed = row.boolean("needed", true);
    read_seal(row, document);
    document.summary = row.text("summary", TomlReader::Need::required);
    if (document.content == Content::own && document.scope != DocumentScope::device)
        row.problem("content \"own\" belongs to one device: its scope is \"device\"");
    if (document.content == Content::model && document.scope == DocumentScope::device)
        row.problem("content \"model\" is shared by all phones of a model: its scope is \"site\" or \"family\"");
    if (document.content == Content::fixed && document.fixed.empty())
        row.problem("content \"fixed\" needs [document.fixed]");
    read_directory(row, file, document);
    return document;
}

/// {setting:NAME}, {setting:NAME?A:B}, {url:NAME} or {clear_url:NAME} of a fixed value.
void check_fixed_setting(const PackFile& file, std::string_view word, const std::string& where) {
    const auto query = word.find('?');
    const auto key = find_setting(word.substr(0, query));
    if (!key)
        file.problems.add(where, key.error().text());
    else if (spec_of(*key).secrecy == Secrecy::secret)
        file.problems.add(where, "a secret setting has rows of settings.toml, no fixed value");
    else if (query != std::string_view::npos &&
             (spec_of(*key).type != SettingType::boolean || word.find(':', query) == std::string_view::npos))
        file.problems.add(where, "{setting:NAME?A:B} asks a yes or no, and says what to write for either");
}

/// Braces in fixed values: {mac} {MAC} {model} {origin} {key_origin} {setting:NAME} {url:NAME} {clear_url:NAME} and
/// {path:KIND}; {{x}} is the phone's own {x}.
void check_fixed(const PackFile& file, const PackContent& content, Document& document,
                 const std::vector<Parameter>& values, const std::string& where) {
    for (const Parameter& parameter : values)
        for (std::size_t at = parameter.value.find('{'); at != std::string::npos;
             at = parameter.value.find('{', at + 1)) {
            const bool phones = parameter.value.compare(at, 2, "{{") == 0;
            const auto end = parameter.value.find(phones ? "}}" : "}", at);
            const auto word = parameter.value.substr(at + 1, end == std::string::npos ? end : end - at - 1);
            if (phones && end != std::string::npos) {
                at = end;
                continue;
            }
            const bool of_device = word == "mac" || word == "MAC" || word == "model";
            if (of_device && document.scope != DocumentScope::device)
                file.problems.add(where, "{" + word + "} in a document that several devices share");
            const bool of_server = word == "origin" || word == "key_origin";
            const bool url = word.starts_with("url:") || word.starts_with("clear_url:");
            if (of_server || url) document.names_origin = true;
            if (of_device || of_server) continue;
            if (word.starts_with("setting:") && end != std::string::npos) {
                check_fixed_setting(file, std::string_view(word).substr(8), where);
                continue;
            }
            if (url && word.find('?') == std::string::npos && end != std::string::npos) {
                check_fixed_setting(file, std::string_view(word).substr(word.find(':') + 1), where);
                continue;
            }
            const auto named =
                std::find_if(content.documents.begin(), content.documents.end(), [&](const Document& other) {
                    return word.starts_with("path:") && word.substr(5) == other.kind;
                });
            const bool is_known = named != content.documents.end();
            if (is_known && named->content == Document::Content::directory) document.names_directory = named->kind;
            if (!is_known || end == std::string::npos)
                file.problems.add(
                    where, parameter.name + ": '{" + printable(word, 40) +
                               "}' is none of {mac} {MAC} {model} {origin} {key_origin} {setting:NAME} {url:NAME} "
                               "{clear_url:NAME} "
                               "{path:KIND of a document}");
        }
}

/// A model's document is asked for by whoever is of that model, known from the path alone.
void check_model_document(const PackFile& file, const std::vector<Document>& documents, std::size_t at,
                          const std::string& where) {
    const Document& document = documents[at];
    for (const std::string& path : document.paths) {
        const auto names = [&](const char* word) { return path.find(word) != std::string::npos; };
        if (!names("{model}") && !names("{part}") && !names("{mac}"))
            file.problems.add(where, "content \"model\": path '" + path + "' names no {model}, {part} or {mac}");
    }
    const bool has_shared = std::any_of(documents.begin(), documents.end(), [](const Document& other) {
        return other.content == Document::Content::shared;
    });
    if (!has_shared)
        file.problems.add(where, "content \"model\" is what a model changes of the document with content \"shared\", "
                                 "and there is none");
}

void read_documents(TomlReader& root, const PackFile& file, PackContent& content, std::set<std::string>& kinds) {
    std::vector<std::string> places;
    for (const toml::table* table : root.tables("document")) {
        TomlReader row(file.problems, file.name, *table, "[[document]]");
        Document document = read_document(row, file);
        document.paths = read_paths(row, file, content, content.documents.size());
        row.finish();
        if (!kinds.insert(document.kind).second) row.problem_at("kind", "kind '" + document.kind + "' stands twice");
        places.push_back(row.where());
        content.documents.push_back(std::move(document));
    }
    for (std::size_t i = 0; i < places.size(); ++i) {
        auto& document = content.documents[i];
        check_fixed(file, content, document, document.fixed, places[i]);
        check_fixed(file, content, document, document.fixed_sealed, places[i]);
        if (content.documents[i].content == Document::Content::model)
            check_model_document(file, content.documents, i, places[i]);
    }
}

/// What an upload becomes, and the grammar that reads it: `syntax` of settings, `directory` of contacts.
void read_becomes(TomlReader& row, UploadRules& rules) {
    using Becomes = UploadRules::Becomes;
    rules.becomes = choice(row, "becomes", Becomes::nothing,
                           {{"local", Becomes::local}, {"directory", Becomes::directory}, {"log", Becomes::log}});
    const std::string syntax = row.text("syntax"), directory = row.text("directory");
    if (!syntax.empty() && rules.becomes != Becomes::local)
        row.problem_at("syntax", "`syntax` reads what becomes \"local\", and this does not");
    if (!directory.empty() && rules.becomes != Becomes::directory)
        row.problem_at("directory", "`directory` reads what becomes \"directory\", and this does not");
    if (rules.becomes == Becomes::local) {
        rules.syntax = find_syntax(syntax);
        if (syntax.empty())
            row.problem_at("becomes", "what becomes \"local\" needs `syntax`, one of " + syntax_names());
        else if (rules.syntax == nullptr)
            row.problem_at("syntax", "no syntax '" + printable(syntax, 40) + "'; there are " + syntax_names());
    }
    if (rules.becomes == Becomes::directory) {
        rules.directory = find_directory_syntax(directory);
        if (directory.empty())
            row.problem_at("becomes", "what becomes \"directory\" needs `directory`, its grammar");
        else if (rules.directory == nullptr)
            row.problem_at("directory", "no directory syntax '" + printable(directory, 40) + "'; there are " +
                                            directory_syntax_names());
    }
    if (rules.becomes == Becomes::log && rules.bytes_max > std::uint64_t(pack_limits::log_upload_bytes_max))
        row.problem_at("becomes", "what becomes a log is at most 1048576 bytes: state a smaller `bytes_max`");
    const bool is_whole = rules.becomes == Becomes::local || rules.becomes == Becomes::directory;
    if (is_whole && rules.append != UploadRules::Append::never)
        row.problem_at("becomes", "what is read as a whole is sent as a whole: no `append`");
}

UploadRules read_upload_rules(TomlReader& row) {
    using Append = UploadRules::Append;
    UploadRules rules;
    rules.append = choice(row, "append", Append::never,
                          {{"never", Append::never}, {"allowed", Append::allowed}, {"by default", Append::by_default}});
    rules.bytes_max = static_cast<std::uint64_t>(
        row.number("bytes_max", 1, pack_limits::upload_bytes_max, static_cast<std::int64_t>(rules.bytes_max)));
    rules.served_back = row.boolean("served_back", true);
    if (rules.append != Append::never && rules.bytes_max > pack_limits::appended_bytes_max)
        row.problem_at("append", "what is appended to is at most 1048576 bytes: state a smaller `bytes_max`");
    read_becomes(row, rules);
    return rules;
}

/// What a version file names is firmware too, of a kind of its own.
void check_lists(const PackFile& file, const PackContent& content) {
    for (const OtherFile& each : content.files) {
        const bool known = std::any_of(content.files.begin(), content.files.end(), [&](const OtherFile& other) {
            return other.kind == each.lists && &other != &each && other.role == OtherFile::Role::firmware;
        });
        if (!each.lists.empty() && !known)
            file.problems.add(file.name, "`lists` of '" + each.kind + "' is the kind of another [[firmware]], not '" +
                                             printable(each.lists, 40) + "'");
    }
}

void read_others(TomlReader& root, const PackFile& file, PackContent& content, std::set<std::string>& kinds) {
    constexpr std::pair<std::string_view, OtherFile::Role> roles[] = {{"upload", OtherFile::Role::upload},
                                                                      {"firmware", OtherFile::Role::firmware},
                                                                      {"asset", OtherFile::Role::asset}};
    for (const auto& [name, role] : roles)
        for (const toml::table* table : root.tables(name)) {
            TomlReader row(file.problems, file.name, *table, "[[" + std::string(name) + "]]");
            OtherFile other;
            other.role = role;
            other.kind = row.text("kind", TomlReader::Need::required);
            other.needed = row.boolean("needed", false);
            if (role == OtherFile::Role::firmware) {
                other.begins_boot = row.boolean("begins_boot", false);
                other.leads_to_images = row.boolean("leads_to_images", false);
                other.lists = row.text("lists");
            }
            other.summary = row.text("summary", TomlReader::Need::required);
            name_beside(row, content, other);
            if (other.paths.empty())
                other.paths = read_paths(row, file, content, content.documents.size() + content.files.size());
            if (role == OtherFile::Role::upload) other.upload = read_upload_rules(row);
            (void)row.text("source"); // read by people
            (void)row.text("confidence");
            row.finish();
            if (!kinds.insert(other.kind).second) row.problem_at("kind", "kind '" + other.kind + "' stands twice");
            content.files.push_back(std::move(other));
        }
    check_beside(file, content);
    check_lists(file, content);
}

/// Once is no loop, so a limit is two at least.
void read_loop(TomlReader& root, const PackFile& file, PackContent& content) {
    const auto* table = root.table("loop");
    if (table == nullptr) return;
    TomlReader row(file.problems, file.name, *table, "[loop]");
    LoopLimits& loop = content.loop;
    loop.images = static_cast<unsigned>(row.number("images", 2, pack_limits::loop_images_max, loop.images));
    loop.boots = static_cast<unsigned>(row.number("boots", 2, pack_limits::loop_boots_max, loop.boots));
    loop.window = std::chrono::minutes(row.number("minutes", 1, pack_limits::loop_minutes_max, loop.window.count()));
    loop.boot =
        std::chrono::seconds(row.number("boot_seconds", 0, pack_limits::loop_boot_seconds_max, loop.boot.count()));
    (void)row.text("source"); // read by people
    (void)row.text("confidence");
    row.finish();
}

void read_defaults(TomlReader& root, const PackFile& file, PackContent& content) {
    LayerBuilder builder;
    for (const auto& pair : root.pairs("defaults"))
        if (const auto set = builder.set(pair.key, pair.values.front()); !set)
            file.problems.add(pair.where, set.error().text());
    content.defaults = builder.build();
}

} // namespace

void read_family(const PackFile& file, PackContent& content) {
    TomlReader root(file.problems, file.name, file.root, "family.toml");
    if (!root.has("schema"))
        root.problem("family.toml needs `schema`");
    else if (root.number("schema", schema_version, schema_version, 0) == 0)
        root.problem_at("schema", "this release reads schema 1");
    (void)root.node("schema");
    content.name = root.text("name", TomlReader::Need::required);
    const bool plain = std::all_of(content.name.begin(), content.name.end(),
                                   [](char c) { return (c >= 'a' && c <= 'z') || ascii_digit(c) || c == '-'; });
    if (!plain) root.problem_at("name", "a family's name is lower-case letters, digits and '-'");
    content.title = root.text("title", TomlReader::Need::required);
    content.maturity = root.text("maturity");
    read_empty_values(root, content);
    read_habits(root, content);
    read_ouis(root, file.problems, content);
    read_accounts(root, file, content);
    read_requests(root, file, content);
    read_certificates(root, file, content);
    read_log_lines(root, file, content);
    std::set<std::string> kinds;
    read_documents(root, file, content, kinds);
    read_others(root, file, content, kinds);
    check_logs(file, content);
    read_loop(root, file, content);
    read_defaults(root, file, content);
    root.finish();
}

} // namespace offhook::config
