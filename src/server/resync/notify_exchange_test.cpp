#include "server/resync/notify_exchange.hpp"

#include "protocol/http_auth/digest.hpp"
#include "protocol/sip/message.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

namespace sip = protocol::sip;
using Act = NotifyExchange::Act;
using State = NotifyOutcome::State;
using std::chrono::milliseconds;

/// An exchange, and a phone that reads what it sends.
class NotifyExchangeTest : public testing::Test {
protected:
    NotifyExchange exchange(NotifyExchange::Wire wire = NotifyExchange::Wire::datagrams, bool with_account = true) {
        NotifyTask task{"sip:101@192.0.2.44:5060", "check-sync", {}};
        if (with_account) task.account = protocol::BasicCredentials{"101", "secret"};
        return {task, wire, "192.0.2.5:5071", random, clock.instant()};
    }
    /// As a phone answers to what was sent last.
    static std::string answer(const NotifyExchange& to, unsigned status, std::string_view headers = "") {
        sip::Message request;
        EXPECT_EQ(request.read(to.message()), sip::MessageError::none);
        return fmt::format(
            "SIP/2.0 {} Some Reason\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag=1\r\nCall-ID: {}\r\nCSeq: {}\r\n"
            "{}Content-Length: 0\r\n\r\n",
            status, request.value(sip::HeaderName::via), request.value(sip::HeaderName::from),
            request.value(sip::HeaderName::to), request.value(sip::HeaderName::call_id),
            request.value(sip::HeaderName::cseq), headers);
    }
    static std::string challenge(const NotifyExchange& to, std::string_view nonce, std::string_view more = "") {
        return answer(to, 401, fmt::format("WWW-Authenticate: Digest realm=\"pbx\",nonce=\"{}\"{}\r\n", nonce, more));
    }
    Act hear(NotifyExchange& by, const std::string& bytes) { return by.receive(bytes, clock.instant()); }

    ManualClock clock;
    SeededRandom random{7};
};

TEST_F(NotifyExchangeTest, AnAcceptedNotifyIsDone) {
    auto it = exchange();
    EXPECT_EQ(hear(it, answer(it, 100)), Act::nothing);
    EXPECT_EQ(hear(it, answer(it, 200)), Act::ended);
    EXPECT_EQ(it.outcome().state, State::accepted);
    EXPECT_EQ(it.outcome().status, 200);
    EXPECT_FALSE(it.deadline());
    EXPECT_EQ(hear(it, answer(it, 489)), Act::nothing);
    EXPECT_EQ(it.outcome().status, 200);
}

TEST_F(NotifyExchangeTest, RepeatsOverDatagramsUntilTimerF) {
    auto it = exchange();
    const std::string first = it.message();
    unsigned sends = 1;
    Act act = Act::nothing;
    const Instant start = clock.instant();
    while (act != Act::ended) {
        ASSERT_TRUE(it.deadline());
        clock.advance(std::chrono::ceil<milliseconds>(*it.deadline() - clock.instant()));
        act = it.tick(clock.instant());
        if (act == Act::send) ++sends;
        ASSERT_LE(sends, 11U);
    }
    EXPECT_EQ(sends, 11U);
    EXPECT_EQ(clock.instant() - start, milliseconds(32'000));
    EXPECT_EQ(it.message(), first);
    EXPECT_EQ(it.outcome().state, State::no_answer);
}

TEST_F(NotifyExchangeTest, DoesNotRepeatOverAStream) {
    auto it = exchange(NotifyExchange::Wire::stream);
    EXPECT_NE(it.message().find("Via: SIP/2.0/TCP "), std::string::npos);
    clock.advance(milliseconds(32'000));
    EXPECT_EQ(it.tick(clock.instant()), Act::ended);
    EXPECT_EQ(it.outcome().state, State::no_answer);
}

TEST_F(NotifyExchangeTest, AnswersAChallengeOnANewTransaction) {
    auto it = exchange();
    const std::string first = it.message();
    ASSERT_EQ(hear(it, challenge(it, "n1", ",qop=\"auth\"")), Act::send);
    sip::Message before, after;
    ASSERT_EQ(before.read(first), sip::MessageError::none);
    ASSERT_EQ(after.read(it.message()), sip::MessageError::none);
    EXPECT_EQ(after.cseq(), before.cseq() + 1);
    EXPECT_EQ(after.value(sip::HeaderName::call_id), before.value(sip::HeaderName::call_id));
    EXPECT_NE(after.value(sip::HeaderName::via), before.value(sip::HeaderName::via));
    const auto given = protocol::parse_authorization(after.value(sip::HeaderName::authorization));
    ASSERT_TRUE(given);
    const auto& digest = std::get<protocol::DigestCredentials>(*given);
    EXPECT_EQ(digest.uri, "sip:101@192.0.2.44:5060");
    EXPECT_TRUE(protocol::DigestCheck(digest, "NOTIFY").matches("secret"));
    EXPECT_EQ(hear(it, answer(it, 200)), Act::ended);
    EXPECT_EQ(it.outcome().state, State::accepted);
}

TEST_F(NotifyExchangeTest, TriesASecondTimeOnlyWhereTheNonceWasStale) {
    auto it = exchange();
    ASSERT_EQ(hear(it, challenge(it, "n1")), Act::send);
    ASSERT_EQ(hear(it, challenge(it, "n2", ",stale=true")), Act::send);
    EXPECT_NE(it.message().find("nonce=\"n2\""), std::string::npos);
    EXPECT_EQ(hear(it, challenge(it, "n3", ",stale=true")), Act::ended); // for ever otherwise
    EXPECT_EQ(it.outcome().state, State::wrong_account);

    auto wrong = exchange();
    ASSERT_EQ(hear(wrong, challenge(wrong, "n1")), Act::send);
    EXPECT_EQ(hear(wrong, challenge(wrong, "n2")), Act::ended);
    EXPECT_EQ(wrong.outcome().state, State::wrong_account);
    EXPECT_NE(wrong.outcome().text.find("user 101"), std::string::npos);
    EXPECT_EQ(wrong.outcome().text.find("secret"), std::string::npos);
}

TEST_F(NotifyExchangeTest, AChallengeNeedsAnAccountAndAWayThatWeKnow) {
    auto without = exchange(NotifyExchange::Wire::datagrams, false);
    EXPECT_EQ(hear(without, challenge(without, "n1")), Act::ended);
    EXPECT_EQ(without.outcome().state, State::wrong_account);
    auto strange = exchange();
    EXPECT_EQ(hear(strange, answer(strange, 401, "WWW-Authenticate: Basic realm=\"x\"\r\n")), Act::ended);
    EXPECT_EQ(strange.outcome().state, State::refused);
    EXPECT_NE(strange.outcome().text.find("Basic"), std::string::npos);
}

TEST_F(NotifyExchangeTest, SaysWhatARefusalMeans) {
    struct {
        unsigned status;
        const char* says;
    } const rows[] = {{403, "registrar"},  {404, "no such user"},    {405, "no NOTIFY"}, {481, "subscribed"},
                      {489, "check-sync"}, {302, "302 Some Reason"}, {503, "503"},       {600, "600"}};
    for (const auto& row : rows) {
        auto it = exchange();
        EXPECT_EQ(hear(it, answer(it, row.status)), Act::ended);
        EXPECT_EQ(it.outcome().state, State::refused);
        EXPECT_EQ(it.outcome().status, row.status);
        EXPECT_NE(it.outcome().text.find(row.says), std::string::npos) << it.outcome().text;
    }
}

TEST_F(NotifyExchangeTest, PassesOverWhatIsNoAnswerToIt) {
    auto it = exchange();
    auto other = exchange();
    const std::string good = answer(it, 200);
    const auto spoilt = [&](std::string_view part, std::string_view by) {
        std::string out = good;
        const auto at = out.find(part);
        EXPECT_NE(at, std::string::npos) << part;
        return out.replace(at, part.size(), by);
    };
    const std::string foreign[] = {"",
                                   "\r\n\r\n",
                                   "nonsense",
                                   answer(other, 200),
                                   it.message(),
                                   spoilt("CSeq: 1 NOTIFY", "CSeq: 2 NOTIFY"),
                                   spoilt("CSeq: 1 NOTIFY", "CSeq: 1 OPTIONS"),
                                   spoilt("branch=z9hG4bK", "branch=z9hG4bKx")};
    for (const auto& bytes : foreign) EXPECT_EQ(hear(it, bytes), Act::nothing) << bytes;
    EXPECT_EQ(hear(it, good), Act::ended);
}

} // namespace
} // namespace offhook::server
