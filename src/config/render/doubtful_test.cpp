// Rules that a phone could not follow, seen before it has them.
#include "config/render/doubtful.hpp"

#include "config/family/loader.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

using DoubtRows = std::vector<std::pair<std::string, std::string>>;

const Family& spa_family() {
    static const auto families = load_families(OFFHOOK_SOURCE_DIR "/families");
    EXPECT_TRUE(families) << families.error().front().text();
    return *find_family(*families, "linksys-spa");
}

struct Reached {
    std::string origin = "http://192.0.2.1", clear_origin, token;
};

Rendered rendered_profile(const DoubtRows& rows, const Reached& reached = {}) {
    const auto documents = spa_family().documents();
    const auto own =
        std::find_if(documents.begin(), documents.end(), [](const Document& each) { return each.kind == "profile"; });
    LayerBuilder stated;
    for (const auto& [name, value] : rows) EXPECT_TRUE(stated.set(name, value)) << name;
    const Layer layer = stated.build();
    const LayerRef refs[] = {{LayerKind::device, &layer}};
    Subject subject;
    subject.family = &spa_family();
    subject.model = &spa_family().models().front();
    subject.mac = MacAddress(0x000e08aabbccULL);
    subject.origin = reached.origin;
    subject.clear_origin = reached.clear_origin;
    subject.token = reached.token;
    subject.shared = std::span(refs).first(0);
    subject.all = refs;
    auto out = render(*own, subject);
    EXPECT_TRUE(out) << out.error().text();
    return out ? std::move(*out) : Rendered();
}

TEST(Doubtful, IsARuleThatCannotBeReadAndItStaysInTheFile) {
    const auto out = rendered_profile({{"raw:Profile_Rule_C", "( $SWVER lt"}});
    EXPECT_NE(out.text.find("<Profile_Rule_C>( $SWVER lt</Profile_Rule_C>"), std::string::npos) << out.text;
    ASSERT_EQ(out.doubtful.size(), 1U);
    EXPECT_EQ(out.doubtful[0].setting, "raw:Profile_Rule_C");
    EXPECT_EQ(out.doubtful[0].origin, LayerKind::device);
    EXPECT_EQ(out.doubtful[0].reason, "column 1: a '(' has no end; expected its ')'");
    EXPECT_TRUE(std::any_of(out.notes.begin(), out.notes.end(),
                            [](const MapNote& note) { return note.text.find("hardly follow") != std::string::npos; }));
    EXPECT_TRUE(out.left_out.empty());
}

TEST(Doubtful, IsEveryKindOfRuleByItsOwnForm) {
    const std::pair<const char*, const char*> doubtful[] = {
        {"raw:Profile_Rule_B", "http://h |"},    {"raw:Upgrade_Rule", "[--key x] http://h/f.bin"},
        {"raw:Upgrade_Rule", "https://h/f.bin"}, {"raw:Report_Rule", "( $A eq 1 )? /x"},
        {"raw:Resync_Trigger_1", "$PRVTMR ge"},  {"raw:Profile_Rule_D", "http://h/$BOGUS"},
    };
    for (const auto& [name, value] : doubtful) EXPECT_EQ(rendered_profile({{name, value}}).doubtful.size(), 1U) << name;
    const std::pair<const char*, const char*> good[] = {
        {"raw:Profile_Rule_C", "($A lt 5)? /x | [--key \"$SA\"] http://h/$MA.xml"}, // who knows what $A is
        {"raw:Upgrade_Rule", "( $SWVER ne 5.1.8 )? http://h/f.bin"},
        {"raw:Report_Rule", "[ --key $SA ] http://h/$MA-report.xml"},
        {"raw:Resync_Trigger_1", "$PRVTMR ge 600"},
        {"raw:Station_Name", "( no rule"},
        {"firmware.version", "6.1.5(a)"},
    };
    for (const auto& [name, value] : good) EXPECT_TRUE(rendered_profile({{name, value}}).doubtful.empty()) << name;
    EXPECT_EQ(rendered_profile({{"raw:Profile_Rule_C", "($A lt 5)? /x"}, {"raw:GPP_A", "a word"}}).doubtful.size(), 1U)
        << "the file says what $A is";
}

TEST(Doubtful, ShowsNothingOfARuleThatMayHoldAKey) {
    for (const char* rule : {"[--key s3cret s3cret] http://h/x", "[--key s3$s3cret] http://h/x",
                             "[--key s3cret http://h/x", "[--s3cret] /x", "http://s3cret |"}) {
        const auto out = rendered_profile({{"raw:Profile_Rule_C", rule}});
        ASSERT_EQ(out.doubtful.size(), 1U) << rule;
        EXPECT_EQ(out.doubtful[0].reason.find("s3cret"), std::string::npos) << out.doubtful[0].reason;
        EXPECT_FALSE(out.doubtful[0].reason.empty());
    }
}

TEST(Doubtful, NamesTheSettingThatMadeARuleOfThePacks) {
    const auto out = rendered_profile({{"firmware.version", "the latest"}, {"firmware.path", "spa.bin"}});
    ASSERT_EQ(out.doubtful.size(), 1U) << out.text;
    EXPECT_EQ(out.doubtful[0].parameter, "Upgrade_Rule");
    EXPECT_EQ(out.doubtful[0].setting.substr(0, 9), "firmware.");
}

TEST(Doubtful, FirmwareComesWithoutTlsToWhoResyncsByIt) {
    const auto rule_of = [](const Reached& reached, const char* path = "spa.bin", const char* server = nullptr) {
        DoubtRows rows{{"firmware.version", "6.1.5(a)"}, {"firmware.path", path}};
        if (server != nullptr) rows.emplace_back("provisioning.server", server);
        const auto out = rendered_profile(rows, reached);
        const auto at = out.text.find("<Upgrade_Rule>");
        if (at != std::string::npos) return out.text.substr(at + 14, out.text.find('<', at + 1) - at - 14);
        EXPECT_TRUE(std::any_of(out.notes.begin(), out.notes.end(), [](const MapNote& note) {
            return note.setting == "firmware.path" && note.text.find("without TLS") != std::string::npos;
        }));
        return std::string();
    };
    const std::string when = "( $SWVER ne 6.1.5(a) )? ";
    EXPECT_EQ(rule_of({}), when + "http://192.0.2.1/spa.bin");
    EXPECT_EQ(rule_of({"tftp://192.0.2.1", "", "token"}), when + "tftp://192.0.2.1/token/spa.bin");
    const Reached tls{"https://192.0.2.1:8443", "http://192.0.2.1:8080", ""};
    EXPECT_EQ(rule_of(tls), when + "http://192.0.2.1:8080/spa.bin");
    EXPECT_EQ(rule_of(tls, "spa.bin", "https://boot.example.net:444/dir"),
              when + "http://boot.example.net:8080/spa.bin");
    EXPECT_EQ(rule_of(tls, "spa.bin", "https://[2001:db8::1]"), when + "http://[2001:db8::1]:8080/spa.bin");
    EXPECT_EQ(rule_of(tls, "spa.bin", "tftp://boot.example.net"), when + "tftp://boot.example.net/spa.bin");
    EXPECT_EQ(rule_of(tls, "http://fw.example.net/spa.bin"), when + "http://fw.example.net/spa.bin");
    EXPECT_EQ(rule_of({"https://192.0.2.1", "", ""}), "") << "nothing here speaks without TLS";
    EXPECT_EQ(rule_of({"https://192.0.2.1", "http://192.0.2.1", "token"}), "") << "a token is not shown to all";
}

} // namespace
} // namespace offhook::config
