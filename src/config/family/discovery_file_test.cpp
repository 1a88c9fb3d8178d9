// discovery.toml: what it gives, and what is refused with file and line.
#include "config/family/loader.hpp"

#include "config/family/pack_case_test.hpp"

#include <algorithm>
#include <gmock/gmock.h>

namespace offhook::config {
namespace {

const std::string good_text = "schemes = [\"http\", \"tftp\"]\n"
                              "url_bytes_max = 384\n"
                              "[[class]]\n"
                              "option_60 = [\"Cisco SPA{model}\", \"LINKSYS {model}\"]\n"
                              "also_begins = \"CISCO SPA\"\n"
                              "source = \"s\"\n"
                              "confidence = \"C\"\n"
                              "[[class]]\n"
                              "enterprise = 13885\n"
                              "source = \"s\"\n"
                              "confidence = \"G\"\n"
                              "[[class]]\n"
                              "pnp_vendor = \"Panasonic\"\n"
                              "source = \"s\"\n"
                              "confidence = \"G\"\n"
                              "[[notify]]\n"
                              "event = \"check-sync\"\n"
                              "source = \"s\"\n"
                              "confidence = \"G\"\n";

PackText with(const std::string& added) {
    PackText text{"p", "schema = 1\nname = \"p\"\ntitle = \"P\"\nouis = [\"0004f2\"]\n", "", "", ""};
    text.discovery = good_text + added;
    return text;
}

std::vector<std::string> discovery_errors_of(const PackText& text) {
    std::vector<std::string> out;
    if (const auto loaded = load_family(text); !loaded)
        for (const Error& error : loaded.error()) out.push_back(error.text());
    return out;
}

std::string offer(const std::string& body) {
    return "[[offer]]\n" + body + "summary = \"x\"\nsource = \"s\"\nconfidence = \"C\"\n";
}

TEST(DiscoveryFile, GivesWhatItSays) {
    const auto loaded =
        load_family(with(offer("method = \"pnp\"\nvalue = \"<url>/{MODEL}.cfg\"\n") +
                         offer("method = \"dhcp4\"\noption = 150\nform = \"addresses\"\nvalue = \"<address>\"\n") +
                         offer("method = \"dhcp4\"\noption = 66\nvalue = \"<host>\"\nschemes = \"tftp\"\n") +
                         offer("method = \"dhcp4\"\noption = 66\nvalue = \"<url>\"\nschemes = \"http\"\n") +
                         offer("method = \"dhcp4\"\noption = 43\nsub_option = 66\nform = \"text_nul\"\n"
                               "value = \"<url>\"\nbytes_max = 99\n") +
                         offer("method = \"dhcp6\"\noption = 17\nenterprise = 258\nsub_option = 1\nvalue = "
                               "\"<url>\"\n")));
    ASSERT_TRUE(loaded) << loaded.error().front().text();
    const Discovery& discovery = (*loaded)->discovery();
    EXPECT_EQ(discovery.schemes, (std::vector<std::string>{"http", "tftp"}));
    EXPECT_EQ(discovery.url_bytes_max, 384U);
    EXPECT_TRUE(discovery.matches_class("CISCO SPA504G"));
    EXPECT_TRUE(discovery.matches_enterprise(13885));
    EXPECT_TRUE(discovery.matches_vendor("panasonic"));
    EXPECT_EQ(discovery.dhcp_class_prefixes, (std::vector<std::string>{"CISCO SPA", "Cisco SPA", "LINKSYS "}));
    EXPECT_EQ(discovery.notify_events, std::vector<std::string>{"check-sync"});
    ASSERT_EQ(discovery.offers.size(), 6U);
    EXPECT_EQ(discovery.offers[0].method, OfferMethod::pnp);
    EXPECT_EQ(discovery.offers[0].bytes_max, 384U);
    EXPECT_EQ(discovery.offers[1].form, OfferForm::addresses);
    EXPECT_EQ(discovery.offers[2].bytes_max, 255U);
    EXPECT_EQ(discovery.offers[2].schemes, std::vector<std::string>{"tftp"});
    EXPECT_EQ(discovery.offers[4].bytes_max, 99U);
    EXPECT_EQ(discovery.offers[4].form, OfferForm::text_nul);
    EXPECT_EQ(discovery.offers[5].enterprise, 258U);
    EXPECT_EQ(discovery.offers[5].sub_option, 1U);
    EXPECT_EQ(discovery.offers[5].bytes_max, 384U);
    EXPECT_EQ(discovery.offers[5].confidence, "C");
}

TEST(DiscoveryFile, KeepsWhatIsDoubtful) {
    auto text = with("[[class]]\nenterprise = 258\nsource = \"s\"\nconfidence = \"I\"\n"
                     "[[class]]\noption_60 = \"P{name}\"\nsource = \"s\"\nconfidence = \"B\"\n"
                     "[[class]]\npnp_vendor = \"q\"\nsource = \"s\"\nconfidence = \"I\"\n");
    text.discovery = "shared_ouis = [\"0004f2\"]\n" + *text.discovery;
    const auto loaded = load_family(text);
    ASSERT_TRUE(loaded) << loaded.error().front().text();
    const Discovery& discovery = (*loaded)->discovery();
    EXPECT_EQ(discovery.shared_ouis, std::vector<std::uint32_t>{0x0004f2});
    EXPECT_EQ(discovery.dhcp_doubts,
              (std::vector<std::string>{"enterprise 258: inferred (I)",
                                        "the text in option 60: common knowledge, not measured (B)"}));
    text.discovery = "shared_ouis = [\"0004f3\"]\n" + good_text;
    EXPECT_EQ(discovery_errors_of(text),
              std::vector<std::string>{"p/discovery.toml:1: '0004f3' is none of `ouis` in family.toml"});
}

TEST(DiscoveryFile, MayBeAbsent) {
    auto text = with("");
    text.discovery.reset();
    const auto without = load_family(text);
    ASSERT_TRUE(without);
    EXPECT_TRUE((*without)->discovery().offers.empty());
    EXPECT_NE((*without)->revision(), (*load_family(with("")))->revision());
    EXPECT_NE((*load_family(with("# a word\n")))->revision(), (*load_family(with("")))->revision());
}

struct BrokenDiscovery {
    const char* name;
    std::string added;
    const char* error;
};

void expect_errors(const std::vector<BrokenDiscovery>& rows) {
    for (const BrokenDiscovery& row : rows)
        EXPECT_THAT(discovery_errors_of(with(row.added)), testing::Contains(row.error)) << row.name;
}

const std::string known = "source = \"s\"\nconfidence = \"C\"\n";

TEST(DiscoveryFile, RefusesBrokenClassesWithFileAndLine) {
    expect_errors({
        {"unknown table", "[[ofer]]\n", "p/discovery.toml:20: unknown key 'ofer' in discovery.toml"},
        {"unknown key", "[[class]]\nenterprise = 9\noption60 = \"x\"\n" + known,
         "p/discovery.toml:22: unknown key 'option60' in [[class]]"},
        {"nothing", "[[class]]\n" + known,
         "p/discovery.toml:20: a [[class]] says one of `option_60`, `enterprise`, `pnp_vendor`"},
        {"two kinds", "[[class]]\nenterprise = 9\npnp_vendor = \"x\"\n" + known,
         "p/discovery.toml:20: a [[class]] says one of `option_60`, `enterprise`, `pnp_vendor`"},
        {"no source", "[[class]]\nenterprise = 9\nconfidence = \"G\"\n",
         "p/discovery.toml:20: [[class]] needs `source`"},
        {"no mark", "[[class]]\nenterprise = 9\nsource = \"s\"\n", "p/discovery.toml:20: [[class]] needs `confidence`"},
        {"no such mark", "[[class]]\nenterprise = 9\nsource = \"s\"\nconfidence = \"X\"\n",
         "p/discovery.toml:23: the marks are G (guide), C (code or capture), U (later documents), I (inferred), B "
         "(common knowledge)"},
        {"pattern that cannot match", "[[class]]\noption_60 = \"a{name}{model}\"\n" + known,
         "p/discovery.toml:21: pattern 'a{name}{model}': it cannot match: two variables need a text between them"},
        {"no beginning", "[[class]]\noption_60 = \"{name}x\"\n" + known,
         "p/discovery.toml:21: a class begins with a text: other DHCP servers compare only that"},
        {"shadowed", "[[class]]\noption_60 = \"linksys {series}\"\n" + known,
         "p/discovery.toml:21: pattern 'linksys {series}' is shadowed by an earlier one"},
        {"another beginning", "[[class]]\noption_60 = \"Q{name}\"\nalso_begins = \"P\"\n" + known,
         "p/discovery.toml:22: `also_begins` spells the beginning of `option_60` in other letter case, 'P' does not"},
        {"enterprise twice", "[[class]]\nenterprise = 13885\n" + known,
         "p/discovery.toml:21: enterprise 13885 stands twice"},
        {"enterprise 0", "[[class]]\nenterprise = 0\n" + known,
         "p/discovery.toml:21: `enterprise` must be a number from 1 to 4294967295"},
        {"vendor twice", "[[class]]\npnp_vendor = \"PANASONIC\"\n" + known,
         "p/discovery.toml:21: vendor 'PANASONIC' stands twice"},
        {"empty vendor", "[[class]]\npnp_vendor = \"\"\n" + known,
         "p/discovery.toml:21: a vendor is 1 to 64 printable characters"},
        {"event with a blank", "[[notify]]\nevent = \"check sync\"\n" + known,
         "p/discovery.toml:21: an event is 1 to 64 printable characters without a blank"},
        {"event twice", "[[notify]]\nevent = \"check-sync\"\n" + known,
         "p/discovery.toml:21: event 'check-sync' stands twice"},
    });
    auto text = with("");
    text.discovery = "url_bytes_max = 9\nschemes = [\"http\", \"gopher\", \"http\"]\n";
    EXPECT_THAT(discovery_errors_of(text),
                testing::ElementsAre("p/discovery.toml:2: no scheme 'gopher'; there are http, https, tftp, ftp",
                                     "p/discovery.toml:2: scheme 'http' stands twice",
                                     "p/discovery.toml:1: `url_bytes_max` must be a number from 32 to 2000"));
    text.discovery = "";
    EXPECT_THAT(discovery_errors_of(text), testing::ElementsAre("p/discovery.toml:1: discovery.toml needs `schemes`"));
}

TEST(DiscoveryFile, RefusesBrokenOffersWithFileAndLine) {
    const std::string dhcp4 = "method = \"dhcp4\"\n", dhcp6 = "method = \"dhcp6\"\n", url = "value = \"<url>\"\n";
    expect_errors({
        {"no method", offer(url), "p/discovery.toml:20: [[offer]] needs `method`"},
        {"no such method", offer("method = \"lldp\"\n" + url),
         "p/discovery.toml:21: `method` is one of pnp, dhcp4, dhcp6, not 'lldp'"},
        {"no option", offer(dhcp4 + url), "p/discovery.toml:20: [[offer]] needs `option`"},
        {"option of pnp", offer("method = \"pnp\"\noption = 66\n" + url),
         "p/discovery.toml:22: `option` is of DHCP, not of pnp"},
        {"the protocol's own", offer(dhcp4 + "option = 54\n" + url),
         "p/discovery.toml:22: option 54 is the protocol's own"},
        {"the protocol's own, v6", offer(dhcp6 + "option = 1\n" + url),
         "p/discovery.toml:22: option 1 is the protocol's own"},
        {"no such option", offer(dhcp4 + "option = 255\n" + url),
         "p/discovery.toml:22: `option` must be a number from 1 to 254"},
        {"block without sub-option", offer(dhcp4 + "option = 43\n" + url),
         "p/discovery.toml:22: option 43 needs `sub_option`"},
        {"sub-option without block", offer(dhcp4 + "option = 66\nsub_option = 1\n" + url),
         "p/discovery.toml:23: option 66 has no sub-options"},
        {"block of nobody", offer(dhcp6 + "option = 17\nsub_option = 1\n" + url),
         "p/discovery.toml:22: option 17 needs `enterprise`, for who says none"},
        {"enterprise without block", offer(dhcp4 + "option = 66\nenterprise = 9\n" + url),
         "p/discovery.toml:23: option 66 is of no enterprise"},
        {"no such form", offer(dhcp4 + "option = 66\nform = \"hex\"\n" + url),
         "p/discovery.toml:23: `form` is one of text, text_nul, addresses, not 'hex'"},
        {"addresses in a text", offer(dhcp4 + "option = 66\nform = \"addresses\"\nvalue = \"<address>\"\n"),
         "p/discovery.toml:22: option 66 holds a text, not addresses by its definition"},
        {"text among addresses", offer(dhcp4 + "option = 150\nvalue = \"<address>\"\n"),
         "p/discovery.toml:22: option 150 holds addresses: form is \"addresses\" by its definition"},
        {"addresses in the boot file", offer(dhcp6 + "option = 59\nform = \"addresses\"\nvalue = \"<address>\"\n"),
         "p/discovery.toml:22: option 59 holds a text, not addresses by its definition"},
        {"addresses of a url", offer(dhcp4 + "option = 151\nform = \"addresses\"\n" + url),
         "p/discovery.toml:24: with form \"addresses\" the value is \"<address>\""},
        {"unknown word", offer(dhcp4 + "option = 66\nvalue = \"<uri>\"\n"),
         "p/discovery.toml:23: template '<uri>': no word '<uri>'; there are url, host, address, scheme, mac, model"},
        {"scheme that is not the family's", offer(dhcp4 + "option = 66\nschemes = \"ftp\"\n" + url),
         "p/discovery.toml:23: these phones do not fetch by 'ftp'"},
        {"more than an option holds", offer(dhcp4 + "option = 66\nbytes_max = 256\n" + url),
         "p/discovery.toml:23: `bytes_max` must be a number from 1 to 255"},
        {"more than a block holds", offer(dhcp4 + "option = 43\nsub_option = 1\nbytes_max = 254\n" + url),
         "p/discovery.toml:24: `bytes_max` must be a number from 1 to 253"},
        {"a text that cannot fit", offer(dhcp4 + "option = 66\nbytes_max = 2\nvalue = \"<url>/a.b\"\n"),
         "p/discovery.toml:24: its own text has 4 bytes, the phone takes 2"},
        {"no summary", "[[offer]]\n" + dhcp4 + "option = 66\n" + url + known,
         "p/discovery.toml:20: [[offer]] needs `summary`"},
        {"the same place twice", offer(dhcp4 + "option = 66\n" + url) + offer(dhcp4 + "option = 66\n" + url),
         "p/discovery.toml:27: an earlier [[offer]] says the same place for the same schemes"},
    });
}

TEST(DiscoveryFile, PolycomSaysOptions66And160) {
    const auto family = load_or_fail(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "families/polycom");
    ASSERT_NE(family, nullptr);
    const Discovery& discovery = family->discovery();
    ASSERT_EQ(discovery.offers.size(), 2U);
    EXPECT_EQ(discovery.offers[0].option, 66);
    EXPECT_EQ(discovery.offers[1].option, 160);
    EXPECT_TRUE(discovery.matches_enterprise(13885));
}

} // namespace
} // namespace offhook::config
