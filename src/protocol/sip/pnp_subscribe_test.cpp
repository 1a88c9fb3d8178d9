#include "protocol/sip/pnp_subscribe.hpp"

#include <gtest/gtest.h>
#include <string>

namespace offhook::protocol::sip {
namespace {

struct Dialect {
    std::string_view name, uri, from, to, event, more;
    std::optional<std::uint64_t> mac;
    std::string_view vendor, model, version;
};

std::string text_of(const Dialect& one) {
    return "SUBSCRIBE " + std::string(one.uri) +
           " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.50:5060;rport\r\nFrom: " + std::string(one.from) +
           ";tag=77aa\r\nTo: " + std::string(one.to) +
           "\r\nCall-ID: 1\r\nCSeq: 20000 SUBSCRIBE\r\nEvent: " + std::string(one.event) + "\r\n" +
           std::string(one.more) + "\r\n";
}

TEST(PnpSubscribe, IsReadInEveryDialect) {
    for (const auto& one : {
             Dialect{"Snom", "sip:MAC%3a0004132F9C6A@intern.snom.de", "<sip:MAC%3a0004132F9C6A@intern.snom.de>",
                     "<sip:MAC%3a0004132F9C6A@intern.snom.de>",
                     R"(ua-profile;profile-type="device";vendor="snom";model="snom370";version="8.7.5.48")",
                     "Accept: application/url\r\n", 0x0004132F9C6A, "snom", "snom370", "8.7.5.48"},
             Dialect{"Snom 7.1", "sip:MAC%3a0004132F9C6A@x", "<sip:a@b>", "<sip:a@b>",
                     R"(ua-profile;profile-type="device";vendor="OEM";model="OEM";version="7.1.19")", "",
                     0x0004132F9C6A, "OEM", "OEM", "7.1.19"},
             Dialect{"Yealink", "sip:MAC%3A001565113aF8@224.0.1.75", "<sip:MAC%3A001565113aF8@224.0.1.75>",
                     "<sip:MAC%3A001565113aF8@224.0.1.75>",
                     R"(ua-profile;profile-type="device";vendor="Yealink";model="T53W";version="96.87.0.16")", "",
                     0x001565113af8, "Yealink", "T53W", "96.87.0.16"},
             Dialect{"old Yealink", "sip:MAC001565113aF8@224.0.1.75", "sip:x@y", "sip:x@y",
                     R"(ua-profile;vendor="Yealink")", "", 0x001565113af8, "Yealink", "", ""},
             Dialect{"Yealink's User-Agent", "sip:224.0.1.75", "sip:x@y", "sip:x@y", "ua-profile",
                     "User-Agent: Yealink SIP-T53W 96.87.0.16 00:15:65:11:3a:f8\r\n", 0x001565113af8, "", "", ""},
             Dialect{"Grandstream", "sip:MAC%3AC074AD112233@224.0.1.75", "sip:x@y", "sip:x@y",
                     R"(ua-profile;profile-type="device";vendor="Grandstream";model="GRP2612W";version="1.0.5.67")",
                     "Supported: replaces, path\r\n", 0xc074ad112233, "Grandstream", "GRP2612W", "1.0.5.67"},
             Dialect{"AudioCodes", "sip:224.0.1.75:5060", "<sip:00000001@192.0.2.50:5060>", "<sip:224.0.1.75:5060>",
                     R"(ua-profile;profile-type="application";model="440HD";version="2.2.2")",
                     "User-Agent: AUDC-IPPhone/2.2.2\r\n", std::nullopt, "", "440HD", "2.2.2"},
             Dialect{"Panasonic", "sip:MAC%3a0080F0C571EB@224.0.1.75", "sip:x@y", "sip:x@y",
                     R"(ua-profile;profile-type="device";vender="Panasonic";model="KX-HDV130";version="06.101")", "",
                     0x0080f0c571eb, "Panasonic", "KX-HDV130", "06.101"},
             Dialect{"Planet", "sip:MAC=00304fa99948@224.0.1.75", "sip:x@y", "sip:x@y",
                     R"(ua-profile;profile-type="device";vendor="PLANET";model="VIP-2140PT")", "", 0x00304fa99948,
                     "PLANET", "VIP-2140PT", ""},
             Dialect{"Fanvil", "sip:x@y", "<sip:MAC%3A0c383e010203@224.0.1.75>", "sip:x@y",
                     R"(ua-profile;vendor=fanvil;model="VOIP PHONE")", "", 0x0c383e010203, "fanvil", "VOIP PHONE", ""},
             Dialect{"all escaped, with colons", "sip:x@y", "sip:x@y", "<sip:mac%3A00%3a80%3Af0%3ac5-71%2deb@h>",
                     R"(UA-Profile;vendor="a;b")", "Accept: text/plain\r\nAccept: x/y, APPLICATION/URL;q=1\r\n",
                     0x0080f0c571eb, "a;b", "", ""},
             Dialect{"any type accepted", "sip:x@y", "sip:x@y", "sip:x@y", "ua-profile", "Accept: */*\r\n",
                     std::nullopt, "", "", ""},
         }) {
        const auto text = text_of(one);
        Message message;
        ASSERT_EQ(message.read(text), MessageError::none) << one.name;
        const auto read = read_pnp_subscribe(message);
        EXPECT_EQ(read.ignored, PnpIgnored::no) << one.name;
        EXPECT_EQ(read.mac, one.mac ? std::optional(MacAddress(*one.mac)) : std::nullopt) << one.name;
        EXPECT_EQ(read.vendor, one.vendor) << one.name;
        EXPECT_EQ(read.model, one.model) << one.name;
        EXPECT_EQ(read.version, one.version) << one.name;
        EXPECT_EQ(read.event, one.event) << one.name;
        EXPECT_EQ(read.from_tag, "77aa") << one.name;
    }
}

TEST(PnpSubscribe, OthersAreNoneOfOurs) {
    const Dialect good{"", "sip:x@y", "sip:x@y", "sip:x@y", "ua-profile", "", std::nullopt, "", "", ""};
    struct Case {
        PnpIgnored why;
        Dialect dialect;
    };
    auto in_dialog = good;
    in_dialog.to = "<sip:x@y>;tag=1";
    auto other_event = good;
    other_event.event = "message-summary";
    auto longer_event = good;
    longer_event.event = "ua-profile2";
    auto accepts = good;
    accepts.more = "Accept: application/sdp, text/plain\r\n";
    auto accepts_nothing = good;
    accepts_nothing.more = "Accept:\r\n";
    auto unreadable = good;
    unreadable.from = "\"x <sip:y>";
    for (const auto& [why, dialect] :
         {Case{PnpIgnored::in_dialog, in_dialog}, Case{PnpIgnored::other_event, other_event},
          Case{PnpIgnored::other_event, longer_event}, Case{PnpIgnored::accepts_no_url, accepts},
          Case{PnpIgnored::accepts_no_url, accepts_nothing}, Case{PnpIgnored::unreadable, unreadable},
          Case{PnpIgnored::no, good}}) {
        const auto text = text_of(dialect);
        Message message;
        ASSERT_EQ(message.read(text), MessageError::none);
        EXPECT_EQ(pnp_ignored_text.to_text(read_pnp_subscribe(message).ignored), pnp_ignored_text.to_text(why));
    }
    Message response;
    const std::string text =
        "SIP/2.0 200 OK\r\nv: SIP/2.0/UDP a\r\nf: sip:a\r\nt: sip:a\r\ni: 1\r\nCSeq: 1 SUBSCRIBE\r\n\r\n";
    ASSERT_EQ(response.read(text), MessageError::none);
    EXPECT_EQ(read_pnp_subscribe(response).ignored, PnpIgnored::not_subscribe);
}

TEST(PnpSubscribe, WhatIsNoMacIsNone) {
    for (const auto* user : {"", "MAC", "MAC%3a", "MAC%3a0080F0C571E", "MAC%3a0080F0C571EB1", "MAC::0080F0C571EB",
                             "0080F0C571EB", "MAC%3a0080F0C571EG", "MAC%3a0080F0C5%", "M%41"})
        EXPECT_FALSE(mac_of_pnp_user(user)) << user;
    EXPECT_TRUE(mac_of_pnp_user("%4DAC%3a0080F0C571EB"));
    EXPECT_TRUE(mac_of_pnp_user("MAC-MAC:0080F0C571EB"));
    EXPECT_FALSE(mac_of_user_agent("Phone/1.2.3 serial 0080F0C571EB1"));
    EXPECT_TRUE(mac_of_user_agent("Phone (MAC=0080F0C571EB)"));
    const std::string far(200, 'x');
    EXPECT_FALSE(mac_of_pnp_user(far + "MAC0080F0C571EB"));
}

TEST(PnpSubscribe, HintsAreCut) {
    const std::string event = "ua-profile;vendor=\"" + std::string(1000, 'v') + "\"";
    const auto text = text_of({"", "sip:x@y", "sip:x@y", "sip:x@y", event, "", std::nullopt, "", "", ""});
    Message message;
    ASSERT_EQ(message.read(text), MessageError::none);
    EXPECT_EQ(read_pnp_subscribe(message).vendor, std::string(limits::parameter_bytes_max, 'v'));
}

} // namespace
} // namespace offhook::protocol::sip
