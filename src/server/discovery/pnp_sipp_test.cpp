#include "net/loops.hpp"
#include "server/discovery/fake_offers.hpp"
#include "server/discovery/pnp_listener.hpp"
#include "server/listen/ftp_test_programs.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

// SIPp asks our answer port, which takes a SUBSCRIBE as well: a multicast out of lo would need a route, and that root.
TEST(PnpListener, SippUnderstandsEveryAnswer) {
    const SystemClock clock;
    net::Loops loops(clock, 1);
    loops.start();
    FakeOffers offers;
    PnpOptions options;
    options.answer_port = 0;
    options.answers_per_source_second = 1000;
    auto listener = PnpListener::open(loops[0], offers, 0, {boost::asio::ip::make_address("127.0.0.1"), 0}, options);
    ASSERT_TRUE(listener) << listener.error().text();
    (*listener)->start();
    Workshop workshop;
    const auto result = workshop.run(
        fmt::format("sipp -sf {}/src/server/discovery/pnp_sipp.xml -i 127.0.0.1 -m 100 -r 100 -nostdin -timeout 30 "
                    "127.0.0.1:{}",
                    OFFHOOK_SOURCE_DIR, (*listener)->answer_port()));
    EXPECT_EQ(result, 0) << workshop.said;
    (*listener)->stop();
    loops.stop(); // what it noted is the loop's until then
    EXPECT_EQ(offers.notes.size(), 100U);
}

} // namespace
} // namespace offhook::server
