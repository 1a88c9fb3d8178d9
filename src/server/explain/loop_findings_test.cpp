#include "server/explain/explain.hpp"
#include "server/test_house.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using namespace std::chrono_literals;

std::string all(const std::vector<std::string>& sentences) {
    std::string out;
    for (const auto& each : sentences) out += each + "\n";
    return out;
}

std::string told(std::vector<catalogue::ImageHold> held) {
    const auto snapshot = house();
    ExplainInput input{anna, snapshot.get(), &house_families(), {}};
    input.held = std::move(held);
    return all(explain(input).conclusion);
}

const WallTime noon{std::chrono::seconds{1'767'268'800}}; // 2026-01-01T12:00:00Z

TEST(LoopFindings, SayWhatItFetchedHowOftenAndHowItIsReleased) {
    const std::string text = told({{anna, "sip.ld", "3f2a4b5c6d7e8f90", 4, noon - 20min, noon}});
    for (const char* part :
         {"fetched sip.ld (digest 3f2a4b5c6d7e) 4 times in 20 minutes", "Since 2026-01-01T12:00:00 UTC",
          "`offhook loop release 0004f2000001 sip.ld`", "stays with the firmware it has"})
        EXPECT_NE(text.find(part), std::string::npos) << part << " is not in " << text;
}

TEST(LoopFindings, SayWhyWhatLeadsToItIsWithheld) {
    const std::string text = told({{anna, "sip.ver", "00", 0, noon, noon}});
    EXPECT_NE(text.find("there is no sip.ver, because that leads it to an image"), std::string::npos) << text;
}

std::string told_of_change(const catalogue::ChangeHold& hold) {
    auto device = device_of(anna, line_rows("1001"));
    device.held = catalogue::HeldChanges({hold});
    catalogue::ChangeSet change;
    change.devices.push_back(std::make_shared<const catalogue::Device>(device));
    const auto snapshot = house()->advanced(change);
    return all(explain({anna, snapshot.get(), &house_families(), {}}).conclusion);
}

TEST(LoopFindings, SayForWhichChangeItBootedAndHowItIsReleased) {
    catalogue::ChangeHold hold{"network.vlan.phone", "10", "20", 7, noon - 1h, noon - 20min, noon, 9};
    std::string text = told_of_change(hold);
    for (const char* part :
         {"booted 9 times in 20 minutes after network.vlan.phone was changed from '10' to '20'",
          "2026-01-01T11:00:00 UTC, revision 7", "Since 2026-01-01T12:00:00 UTC it is offered the former value",
          "`offhook loop release 0004f2000001 network.vlan.phone`"})
        EXPECT_NE(text.find(part), std::string::npos) << part << " is not in " << text;
    hold.former = std::nullopt, hold.withheld = "";
    text = told_of_change(hold);
    EXPECT_NE(text.find("from nothing to an empty value"), std::string::npos) << text;
    EXPECT_NE(text.find("it is offered nothing of that setting"), std::string::npos) << text;
}

TEST(LoopFindings, ShowNoSecretOfAChange) {
    for (const char* name : {"line.1.password", "raw:reg.1.secret"}) {
        const std::string text = told_of_change({name, "hunter2", "swordfish", 7, noon, noon, noon, 9});
        EXPECT_NE(text.find("from a secret value to another"), std::string::npos) << text;
        EXPECT_EQ(text.find("hunter2"), std::string::npos);
        EXPECT_EQ(text.find("swordfish"), std::string::npos);
    }
    const std::string text = told_of_change({"line.1.password", {}, "swordfish", 7, noon, noon, noon, 9});
    EXPECT_NE(text.find("from nothing to a secret value"), std::string::npos) << text;
}

TEST(LoopFindings, NothingWhereNothingIsHeld) { EXPECT_EQ(told({}).find("loop"), std::string::npos); }

TEST(LoopFindings, ARequestThatWasNotAnsweredForALoopIsToldSo) {
    catalogue::TimelineEvent event;
    event.at = noon, event.mac = anna, event.path = "sip.ld", event.kind = "application image";
    event.outcome = catalogue::Outcome::held, event.status = 404;
    const auto& family = *config::find_family(house_families(), "polycom");
    EXPECT_NE(sentence(event, &family).find("went round in circles"), std::string::npos);
}

} // namespace
} // namespace offhook::server
