#include "phone/linksys/switches.hpp"

#include <gtest/gtest.h>

namespace offhook::phone::linksys {
namespace {

TEST(LinksysSwitches, AreTheReferencesRecommendations) {
    const Switches switches = read_switches(Flash());
    EXPECT_EQ(switches.random_delay_unit, std::chrono::seconds(20));
    EXPECT_EQ(switches.error_retry_0, Switches::ErrorRetry0::no_retry);
    EXPECT_EQ(switches.forced_delay, Switches::ForcedDelay::longest_wait);
    EXPECT_EQ(switches.triggers, Switches::Triggers::start);
    EXPECT_EQ(switches.rules.upgrade_by_https, config::RuleReading::UpgradeByHttps::refused);
    EXPECT_EQ(switches.rules.later_options, config::RuleReading::LaterOptions::refused);
    EXPECT_EQ(switches.http_version, TransferRequest::HttpVersion::http_1_0);
    EXPECT_EQ(switches.redirects, TransferRequest::Redirects::followed);
}

TEST(LinksysSwitches, AreSetByTheirWords) {
    Flash flash;
    flash.parameters = {{"phone.RANDOM_DELAY_UNIT", "1"},    {"phone.ERROR_RETRY_0", "At_Once"},
                        {"phone.LATER_OPTIONS", "taken"},    {"phone.TRIGGER_PERIOD", "99999"},
                        {"phone.POST_TYPE", "text/plain"},   {"phone.REDIRECTS", "refused"},
                        {"phone.HTTP_VERSION", "1.1"},       {"phone.RULE_ERROR", "skipped"},
                        {"phone.KEY_WITH_PLAIN", "strange"}, {"phone.TRIES", "0"},
                        {"phone.RETRY_PAUSE", "999"}};
    const Switches switches = read_switches(flash);
    EXPECT_EQ(switches.random_delay_unit, std::chrono::seconds(1));
    EXPECT_EQ(switches.error_retry_0, Switches::ErrorRetry0::at_once);
    EXPECT_EQ(switches.rules.later_options, config::RuleReading::LaterOptions::taken);
    EXPECT_EQ(switches.trigger_period, std::chrono::seconds(3600));
    EXPECT_EQ(switches.tries, 1U);
    EXPECT_EQ(switches.retry_pause, std::chrono::seconds(300));
    EXPECT_EQ(switches.post_type, "text/plain");
    EXPECT_EQ(switches.redirects, TransferRequest::Redirects::refused);
    EXPECT_EQ(switches.http_version, TransferRequest::HttpVersion::http_1_1);
    EXPECT_EQ(switches.rule_error, Switches::RuleError::skipped);
    EXPECT_EQ(switches.key_with_plain, Switches::KeyWithPlain::taken) << "a word that is none";
}

} // namespace
} // namespace offhook::phone::linksys
