#include "server/discovery/pnp_responder.hpp"

#include "protocol/http_auth/digest.hpp"
#include "server/discovery/fake_offers.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <variant>

namespace offhook::server {
namespace {

using namespace std::chrono_literals;
namespace sip = protocol::sip;
using sip::HeaderName;

constexpr auto phone_address = IpAddress::v4(0xc0000232); // 192.0.2.50
constexpr auto our_address = IpAddress::v4(0xc0000201);   // 192.0.2.1
constexpr std::string_view known_user = "MAC%3a0080F0C571EB";

struct Ask {
    std::string user = std::string(known_user) + "@";
    std::string via = "SIP/2.0/UDP 192.0.2.50:5060;branch=z9hG4bK1234;rport";
    std::string call_id = "1930770594@192.0.2.50";
    std::string contact = "Contact: <sip:192.0.2.50:5060>\r\n";
    std::string event = R"(ua-profile;profile-type="device";vendor="Panasonic";model="KX-HDV130";version="1.2.3")";
    std::string more = {};
    unsigned cseq = 1;

    [[nodiscard]] std::string text() const {
        return fmt::format("SUBSCRIBE sip:{0}224.0.1.75 SIP/2.0\r\nVia: {1}\r\nFrom: <sip:{0}224.0.1.75>;tag=77aa\r\n"
                           "To: <sip:{0}224.0.1.75>\r\nCall-ID: {2}\r\nCSeq: {3} SUBSCRIBE\r\n{4}Event: {5}\r\n"
                           "Expires: 0\r\nAccept: application/url\r\n{6}Content-Length: 0\r\n\r\n",
                           user, via, call_id, cseq, contact, event, more);
    }
};

/// What came out of it, read again.
struct Sent {
    std::string bytes;
    IpAddress to, from;
    std::uint16_t to_port;
    unsigned interface;
    [[nodiscard]] bool is_notify() const { return bytes.starts_with("NOTIFY "); }
};

class PnpResponderTest : public ::testing::Test {
protected:
    using Sents = std::vector<Sent>;

    PnpResponder& responder() {
        if (!responder_) responder_.emplace(offers, options, std::uint16_t{7}, std::uint16_t{5059}, random, neighbour);
        return *responder_;
    }
    Sents taken(std::span<const PnpDatagram> datagrams) {
        Sents out;
        for (const auto& one : datagrams)
            out.push_back({std::string(one.bytes), one.to, one.from, one.to_port, one.interface});
        return out;
    }
    Sents receive(const std::string& bytes, std::uint16_t port = 5060, IpAddress source = phone_address) {
        return taken(responder().received({bytes, source, port, our_address, 3}, now));
    }
    Sents ask(const Ask& ask = {}, std::uint16_t port = 5060) { return receive(ask.text(), port); }
    Sents wait(std::chrono::milliseconds time) {
        Sents out;
        const auto end = now + time;
        for (auto due = responder().deadline(); due && *due <= end; due = responder().deadline()) {
            now = std::max(now, *due);
            for (auto& one : taken(responder().tick(now))) out.push_back(std::move(one));
        }
        now = end;
        return out;
    }
    /// The phone's answer to a NOTIFY.
    static std::string response(const std::string& notify, unsigned status, std::string_view more = {}) {
        sip::Message message;
        EXPECT_EQ(message.read(notify), sip::MessageError::none);
        return fmt::format("SIP/2.0 {} Whatever\r\nVia: {}\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {}\r\n{}\r\n",
                           status, message.value(HeaderName::via), message.value(HeaderName::from),
                           message.value(HeaderName::to), message.value(HeaderName::call_id),
                           message.value(HeaderName::cseq), more);
    }
    static std::string value(const std::string& bytes, HeaderName name) {
        sip::Message message;
        EXPECT_EQ(message.read(bytes), sip::MessageError::none) << bytes;
        return std::string(message.value(name));
    }

    FakeOffers offers;
    PnpOptions options;
    SeededRandom random{42};
    PnpResponder::Neighbour neighbour;
    Instant now{std::chrono::hours{1}};
    std::optional<PnpResponder> responder_;
};

TEST_F(PnpResponderTest, AnswersWithOkAndNotifyToWhereThePacketCameFrom) {
    const auto sent = ask({}, 2051);
    ASSERT_EQ(sent.size(), 2U);
    for (const auto& one : sent) {
        EXPECT_EQ(one.to, phone_address);
        EXPECT_EQ(one.to_port, 2051);
        EXPECT_EQ(one.from, our_address);
        EXPECT_EQ(one.interface, 3U);
    }
    sip::Message ok;
    ASSERT_EQ(ok.read(sent[0].bytes), sip::MessageError::none);
    EXPECT_EQ(ok.status(), 200);
    EXPECT_EQ(ok.value(HeaderName::via),
              "SIP/2.0/UDP 192.0.2.50:5060;branch=z9hG4bK1234;rport=2051;received=192.0.2.50");
    EXPECT_EQ(ok.value(HeaderName::from), "<sip:MAC%3a0080F0C571EB@224.0.1.75>;tag=77aa");
    EXPECT_TRUE(ok.value(HeaderName::to).starts_with("<sip:MAC%3a0080F0C571EB@224.0.1.75>;tag="));
    EXPECT_EQ(ok.value(HeaderName::call_id), "1930770594@192.0.2.50");
    EXPECT_EQ(ok.value(HeaderName::cseq), "1 SUBSCRIBE");
    EXPECT_EQ(ok.value(HeaderName::contact), "<sip:192.0.2.1:5059>");
    EXPECT_EQ(ok.value(HeaderName::expires), "0");
    EXPECT_EQ(ok.value(HeaderName::content_length), "0");

    sip::Message notify;
    ASSERT_EQ(notify.read(sent[1].bytes), sip::MessageError::none);
    EXPECT_EQ(notify.method(), sip::Method::notify);
    EXPECT_EQ(notify.request_uri(), "sip:192.0.2.50:5060");
    const auto via = sip::parse_via(notify.value(HeaderName::via));
    ASSERT_TRUE(via);
    EXPECT_EQ(via->host, "192.0.2.1");
    EXPECT_EQ(via->port, 5059);
    EXPECT_TRUE(via->branch.starts_with("z9hG4bK"));
    EXPECT_TRUE(via->asks_rport);
    EXPECT_EQ(notify.value(HeaderName::from), ok.value(HeaderName::to));
    EXPECT_EQ(notify.value(HeaderName::to), ok.value(HeaderName::from));
    EXPECT_EQ(notify.value(HeaderName::call_id), ok.value(HeaderName::call_id));
    EXPECT_EQ(notify.value(HeaderName::cseq), "1 NOTIFY");
    EXPECT_EQ(notify.value(HeaderName::event), Ask().event);
    EXPECT_EQ(notify.value(HeaderName::subscription_state), "terminated;reason=timeout");
    EXPECT_EQ(notify.value(HeaderName::content_type), "application/url");
    EXPECT_EQ(notify.value(HeaderName::content_length), std::to_string(offers.url.size()));
    EXPECT_EQ(notify.body(), offers.url);
    ASSERT_EQ(offers.notes.size(), 1U);
    EXPECT_EQ(offers.notes[0].mac, MacAddress(0x0080f0c571eb));
    EXPECT_EQ(offers.notes[0].vendor, "Panasonic");
    EXPECT_EQ(offers.notes[0].outcome, catalogue::Outcome::served);
    EXPECT_EQ(offers.notes[0].told, offers.url);
}

TEST_F(PnpResponderTest, EveryDialectIsAnswered) {
    options.answers_per_source_second = 100;
    const auto asked = [](auto change) {
        Ask out;
        change(out);
        return out.text();
    };
    unsigned number = 0;
    for (const auto& text : {
             asked([](Ask& a) { a.via = "SIP/2.0/UDP 192.0.2.50:2051;rport"; }), // Snom: no branch
             asked([](Ask& a) { a.user = "MAC001565113aF8@"; }),
             asked([](Ask& a) { a.user = "MAC=00304fa99948@"; }),
             asked([](Ask& a) { a.user = ""; }), // AudioCodes: no MAC
             asked([](Ask& a) { a.event = R"(ua-profile;vender="Panasonic")"; }),
             asked([](Ask& a) { a.event = "ua-profile;\r\n\tvendor=\"OEM\";\r\n model=\"OEM\""; }),
             asked([](Ask& a) { a.cseq = 20000; }),
             asked([](Ask& a) { a.contact = ""; }),
             std::string(
                 "SUBSCRIBE sip:MAC%3A0080F0C571EB@224.0.1.75 SIP/2.0\nv:SIP/2.0/UDP 192.0.2.50\nf:sip:a@b;tag=1\n"
                 "t:sip:a@b\ni:x\nCSEQ:5 SUBSCRIBE\no:ua-profile\nm:<sip:192.0.2.50>\n"),
         }) {
        auto changed = text;
        if (const auto at = changed.find("1930770594"); at != std::string::npos)
            changed.replace(at, 10, std::to_string(++number));
        const auto sent = receive(changed);
        ASSERT_EQ(sent.size(), 2U) << text;
        EXPECT_TRUE(sent[0].bytes.starts_with("SIP/2.0 200 OK\r\n"));
        EXPECT_TRUE(sent[1].is_notify());
        EXPECT_TRUE(sent[1].bytes.ends_with("\r\n\r\n" + offers.url));
        EXPECT_TRUE(receive(response(sent[1].bytes, 200)).empty());
    }
    EXPECT_EQ(responder().counts().accepted, 9U);
    EXPECT_EQ(responder().under_way(), 0U);
}

TEST_F(PnpResponderTest, RepeatedSubscribeGetsTheSameOkAndNoSecondNotify) {
    for (const auto* via :
         {"SIP/2.0/UDP 192.0.2.50:5060;branch=z9hG4bK1234;rport", "SIP/2.0/UDP 192.0.2.50:5060;rport"}) {
        Ask asked;
        asked.via = via;
        asked.call_id = via; // another exchange
        const auto first = ask(asked);
        ASSERT_EQ(first.size(), 2U);
        now += 400ms;
        const auto second = ask(asked);
        ASSERT_EQ(second.size(), 1U) << via;
        EXPECT_EQ(second[0].bytes, first[0].bytes);
        (void)receive(response(first[1].bytes, 200));
        now += 400ms;
        EXPECT_EQ(ask(asked).size(), 1U) << "also once it is over";
        now += 1s;
    }
    Ask other;
    other.cseq = 2;
    EXPECT_EQ(ask(other).size(), 2U) << "a phone that uses its branch again";
    EXPECT_EQ(offers.notes.size(), 3U);
    now += 60s;
    EXPECT_EQ(ask(other).size(), 2U) << "timer J is over";
}

TEST_F(PnpResponderTest, NotifyIsRepeatedUntilItIsAnswered) {
    const auto first = ask();
    EXPECT_EQ(wait(499ms).size(), 0U);
    const auto second = wait(1ms);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].bytes, first[1].bytes);
    EXPECT_EQ(wait(3s).size(), 2U); // 1.5, 3.5
    EXPECT_TRUE(receive(response(first[1].bytes, 100)).empty());
    EXPECT_EQ(wait(3999ms).size(), 0U);
    EXPECT_EQ(wait(1ms).size(), 1U);
    EXPECT_TRUE(receive(response(first[1].bytes, 200)).empty());
    EXPECT_TRUE(receive(response(first[1].bytes, 200)).empty());
    EXPECT_EQ(responder().counts().accepted, 1U);
    EXPECT_EQ(wait(60s).size(), 0U);
    EXPECT_EQ(responder().deadline(), std::nullopt);
}

TEST_F(PnpResponderTest, SilenceEndsAfter32SecondsAndIsNoted) {
    (void)ask();
    EXPECT_EQ(wait(60s).size(), 10U);
    EXPECT_EQ(responder().counts().timed_out, 1U);
    ASSERT_EQ(offers.notes.size(), 2U);
    EXPECT_EQ(offers.notes[1].outcome, catalogue::Outcome::broken_off);
    EXPECT_EQ(responder().deadline(), std::nullopt);
}

TEST_F(PnpResponderTest, StrangersAreSentThreeNotifiesAtMost) {
    offers.all_are_strangers = true;
    (void)ask();
    EXPECT_EQ(wait(60s).size(), 2U);
}

TEST_F(PnpResponderTest, ChallengeIsAnsweredOnce) {
    options.notify_user = "boot";
    options.notify_password = "secret";
    const auto sent = ask();
    const auto again =
        receive(response(sent[1].bytes, 401,
                         "WWW-Authenticate: Digest realm=\"phone\", nonce=\"abc\", algorithm=MD5, qop=\"auth\"\r\n"));
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(value(again[0].bytes, HeaderName::cseq), "2 NOTIFY");
    EXPECT_EQ(value(again[0].bytes, HeaderName::from), value(sent[1].bytes, HeaderName::from));
    EXPECT_NE(value(again[0].bytes, HeaderName::via), value(sent[1].bytes, HeaderName::via));
    EXPECT_EQ(again[0].bytes.find("secret"), std::string::npos);
    const auto credentials = protocol::parse_authorization(value(again[0].bytes, HeaderName::authorization));
    ASSERT_TRUE(credentials);
    const auto& digest = std::get<protocol::DigestCredentials>(*credentials);
    EXPECT_EQ(digest.user, "boot");
    EXPECT_EQ(digest.uri, "sip:192.0.2.50:5060");
    EXPECT_EQ(digest.response, protocol::digest_response(digest, "NOTIFY", "secret"));
    EXPECT_TRUE(
        receive(response(again[0].bytes, 401, "WWW-Authenticate: Digest realm=\"phone\", nonce=\"d\"\r\n")).empty());
    EXPECT_EQ(responder().counts().refused, 1U);
    EXPECT_EQ(wait(60s).size(), 0U);
}

TEST_F(PnpResponderTest, AChallengesOpaqueGoesBackAsItCame) {
    options.notify_user = "boot";
    const auto sent = ask();
    const auto again = receive(response(
        sent[1].bytes, 401, "WWW-Authenticate: Digest realm=\"phone\", nonce=\"abc\", opaque=\"5ccc069c\"\r\n"));
    ASSERT_EQ(again.size(), 1U);
    EXPECT_NE(value(again[0].bytes, HeaderName::authorization).find("opaque=\"5ccc069c\""), std::string::npos);
}

TEST_F(PnpResponderTest, ProxysChallengeIsAnsweredInItsOwnHeader) {
    options.notify_user = "boot";
    const auto sent = ask();
    const auto again =
        receive(response(sent[1].bytes, 407, "Proxy-Authenticate: Digest realm=\"p\", nonce=\"abc\"\r\n"));
    ASSERT_EQ(again.size(), 1U);
    EXPECT_NE(value(again[0].bytes, HeaderName::proxy_authorization), "");
    EXPECT_EQ(value(again[0].bytes, HeaderName::authorization), "");
}

TEST_F(PnpResponderTest, RefusedNotifyEndsTheExchange) {
    for (const unsigned status : {302U, 401U, 489U, 500U, 603U}) {
        Ask asked;
        asked.call_id = std::to_string(status);
        const auto sent = ask(asked);
        ASSERT_EQ(sent.size(), 2U);
        EXPECT_TRUE(receive(response(sent[1].bytes, status)).empty()) << status;
        EXPECT_TRUE(wait(10s).empty()) << status;
        EXPECT_EQ(offers.notes.back().outcome, catalogue::Outcome::refused);
        EXPECT_EQ(offers.notes.back().asked, "NOTIFY");
    }
}

TEST_F(PnpResponderTest, UnknownDialogGetsOneNotifyOfTheLooseForm) {
    const auto sent = ask();
    const auto loose = receive(response(sent[1].bytes, 481));
    ASSERT_EQ(loose.size(), 1U);
    sip::Message notify;
    ASSERT_EQ(notify.read(loose[0].bytes), sip::MessageError::none);
    EXPECT_EQ(notify.value(HeaderName::via), Ask().via);
    EXPECT_EQ(notify.value(HeaderName::from), "<sip:MAC%3a0080F0C571EB@224.0.1.75>;tag=77aa");
    EXPECT_EQ(notify.value(HeaderName::to), "<sip:MAC%3a0080F0C571EB@224.0.1.75>");
    EXPECT_EQ(notify.body(), offers.url);
    EXPECT_TRUE(receive(response(sent[1].bytes, 481)).empty()) << "a repeat of the answer";
    EXPECT_TRUE(receive(response(loose[0].bytes, 481)).empty());
    EXPECT_EQ(responder().counts().refused, 1U);
    EXPECT_TRUE(wait(60s).empty());
}

TEST_F(PnpResponderTest, LooseFormCanBeTheFirst) {
    options.legacy_notify = true;
    const auto sent = ask();
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(value(sent[1].bytes, HeaderName::via), Ask().via);
    EXPECT_TRUE(receive(response(sent[1].bytes, 200)).empty());
    EXPECT_EQ(responder().counts().accepted, 1U);
    Ask unanswered;
    unanswered.call_id = "2";
    (void)ask(unanswered);
    EXPECT_EQ(wait(60s).size(), 2U) << "three in all: its answer rarely finds us";
}

TEST_F(PnpResponderTest, YieldsToAFirstServer) {
    options.answer_delay = 800ms;
    EXPECT_TRUE(ask().empty());
    EXPECT_TRUE(wait(500ms).empty());
    EXPECT_TRUE(ask().empty()) << "a repeat does not hurry it";
    const auto sent = wait(300ms);
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_TRUE(sent[0].bytes.starts_with("SIP/2.0 200"));
    EXPECT_TRUE(sent[1].is_notify());
    EXPECT_EQ(wait(500ms).size(), 1U);
    EXPECT_EQ(offers.notes.size(), 1U);
}

TEST_F(PnpResponderTest, NobodyHearsARefusal) {
    offers.state = Offer::State::stranger;
    EXPECT_TRUE(ask().empty());
    ASSERT_EQ(offers.notes.size(), 1U);
    EXPECT_EQ(offers.notes[0].outcome, catalogue::Outcome::refused);
    EXPECT_EQ(offers.notes[0].told, "not here");
    offers.state = Offer::State::offered;
    for (const auto& text :
         {Ask().text().replace(0, 9, "OPTIONS"), std::string("\r\n\r\n"), std::string("x"), std::string(5000, 'x'),
          Ask{.event = "message-summary"}.text(), Ask{.more = std::string(4096, 'x')}.text(),
          Ask{.via = "nonsense"}.text(), Ask{.more = "Content-Length: 7\r\n"}.text()})
        EXPECT_TRUE(receive(text).empty()) << text.substr(0, 100);
    EXPECT_TRUE(wait(60s).empty());
    EXPECT_EQ(offers.notes.size(), 1U);
}

TEST_F(PnpResponderTest, NoPieceOfAMessageDoesHarm) {
    options.answers_per_source_second = 1'000'000;
    const auto sent = ask();
    for (const auto& text : {Ask().text(), response(sent[1].bytes, 401, "WWW-Authenticate: Digest x\r\n")})
        for (std::size_t size = 0; size < text.size(); ++size) {
            auto piece = text.substr(0, size);
            for (const auto& one : receive(piece)) EXPECT_EQ(one.to, phone_address);
            piece = text;
            piece[size] = static_cast<char>(piece[size] ^ 0x15);
            for (const auto& one : receive(piece)) EXPECT_EQ(one.to, phone_address);
        }
}

TEST_F(PnpResponderTest, OthersCannotAnswerForAPhone) {
    const auto sent = ask();
    EXPECT_TRUE(receive(response(sent[1].bytes, 200), 5060, IpAddress::v4(0xc0000233)).empty());
    EXPECT_EQ(responder().counts().accepted, 0U);
    auto guessed = response(sent[1].bytes, 200);
    const auto at = guessed.find("z9hG4bK");
    guessed[at + 8] = guessed[at + 8] == '0' ? '1' : '0';
    EXPECT_TRUE(receive(guessed).empty());
    EXPECT_EQ(responder().counts().accepted, 0U);
    EXPECT_EQ(wait(500ms).size(), 1U);
}

TEST_F(PnpResponderTest, RatesAreLimitedBySourceAndInAll) {
    options.answers_per_second = 8;
    const auto answered = [&](IpAddress source, int from) {
        int out = 0;
        for (int i = from; i < from + 10; ++i)
            out += receive(Ask{.call_id = std::to_string(i)}.text(), 5060, source).empty() ? 0 : 1;
        return out;
    };
    EXPECT_EQ(answered(phone_address, 0), 5);
    EXPECT_EQ(answered(IpAddress::v4(0xc0000233), 10), 3);
    EXPECT_EQ(answered(IpAddress::v4(0xc0000234), 20), 0);
    now += 1s;
    EXPECT_EQ(answered(IpAddress::v4(0xc0000234), 30), 5);
    EXPECT_EQ(responder().counts().limited, 5U + 7U + 10U + 5U);
}

TEST_F(PnpResponderTest, FullTableStillAnswersWhoeverCanHaveAPlace) {
    options.transactions_max = 4;
    options.answers_per_source_second = 100;
    std::vector<std::string> notifies;
    for (int i = 0; i < 4; ++i) notifies.push_back(ask(Ask{.call_id = std::to_string(i)})[1].bytes);
    (void)receive(response(notifies[2], 200));
    EXPECT_EQ(ask(Ask{.call_id = "5"}).size(), 2U);
    (void)receive(response(notifies[2], 200)); // its place is another's now
    EXPECT_EQ(responder().under_way(), 4U);
    EXPECT_EQ(ask(Ask{.call_id = "6"}).size(), 2U) << "all wait for their answer: the oldest has been told";
    EXPECT_EQ(responder().under_way(), 4U);
    EXPECT_EQ(responder().counts().accepted, 1U);
}

TEST_F(PnpResponderTest, ContactSaysWhatItIsCalledButNotWhereItGoes) {
    struct Case {
        std::string_view contact, uri;
        std::uint16_t second_port;
    };
    int number = 0;
    for (const auto& [contact, uri, second_port] : {
             Case{"Contact: <sip:x@192.0.2.50:5060;transport=udp>\r\n", "sip:x@192.0.2.50:5060;transport=udp", 5060},
             Case{"m: sip:192.0.2.50\r\n", "sip:192.0.2.50", 5060},
             Case{"m: <sip:192.0.2.50:49152>\r\n", "sip:192.0.2.50:49152", 49152},
             Case{"", "sip:192.0.2.50:49152", 49152},
             Case{"m: <sip:10.0.0.1:5060>\r\n", "sip:192.0.2.50:49152", 49152},
             Case{"m: <sip:phone.example.com>\r\n", "sip:192.0.2.50:49152", 49152},
             Case{"m: *\r\n", "sip:192.0.2.50:49152", 49152},
         }) {
        now += 10s;
        const auto sent = ask(Ask{.call_id = std::to_string(++number), .contact = std::string(contact)}, 49152);
        ASSERT_EQ(sent.size(), 2U) << contact;
        EXPECT_TRUE(sent[1].bytes.starts_with(fmt::format("NOTIFY {} SIP/2.0\r\n", uri))) << contact;
        EXPECT_EQ(sent[1].to_port, 49152) << contact;
        const auto repeats = wait(1500ms);
        ASSERT_EQ(repeats.size(), 2U);
        EXPECT_EQ(repeats[0].to_port, second_port) << contact;
        EXPECT_EQ(repeats[1].to_port, 49152) << contact;
        (void)receive(response(sent[1].bytes, 200));
    }
}

TEST_F(PnpResponderTest, RouteOfAProxyIsGoneBack) {
    const auto sent = ask(Ask{.more = "Record-Route: <sip:a;lr>, <sip:b;lr>\r\nRecord-Route: <sip:c;lr>\r\n"});
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_NE(sent[0].bytes.find("Record-Route: <sip:a;lr>, <sip:b;lr>\r\nRecord-Route: <sip:c;lr>\r\n"),
              std::string::npos);
    EXPECT_NE(sent[1].bytes.find("Route: <sip:a;lr>, <sip:b;lr>\r\nRoute: <sip:c;lr>\r\n"), std::string::npos);
}

TEST_F(PnpResponderTest, NeighbourTableNamesAPhoneThatDoesNot) {
    std::optional<MacAddress> entry;
    neighbour = [&entry](const IpAddress& address, unsigned interface) {
        EXPECT_EQ(address, phone_address);
        EXPECT_EQ(interface, 3U);
        return entry;
    };
    const auto first = ask(Ask{.user = ""});
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].bytes, "\r\n\r\n"); // makes the kernel ask
    EXPECT_TRUE(offers.notes.empty());
    entry = MacAddress(0x00908f123456);
    const auto sent = wait(100ms);
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_TRUE(sent[1].is_notify());
    ASSERT_EQ(offers.notes.size(), 1U);
    EXPECT_EQ(offers.notes[0].mac, entry);
    EXPECT_NE(offers.notes[0].asked.find("neighbour"), std::string::npos);
    EXPECT_EQ(offers.notes[0].trust, Trust::doubtful) << "a guess is told no secret";
    EXPECT_EQ(ask(Ask{.user = "", .call_id = "2"}).size(), 2U) << "the next time at once";

    entry.reset();
    offers.state = Offer::State::no_family;
    EXPECT_EQ(ask(Ask{.user = "", .call_id = "3"}).size(), 1U);
    const auto none = wait(100ms);
    EXPECT_TRUE(none.empty());
    EXPECT_EQ(offers.notes.back().mac, std::nullopt);
    EXPECT_EQ(offers.notes.back().asked, "SUBSCRIBE");
}

TEST_F(PnpResponderTest, AMacThatTheNeighbourTableContradictsIsDoubted) {
    const MacAddress named(0x0080f0c571eb), another(0x00908f123456);
    struct Row {
        OfferSecrets secrets;
        std::optional<MacAddress> entry;
        Trust trust;
    };
    int number = 0;
    for (const auto& row : {Row{OfferSecrets::token, named, Trust::named},
                            {OfferSecrets::token, std::nullopt, Trust::named}, // behind a router
                            {OfferSecrets::token, another, Trust::doubtful},
                            {OfferSecrets::credentials, another, Trust::doubtful},
                            {OfferSecrets::none, another, Trust::named}}) {
        options.offer.secrets = row.secrets;
        neighbour = [&row](const IpAddress&, unsigned) { return row.entry; };
        responder_.reset();
        ASSERT_EQ(ask(Ask{.call_id = std::to_string(++number)}).size(), 2U) << "it is answered at once";
        EXPECT_EQ(offers.notes.back().mac, named);
        EXPECT_EQ(offers.notes.back().trust, row.trust) << number;
        EXPECT_EQ(offers.notes.back().asked.find("another MAC") != std::string::npos, row.trust == Trust::doubtful);
    }
}

} // namespace
} // namespace offhook::server
