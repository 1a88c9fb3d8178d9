// One value or name that a grammar cannot carry costs a phone that parameter, and no more.
#include "config/render/carried.hpp"

#include "config/family/loader.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

using CarriedRows = std::vector<std::pair<std::string, std::string>>;

const Family& carried_family(std::string_view name) {
    static const auto families = load_families(OFFHOOK_SOURCE_DIR "/families");
    EXPECT_TRUE(families) << families.error().front().text();
    return *find_family(*families, name);
}

const Document& carried_document(const Family& family, std::string_view kind) {
    const auto all = family.documents();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Document& each) { return each.kind == kind; });
    EXPECT_NE(found, all.end()) << family.name() << ' ' << kind;
    return *found;
}

/// Its own file, of the document with content own.
const Document& own_document(const Family& family) {
    const auto all = family.documents();
    return *std::find_if(all.begin(), all.end(), [](const Document& each) {
        return each.content == Document::Content::own && each.scope == DocumentScope::device;
    });
}

Result<Rendered> carried(const Document& document, const Family& family, const CarriedRows& fleet,
                         const CarriedRows& device) {
    LayerBuilder shared, own;
    for (const auto& [name, value] : fleet) EXPECT_TRUE(shared.set(name, value)) << name;
    for (const auto& [name, value] : device) EXPECT_TRUE(own.set(name, value)) << name;
    const Layer shared_layer = shared.build(), own_layer = own.build();
    const LayerRef refs[] = {{LayerKind::fleet, &shared_layer}, {LayerKind::device, &own_layer}};
    Subject subject;
    subject.family = &family;
    subject.model = &family.models().front();
    subject.model_name = subject.model->name;
    subject.mac = MacAddress(0x0004f2000001ULL);
    subject.origin = "http://192.0.2.1";
    subject.shared = std::span(refs).first(1);
    subject.all = refs;
    return render(document, subject);
}

TEST(Carried, AValueWithoutAPlaceIsLeftOutAndTheRestIsWritten) {
    struct Row {
        std::string_view family;
        std::string setting, value, reason;
    };
    const Row rows[] = {
        {"genband-ip88", "line.1.display_name", "Joe ;x", "';' that would start a comment"},
        {"yealink", "line.1.label", " Zed", "begins or ends with a blank"},
        {"panasonic", "line.1.password", "qu\"ote", "a double quote"},
        {"linksys-spa", "line.1.display_name", " Joe", "a blank at one of its ends"},
        {"snom", "raw:voIpProt.SIP.x y", "1", "not a name"},
        {"genband-ip88", "raw:voIpProt.SIP.x", "1", "not a name of the form SECTION.field"},
        {"genband-ip88", "raw:reg.1.address", "2", "not a name of the form SECTION.field"},
    };
    for (const Row& row : rows) {
        const Family& family = carried_family(row.family);
        const auto file =
            carried(own_document(family), family, {}, {{"line.1.user", "20177"}, {row.setting, row.value}});
        ASSERT_TRUE(file) << row.family << ": " << file.error().text();
        EXPECT_NE(file->text.find("20177"), std::string::npos) << file->text;
        EXPECT_EQ(file->text.find(row.value.size() > 1 ? row.value : "voIpProt"), std::string::npos) << file->text;
        ASSERT_FALSE(file->left_out.empty()) << row.family;
        const LeftOut& out = file->left_out.front();
        EXPECT_EQ(out.setting, row.setting);
        EXPECT_EQ(out.origin, LayerKind::device);
        EXPECT_NE(out.reason.find(row.reason), std::string::npos) << out.reason;
        EXPECT_EQ(out.reason.find(row.value), std::string::npos) << "never the value: " << out.reason;
        const auto said = std::find_if(file->notes.begin(), file->notes.end(),
                                       [&](const MapNote& note) { return note.setting == row.setting; });
        ASSERT_NE(said, file->notes.end());
        EXPECT_NE(said->text.find("left out of this file: " + out.parameter + ", set by device"), std::string::npos)
            << said->text;
        for (const WrittenParameter& p : file->parameters) EXPECT_NE(p.parameter.name, out.parameter);
    }
}

TEST(Carried, AnotherFamilysRawNameTakesNoFile) {
    for (const auto* name : {"genband-ip88", "snom", "grandstream", "panasonic", "linksys-spa", "cisco-mpp"}) {
        const Family& family = carried_family(name);
        const auto file = carried(own_document(family), family, {{"raw:voIpProt.SIP.x y", "1"}},
                                  {{"line.1.user", "20177"}, {"line.1.password", "s3cret"}});
        ASSERT_TRUE(file) << name << ": " << file.error().text();
        EXPECT_NE(file->text.find("s3cret"), std::string::npos) << name << '\n' << file->text;
        ASSERT_EQ(file->left_out.size(), 1U) << name;
        EXPECT_EQ(file->left_out[0].setting, "raw:voIpProt.SIP.x y");
        EXPECT_EQ(file->left_out[0].origin, LayerKind::fleet);
    }
}

TEST(Carried, ManyAreLeftOutAtOnce) {
    const Family& family = carried_family("grandstream");
    CarriedRows fleet{{"line.1.user", "20177"}};
    for (int i = 0; i < 500; ++i) fleet.push_back({"raw:foreign." + std::to_string(i), "1"});
    const auto file = carried(own_document(family), family, fleet, {});
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_EQ(file->left_out.size(), 500U);
}

TEST(Carried, NothingIsLeftOutOfWhatFits) {
    for (const auto* name : {"polycom", "genband-ip88", "snom", "grandstream", "panasonic", "linksys-spa", "yealink"}) {
        const Family& family = carried_family(name);
        const auto file = carried(own_document(family), family, {}, {{"line.1.user", "20177"}});
        ASSERT_TRUE(file) << file.error().text();
        EXPECT_TRUE(file->left_out.empty()) << name;
    }
}

TEST(Carried, AFixedValueWantsAllThatItNames) {
    const Family& family = carried_family("linksys-spa");
    const Document& own = carried_document(family, "profile");
    const auto rule_of = [&](const CarriedRows& device) {
        const auto file = carried(own, family, {}, device);
        EXPECT_TRUE(file) << file.error().text();
        EXPECT_TRUE(file && file->left_out.empty());
        const auto at = file ? file->text.find("<Upgrade_Rule>") : std::string::npos;
        return at == std::string::npos ? std::string() : file->text.substr(at, file->text.find('\n', at) - at);
    };
    EXPECT_EQ(rule_of({{"firmware.version", "6.1.5a"}}), "");
    EXPECT_EQ(rule_of({{"firmware.path", "spa.bin"}}), "");
    EXPECT_EQ(rule_of({{"firmware.version", "6.1.5a"}, {"firmware.path", "spa.bin"}}),
              "<Upgrade_Rule>( $SWVER ne 6.1.5a )? http://192.0.2.1/spa.bin</Upgrade_Rule>");
}

} // namespace
} // namespace offhook::config
