#include "protocol/sntp/message.hpp"

#include <gtest/gtest.h>
#include <string>

namespace offhook::protocol::sntp {
namespace {

using namespace std::chrono_literals;

WallTime at(std::int64_t ms) { return WallTime(std::chrono::milliseconds(ms)); }

TEST(SntpTimestamp, CountsFrom1900AndBeyond2036) {
    EXPECT_EQ(Timestamp::from(at(0)).bits, 0x83aa7e8000000000ULL); // RFC 868: 2208988800
    EXPECT_EQ(Timestamp::from(at(500)).bits, 0x83aa7e8080000000ULL);
    EXPECT_EQ(Timestamp{0}.wall(), at(2'085'978'496'000)); // the next era's begin: 2036-02-07T06:28:16Z
    for (const std::int64_t ms : {0LL, 1LL, 999LL, 1'767'225'600'123LL, 2'085'978'495'999LL, 2'085'978'496'001LL})
        EXPECT_EQ(Timestamp::from(at(ms)).wall(), at(ms));
}

TEST(SntpMessage, StandsInItsBytesAsTheStandardHasIt) {
    Message question;
    question.transmit = Timestamp::from(at(0));
    const auto bytes = serialize(question);
    EXPECT_EQ(bytes[0], std::byte{0x23}); // no warning, version 4, client
    for (std::size_t i = 1; i < 40; ++i) EXPECT_EQ(bytes[i], std::byte{0}) << i;
    EXPECT_EQ(bytes[40], std::byte{0x83});
    EXPECT_EQ(bytes[43], std::byte{0x80});
    EXPECT_EQ(parse(bytes), question);
}

TEST(SntpMessage, ReadsWhatIsLongerAndNothingShorter) {
    std::string bytes(60, '\x5c');
    for (std::size_t size = 0; size < message_bytes; ++size)
        EXPECT_FALSE(parse(std::as_bytes(std::span(bytes.data(), size)))) << size;
    const auto read = parse(std::as_bytes(std::span(bytes)));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->leap, 1);
    EXPECT_EQ(read->version, 3);
    EXPECT_EQ(read->mode, Message::Mode::server);
    EXPECT_EQ(read->transmit.bits, 0x5c5c5c5c5c5c5c5cULL);
}

class SntpAnswer : public testing::Test {
protected:
    SntpAnswer() {
        exchange = {{0x1122334455667788ULL}, at(1'000'000), at(1'000'200)};
        answer.mode = Message::Mode::server;
        answer.stratum = 2;
        answer.originate = exchange.sent_as;
        answer.receive = Timestamp::from(at(1'010'100));
        answer.transmit = Timestamp::from(at(1'010'140));
    }
    Message answer;
    Exchange exchange;
};

TEST_F(SntpAnswer, TellsHowFarAheadTheServerIs) {
    EXPECT_EQ(judge_answer(answer, exchange).value(), 10'020ms); // 100 of the 160 ms on the way are taken for there
    exchange.sent += 1h, exchange.received += 1h;
    EXPECT_EQ(judge_answer(answer, exchange).value(), 10'020ms - 1h);
}

TEST_F(SntpAnswer, DoesNotCountFromOneWhoDoesNotKnowOrWasNotAsked) {
    const auto refuses = [&](auto change) {
        Message changed = answer;
        change(changed);
        return !judge_answer(changed, exchange);
    };
    EXPECT_TRUE(refuses([](Message& m) { m.mode = Message::Mode::client; }));
    EXPECT_TRUE(refuses([](Message& m) { m.mode = Message::Mode::broadcast; }));
    EXPECT_TRUE(refuses([](Message& m) { m.originate.bits ^= 1; }));
    EXPECT_TRUE(refuses([](Message& m) { m.stratum = 0; }));
    EXPECT_TRUE(refuses([](Message& m) { m.stratum = 16; }));
    EXPECT_TRUE(refuses([](Message& m) { m.leap = 3; }));
    EXPECT_TRUE(refuses([](Message& m) { m.transmit = {}; }));
    EXPECT_TRUE(refuses([](Message& m) { m.receive = {}; }));
    EXPECT_FALSE(refuses([](Message& m) { m.leap = 1; }));
}

} // namespace
} // namespace offhook::protocol::sntp
