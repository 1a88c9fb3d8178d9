#include "protocol/sip/message.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol::sip {
namespace {

constexpr std::string_view five =
    "v: SIP/2.0/UDP 192.0.2.50\r\nf: <sip:a@b>;tag=1\r\nt: <sip:a@b>\r\ni: 1@x\r\nCSeq: 1 SUBSCRIBE\r\n";

std::string subscribe(std::string_view more = {}, std::string_view start = "SUBSCRIBE sip:a@b SIP/2.0\r\n") {
    return std::string(start) + std::string(five) + std::string(more);
}

TEST(SipMessage, ReadsWhatPhonesSend) {
    struct Case {
        std::string_view name;
        std::string text;
        std::string_view event, body;
    };
    for (const auto& [name, text, event, body] : {
             Case{"plain", subscribe("Event: ua-profile\r\nContent-Length: 0\r\n\r\n"), "ua-profile", ""},
             Case{"compact", subscribe("o: ua-profile\r\nl: 2\r\n\r\nhi"), "ua-profile", "hi"},
             Case{"any case", subscribe("eVeNt: ua-profile\r\n\r\n"), "ua-profile", ""},
             Case{"no blank behind the colon", subscribe("Event:ua-profile;a=b\r\n\r\n"), "ua-profile;a=b", ""},
             Case{"blank before the colon", subscribe("Event \t: ua-profile \r\n\r\n"), "ua-profile", ""},
             Case{"folded", subscribe("Event: ua-profile;\r\n\tvendor=\"X\";\r\n  model=\"Y\"\r\n\r\n"),
                  "ua-profile; vendor=\"X\"; model=\"Y\"", ""},
             Case{"folded from the start", subscribe("Event:\r\n ua-profile\r\n\r\n"), "ua-profile", ""},
             Case{"LF alone",
                  "SUBSCRIBE sip:a@b SIP/2.0\nv: SIP/2.0/UDP h\nf: a\nt: b\ni: c\ncseq: 1 SUBSCRIBE\nEvent: x\n\nhi",
                  "x", "hi"},
             Case{"no Content-Length", subscribe("\r\nhttp://192.0.2.1/"), "", "http://192.0.2.1/"},
             Case{"bytes behind the body", subscribe("l: 1\r\n\r\nhi"), "", "h"},
             Case{"Content-Length twice the same", subscribe("l: 1\r\nContent-Length: 01\r\n\r\nhi"), "", "h"},
             Case{"no empty line at all", subscribe("Event: x\r\n"), "x", ""},
             Case{"no end of the last line", subscribe("Event: x"), "x", ""},
             Case{"empty lines in front", "\r\n\n\r\n" + subscribe("\r\n"), "", ""},
             Case{"version in small letters", subscribe("\r\n", "SUBSCRIBE sip:a@b sip/2.0\r\n"), "", ""},
         }) {
        Message message;
        ASSERT_EQ(message.read(text), MessageError::none) << name;
        EXPECT_TRUE(message.is_request()) << name;
        EXPECT_EQ(message.method(), Method::subscribe) << name;
        EXPECT_EQ(message.request_uri(), "sip:a@b") << name;
        EXPECT_EQ(message.cseq(), 1U) << name;
        EXPECT_EQ(message.value(HeaderName::event), event) << name;
        EXPECT_EQ(message.body(), body) << name;
    }
}

TEST(SipMessage, ReadsResponses) {
    struct Case {
        std::string_view start;
        std::uint16_t status;
        std::string_view reason;
    };
    for (const auto& [start, status, reason] :
         {Case{"SIP/2.0 200 OK\r\n", 200, "OK"},
          Case{"SIP/2.0 202 Accepted subscription\r\n", 202, "Accepted subscription"},
          Case{"SIP/2.0 481 \r\n", 481, ""}, Case{"SIP/2.0 699\r\n", 699, ""}}) {
        Message message;
        const auto text = subscribe("\r\n", start);
        ASSERT_EQ(message.read(text), MessageError::none) << start;
        EXPECT_FALSE(message.is_request());
        EXPECT_EQ(message.status(), status);
        EXPECT_EQ(message.reason(), reason);
        EXPECT_EQ(message.method(), Method::subscribe); // of its CSeq
        EXPECT_EQ(message.request_uri(), "");
    }
}

TEST(SipMessage, RefusesWhatTwoReadersCouldReadDifferently) {
    using E = MessageError;
    struct Case {
        std::string_view name;
        std::string text;
        MessageError error;
    };
    std::string many;
    for (int i = 0; i < 92; ++i) many += "X: y\r\n";
    for (const auto& [name, text, error] : {
             Case{"nothing", "", E::empty},
             Case{"keep-alive", "\r\n\r\n", E::empty},
             Case{"keep-alive of a NUL", std::string(1, '\0'), E::empty},
             Case{"HTTP", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", E::no_start_line},
             Case{"no URI", subscribe("\r\n", "SUBSCRIBE SIP/2.0\r\n"), E::no_start_line},
             Case{"two blanks", subscribe("\r\n", "SUBSCRIBE  sip:a@b SIP/2.0\r\n"), E::no_start_line},
             Case{"tab", subscribe("\r\n", "SUBSCRIBE sip:a@b\tSIP/2.0\r\n"), E::no_start_line},
             Case{"control in the URI", subscribe("\r\n", "SUBSCRIBE sip:a\x01@b SIP/2.0\r\n"), E::no_start_line},
             Case{"status 99", subscribe("\r\n", "SIP/2.0 099 x\r\n"), E::no_start_line},
             Case{"status 700", subscribe("\r\n", "SIP/2.0 700 x\r\n"), E::no_start_line},
             Case{"status 2000", subscribe("\r\n", "SIP/2.0 2000 x\r\n"), E::no_start_line},
             Case{"status -10", subscribe("\r\n", "SIP/2.0 -10 x\r\n"), E::no_start_line},
             Case{"no colon", subscribe("Event\r\n\r\n"), E::bad_header},
             Case{"no name", subscribe(": x\r\n\r\n"), E::bad_header},
             Case{"name with a blank", subscribe("A b: x\r\n\r\n"), E::bad_header},
             Case{"NUL", subscribe(std::string("A: x\0y\r\n\r\n", 10)), E::bad_header},
             Case{"NUL in a folded line", subscribe(std::string("A: x\r\n \0y\r\n\r\n", 13)), E::bad_header},
             Case{"bare CR", subscribe("A: x\ry\r\n\r\n"), E::bad_header},
             Case{"folded before the first", "SUBSCRIBE sip:a@b SIP/2.0\r\n x: y\r\n" + std::string(five),
                  E::bad_header},
             Case{"Call-ID twice", subscribe("Call-ID: 1@x\r\n\r\n"), E::bad_header},
             Case{"CSeq twice", subscribe("CSeq: 1 SUBSCRIBE\r\n\r\n"), E::bad_header},
             Case{"length too long", subscribe("l: 3\r\n\r\nhi"), E::bad_length},
             Case{"length negative", subscribe("l: -1\r\n\r\nhi"), E::bad_length},
             Case{"length in words", subscribe("l: two\r\n\r\nhi"), E::bad_length},
             Case{"two lengths", subscribe("l: 1\r\nl: 2\r\n\r\nhi"), E::bad_length},
             Case{"length beyond all numbers", subscribe("l: 99999999999999999999999\r\n\r\nhi"), E::bad_length},
             Case{"four of five", "SUBSCRIBE sip:a@b SIP/2.0\r\nf: a\r\nt: b\r\ni: c\r\ncseq: 1 SUBSCRIBE\r\n\r\n",
                  E::missing_header},
             Case{"CSeq of another", subscribe("\r\n", "NOTIFY sip:a@b SIP/2.0\r\n"), E::bad_cseq},
             Case{"CSeq without method", "SIP/2.0 200 OK\r\nv: a\r\nf: a\r\nt: b\r\ni: c\r\ncseq: 1\r\n\r\n",
                  E::bad_cseq},
             Case{"CSeq too large", "SIP/2.0 200 OK\r\nv: a\r\nf: a\r\nt: b\r\ni: c\r\ncseq: 2147483648 NOTIFY\r\n\r\n",
                  E::bad_cseq},
             Case{"97 headers", subscribe(many + "\r\n"), E::too_large},
             Case{"too many bytes", std::string(limits::message_bytes_max + 1, 'x'), E::too_large},
         }) {
        Message message;
        EXPECT_EQ(message.read(text), error) << name;
    }
    Message message;
    EXPECT_EQ(message.read(subscribe(many.substr(6) + "\r\n")), E::none) << "96 headers";
}

TEST(SipMessage, ForgetsTheOneBefore) {
    Message message;
    const auto first = subscribe("Event: ua-profile;\r\n a=b\r\nX-Y: z\r\n\r\nbody");
    ASSERT_EQ(message.read(first), MessageError::none);
    EXPECT_EQ(message.value_of("x-y"), "z");
    const auto second = subscribe("\r\n", "SIP/2.0 200 OK\r\n");
    ASSERT_EQ(message.read(second), MessageError::none);
    EXPECT_FALSE(message.has(HeaderName::event));
    EXPECT_EQ(message.value(HeaderName::event), "");
    EXPECT_EQ(message.value_of("x-y"), "");
    EXPECT_EQ(message.body(), "");
}

TEST(SipStream, FirstMessageLength) {
    struct Case {
        std::string_view name;
        std::string stream;
        std::optional<std::size_t> bytes;
        MessageError error = MessageError::none;
    };
    const auto whole = subscribe("Content-Length: 2\r\n\r\nhi");
    for (const auto& [name, stream, bytes, error] : {
             Case{"nothing", "", std::nullopt},
             Case{"keep-alive", "\r\n\r\n", std::nullopt},
             Case{"whole", whole, whole.size()},
             Case{"and the next's beginning", whole + "NOT", whole.size()},
             Case{"behind a keep-alive", "\r\n\r\n" + whole, whole.size() + 4},
             Case{"a byte less", whole.substr(0, whole.size() - 1), std::nullopt},
             Case{"half a head", whole.substr(0, 60), std::nullopt},
             Case{"half a length", subscribe("Content-Length: 2"), std::nullopt},
             Case{"a length that may be folded", subscribe("Content-Length:\r\n"), std::nullopt},
             Case{"a folded length", subscribe("Content-Length:\r\n 2\r\n\r\nhi"), whole.size() + 2},
             Case{"no length", subscribe("\r\n"), std::nullopt, MessageError::bad_length},
             Case{"two lengths", subscribe("l: 1\r\nl: 2\r\n\r\nhi"), std::nullopt, MessageError::bad_length},
             Case{"a huge length", subscribe("l: 70000\r\n\r\nhi"), std::nullopt, MessageError::too_large},
             Case{"HTTP", "GET / HTTP/1.1\r\n", std::nullopt, MessageError::no_start_line},
             Case{"TLS", std::string("\x16\x03\x01\0\n", 5), std::nullopt, MessageError::no_start_line},
             Case{"no end", std::string(limits::message_bytes_max + 1, 'x'), std::nullopt, MessageError::too_large},
         }) {
        const auto length = first_message_length(stream);
        EXPECT_EQ(length.bytes, bytes) << name;
        EXPECT_EQ(length.error, error) << name;
    }
}

TEST(SipMessageWriter, WritesWhatIsReadAgain) {
    std::string out = "old";
    MessageWriter(out)
        .request("NOTIFY", "sip:192.0.2.50:5060")
        .header("Via", "SIP/2.0/UDP 192.0.2.1:5059;branch=z9hG4bK1;rport")
        .header("From", "<sip:a@b>;tag=1")
        .header("To", "<sip:a@b>;tag=2")
        .header("Call-ID", "x@y")
        .header("CSeq", "1 NOTIFY")
        .header("Event", "ua-profile\r\nEvil: yes")
        .body("application/url", "http://192.0.2.1/");
    Message message;
    ASSERT_EQ(message.read(out), MessageError::none);
    EXPECT_EQ(message.method(), Method::notify);
    EXPECT_EQ(message.value(HeaderName::content_type), "application/url");
    EXPECT_EQ(message.value(HeaderName::event), "ua-profile  Evil: yes");
    EXPECT_EQ(message.value_of("Evil"), "");
    EXPECT_EQ(message.body(), "http://192.0.2.1/");
    EXPECT_TRUE(out.ends_with("Content-Length: 17\r\n\r\nhttp://192.0.2.1/"));
}

TEST(SipMessageWriter, FillsInTheTopmostVia) {
    struct Case {
        std::string_view vias, written;
    };
    for (const auto& [vias, written] : {
             Case{"Via: SIP/2.0/UDP 192.0.2.50:5060;branch=z9;rport\r\n",
                  "Via: SIP/2.0/UDP 192.0.2.50:5060;branch=z9;rport=1024;received=192.0.2.50\r\n"},
             Case{"Via: SIP/2.0/UDP 192.0.2.50;branch=z9\r\n", "Via: SIP/2.0/UDP 192.0.2.50;branch=z9\r\n"},
             Case{"Via: SIP/2.0/UDP 10.0.0.1;branch=z9\r\n",
                  "Via: SIP/2.0/UDP 10.0.0.1;branch=z9;received=192.0.2.50\r\n"},
             Case{
                 "v: SIP / 2.0 / UDP phone ; rport ; branch = z9 , SIP/2.0/UDP p;rport\r\nVia: SIP/2.0/TCP q;rport\r\n",
                 "Via: SIP / 2.0 / UDP phone;rport=1024;branch = z9;received=192.0.2.50, SIP/2.0/UDP p;rport\r\n"
                 "Via: SIP/2.0/TCP q;rport\r\n"},
             Case{"Via: SIP/2.0/UDP x;received=6.6.6.6;rport=9;branch=z\r\n",
                  "Via: SIP/2.0/UDP x;rport=9;branch=z;received=192.0.2.50\r\n"},
         }) {
        const auto text =
            "NOTIFY sip:a SIP/2.0\r\n" + std::string(vias) + "f: a\r\nt: b\r\ni: c\r\nCSeq: 1 NOTIFY\r\n\r\n";
        Message message;
        ASSERT_EQ(message.read(text), MessageError::none) << vias;
        std::string out;
        MessageWriter(out).vias_of(message, "192.0.2.50", 1024);
        const auto trimmed_comma = out;
        EXPECT_EQ(trimmed_comma, written);
    }
}

} // namespace
} // namespace offhook::protocol::sip
