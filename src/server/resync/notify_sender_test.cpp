#include "server/resync/notify_sender.hpp"

#include "protocol/http_auth/digest.hpp"
#include "server/resync/scripted_phone.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

namespace asio = boost::asio;
namespace sip = protocol::sip;
using State = NotifyOutcome::State;
using Over = ScriptedPhone::Over;
using std::chrono::milliseconds;

const IpAddress loopback = IpAddress::v4(0x7f000001);

/// What comes of a NOTIFY to that port; T1 is short, so that nobody waits 32 seconds.
NotifyOutcome notify(std::uint16_t port, NotifyExchange::Wire wire = NotifyExchange::Wire::datagrams) {
    SystemClock clock;
    SystemRandom random;
    sip::TransactionTiming timing;
    timing.t1 = milliseconds(10), timing.t2 = milliseconds(40), timing.t4 = milliseconds(20);
    NotifySender sender(clock, random, timing);
    asio::io_context context;
    NotifyOutcome out;
    auto sending = sender.send({"sip:101@127.0.0.1", "check-sync", protocol::BasicCredentials{"101", "secret"}},
                               {loopback, port, wire});
    asio::co_spawn(context, std::move(sending), [&](const std::exception_ptr& failure, NotifyOutcome outcome) {
        EXPECT_FALSE(failure);
        out = std::move(outcome);
    });
    context.run();
    return out;
}
NotifyOutcome notify(const ScriptedPhone& phone, Over over) {
    return notify(phone.port(), over == Over::udp ? NotifyExchange::Wire::datagrams : NotifyExchange::Wire::stream);
}

/// Asks for the password; the nonce changes once where `stale` says so.
ScriptedPhone::Script challenging(std::string password, bool stale) {
    return [=](const sip::Message& request, unsigned) {
        const auto value = request.value(sip::HeaderName::authorization);
        const auto given = protocol::parse_authorization(value);
        const std::string nonce = stale && !value.empty() ? "second" : "first";
        if (given) {
            const auto& digest = std::get<protocol::DigestCredentials>(*given);
            if (digest.nonce == nonce && protocol::DigestCheck(digest, "NOTIFY").matches(password))
                return ScriptedPhone::answer(request, 200);
        }
        const bool is_old = given && std::get<protocol::DigestCredentials>(*given).nonce != nonce;
        return ScriptedPhone::answer(
            request, 401,
            fmt::format("WWW-Authenticate: Digest realm=\"r\",nonce=\"{}\"{}\r\n", nonce, is_old ? ",stale=true" : ""));
    };
}

TEST(NotifySender, IsAcceptedOverBothTransports) {
    for (const auto over : {Over::udp, Over::tcp}) {
        const ScriptedPhone phone(
            [](const sip::Message& request, unsigned) { return ScriptedPhone::answer(request, 200); }, over);
        const auto outcome = notify(phone, over);
        EXPECT_EQ(outcome.state, State::accepted) << outcome.text;
        EXPECT_EQ(phone.heard(), 1U);
    }
}

TEST(NotifySender, RepeatsWhatIsLost) {
    const ScriptedPhone phone([](const sip::Message& request, unsigned number) {
        return number < 4 ? std::string() : ScriptedPhone::answer(request, 200);
    });
    EXPECT_EQ(notify(phone, Over::udp).state, State::accepted);
    EXPECT_EQ(phone.heard(), 4U);
}

TEST(NotifySender, AnswersChallengesOverBothTransports) {
    for (const auto over : {Over::udp, Over::tcp})
        for (const bool stale : {false, true}) {
            const ScriptedPhone phone(challenging("secret", stale), over);
            const auto outcome = notify(phone, over);
            EXPECT_EQ(outcome.state, State::accepted) << outcome.text;
            EXPECT_EQ(phone.heard(), stale ? 3U : 2U);
        }
}

TEST(NotifySender, AWrongPasswordIsTriedOnce) {
    const ScriptedPhone phone(challenging("another", false));
    EXPECT_EQ(notify(phone, Over::udp).state, State::wrong_account);
    EXPECT_EQ(phone.heard(), 2U);
}

TEST(NotifySender, SilenceIsNoAnswer) {
    for (const auto over : {Over::udp, Over::tcp}) {
        const ScriptedPhone phone([](const sip::Message&, unsigned) { return std::string(); }, over);
        const auto outcome = notify(phone, over);
        EXPECT_EQ(outcome.state, State::no_answer) << outcome.text;
        EXPECT_EQ(phone.heard(), over == Over::udp ? 11U : 1U);
    }
}

TEST(NotifySender, ARefusalIsPassedOn) {
    const ScriptedPhone phone(
        [](const sip::Message& request, unsigned) { return ScriptedPhone::answer(request, 481); });
    const auto outcome = notify(phone, Over::udp);
    EXPECT_EQ(outcome.state, State::refused);
    EXPECT_EQ(outcome.status, 481);
}

TEST(NotifySender, NobodyThereIsSaidAtOnce) {
    std::uint16_t port = 0;
    {
        const ScriptedPhone gone([](const sip::Message&, unsigned) { return std::string(); }, Over::tcp);
        port = gone.port();
    }
    for (const auto wire : {NotifyExchange::Wire::datagrams, NotifyExchange::Wire::stream}) {
        const auto outcome = notify(port, wire);
        EXPECT_EQ(outcome.state, State::unreachable);
        EXPECT_NE(outcome.text.find("nothing listens"), std::string::npos) << outcome.text;
    }
}

} // namespace
} // namespace offhook::server
