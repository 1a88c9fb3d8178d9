// Golden cases of documents: layers and contacts in, and the file's very bytes out (docs/packs.md, Golden cases).
// OFFHOOK_GOLDEN=1 rewrites what came out; then look at the difference.
#include "config/family/loader.hpp"
#include "config/family/scaffold.hpp"
#include "config/render/directory.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <set>

namespace offhook::config {
namespace {

namespace fs = std::filesystem;

constexpr std::pair<std::string_view, LayerKind> layer_names[] = {
    {"fleet", LayerKind::fleet}, {"site", LayerKind::site},     {"model", LayerKind::model},
    {"group", LayerKind::group}, {"device", LayerKind::device},
};
constexpr std::string_view text_mark = "--- text\n";

/// A case as its file says it.
struct DocumentCase {
    std::string document, model, site = "hq", origin = "http://192.0.2.1:8080";
    MacAddress mac;
    std::map<LayerKind, LayerBuilder> layers;
    std::vector<Contact> phonebook; ///< the site's
    std::string head;               ///< what goes in, as it stands
    std::string rest;               ///< what must come out, from `text_mark` on
};

/// "Lee, Ann = 201": a contact of the phonebook.
Contact contact_of(std::string_view name, std::string_view number) {
    Contact out;
    const auto comma = name.find(", ");
    out.last_name = name.substr(0, comma);
    if (comma != std::string_view::npos) out.first_name = name.substr(comma + 2);
    out.number = number;
    return out;
}

void take_fact(DocumentCase& out, std::string_view line) {
    const auto blank = line.find(' ');
    const std::string_view word = line.substr(0, blank);
    const std::string value(blank == std::string_view::npos ? "" : line.substr(blank + 1));
    if (word == "document")
        out.document = value;
    else if (word == "model")
        out.model = value;
    else if (word == "site")
        out.site = value;
    else if (word == "origin")
        out.origin = value;
    else if (word == "mac")
        out.mac = MacAddress::from_text(value).value();
    else
        ADD_FAILURE() << "no fact of a document's case: " << line;
}

void take_setting(DocumentCase& out, std::string_view section, std::string_view line) {
    const auto equals = line.find(" =");
    ASSERT_NE(equals, std::string_view::npos) << line;
    const std::string_view name = line.substr(0, equals), value = trim(line.substr(equals + 2));
    if (section == "phonebook") return out.phonebook.push_back(contact_of(name, value));
    const auto* layer = std::find_if(std::begin(layer_names), std::end(layer_names),
                                     [&](const auto& each) { return each.first == section; });
    ASSERT_NE(layer, std::end(layer_names)) << "no layer " << section;
    const auto set = out.layers[layer->second].set(name, value);
    EXPECT_TRUE(set) << set.error().text();
}

DocumentCase read_case(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string all(std::istreambuf_iterator<char>(file), {});
    DocumentCase out;
    const auto mark = all.find(text_mark);
    out.head = all.substr(0, mark);
    if (mark != std::string::npos) out.rest = all.substr(mark);
    std::string section;
    for (const std::string_view line : split(out.head, '\n')) {
        if (line.empty() || line.starts_with('#')) continue;
        if (line.starts_with("--- "))
            section = line.substr(4);
        else if (section.empty())
            take_fact(out, line);
        else
            take_setting(out, section, line);
    }
    return out;
}

/// A file's bytes, so that a carriage return, and a last line without its end, can be seen.
std::string visible(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\')
            out += "\\\\";
        else if (c == '\r')
            out += "\\r";
        else
            out += c;
    }
    if (!out.empty() && out.back() != '\n') out += "\\\n";
    return out;
}

std::string came_out(const Result<Rendered>& rendered) {
    std::string out(text_mark);
    if (!rendered) return out + "--- error\n" + rendered.error().text() + "\n";
    out += visible(rendered->text);
    if (rendered->seal != nullptr) out += "--- sealed\n" + std::string(rendered->seal->name()) + "\n";
    if (!rendered->notes.empty()) out += "--- notes\n";
    for (const MapNote& note : rendered->notes) out += note.setting + ": " + note.text + "\n";
    return out;
}

/// What the file holds now.
std::string run_case(const Family& family, DocumentCase& given) {
    std::vector<Layer> layers;
    for (const auto& [name, kind] : layer_names) layers.push_back(given.layers[kind].build());
    std::vector<LayerRef> refs{{LayerKind::vendor_default, &family.defaults()}};
    for (std::size_t i = 0; i < layers.size(); ++i) refs.push_back({layer_names[i].second, &layers[i]});
    Subject subject;
    subject.family = &family;
    subject.model = given.model.empty() ? nullptr : family.find_model(given.model);
    EXPECT_EQ(subject.model == nullptr, given.model.empty()) << given.model;
    subject.mac = given.mac;
    subject.model_name = given.model;
    subject.site_name = given.site;
    subject.wire = Wire::tls;
    subject.origin = given.origin;
    subject.shared = std::span(refs).first(3);
    subject.directory = given.phonebook.empty() ? NamedDirectory::absent : NamedDirectory::there;
    subject.all = subject.model == nullptr ? subject.shared : std::span<const LayerRef>(refs);
    for (const Document& document : family.documents()) {
        if (document.kind != given.document) continue;
        if (document.directory == nullptr) return came_out(render(document, subject));
        DirectorySources sources;
        sources.site = given.phonebook;
        return came_out(render_directory(document, subject, sources));
    }
    ADD_FAILURE() << "no document '" << given.document << "'";
    return {};
}

std::vector<fs::path> case_files(const fs::path& pack) {
    std::vector<fs::path> out;
    if (!fs::exists(pack / "golden/documents")) return out;
    for (const auto& entry : fs::directory_iterator(pack / "golden/documents")) out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    return out;
}

void look_at(const fs::path& pack) {
    const bool rewrite = std::getenv("OFFHOOK_GOLDEN") != nullptr;
    const auto family = load_family(pack);
    ASSERT_TRUE(family) << family.error().front().text();
    std::set<std::string> shown;
    for (const auto& path : case_files(pack)) {
        SCOPED_TRACE(path.string());
        DocumentCase given = read_case(path);
        const std::string rest = run_case(**family, given);
        shown.insert(given.document);
        if (rewrite)
            std::ofstream(path, std::ios::binary) << given.head << rest;
        else
            EXPECT_EQ(rest, given.rest);
    }
    for (const Document& document : (*family)->documents())
        EXPECT_TRUE(shown.contains(document.kind))
            << (*family)->name() << ": no case in golden/documents has the document '" << document.kind << "'";
}

TEST(GoldenDocuments, AreMadeAsTheirFilesSay) {
    for (const auto& pack : fs::directory_iterator(OFFHOOK_SOURCE_DIR "/families")) look_at(pack.path());
}

TEST(GoldenDocuments, OfANewPackAreRightToo) {
    std::string name = (fs::temp_directory_path() / "offhook-new-pack-XXXXXX").string();
    const fs::path top = ::mkdtemp(name.data());
    const auto made = scaffold(top, "acme", "Acme");
    ASSERT_TRUE(made) << made.error().text();
    look_at(*made);
    fs::remove_all(top);
}

} // namespace
} // namespace offhook::config
