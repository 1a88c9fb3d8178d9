#include "phone/stay.hpp"

#include "phone/awaited.hpp"
#include "protocol/sip/notify_request.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;

/// Free a moment ago.
std::uint16_t port_of_nobody() {
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
        options.sip_port = port_of_nobody();
        BootReport report;
        report.parameters = {{"Auth_Resync-Reboot_1_", "No"}, {"Forced_Resync_Delay", forced_delay}};
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
        stay(
            options, "linksys-spa", report, recorder, clock, random, err,
            [&](std::optional<PhoneOrder> order, BootSurroundings::Cause cause) {
                causes.push_back(cause);
                again(order ? std::optional(order->action) : std::nullopt);
                return BootReport{};
            },
            [this] { return lease_end; }, own);
    }

    StayOptions options;
    Recorder recorder;
    SystemClock clock;
    SeededRandom random{7};
    std::ostringstream err;
    std::vector<std::optional<NotifyAction>> actions;
    std::vector<BootSurroundings::Cause> causes;
    std::function<void(std::optional<NotifyAction>)> again = [this](auto action) { actions.push_back(action); };
    std::optional<Instant> lease_end;
    std::string forced_delay = "14400";
    OwnLife own;
};

TEST_F(Stay, FetchesWhereItIsToldTo) {
    run({"resync"});
    EXPECT_THAT(actions, testing::ElementsAre(NotifyAction::resync));
    EXPECT_THAT(causes, testing::ElementsAre(BootSurroundings::Cause::notify));
}

TEST_F(Stay, SendsAReportAndFetchesNothing) {
    unsigned sent = 0;
    own.send_report = [&](BootReport&) { ++sent; };
    run({"report"});
    EXPECT_TRUE(actions.empty());
    EXPECT_EQ(sent, 1U);
}

TEST_F(Stay, WaitsWhileThePhoneIsInUse) {
    options.busy = std::chrono::seconds(60);
    run({"reboot_now"});
    EXPECT_TRUE(actions.empty());
    options.busy = std::chrono::seconds(0);
}

TEST_F(Stay, BootsAgainOnceWhereItsLeaseEnds) {
    lease_end = clock.instant() + std::chrono::milliseconds(50);
    run({});
    EXPECT_THAT(actions, testing::ElementsAre(std::nullopt)) << "nobody has renewed it, and once is enough";
    EXPECT_THAT(causes, testing::ElementsAre(BootSurroundings::Cause::power));
    EXPECT_TRUE(recorder.told(BootEvent::Kind::decision, "has ended"));
}

TEST_F(Stay, ActsByItsOwnClockAsFastAsThatRuns) {
    options.time_speed = 150; // a minute in 400 ms
    unsigned sent = 0;
    own.actions = [](const BootReport&, WallTime) {
        return std::vector<OwnAction>{{OwnAction::What::check, std::chrono::seconds(60), "poll"},
                                      {OwnAction::What::send_logs, std::chrono::seconds(120), "log"}};
    };
    own.send_logs = [&](BootReport&) { ++sent; };
    run({});
    EXPECT_THAT(actions, testing::ElementsAre(NotifyAction::check, NotifyAction::check));
    EXPECT_THAT(causes, testing::Each(BootSurroundings::Cause::own_clock)) << "nobody has told it to";
    EXPECT_EQ(sent, 1U) << "polling does not put it off";
    EXPECT_TRUE(recorder.told(BootEvent::Kind::decision, "by the phone's own clock: poll"));
}

TEST_F(Stay, ItsOwnClockWaitsWhileThePhoneIsInUseAndItsLogDoesNot) {
    options.time_speed = 600; // a minute in 100 ms
    options.busy = std::chrono::seconds(60);
    unsigned sent = 0;
    own.actions = [](const BootReport&, WallTime) {
        return std::vector<OwnAction>{{OwnAction::What::resync, std::chrono::seconds(60), "period"},
                                      {OwnAction::What::upgrade, std::chrono::seconds(60), "retry"},
                                      {OwnAction::What::send_logs, std::chrono::seconds(60), "log"}};
    };
    own.send_logs = [&](BootReport&) { ++sent; };
    run({});
    EXPECT_TRUE(actions.empty());
    EXPECT_GE(sent, 3U);

    forced_delay = "0";
    run({});
    EXPECT_THAT(actions, testing::AllOf(testing::SizeIs(testing::Ge(3U)), testing::Each(NotifyAction::resync)))
        << "an upgrade is never forced";
}

TEST_F(Stay, ItsOwnClockTellsAnUpgradeFromAResync) {
    options.time_speed = 150;
    own.actions = [&](const BootReport&, WallTime) {
        std::vector<OwnAction> all{{OwnAction::What::resync, std::chrono::seconds(120), "period"}};
        if (actions.empty()) all.push_back({OwnAction::What::upgrade, std::chrono::seconds(60), "retry"});
        return all;
    };
    run({});
    EXPECT_THAT(actions, testing::ElementsAre(NotifyAction::upgrade, NotifyAction::resync));
}

TEST_F(Stay, ASignalWhileItBootsEndsTheProcess) {
    lease_end = clock.instant();
    again = [](auto) { std::raise(SIGTERM); };
    EXPECT_EXIT(run({}), testing::KilledBySignal(SIGTERM), "");
    again = [](auto) {};
    lease_end = clock.instant() + std::chrono::milliseconds(50);
    const std::jthread later([] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        ::kill(::getpid(), SIGTERM);
    });
    const auto begun = clock.instant();
    run({});
    EXPECT_LT(clock.instant() - begun, std::chrono::milliseconds(900)) << "afterwards it ends the wait again";
}

TEST_F(Stay, ASignalWhileItSendsItsLogEndsTheProcess) {
    options.time_speed = 600;
    own.actions = [](const BootReport&, WallTime) {
        return std::vector<OwnAction>{{OwnAction::What::send_logs, std::chrono::seconds(60), "log"}};
    };
    own.send_logs = [](BootReport&) { std::raise(SIGTERM); };
    EXPECT_EXIT(run({}), testing::KilledBySignal(SIGTERM), "");
}

} // namespace
} // namespace offhook::phone
