#include "phone/sntp_client.hpp"

#include "net/as_result.hpp"
#include "phone/awaited.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <gtest/gtest.h>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;
namespace sntp = protocol::sntp;
using asio::ip::udp;
using namespace std::chrono_literals;

struct Names final : Resolver {
    asio::awaitable<std::vector<std::string>> resolve(std::string host) override {
        if (host == "ntp.example.net") co_return std::vector<std::string>{"127.0.0.1"};
        co_return std::vector<std::string>{};
    }
};

/// What the server does with each question, in order; then it is silent.
enum class Move : std::uint8_t { answers, silent, unset, rubbish_then_answers };

class SntpClientTest : public testing::Test {
protected:
    Result<std::chrono::milliseconds> ask(std::vector<Move> moves, std::string name = "ntp.example.net") {
        asio::io_context context;
        udp::socket server(context, udp::endpoint(asio::ip::address_v4::loopback(), 0));
        SystemClock clock;
        SeededRandom random(1);
        Names names;
        SntpClient client(context.get_executor(), names, clock, random, server.local_endpoint().port(), 60ms);
        Result<std::chrono::milliseconds> result = fail(ErrorCode::unavailable, "never asked");
        asio::co_spawn(context, serve(server, moves), [](std::exception_ptr) {});
        asio::co_spawn(context, client.ask(std::move(name)),
                       [&](std::exception_ptr, Result<std::chrono::milliseconds> told) {
                           result = std::move(told);
                           server.close();
                       });
        context.run();
        return result;
    }
    asio::awaitable<void> serve(udp::socket& server, std::vector<Move> moves) {
        for (;;) {
            std::array<std::byte, 100> buffer{};
            udp::endpoint client;
            const auto [error, bytes] =
                co_await server.async_receive_from(asio::buffer(buffer), client, net::as_result);
            if (error) co_return;
            const auto question = sntp::parse(std::span(buffer.data(), bytes));
            const Move move = asked < moves.size() ? moves[asked] : Move::silent;
            ++asked;
            if (move == Move::silent) continue;
            sntp::Message answer;
            answer.mode = sntp::Message::Mode::server;
            answer.stratum = move == Move::unset ? 16 : 3;
            answer.originate = question->transmit;
            answer.receive = answer.transmit = sntp::Timestamp::from(SystemClock().wall() + ahead);
            if (move == Move::rubbish_then_answers)
                (void)co_await server.async_send_to(asio::buffer("x"), client, net::as_result);
            const auto text = sntp::serialize(answer);
            (void)co_await server.async_send_to(asio::buffer(text), client, net::as_result);
        }
    }
    std::size_t asked = 0;
    std::chrono::milliseconds ahead = 24h * 365;
};

TEST_F(SntpClientTest, LearnsHowFarAheadTheServerIs) {
    const auto told = ask({Move::answers});
    ASSERT_TRUE(told) << told.error().text();
    EXPECT_LT(std::chrono::abs(*told - ahead), 1s);
    EXPECT_EQ(asked, 1U);
}

TEST_F(SntpClientTest, AsksOnceMoreAndNoMore) {
    EXPECT_TRUE(ask({Move::silent, Move::answers}));
    EXPECT_EQ(asked, 2U);
    asked = 0;
    EXPECT_EQ(ask({}).error().text(), "no answer");
    EXPECT_EQ(asked, 2U);
}

TEST_F(SntpClientTest, TakesNothingFromAServerWithoutATime) {
    EXPECT_EQ(ask({Move::unset, Move::unset}).error().text(), "the server's own clock is not set");
}

TEST_F(SntpClientTest, LooksPastWhatIsNoAnswer) { EXPECT_TRUE(ask({Move::rubbish_then_answers})); }

/// Names above knows names alone, as the system's resolver does.
TEST_F(SntpClientTest, AsksAnAddressWithoutANameForIt) {
    EXPECT_TRUE(ask({Move::answers}, "127.0.0.1"));
    EXPECT_EQ(asked, 1U);
}

TEST_F(SntpClientTest, SaysThatANameHasNoAddress) {
    EXPECT_EQ(ask({Move::answers}, "nowhere.example.net").error().text(), "its name has no address");
    EXPECT_EQ(asked, 0U);
}

} // namespace
} // namespace offhook::phone
