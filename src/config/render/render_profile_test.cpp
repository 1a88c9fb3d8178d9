// What is particular to SPA phones' profiles: marks of access, and the rule that names the key of a sealed one.
#include "config/render/render.hpp"

#include "config/family/loader.hpp"

#include <gtest/gtest.h>
#include <set>

namespace offhook::config {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

Result<Rendered> file(const Family& family, std::string_view kind, const Rows& site, const Rows& device) {
    LayerBuilder shared, own;
    for (const auto& [name, value] : site) EXPECT_TRUE(shared.set(name, value)) << name;
    for (const auto& [name, value] : device) EXPECT_TRUE(own.set(name, value)) << name;
    const Layer shared_layer = shared.build(), own_layer = own.build();
    const LayerRef refs[] = {{LayerKind::site, &shared_layer}, {LayerKind::device, &own_layer}};
    Subject subject;
    subject.family = &family;
    subject.mac = MacAddress(0x000e08aabbccULL);
    subject.origin = "http://192.0.2.1";
    subject.shared = std::span(refs).first(1);
    subject.all = refs;
    for (const Document& document : family.documents())
        if (document.kind == kind) return render(document, subject);
    return fail(ErrorCode::not_found, "no such document");
}

const Family& linksys() {
    static const auto family = load_family(std::filesystem::path(OFFHOOK_SOURCE_DIR "/families/linksys-spa"));
    EXPECT_TRUE(family) << family.error().front().text();
    return **family;
}

TEST(RenderProfile, MarksWhatThePackSaysTheUserMayDo) {
    const auto family = load_family(
        PackText{"p",
                 "schema = 1\nname = \"p\"\ntitle = \"P\"\nouis = [\"000e08\"]\n[[document]]\nkind = \"own\"\n"
                 "path = \"{mac}.xml\"\nsyntax = \"spa-xml\"\nsummary = \"s\"\n",
                 "[model.M1]\nlines = 2\n",
                 "\"Name\" = { type = \"text\", access = \"ro\", source = \"s\", confidence = \"G\" }\n\"User_{n}_\" = "
                 "{ type = \"text\", access = \"rw\", source = \"s\", confidence = \"G\" }\n"
                 "\"Secret_{n}_\" = { type = \"text\", secret = true, source = \"s\", confidence = \"G\" }\n",
                 "[\"phone.label\"]\nwrite = \"Name\"\n[\"line.{n}.user\"]\nwrite = \"User_{n}_\"\n"
                 "[\"line.{n}.password\"]\nwrite = \"Secret_{n}_\"\n"});
    ASSERT_TRUE(family) << family.error().front().text();
    const auto own =
        file(**family, "own", {}, {{"phone.label", "Desk"}, {"line.1.user", "201"}, {"line.1.password", "x"}});
    ASSERT_TRUE(own) << own.error().text();
    EXPECT_NE(own->text.find("<Name ua=\"ro\">Desk</Name>\n"), std::string::npos) << own->text;
    EXPECT_NE(own->text.find("<User_1_ ua=\"rw\">201</User_1_>\n"), std::string::npos) << own->text;
    EXPECT_NE(own->text.find("<Secret_1_>x</Secret_1_>\n"), std::string::npos) << own->text;
}

/// What the pack knows as no secret is shown and may stand in a shared file; of a rule or a general-purpose parameter
/// nobody knows what its owner put into it.
TEST(RenderProfile, RawParametersThatAreKnownToBeNoSecretAreNone) {
    const Rows rows{{"raw:Resync_Random_Delay", "7"},
                    {"raw:Text_Logo", "hello"},
                    {"raw:Admin_Passwd", "a"},
                    {"raw:GPP_A", "b"},
                    {"raw:Profile_Rule_C", "[--key k] c"},
                    {"raw:Foo_Bar", "d"}};
    const auto own = file(linksys(), "profile", {}, rows);
    ASSERT_TRUE(own) << own.error().text();
    std::set<std::string> open;
    for (const auto& p : own->parameters)
        if (p.secrecy == Secrecy::open) open.insert(p.parameter.name);
    EXPECT_EQ(own->parameters.size(), rows.size()) << own->text;
    EXPECT_EQ(open, (std::set<std::string>{"Resync_Random_Delay", "Text_Logo"}));
    const auto shared = file(linksys(), "site profile", rows, {});
    ASSERT_TRUE(shared) << shared.error().text();
    EXPECT_NE(shared->text.find("<Text_Logo>hello</Text_Logo>"), std::string::npos) << shared->text;
    for (const char* name : {"Admin_Passwd", "GPP_A", "[--key k]", "Foo_Bar"})
        EXPECT_EQ(shared->text.find(name), std::string::npos) << name;
}

TEST(RenderProfile, TheRuleNamesTheKeyWhereTheSiteSeals) {
    const auto plain = file(linksys(), "site profile", {}, {});
    ASSERT_TRUE(plain) << plain.error().text();
    EXPECT_NE(plain->text.find("<Profile_Rule_B>http://192.0.2.1/$MA.xml</Profile_Rule_B>"), std::string::npos)
        << plain->text;
    const auto sealing = file(linksys(), "site profile", {{"provisioning.sealed", "yes"}}, {});
    ASSERT_TRUE(sealing) << sealing.error().text();
    EXPECT_NE(sealing->text.find("<Profile_Rule_B>( &quot;$P&quot; eq &quot;keyed&quot; )? [--key &quot;$SA&quot;] "
                                 "http://192.0.2.1/$MA.enc | http://192.0.2.1/$MA.xml</Profile_Rule_B>"),
              std::string::npos)
        << sealing->text;
    const auto elsewhere =
        file(linksys(), "site profile",
             {{"provisioning.sealed", "yes"}, {"provisioning.key_server", "https://keys.example.net:8443/"}}, {});
    EXPECT_NE(elsewhere->text.find(" | https://keys.example.net:8443/$MA.xml</Profile_Rule_B>"), std::string::npos)
        << elsewhere->text;
}

TEST(RenderProfile, AKeyOfManyIsInNoFileOfMany) {
    const auto shared = file(linksys(), "site profile",
                             {{"provisioning.sealed", "yes"}, {"provisioning.file_key", "SecretPhrase1234"}}, {});
    EXPECT_EQ(shared->text.find("GPP_"), std::string::npos) << "nor that phones have it: " << shared->text;
}

TEST(RenderProfile, ThePlainProfileIntroducesAndTheSealedOneIsForWhoHasTheKey) {
    const Rows device{{"provisioning.file_key", "SecretPhrase1234"}};
    EXPECT_FALSE(file(linksys(), "profile", {}, device)->is_introduction);
    EXPECT_EQ(file(linksys(), "sealed profile", {}, device).error().code, ErrorCode::not_found) << "not asked for";
    const Rows site{{"provisioning.sealed", "yes"}};
    const auto plain = file(linksys(), "profile", site, device);
    ASSERT_TRUE(plain) << plain.error().text();
    EXPECT_TRUE(plain->is_introduction);
    EXPECT_FALSE(plain->ends_key_rotation);
    EXPECT_EQ(plain->seal, nullptr);
    EXPECT_NE(plain->text.find("<GPP_P>keyed</GPP_P>\n<GPP_SA ua=\"na\">SecretPhrase1234</GPP_SA>"), std::string::npos)
        << plain->text;
    const auto keyless = file(linksys(), "profile", site, {});
    ASSERT_TRUE(keyless) << keyless.error().text();
    EXPECT_EQ(keyless->text.find("keyed"), std::string::npos) << "it would ask for what it cannot open";
    Rows rotated = device;
    rotated.emplace_back("provisioning.previous_file_key", "SecretPhrase1233");
    EXPECT_TRUE(file(linksys(), "profile", site, rotated)->ends_key_rotation) << "the phone has the new key at once";
    EXPECT_TRUE(file(linksys(), "sealed profile", site, rotated)->ends_key_rotation);
    EXPECT_FALSE(file(linksys(), "profile", {}, rotated)->ends_key_rotation);
}

TEST(RenderProfile, SealsThePhonesOwnProfileSoThatItsKeyOpensIt) {
    const Rows site{{"provisioning.sealed", "yes"}}, device{{"provisioning.file_key", "SecretPhrase1234"}};
    const auto own = file(linksys(), "sealed profile", site, device);
    ASSERT_TRUE(own) << own.error().text();
    EXPECT_NE(own->text.find("<GPP_SA ua=\"na\">SecretPhrase1234</GPP_SA>"), std::string::npos) << own->text;
    EXPECT_EQ(find_seal("openssl-raw-256")->open(own->served(), "SecretPhrase1234").value(), own->text);
    EXPECT_EQ(file(linksys(), "sealed profile", site, {}).error().code, ErrorCode::not_found) << "no key";
    Rows rotated = device;
    rotated.emplace_back("provisioning.previous_file_key", "SecretPhrase1233");
    const auto next = file(linksys(), "sealed profile", site, rotated);
    EXPECT_EQ(find_seal("openssl-raw-256")->open(next->served(), "SecretPhrase1233").value(), next->text);
}

} // namespace
} // namespace offhook::config
