#include "phone/network/pnp_client.hpp"

#include "base/text.hpp"

#include <chrono>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone {
namespace {

using namespace std::chrono_literals;
using protocol::sip::HeaderName;
using protocol::sip::Message;
using protocol::sip::MessageError;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using State = PnpClient::State;

const IpAddress server = IpAddress::v4(0x0a630001);
constexpr std::uint16_t server_port = 6060;
constexpr std::string_view url = "http://10.99.0.1/{MODEL}.cfg";
constexpr std::string_view event = "ua-profile;profile-type=\"device\";vender=\"Panasonic\";model=\"KX-HDV130\"";

/// A message line by line; tests change and drop lines.
struct Lines {
    std::vector<std::string> head;
    std::string body;

    void drop(std::string_view name) {
        std::erase_if(head, [&](const auto& line) { return starts_with_ignoring_case(line, name); });
    }
    void set(std::string_view name, std::string_view value) {
        drop(name);
        head.push_back(fmt::format("{}: {}", name, value));
    }
    [[nodiscard]] std::string text() const { return join(head, "\r\n") + "\r\n\r\n" + body; }
};

class PnpClientTest : public testing::Test {
protected:
    void start(PnpAsk changes = {}) {
        ask_ = std::move(changes);
        ask_.request_uri = "sip:MAC%3a0080F0C571EB@224.0.1.75";
        ask_.event = event;
        client_.emplace(ask_, "10.99.0.50:5060", random_, clock_.instant());
        subscribe_ = client_->take_message();
        ASSERT_EQ(asked_.read(subscribe_), MessageError::none);
    }
    [[nodiscard]] Lines ok() const {
        return {{"SIP/2.0 200 OK", fmt::format("Via: {};received=10.99.0.50", asked_.value(HeaderName::via)),
                 fmt::format("From: {}", asked_.value(HeaderName::from)),
                 fmt::format("To: {};tag=srv", asked_.value(HeaderName::to)),
                 fmt::format("Call-ID: {}", asked_.value(HeaderName::call_id)), "CSeq: 1 SUBSCRIBE",
                 "Contact: <sip:10.99.0.1:6060>", "Expires: 0", "Content-Length: 0"},
                ""};
    }
    [[nodiscard]] Lines notify() const {
        return {{"NOTIFY sip:10.99.0.50:5060 SIP/2.0", "Via: SIP/2.0/UDP 10.99.0.1:6060;branch=z9hG4bKsrv;rport",
                 "Max-Forwards: 70", fmt::format("From: {};tag=srv", asked_.value(HeaderName::to)),
                 fmt::format("To: {}", asked_.value(HeaderName::from)),
                 fmt::format("Call-ID: {}", asked_.value(HeaderName::call_id)), "CSeq: 1 NOTIFY",
                 "Contact: <sip:10.99.0.1:6060>", fmt::format("Event: {}", event),
                 "Subscription-State: terminated;reason=timeout", "Content-Type: application/url",
                 fmt::format("Content-Length: {}", url.size())},
                std::string(url)};
    }
    std::string deliver(const Lines& message, std::uint16_t port = server_port) {
        return client_->received(message.text(), server, port, clock_.instant());
    }
    std::chrono::milliseconds tick() {
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*client_->deadline() - clock_.instant());
        clock_.advance(wait);
        client_->tick(clock_.instant());
        return wait;
    }
    /// The deviations of an exchange with this 200 and this NOTIFY.
    std::vector<std::string> deviations(const Lines& accepts, const Lines& notifies) {
        (void)deliver(accepts);
        (void)deliver(notifies);
        if (!client_->is_over()) tick();
        EXPECT_EQ(client_->state(), State::answered);
        return client_->answer().deviations;
    }

    ManualClock clock_;
    SeededRandom random_{7};
    PnpAsk ask_;
    std::optional<PnpClient> client_;
    std::string subscribe_;
    Message asked_;
};

TEST_F(PnpClientTest, AsksAsThePhoneDoes) {
    PnpAsk ask;
    ask.user_agent = "Panasonic_KX-HDV130/01.000";
    start(ask);
    EXPECT_EQ(asked_.method(), protocol::sip::Method::subscribe);
    EXPECT_EQ(asked_.request_uri(), ask_.request_uri);
    EXPECT_THAT(std::string(asked_.value(HeaderName::via)),
                testing::StartsWith("SIP/2.0/UDP 10.99.0.50:5060;branch=z9hG4bK"));
    EXPECT_EQ(asked_.value(HeaderName::to), "<sip:MAC%3a0080F0C571EB@224.0.1.75>");
    EXPECT_EQ(asked_.value(HeaderName::contact), "<sip:10.99.0.50:5060>");
    EXPECT_EQ(asked_.value(HeaderName::event), event);
    EXPECT_EQ(asked_.value(HeaderName::expires), "0");
    EXPECT_EQ(asked_.value(HeaderName::accept), "application/url");
    EXPECT_EQ(asked_.value(HeaderName::user_agent), ask.user_agent);
    EXPECT_EQ(asked_.value(HeaderName::content_length), "0");
    start();
    EXPECT_FALSE(asked_.has(HeaderName::user_agent));
}

TEST_F(PnpClientTest, RepeatsItselfUntilItsTimeIsOver) {
    start();
    for (const auto step : {500ms, 1000ms, 2000ms}) {
        EXPECT_EQ(tick(), step);
        EXPECT_EQ(client_->take_message(), subscribe_);
    }
    EXPECT_EQ(tick(), 1500ms);
    EXPECT_EQ(client_->take_message(), "");
    EXPECT_EQ(client_->state(), State::failed);
    EXPECT_THAT(client_->remarks(), ElementsAre("nobody accepted the SUBSCRIBE"));
}

TEST_F(PnpClientTest, AsksOnceWhereThePhoneDoes) {
    PnpAsk ask;
    ask.repeats = PnpAsk::Repeats::once;
    start(ask);
    EXPECT_EQ(tick(), 5000ms);
    EXPECT_EQ(client_->take_message(), "");
    EXPECT_EQ(client_->state(), State::failed);
}

TEST_F(PnpClientTest, TakesTheUrlOfACorrectServer) {
    start();
    EXPECT_EQ(deliver(ok()), "");
    EXPECT_EQ(tick(), 5000ms); // nothing is repeated any more
    start();
    (void)deliver(ok());
    Message reply;
    const auto bytes = deliver(notify());
    ASSERT_EQ(reply.read(bytes), MessageError::none);
    EXPECT_EQ(reply.status(), 200);
    EXPECT_EQ(reply.value(HeaderName::via),
              "SIP/2.0/UDP 10.99.0.1:6060;branch=z9hG4bKsrv;rport=6060;received=10.99.0.1");
    EXPECT_EQ(reply.value(HeaderName::cseq), "1 NOTIFY");
    EXPECT_EQ(reply.value(HeaderName::to), asked_.value(HeaderName::from));
    ASSERT_EQ(client_->state(), State::answered);
    EXPECT_EQ(client_->answer().url, url);
    EXPECT_THAT(client_->answer().deviations, IsEmpty());
    EXPECT_THAT(client_->remarks(), IsEmpty());
}

TEST_F(PnpClientTest, TakesANotifyThatOvertookThe200) {
    start();
    EXPECT_NE(deliver(notify()), "");
    ASSERT_EQ(client_->state(), State::notified);
    EXPECT_NE(deliver(notify()), ""); // repeated, as our 200 may have been lost
    (void)deliver(ok());
    ASSERT_EQ(client_->state(), State::answered);
    EXPECT_THAT(client_->answer().deviations, IsEmpty());
}

TEST_F(PnpClientTest, DoesNotWaitLongForThe200) {
    start();
    (void)deliver(notify());
    EXPECT_EQ(tick(), 250ms);
    ASSERT_EQ(client_->state(), State::answered);
    EXPECT_EQ(client_->answer().url, url);
    EXPECT_THAT(client_->answer().deviations, ElementsAre("no 200 to the SUBSCRIBE"));
}

TEST_F(PnpClientTest, ListsWhatIsWrongWithThe200) {
    const struct {
        std::string_view header, value;
        std::string deviation;
    } cases[] = {
        {"SIP/2.0", "", "202 instead of 200 to the SUBSCRIBE"},
        {"To", "<sip:MAC%3a0080F0C571EB@224.0.1.75>", "200: no tag in To"},
        {"CSeq", "2 SUBSCRIBE", "200: another CSeq number than the SUBSCRIBE's"},
        {"Via", "SIP/2.0/UDP 10.99.0.50:5060;branch=z9hG4bKother", "200: another Via than the SUBSCRIBE's"},
        {"From", "<sip:a@b>;tag=other", "200: another tag in From than the SUBSCRIBE's"},
        {"Contact", "", "200: no Contact (RFC 6665 4.2.1.1)"},
        {"Expires", "", "200: no Expires (RFC 6665 4.2.1.1)"},
        {"Expires", "3600", "200: Expires is more than the 0 that was asked for"},
    };
    for (const auto& one : cases) {
        start();
        auto accepts = ok();
        if (one.header == "SIP/2.0")
            accepts.head.front() = "SIP/2.0 202 Accepted";
        else if (one.value.empty())
            accepts.drop(one.header);
        else
            accepts.set(one.header, one.value);
        EXPECT_THAT(deviations(accepts, notify()), testing::Contains(one.deviation)) << one.header;
    }
}

TEST_F(PnpClientTest, ListsWhatIsWrongWithTheNotify) {
    const struct {
        std::string_view header, value;
        std::string deviation;
    } cases[] = {
        {"Content-Type", "", "NOTIFY: no Content-Type"},
        {"Content-Type", "text/plain", "NOTIFY: Content-Type is text/plain, not application/url"},
        {"Content-Length", "", "NOTIFY: no Content-Length"},
        {"Content-Length", "26", "NOTIFY: 2 bytes more than Content-Length says"},
        {"Subscription-State", "", "NOTIFY: no Subscription-State (RFC 6665 4.1.3)"},
        {"Subscription-State", "active;expires=60",
         "NOTIFY: Subscription-State is active;expires=60, although Expires was 0"},
        {"Max-Forwards", "", "NOTIFY: no Max-Forwards"},
        {"Contact", "", "NOTIFY: no Contact (RFC 6665 8.1.1)"},
        {"Event", "ua-profile;vendor=\"OEM\"", "NOTIFY: Event has other parameters than the SUBSCRIBE's"},
        {"Call-ID", "other", "NOTIFY: another Call-ID than the SUBSCRIBE's"},
        {"From", "<sip:a@b>", "NOTIFY: no tag in From"},
        {"From", "<sip:a@b>;tag=other", "NOTIFY: its From tag is not the To tag of the 200"},
        {"To", "<sip:a@b>", "NOTIFY: the tag in To is not that of the SUBSCRIBE's From"},
        {"Via", "SIP/2.0/UDP 10.99.0.1:6060", "NOTIFY: no branch of RFC 3261 in Via"},
        {"NOTIFY", "", "NOTIFY: sent to sip:10.99.0.50:5080, not to the Contact of the SUBSCRIBE"},
    };
    for (const auto& one : cases) {
        start();
        auto notifies = notify();
        if (one.header == "NOTIFY")
            notifies.head.front() = "NOTIFY sip:10.99.0.50:5080 SIP/2.0";
        else if (one.value.empty())
            notifies.drop(one.header);
        else
            notifies.set(one.header, one.value);
        EXPECT_THAT(deviations(ok(), notifies), ElementsAre(one.deviation)) << one.header;
    }
    start();
    auto echoing = notify();
    echoing.set("Via", asked_.value(HeaderName::via));
    EXPECT_THAT(deviations(ok(), echoing), ElementsAre("NOTIFY: Via is the SUBSCRIBE's own"));
}

TEST_F(PnpClientTest, AllowsWhatIsAllowed) {
    const struct {
        std::string_view header, value;
    } cases[] = {{"Content-Type", "Application/URL;charset=utf-8"},
                 {"Event", "ua-profile"},
                 {"Subscription-State", "Terminated"},
                 {"CSeq", "4711 NOTIFY"}};
    for (const auto& one : cases) {
        start();
        auto notifies = notify();
        notifies.set(one.header, one.value);
        EXPECT_THAT(deviations(ok(), notifies), IsEmpty()) << one.header;
        EXPECT_EQ(client_->answer().url, url);
    }
}

TEST_F(PnpClientTest, TakesAUrlWithoutItsLineEnd) {
    start();
    auto notifies = notify();
    notifies.body += "\r\n";
    notifies.set("Content-Length", std::to_string(url.size() + 2));
    EXPECT_THAT(deviations(ok(), notifies), ElementsAre("NOTIFY: blanks or a line's end around the URL"));
    EXPECT_EQ(client_->answer().url, url);
}

TEST_F(PnpClientTest, DoesNotTakeAUrlThatIsTooLongOrNone) {
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{385}}) {
        start();
        (void)deliver(ok());
        auto notifies = notify();
        notifies.body = std::string(bytes, 'a');
        notifies.set("Content-Length", std::to_string(bytes));
        EXPECT_THAT(deliver(notifies), HasSubstr("200 OK"));
        ASSERT_EQ(client_->state(), State::asking) << bytes;
        (void)deliver(notify()); // of another server
        EXPECT_EQ(client_->state(), State::answered);
        EXPECT_EQ(client_->answer().url, url);
        EXPECT_THAT(client_->remarks(), testing::SizeIs(1));
    }
}

TEST_F(PnpClientTest, WaitsOnAfterARefusal) {
    start();
    auto refusal = ok();
    refusal.head.front() = "SIP/2.0 500 Server Internal Error";
    (void)deliver(refusal);
    EXPECT_EQ(tick(), 5000ms); // and does not ask again
    EXPECT_THAT(client_->remarks(), ElementsAre("10.99.0.1 refuses the SUBSCRIBE: 500 Server Internal Error",
                                                "nobody accepted the SUBSCRIBE"));
}

TEST_F(PnpClientTest, SaysThatNoNotifyFollowed) {
    start();
    (void)deliver(ok());
    tick();
    EXPECT_THAT(client_->remarks(), ElementsAre("the SUBSCRIBE was accepted, but no NOTIFY followed"));
}

TEST_F(PnpClientTest, PassesOverOthersMessages) {
    start();
    EXPECT_EQ(client_->received(subscribe_, server, server_port, clock_.instant()), ""); // its own, looped back
    EXPECT_EQ(client_->received("\r\n\r\n", server, server_port, clock_.instant()), "");
    EXPECT_EQ(client_->received("nonsense\r\n\r\n", server, server_port, clock_.instant()), "");
    auto foreign = ok();
    foreign.set("Call-ID", "other");
    (void)deliver(foreign);
    auto check_sync = notify();
    check_sync.set("Event", "check-sync");
    EXPECT_THAT(deliver(check_sync), HasSubstr("SIP/2.0 489 Bad Event"));
    EXPECT_EQ(client_->state(), State::asking);
    EXPECT_THAT(client_->remarks(), ElementsAre("a message of 10.99.0.1 cannot be read: no_start_line",
                                                "a NOTIFY of 10.99.0.1 for another event: check-sync"));
    EXPECT_EQ(tick(), 500ms); // nobody has accepted anything
    EXPECT_EQ(client_->take_message(), subscribe_);
}

TEST_F(PnpClientTest, SaysThatSeveralServersAccept) {
    start();
    (void)deliver(ok());
    (void)deliver(ok());
    EXPECT_THAT(client_->remarks(), IsEmpty());
    auto second = ok();
    second.set("To", "<sip:MAC%3a0080F0C571EB@224.0.1.75>;tag=another");
    (void)deliver(second);
    EXPECT_THAT(client_->remarks(), ElementsAre("more than one server accepts the SUBSCRIBE; the first NOTIFY counts"));
    (void)deliver(notify());
    EXPECT_THAT(client_->answer().deviations, IsEmpty());
}

} // namespace
} // namespace offhook::phone
