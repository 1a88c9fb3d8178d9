#include "config/family/discovery.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

OfferValues values() {
    OfferValues out;
    out.url = "http://192.0.2.1:8080/prov";
    out.host = "192.0.2.1";
    out.address = IpAddress::v4(0xc0000201);
    out.scheme = "http";
    out.mac = "0080f0c571eb";
    out.model = "KX-HDV130";
    return out;
}

OfferRule rule(std::string value, OfferForm form = OfferForm::text, OfferMethod method = OfferMethod::dhcp4) {
    OfferRule out;
    out.method = method;
    out.form = form;
    out.value = std::move(value);
    return out;
}

TEST(Discovery, FillsInItsWordsAndLeavesThePhonesAlone) {
    using namespace std::string_literals;
    IpAddress six = *IpAddress::from_text("2001:db8::1");
    auto in_six = values();
    in_six.address = six;
    const struct {
        const char* what;
        OfferRule rule;
        OfferValues values;
        std::string expected;
    } rows[] = {
        {"a url alone", rule("<url>"), values(), "http://192.0.2.1:8080/prov"},
        {"the phone's macros", rule("<url>/{MODEL}.cfg"), values(), "http://192.0.2.1:8080/prov/{MODEL}.cfg"},
        {"dollars", rule("<url>/spa$PSN.cfg"), values(), "http://192.0.2.1:8080/prov/spa$PSN.cfg"},
        {"no word at all", rule("{MODEL}.cfg"), {}, "{MODEL}.cfg"},
        {"every word", rule("<scheme>://<host>/<mac>/<model>/<address>"), values(),
         "http://192.0.2.1/0080f0c571eb/KX-HDV130/192.0.2.1"},
        {"with a NUL", rule("<host>", OfferForm::text_nul), values(), "192.0.2.1\0"s},
        {"four bytes", rule("<address>", OfferForm::addresses), values(), "\xc0\x00\x02\x01"s},
        {"sixteen bytes", rule("<address>", OfferForm::addresses, OfferMethod::dhcp6), in_six,
         "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"s},
    };
    for (const auto& row : rows) {
        const auto got = expand(row.rule, row.values);
        ASSERT_TRUE(got) << row.what << ": " << got.error().text();
        EXPECT_EQ(*got, row.expected) << row.what;
    }
}

TEST(Discovery, LeavesOutWhatItCannotSay) {
    auto nobody = values();
    nobody.mac.clear();
    nobody.model.clear();
    nobody.address = {};
    auto in_six = values();
    in_six.address = *IpAddress::from_text("2001:db8::1");
    for (const char* text : {"<mac>.cfg", "<url>/<model>.cfg", "<address>"}) {
        const auto got = expand(rule(text), nobody);
        ASSERT_FALSE(got) << text;
        EXPECT_EQ(got.error().code, ErrorCode::invalid);
    }
    EXPECT_FALSE(expand(rule("<address>", OfferForm::addresses), in_six));
    EXPECT_FALSE(expand(rule("<address>", OfferForm::addresses, OfferMethod::dhcp6), values()));
    EXPECT_FALSE(expand(rule("<address>", OfferForm::addresses), nobody));
}

TEST(Discovery, SaysBothLengthsOfWhatIsTooLong) {
    auto short_rule = rule("<url>");
    short_rule.bytes_max = 26;
    EXPECT_TRUE(expand(short_rule, values()));
    short_rule.form = OfferForm::text_nul;
    const auto got = expand(short_rule, values());
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::too_large);
    EXPECT_EQ(got.error().message, "the value has 27 bytes, the phone takes 26");
}

TEST(Discovery, KnowsTheWordsOfATemplate) {
    for (const char* text : {"<url>", "<host>", "<address>", "<scheme>", "<mac>", "<model>", "a", "<url>/{MAC}$x?y=&"})
        EXPECT_TRUE(check_offer_template(text)) << text;
    for (const char* text :
         {"", "<", ">", "<url", "url>", "<>", "<Url>", "<url>>", "<<url>>", "<site>", "a b", "\x01", "\xc3\xa9"})
        EXPECT_FALSE(check_offer_template(text)) << text;
    EXPECT_EQ(check_offer_template("<site>").error().message,
              "template '<site>': no word '<site>'; there are url, host, address, scheme, mac, model");
}

TEST(Discovery, KnowsWhoAsks) {
    using namespace std::string_view_literals;
    Discovery discovery;
    discovery.dhcp_classes = {*Pattern::compile("Panasonic"), *Pattern::compile("LINKSYS {model}")};
    discovery.enterprises = {13885};
    discovery.pnp_vendors = {"Panasonic"};
    discovery.schemes = {"tftp", "http"};
    for (const auto text : {"Panasonic"sv, "panasonic"sv, "Panasonic\0"sv, "Panasonic\0\0"sv, "LINKSYS SPA-942"sv})
        EXPECT_TRUE(discovery.matches_class(text)) << text;
    const std::string endless = "LINKSYS " + std::string(300, 'x');
    for (const auto text : {""sv, "\0"sv, "Panasonic KX"sv, "Pana\0sonic"sv, "LINKSYS "sv, std::string_view(endless)})
        EXPECT_FALSE(discovery.matches_class(text)) << text;
    EXPECT_TRUE(discovery.matches_enterprise(13885));
    EXPECT_FALSE(discovery.matches_enterprise(258));
    EXPECT_TRUE(discovery.matches_vendor("PANASONIC"));
    EXPECT_FALSE(discovery.matches_vendor("Panasonic2"));
    EXPECT_FALSE(discovery.matches_vendor(""));
    EXPECT_TRUE(discovery.fetches_by("tftp"));
    EXPECT_FALSE(discovery.fetches_by("ftp"));
}

} // namespace
} // namespace offhook::config
