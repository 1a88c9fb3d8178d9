#include "phone/syslog_sender.hpp"

#include "phone/awaited.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <array>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;

class OneName final : public Resolver {
public:
    asio::awaitable<std::vector<std::string>> resolve(std::string host) override {
        ++asked;
        if (host == "log.example.net") co_return std::vector<std::string>{"127.0.0.1"};
        co_return std::vector<std::string>();
    }
    unsigned asked = 0;
};

class SyslogSending : public testing::Test {
protected:
    SyslogSending() { server.non_blocking(true); }
    [[nodiscard]] std::string received() {
        std::array<char, 9'000> buffer{};
        boost::system::error_code error;
        udp::endpoint from;
        const auto bytes = server.receive_from(asio::buffer(buffer), from, 0, error);
        return error ? std::string() : std::string(buffer.data(), bytes);
    }
    [[nodiscard]] std::string at(std::string_view host) const {
        return std::string(host) + ":" + std::to_string(server.local_endpoint().port());
    }

    asio::io_context context;
    udp::socket server{context, udp::endpoint(asio::ip::make_address("127.0.0.1"), 0)};
    OneName names;
    SyslogSender sender{context.get_executor(), &names};
};

TEST(SyslogPlace, IsReadFromTheParameter) {
    struct Row {
        std::string_view text, host;
        std::uint16_t port;
    };
    const Row accepts[] = {{"192.0.2.10", "192.0.2.10", 514},
                           {" log.example.net:1514 ", "log.example.net", 1514},
                           {"[2001:db8::1]:5514", "2001:db8::1", 5514},
                           {"[2001:db8::1]", "2001:db8::1", 514},
                           {"2001:db8::1", "2001:db8::1", 514}};
    for (const auto& row : accepts) {
        const auto place = syslog_place(row.text);
        ASSERT_TRUE(place) << row.text;
        EXPECT_EQ(place->host, row.host);
        EXPECT_EQ(place->port, row.port);
    }
    for (const auto* text : {"", ":514", "host:", "host:0", "host:x", "host:65536", "[::1", "a b", "[::1]x"})
        EXPECT_FALSE(syslog_place(text)) << text;
    EXPECT_FALSE(syslog_place(std::string(300, 'x')));
}

TEST_F(SyslogSending, ToAnAddressAtOnce) {
    sender.send(at("127.0.0.1"), "SPA-942 -- Requesting");
    EXPECT_EQ(received(), "<134>SPA-942 -- Requesting");
    sender.send("", "to nobody");
    sender.send("127.0.0.1:1", "to a closed port, which is no matter");
    EXPECT_EQ(received(), "");
    EXPECT_EQ(names.asked, 0U);
}

TEST_F(SyslogSending, ToANameAtTheEndAndItIsLookedUpOnce) {
    for (unsigned i = 0; i < 100; ++i) sender.send(at("log.example.net"), std::to_string(i));
    EXPECT_EQ(received(), "");
    (void)awaited([](SyslogSender& all) -> asio::awaitable<int> {
        co_await all.finish();
        co_return 0;
    }(sender));
    EXPECT_EQ(names.asked, 1U);
    EXPECT_EQ(received(), "<134>0");
    unsigned more = 0;
    while (!received().empty()) ++more;
    EXPECT_EQ(more, SyslogSender::lines_waiting_max - 1);
}

} // namespace
} // namespace offhook::phone
