#include "server/resync/resyncs.hpp"

#include "server/resync/resync_targets.hpp"
#include "server/resync/scripted_phone.hpp"

#include <gtest/gtest.h>
#include <set>

namespace offhook::server {
namespace {

namespace sip = protocol::sip;
using State = ResyncPhone::State;
using Arrival = ResyncPhone::Arrival;
using std::chrono::milliseconds;

class ResyncsTest : public testing::Test {
protected:
    std::unique_ptr<Resyncs> make() {
        sip::TransactionTiming timing;
        timing.t1 = milliseconds(5), timing.t2 = milliseconds(20), timing.t4 = milliseconds(20);
        return std::make_unique<Resyncs>(
            clock,
            [this](MacAddress mac, WallTime since) -> std::optional<PhoneVisit> {
                const std::scoped_lock guard(lock);
                if (!coming.contains(mac)) return std::nullopt;
                return PhoneVisit{since, since, PhoneVisit::Fetch::fetched, true};
            },
            &ring, timing);
    }
    static ResyncTarget target(std::uint64_t mac, std::uint16_t port) {
        ResyncTarget out;
        out.mac = MacAddress(mac), out.port = port, out.address = IpAddress::v4(0x7f000001);
        out.task = {"sip:127.0.0.1", "check-sync", {}};
        return out;
    }
    static ResyncOptions options(std::chrono::seconds wait = std::chrono::seconds(0)) {
        ResyncOptions out;
        out.stagger = milliseconds(0), out.wait = wait;
        return out;
    }
    /// Once all are settled.
    static std::vector<ResyncPhone> result(Resyncs& resyncs, std::uint64_t run) {
        for (int i = 0; i < 1'000; ++i) {
            const auto view = resyncs.view(run, 0);
            if (!view) break;
            if (view->settled == view->phones) return view->page;
            std::this_thread::sleep_for(milliseconds(5));
        }
        ADD_FAILURE() << "it does not end";
        return {};
    }

    SystemClock clock;
    catalogue::EventRing ring{64};
    std::mutex lock;
    std::set<MacAddress> coming;
};

std::string yes(const sip::Message& request, unsigned) { return ScriptedPhone::answer(request, 200); }

TEST_F(ResyncsTest, SaysOfEachPhoneWhatItAnsweredAndWhetherItCame) {
    const ScriptedPhone good(yes);
    const ScriptedPhone bad([](const sip::Message& request, unsigned) { return ScriptedPhone::answer(request, 489); });
    coming.insert(MacAddress(1));
    auto resyncs = make();
    ResyncTarget nowhere;
    nowhere.mac = MacAddress(4), nowhere.why_not = "not known";
    const auto run = resyncs->start({target(1, good.port()), target(2, good.port()), target(3, bad.port()), nowhere},
                                    options(std::chrono::seconds(1)));
    ASSERT_TRUE(run);
    std::map<MacAddress, ResyncPhone> by_mac;
    for (auto& phone : result(*resyncs, *run)) by_mac[phone.mac] = phone;
    ASSERT_EQ(by_mac.size(), 4U);
    EXPECT_EQ(by_mac[MacAddress(1)].arrival, Arrival::came);
    EXPECT_EQ(by_mac[MacAddress(2)].state, State::accepted);
    EXPECT_EQ(by_mac[MacAddress(2)].arrival, Arrival::silent);
    EXPECT_EQ(by_mac[MacAddress(3)].state, State::refused);
    EXPECT_EQ(by_mac[MacAddress(3)].arrival, Arrival::not_awaited);
    EXPECT_EQ(by_mac[MacAddress(4)].state, State::unknown_address);
    EXPECT_EQ(by_mac[MacAddress(4)].text, "not known");
    std::map<MacAddress, catalogue::Outcome> noted;
    ring.drain([&](const catalogue::TimelineEvent& event) {
        EXPECT_EQ(event.path.view(), "check-sync");
        EXPECT_EQ(event.transport, catalogue::EventTransport::notify);
        noted[event.mac] = event.outcome;
    });
    EXPECT_EQ(noted, (std::map<MacAddress, catalogue::Outcome>{{MacAddress(1), catalogue::Outcome::served},
                                                               {MacAddress(2), catalogue::Outcome::served},
                                                               {MacAddress(3), catalogue::Outcome::refused}}));
    EXPECT_FALSE(resyncs->view(*run + 1, 0));
    EXPECT_EQ(resyncs->view(*run, 3)->page.size(), 1U);
    EXPECT_TRUE(resyncs->view(*run, 99)->page.empty());
}

TEST_F(ResyncsTest, WaitsForTheEndOfTheFetchAndSaysHowItEnded) {
    const ScriptedPhone good(yes);
    std::atomic<int> looks{0};
    Resyncs resyncs(clock, [&](MacAddress, WallTime since) -> std::optional<PhoneVisit> {
        ++looks;
        // Its last file is refused, and then it is quiet.
        const bool is_over = looks > 3;
        return PhoneVisit{since, is_over ? since - Resyncs::quiet_time : since + std::chrono::hours(1),
                          is_over ? PhoneVisit::Fetch::failed : PhoneVisit::Fetch::fetched, false,
                          is_over ? "site.cfg: refused" : ""};
    });
    const auto run = resyncs.start({target(1, good.port())}, options(std::chrono::seconds(60)));
    ASSERT_TRUE(run);
    const auto phones = result(resyncs, *run);
    ASSERT_EQ(phones.size(), 1U);
    EXPECT_GT(looks, 3);
    EXPECT_EQ(phones[0].arrival, Arrival::came);
    EXPECT_EQ(phones[0].fetch, PhoneVisit::Fetch::failed);
    EXPECT_EQ(phones[0].fetch_text, "site.cfg: refused");
}

TEST_F(ResyncsTest, APhoneThatDoesAsItIsToldWithoutAWordHasCome) {
    const ScriptedPhone mute([](const sip::Message&, unsigned) { return std::string(); });
    coming.insert(MacAddress(1));
    auto resyncs = make();
    const auto run =
        resyncs->start({target(1, mute.port()), target(2, mute.port())}, options(std::chrono::seconds(30)));
    ASSERT_TRUE(run);
    for (const auto& phone : result(*resyncs, *run)) {
        EXPECT_EQ(phone.state, State::no_answer);
        EXPECT_EQ(phone.arrival, phone.mac == MacAddress(1) ? Arrival::came : Arrival::silent);
    }
}

TEST_F(ResyncsTest, APhoneThatRebootsAtOnceIsAwaitedAllTheSame) {
    std::uint16_t closed = 0;
    { closed = ScriptedPhone(yes).port(); }
    coming.insert(MacAddress(1));
    auto resyncs = make();
    const auto run = resyncs->start({target(1, closed), target(2, closed)}, options(std::chrono::seconds(1)));
    ASSERT_TRUE(run);
    for (const auto& phone : result(*resyncs, *run)) {
        EXPECT_EQ(phone.state, State::unreachable);
        EXPECT_EQ(phone.arrival, phone.mac == MacAddress(1) ? Arrival::came : Arrival::silent);
    }
    auto by_stream = options(std::chrono::seconds(30)); // there nothing was sent
    by_stream.wire = NotifyExchange::Wire::stream;
    const auto second = resyncs->start({target(1, closed)}, by_stream);
    ASSERT_TRUE(second);
    const auto phones = result(*resyncs, *second);
    ASSERT_EQ(phones.size(), 1U);
    EXPECT_EQ(phones[0].state, State::unreachable);
    EXPECT_EQ(phones[0].arrival, Arrival::not_awaited);
}

TEST_F(ResyncsTest, NeverAsksMoreThanItMayAtOnceNorFasterThanItMay) {
    std::atomic<int> asked{0};
    const ScriptedPhone slow([&](const sip::Message& request, unsigned number) {
        asked = static_cast<int>(number);
        return number < 3 ? std::string() : yes(request, number);
    });
    auto resyncs = make();
    auto few = options();
    few.at_once = 2;
    std::vector<ResyncTarget> targets;
    for (std::uint64_t mac = 1; mac <= 6; ++mac) targets.push_back(target(mac, slow.port()));
    const auto run = resyncs->start(targets, few);
    ASSERT_TRUE(run);
    for (int i = 0; i < 100 && asked < 2; ++i) std::this_thread::sleep_for(milliseconds(1));
    EXPECT_LE(resyncs->view(*run, 0)->asked, 2U);
    EXPECT_EQ(result(*resyncs, *run).size(), 6U);

    const ScriptedPhone quick(yes);
    auto slowly = options();
    slowly.stagger = milliseconds(30);
    for (auto& each : targets) each.port = quick.port();
    const Instant start = clock.instant();
    const auto second = resyncs->start(targets, slowly);
    ASSERT_TRUE(second);
    EXPECT_EQ(result(*resyncs, *second).size(), 6U);
    EXPECT_GE(clock.instant() - start, milliseconds(150));
}

TEST_F(ResyncsTest, AStoppedRunAsksNobodyElse) {
    const ScriptedPhone phone(yes);
    auto resyncs = make();
    auto slowly = options();
    slowly.stagger = milliseconds(500), slowly.at_once = 1;
    std::vector<ResyncTarget> targets;
    for (std::uint64_t mac = 1; mac <= 50; ++mac) targets.push_back(target(mac, phone.port()));
    const auto run = resyncs->start(targets, slowly);
    ASSERT_TRUE(run);
    EXPECT_TRUE(resyncs->stop(*run));
    EXPECT_FALSE(resyncs->stop(*run + 1));
    std::size_t stopped = 0;
    for (const auto& each : result(*resyncs, *run)) stopped += each.state == State::stopped ? 1 : 0;
    EXPECT_GE(stopped, 48U);
    EXPECT_LE(phone.heard(), 2U);
}

TEST_F(ResyncsTest, RefusesTooManyRunsAndEndsInTheMiddleOfThem) {
    const ScriptedPhone mute([](const sip::Message&, unsigned) { return std::string(); });
    auto resyncs = make();
    auto slowly = options();
    slowly.stagger = std::chrono::seconds(60), slowly.at_once = 2;
    const std::vector<ResyncTarget> targets{target(1, mute.port()), target(2, mute.port()), target(3, mute.port())};
    for (std::size_t i = 0; i < Resyncs::runs_active_max; ++i) EXPECT_TRUE(resyncs->start(targets, slowly));
    const auto refused = resyncs->start(targets, slowly);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    resyncs.reset(); // at once, and without a crash
}

TEST(ResyncAddress, IsAnAddressWithOrWithoutAPort) {
    struct {
        const char *text, *address;
        unsigned port; // 0: refused
    } const rows[] = {{"192.0.2.7", "192.0.2.7", 5060},
                      {"192.0.2.7:5062", "192.0.2.7", 5062},
                      {"2001:db8::7", "2001:db8::7", 5060},
                      {"[2001:db8::7]", "2001:db8::7", 5060},
                      {"[2001:db8::7]:5062", "2001:db8::7", 5062},
                      {"phone.example.net", "", 0},
                      {"192.0.2.7:0", "", 0},
                      {"192.0.2.7:65536", "", 0},
                      {"192.0.2.7:", "", 0},
                      {"[192.0.2.7]:5060", "", 0},
                      {"[2001:db8::7", "", 0},
                      {"", "", 0}};
    for (const auto& row : rows) {
        const auto read = read_resync_address(row.text);
        EXPECT_EQ(read.has_value(), row.port != 0) << row.text;
        if (!read) continue;
        EXPECT_EQ(read->address.text(), row.address);
        EXPECT_EQ(read->port, row.port);
    }
}

} // namespace
} // namespace offhook::server
