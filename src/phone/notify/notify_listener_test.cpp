#include "phone/notify/notify_listener.hpp"

#include "protocol/sip/notify_request.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <gtest/gtest.h>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;
using End = NotifyListener::End;
using std::chrono::milliseconds;

class NotifyListenerTest : public testing::Test {
protected:
    NotifyListenerTest() {
        answerer.set_rules(notify_rules("polycom", {}), {});
        listener.open(IpAddress::v4(0x7f000001), 0);
    }
    static std::string notify(const std::string& branch, const std::string& via = "UDP") {
        protocol::sip::NotifyRequest request;
        request.request_uri = "sip:101@127.0.0.1:5060", request.event = "check-sync", request.via = via;
        request.sent_by = "127.0.0.1:5071", request.branch = "z9hG4bK" + branch;
        request.from = "sip:p@127.0.0.1", request.from_tag = "9a", request.call_id = "c";
        std::string out;
        write(request, out);
        return out;
    }
    End wait(milliseconds time = milliseconds(2'000)) { return listener.wait(clock.instant() + time, order); }
    [[nodiscard]] asio::ip::udp::endpoint udp() const {
        return {asio::ip::address_v4::loopback(), listener.local().port};
    }

    SystemClock clock;
    SeededRandom random{7};
    NotifyAnswerer answerer{clock, random};
    std::vector<std::string> told;
    NotifyListener listener{answerer, clock, [this](const std::string& line) { told.push_back(line); }};
    PhoneOrder order{NotifyAction::report};
    asio::io_context peers;
    std::string buffer = std::string(4096, '\0');
};

TEST_F(NotifyListenerTest, ADatagramIsAnsweredAndActedUponOnce) {
    asio::ip::udp::socket peer(peers, asio::ip::udp::endpoint(asio::ip::address_v4::loopback(), 0));
    for (int i = 0; i < 3; ++i) peer.send_to(asio::buffer(notify("1")), udp());
    EXPECT_EQ(wait(), End::told);
    EXPECT_EQ(order.action, NotifyAction::check);
    EXPECT_EQ(wait(milliseconds(50)), End::time_over);
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(buffer.substr(0, peer.receive(asio::buffer(buffer))).starts_with("SIP/2.0 200"));
    EXPECT_EQ(told.size(), 1U);
}

TEST_F(NotifyListenerTest, AStreamCarriesSeveralInPieces) {
    asio::ip::tcp::socket peer(peers);
    peer.connect({asio::ip::address_v4::loopback(), listener.local().port});
    const std::string both = notify("1", "TCP") + notify("2", "TCP");
    asio::write(peer, asio::buffer(both.substr(0, 100)));
    EXPECT_EQ(wait(milliseconds(50)), End::time_over);
    asio::write(peer, asio::buffer(both.substr(100)));
    EXPECT_EQ(wait(), End::told);
    EXPECT_EQ(wait(), End::told);
    std::string heard;
    while (heard.find("200 OK", heard.find("200 OK") + 1) == std::string::npos)
        heard.append(buffer, 0, peer.read_some(asio::buffer(buffer)));
    asio::write(peer, asio::buffer(std::string("nonsense\r\n\r\n")));
    EXPECT_EQ(wait(milliseconds(50)), End::time_over);
    boost::system::error_code error;
    peer.read_some(asio::buffer(buffer), error); // it hangs up
    EXPECT_TRUE(error == asio::error::eof || error == asio::error::connection_reset) << error.message();
}

TEST_F(NotifyListenerTest, WhatComesWhileThePhoneRestartsIsLost) {
    asio::ip::udp::socket peer(peers, asio::ip::udp::endpoint(asio::ip::address_v4::loopback(), 0));
    peer.send_to(asio::buffer(notify("1")), udp());
    listener.deaf();
    EXPECT_EQ(wait(milliseconds(50)), End::time_over);
    peer.send_to(asio::buffer(notify("2")), udp());
    EXPECT_EQ(wait(), End::told);
}

TEST_F(NotifyListenerTest, ItsPortIsFreeWhileThePhoneBoots) {
    // Outside of the range that systems give away: nobody may take it while it is free.
    NotifyListener low(answerer, clock, [](const std::string&) {});
    SystemRandom any;
    const auto opened = [&] {
        try {
            low.open(IpAddress::v4(0x7f000001), static_cast<std::uint16_t>(20'000 + any.below(10'000)));
            return true;
        } catch (const std::runtime_error&) {
            return false;
        }
    };
    int tries = 0;
    while (!opened() && tries < 20) ++tries;
    const asio::ip::udp::endpoint place(asio::ip::address_v4::loopback(), low.local().port);
    low.free_udp();
    { const asio::ip::udp::socket pnp(peers, place); }
    low.take_udp();
    asio::ip::udp::socket peer(peers, asio::ip::udp::endpoint(asio::ip::address_v4::loopback(), 0));
    peer.send_to(asio::buffer(notify("1")), place);
    EXPECT_EQ(low.wait(clock.instant() + milliseconds(2'000), order), End::told);
}

TEST_F(NotifyListenerTest, ASignalEndsTheWait) {
    std::raise(SIGTERM);
    EXPECT_EQ(wait(), End::interrupted);
    EXPECT_EQ(wait(), End::interrupted);
}

TEST_F(NotifyListenerTest, APortThatIsTakenIsSaid) {
    NotifyListener second(answerer, clock, [](const std::string&) {});
    try {
        second.open(IpAddress::v4(0x7f000001), listener.local().port);
        FAIL() << "it was opened twice";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("--sip-port"), std::string::npos);
    }
}

} // namespace
} // namespace offhook::phone
