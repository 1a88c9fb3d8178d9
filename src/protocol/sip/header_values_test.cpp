#include "protocol/sip/header_values.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol::sip {
namespace {

TEST(SipVia, IsRead) {
    struct Case {
        std::string_view text, protocol, host;
        std::uint16_t port;
        std::string_view branch, maddr;
        bool asks_rport;
    };
    for (const auto& one : {
             Case{"SIP/2.0/UDP 192.0.2.50:5060;branch=z9hG4bK1;rport", "UDP", "192.0.2.50", 5060, "z9hG4bK1", "", true},
             Case{"SIP/2.0/UDP 192.0.2.50:2051;rport", "UDP", "192.0.2.50", 2051, "", "", true},
             Case{"SIP/2.0/TCP [2001:db8::1]:5061;branch=a", "TCP", "[2001:db8::1]", 5061, "a", "", false},
             Case{"SIP / 2.0 /\tUDP  phone.example.com : 5080 ; branch = b ; maddr=224.0.1.75;", "UDP",
                  "phone.example.com", 5080, "b", "224.0.1.75", false},
             Case{"SIP/2.0/UDP a;RPORT=77;Branch=c, SIP/2.0/UDP b", "UDP", "a", 0, "c", "", false},
         }) {
        const auto via = parse_via(one.text);
        ASSERT_TRUE(via) << one.text;
        EXPECT_EQ(via->protocol, one.protocol) << one.text;
        EXPECT_EQ(via->host, one.host) << one.text;
        EXPECT_EQ(via->port, one.port) << one.text;
        EXPECT_EQ(via->branch, one.branch) << one.text;
        EXPECT_EQ(via->maddr, one.maddr) << one.text;
        EXPECT_EQ(via->asks_rport, one.asks_rport) << one.text;
    }
    for (const auto* text :
         {"", "SIP", "SIP/2.0", "SIP/2.0/UDP", "SIP/2.0/UDP ;branch=x", "SIP/2.0/UDP a:99999", "SIP/2.0/UDP a:x",
          "SIP/2.0/UDP a b", "SIP/2.0/UDP [::1", "SIP/2.0/UDP []:5060", "SIP/2.0/UDP a;;b=c", "/2.0/UDP a"})
        EXPECT_FALSE(parse_via(text)) << text;
}

TEST(SipUri, IsRead) {
    struct Case {
        std::string_view text, scheme, user, host;
        std::uint16_t port;
        std::string_view parameters;
    };
    for (const auto& one : {
             Case{"sip:MAC%3a0080F0C571EB@224.0.1.75", "sip", "MAC%3a0080F0C571EB", "224.0.1.75", 0, ""},
             Case{"sip:MAC=00304fa99948@224.0.1.75", "sip", "MAC=00304fa99948", "224.0.1.75", 0, ""},
             Case{"sip:224.0.1.75:5060", "sip", "", "224.0.1.75", 5060, ""},
             Case{"SIPS:a:pw@[::1]:5061;lr;x=y?Route=z", "SIPS", "a:pw", "[::1]", 5061, "lr;x=y"},
             Case{"tel:+15551234;phone-context=x", "tel", "+15551234", "", 0, "phone-context=x"},
         }) {
        const auto uri = parse_uri(one.text);
        ASSERT_TRUE(uri) << one.text;
        EXPECT_EQ(uri->scheme, one.scheme) << one.text;
        EXPECT_EQ(uri->user, one.user) << one.text;
        EXPECT_EQ(uri->host, one.host) << one.text;
        EXPECT_EQ(uri->port, one.port) << one.text;
        EXPECT_EQ(uri->parameters, one.parameters) << one.text;
    }
    for (const auto* text : {"", "a", ":a", "sip:", "sip:@a", "sip:a@", "sip:a@b@c", "sip:a b", "sip:a:70000",
                             "<sip:a>", "sip:[::1", "si p:a"})
        EXPECT_FALSE(parse_uri(text)) << text;
}

TEST(SipNameAddress, IsRead) {
    struct Case {
        std::string_view text, name, uri, parameters;
    };
    for (const auto& one : {
             Case{"\"A, B\" <sip:a@b;x>;tag=7", "A, B", "sip:a@b;x", "tag=7"},
             Case{"<sip:a@b>", "", "sip:a@b", ""},
             Case{"sip:a@b;tag=7", "", "sip:a@b", "tag=7"},
             Case{"A B<sip:a,b@c> ; tag = 7 , <sip:d>", "A B", "sip:a,b@c", "tag = 7"},
             Case{"\"\" <sip:a>", "", "sip:a", ""},
             Case{"<sip:a>;x=\"<,;>\";tag=7", "", "sip:a", "x=\"<,;>\";tag=7"},
         }) {
        const auto address = parse_name_address(one.text);
        ASSERT_TRUE(address) << one.text;
        EXPECT_EQ(address->display_name, one.name) << one.text;
        EXPECT_EQ(address->uri, one.uri) << one.text;
        EXPECT_EQ(address->parameters, one.parameters) << one.text;
    }
    for (const auto* text : {"", "*", "a", "\"a <sip:b>", "\"a\" sip:b", "<sip:a", "<sip:a> x", "A, B <sip:a>",
                             "< sip:a >", "sip:a?x=y", "<sip:a>;;;x"})
        EXPECT_FALSE(parse_name_address(text)) << text;
}

TEST(SipParameter, IsFoundInsideOfQuotesOnlyAsText) {
    constexpr std::string_view list = R"(profile-type="device"; Vendor="a;b=c" ;model=VOIP PHONE;flag;open="end)";
    EXPECT_EQ(parameter(list, "profile-type"), "device");
    EXPECT_EQ(parameter(list, "vendor"), "a;b=c");
    EXPECT_EQ(parameter(list, "MODEL"), "VOIP PHONE");
    EXPECT_EQ(parameter(list, "flag"), "");
    EXPECT_EQ(parameter(list, "open"), "end");
    EXPECT_EQ(parameter(list, "b"), std::nullopt);
    EXPECT_EQ(parameter("", "b"), std::nullopt);
}

TEST(SipEvent, HasTypeAndParameters) {
    const auto event = parse_event("ua-profile ; profile-type=\"device\";vendor=\"X\"");
    EXPECT_EQ(event.type, "ua-profile");
    EXPECT_EQ(event.parameters, "profile-type=\"device\";vendor=\"X\"");
    EXPECT_EQ(parse_event("check-sync").type, "check-sync");
    EXPECT_EQ(parse_event("check-sync").parameters, "");
    EXPECT_EQ(parse_event("").type, "");
}

} // namespace
} // namespace offhook::protocol::sip
