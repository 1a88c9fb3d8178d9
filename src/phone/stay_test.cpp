#include "phone/stay.hpp"

#include "phone/awaited.hpp"
#include "protocol/sip/notify_request.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <gtest/gtest.h>
#include <sstream>
#include <thread>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;

/// Free a moment ago.
std::uint16_t free_port() {
    asio::io_context context;
    const asio::ip::tcp::acceptor tried(context, {asio::ip::address_v4::loopback(), 0});
    return tried.local_endpoint().port();
}

std::string notify(const std::string& event) {
    protocol::sip::NotifyRequest request;
    request.request_uri = "sip:101@127.0.0.1", request.event = event, request.via = "UDP";
    request.sent_by = "127.0.0.1:5071", request.branch = "z9hG4bK" + event;
    request.from = "sip:p@127.0.0.1", request.from_tag = "9a", request.call_id = event;
    std::string out;
    write(request, out);
    return out;
}

class Stay : public testing::Test {
protected:
    /// A Linksys phone that stays for a second and is told these again and again, as one request each.
    void run(const std::vector<std::string>& events) {
        options.time = std::chrono::seconds(1);
        options.sip_address = IpAddress::v4(0x7f000001);
        options.sip_port = free_port();
        BootReport report;
        report.parameters = {{"Auth_Resync-Reboot_1_", "No"}};
        const std::jthread server([&](const std::stop_token& stop) {
            asio::io_context context;
            asio::ip::udp::socket socket(context, {asio::ip::address_v4::loopback(), 0});
            while (!stop.stop_requested()) {
                boost::system::error_code ignored; // while nobody listens yet
                for (const auto& event : events)
                    socket.send_to(asio::buffer(notify(event)), {asio::ip::address_v4::loopback(), options.sip_port}, 0,
                                   ignored);
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            }
        });
        stay(options, "linksys-spa", report, recorder, clock, random, err, [&](NotifyAction action) {
            actions.push_back(action);
            return BootReport{};
        });
    }

    StayOptions options;
    Recorder recorder;
    SystemClock clock;
    SeededRandom random{7};
    std::ostringstream err;
    std::vector<NotifyAction> actions;
};

TEST_F(Stay, FetchesWhereItIsToldTo) {
    run({"resync"});
    EXPECT_EQ(actions, std::vector{NotifyAction::resync});
}

TEST_F(Stay, FetchesNothingForAReport) {
    run({"report"});
    EXPECT_TRUE(actions.empty());
    EXPECT_TRUE(recorder.told(BootEvent::Kind::decision, "reports are not uploaded yet"));
}

} // namespace
} // namespace offhook::phone
