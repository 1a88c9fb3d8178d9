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
