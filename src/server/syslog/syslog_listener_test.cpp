#include "server/syslog/syslog_listener.hpp"

#include "net/loops.hpp"
#include "server/syslog/syslog_lines.hpp"
#include "server/test_house.hpp"

#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <thread>

namespace offhook::server {
namespace {

using Udp = boost::asio::ip::udp;

class SyslogListening : public testing::Test {
protected:
    SyslogListening() {
        loops.start();
        auto opened = SyslogListener::open(loops[0], lines, 0, {boost::asio::ip::make_address("127.0.0.1"), 0});
        EXPECT_TRUE(opened) << opened.error().text();
        listener = std::move(*opened);
        listener->start();
    }
    ~SyslogListening() override {
        listener.reset();
        loops.stop();
    }
    [[nodiscard]] std::string port() const { return listener->address().substr(listener->address().rfind(':') + 1); }
    /// What came within two seconds; the ring is drained on another thread than pushes, which it allows.
    std::size_t wait_for(std::size_t wanted) {
        for (int i = 0; i < 200 && count < wanted; ++i) {
            ring.drain([&](const catalogue::TimelineEvent& event) {
                last = event;
                ++count;
            });
            if (count < wanted) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return count;
    }

    SystemClock clock;
    SystemRandom random;
    catalogue::EventRing ring{256};
    Acquaintances acquaintances;
    net::Loops loops{clock, 1};
    SyslogLines lines{house_families(), ring, acquaintances, clock, random};
    std::unique_ptr<SyslogListener> listener;
    catalogue::TimelineEvent last;
    std::size_t count = 0;
};

/// An outside program speaks: util-linux's logger, in both forms that it knows.
TEST_F(SyslogListening, UnderstandsLogger) {
    for (const auto* form : {"--rfc3164", "--rfc5424"}) {
        const auto command = fmt::format("logger -n 127.0.0.1 -P {} -d {} -p local0.info -t spa "
                                         "'SPA-942 00:0e:08:aa:bb:cc -- Resync failed: corrupt file'",
                                         port(), form);
        ASSERT_EQ(std::system(command.c_str()), 0) << "the package bsdutils has logger";
        const auto before = count;
        ASSERT_EQ(wait_for(before + 1), before + 1) << form;
        EXPECT_EQ(last.mac.bits(), 0x000e08aabbccU);
        EXPECT_EQ(last.path.view(), "Resync failed: corrupt file");
        EXPECT_EQ(last.user_agent.view(), "SPA-942 00:0e:08:aa:bb:cc");
    }
}

TEST_F(SyslogListening, SaysWhoHasThePort) {
    const auto again = SyslogListener::open(
        loops[0], lines, 0,
        {boost::asio::ip::make_address("127.0.0.1"), static_cast<std::uint16_t>(std::stoul(port()))});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::unavailable);
    EXPECT_NE(again.error().message.find("127.0.0.1:" + port()), std::string::npos);
}

TEST_F(SyslogListening, TakesNothingMoreOnceItStops) {
    listener->stop();
    listener->stop();
    EXPECT_EQ(wait_for(0), 0U);
}

} // namespace
} // namespace offhook::server
