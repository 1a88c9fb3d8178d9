#include "config/profile_rule/rule_place.hpp"

#include "config/profile_rule/rule_check.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

const RuleServer by_option{{}, "192.0.2.10", {}, "", ""};
const RuleServer by_url{RuleScheme::http, "h", 8080, "/base", ""};
const RuleServer asker{{}, "192.0.2.77", {}, "", "/spa.bin"};

std::string place(std::string_view rule, const RuleServer& server, RuleForm form = RuleForm::profile,
                  const RuleReading& reading = {}) {
    const auto parsed = parse_profile_rule(expand_rule(rule, {example_macros()}), form, reading);
    if (!parsed) return parsed.error().text();
    const auto completed = complete_url(parsed->alternatives.at(0), form, server, reading);
    return completed ? completed->text() : completed.error().message;
}

TEST(RulePlace, CompletesWhatIsLeftOut) {
    EXPECT_EQ(place("/spa$PSN.cfg", by_option), "tftp://192.0.2.10/spa942.cfg");
    EXPECT_EQ(place("/spa$PSN.cfg", by_url), "http://h:8080/base/spa942.cfg");
    EXPECT_EQ(place("http:///a", by_option), "http://192.0.2.10/a");
    EXPECT_EQ(place("http:///a", by_url), "http://h/a") << "a scheme of its own has its own port";
    EXPECT_EQ(place("192.0.2.9/a", by_url), "tftp://192.0.2.9/a");
    EXPECT_EQ(place("http://[2001:db8::1]:81/a", by_option), "http://[2001:db8::1]:81/a");
    EXPECT_EQ(place("/a", {}), "the rule names no server, and none was found");
    EXPECT_EQ(place("http://192.0.2.9/a", {}), "http://192.0.2.9/a");
}

TEST(RulePlace, AOneShotLacksWhatTheAskerHas) {
    EXPECT_EQ(place("", asker, RuleForm::upgrade_url), "tftp://192.0.2.77/spa.bin");
    EXPECT_EQ(place("/basic.txt", asker, RuleForm::resync_url), "tftp://192.0.2.77/basic.txt");
    EXPECT_EQ(place("http://192.0.2.1", asker, RuleForm::upgrade_url), "http://192.0.2.1/spa.bin");
}

TEST(RulePlace, RefusesWhatTheFormDoesNotFetchBy) {
    EXPECT_EQ(place("https://h/f.bin", by_option, RuleForm::upgrade), "firmware comes by tftp and http only");
    RuleReading later;
    later.upgrade_by_https = RuleReading::UpgradeByHttps::taken;
    EXPECT_EQ(place("https://h/f.bin", by_option, RuleForm::upgrade, later), "https://h/f.bin");
    EXPECT_EQ(place("[--post f] /x", by_option), "--post is for http and https only");
    EXPECT_EQ(place("[--post f] http:///x", by_option), "http://192.0.2.10/x");
}

TEST(RulePlace, KnowsThePortsOfItsSchemes) {
    EXPECT_EQ((RulePlace{RuleScheme::tftp, "h", {}, "/x", "", ""}.port()), 69);
    EXPECT_EQ((RulePlace{RuleScheme::http, "h", {}, "/x", "", ""}.port()), 80);
    EXPECT_EQ((RulePlace{RuleScheme::https, "h", {}, "/x", "", ""}.port()), 443);
    EXPECT_EQ((RulePlace{RuleScheme::https, "h", 1, "/x", "", ""}.port()), 1);
}

} // namespace
} // namespace offhook::config
