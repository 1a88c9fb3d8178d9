#include "phone/name_lookup.hpp"

#include "phone/awaited.hpp"
#include "phone/limits.hpp"

#include <atomic>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <thread>

namespace offhook::phone {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

const IpAddress one = IpAddress::v4(0xc0000201), two = IpAddress::v4(0xc0000202);

/// A name service that is silent until it is let go.
struct Silent {
    std::promise<void> gate;
    std::shared_future<void> open{gate.get_future()};
    [[nodiscard]] AskNames ask() const {
        return [open = open](const std::string&) {
            open.wait();
            return std::vector<IpAddress>{one};
        };
    }
};

TEST(NameLookup, HasWhatTheNameServiceSays) {
    const AskNames ask = [](const std::string& host) {
        return host == "pbx" ? std::vector<IpAddress>{two, one} : std::vector<IpAddress>{};
    };
    EXPECT_THAT(awaited(look_up("pbx", ask, seconds(5))), ElementsAre(two, one));
    EXPECT_THAT(awaited(look_up("other", ask, seconds(5))), IsEmpty());
    EXPECT_THAT(awaited(look_up("localhost", ask_system(IpKind::v4), seconds(5))),
                ElementsAre(IpAddress::v4(0x7f000001)));
}

TEST(NameLookup, WaitsNoLongerThanItMay) {
    Silent silent;
    const SystemClock clock;
    const auto begun = clock.instant();
    EXPECT_THAT(awaited(look_up("pbx", silent.ask(), milliseconds(50))), IsEmpty());
    EXPECT_LT(clock.instant() - begun, seconds(2));
    silent.gate.set_value();
}

TEST(NameLookup, AsksForEachNameOnceInOneTimeForAll) {
    const SystemClock clock;
    unsigned asked = 0;
    const AskNames ask = [&](const std::string&) {
        ++asked;
        return std::vector<IpAddress>{two};
    };
    EXPECT_THAT(addresses_of({"pbx", "192.0.2.1", "pbx", "other"}, ask, seconds(5), clock), ElementsAre(two, one, two));
    EXPECT_EQ(asked, 2U);
    Silent silent;
    const auto begun = clock.instant();
    EXPECT_THAT(addresses_of({"a", "b", "c", "192.0.2.1"}, silent.ask(), milliseconds(50), clock), ElementsAre(one));
    EXPECT_LT(clock.instant() - begun, seconds(2));
    silent.gate.set_value();
}

TEST(NameLookup, LeavesNoMoreThanSoManyBehind) {
    Silent silent;
    const auto begun = std::make_shared<std::atomic<unsigned>>(0); // a thread that is left behind may outlive the test
    const AskNames ask = [begun, silently = silent.ask()](const std::string& host) {
        ++*begun;
        return silently(host);
    };
    for (unsigned i = 0; i < limits::lookups_left_max + 5; ++i)
        EXPECT_THAT(awaited(look_up("pbx", ask, milliseconds(20))), IsEmpty());
    EXPECT_LE(*begun, limits::lookups_left_max);
    silent.gate.set_value();
    const AskNames quick = [](const std::string&) { return std::vector<IpAddress>{one}; };
    std::vector<IpAddress> found; // those that were left behind end in their own time
    for (unsigned i = 0; i < 500 && found.empty(); ++i) {
        std::this_thread::sleep_for(milliseconds(10));
        found = awaited(look_up("pbx", quick, seconds(5)));
    }
    EXPECT_THAT(found, ElementsAre(one));
}

} // namespace
} // namespace offhook::phone
