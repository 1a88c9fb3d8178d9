#include "config/profile_rule/profile_rule.hpp"

#include "config/profile_rule/rule_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

MacroValues with_registers() {
    auto values = example_macros();
    values["B"] = "dir";
    return values;
}
const Macros macros{with_registers(), {{"SA", "SecretPhrase1234"}, {"SB", "two words"}}};

Result<ProfileRule> parse(std::string_view rule, RuleForm form = RuleForm::profile, const RuleReading& reading = {}) {
    return parse_profile_rule(expand_rule(rule, macros, reading), form, reading);
}
std::string error_of(std::string_view rule, RuleForm form = RuleForm::profile, const RuleReading& reading = {}) {
    const auto parsed = parse(rule, form, reading);
    return parsed ? "" : parsed.error().text();
}
/// The path of the alternative that is chosen; "-" where none is.
std::string chosen(std::string_view rule, std::string_view version = "5.1.8") {
    const auto parsed = parse(rule);
    if (!parsed) return parsed.error().text();
    const auto* alternative = choose_alternative(*parsed, version);
    if (alternative == nullptr) return "-";
    return alternative->url ? alternative->url->path : "nothing to fetch";
}

TEST(ProfileRule, TheFirstThatAppliesIsChosen) {
    EXPECT_EQ(chosen("/spa$PSN.cfg"), "/spa942.cfg");
    EXPECT_EQ(chosen("($SWVER lt 2.0.0)? /a | ($SWVER lt 5.2.0)? /b | /c"), "/b");
    EXPECT_EQ(chosen("($SWVER lt 7.5.2b) ? /old | /new"), "/old");
    EXPECT_EQ(chosen("( ! 1.0.33 )? /a"), "/a");
    EXPECT_EQ(chosen("(\"$CCERT\" eq \"Installed\")? https://h/init | https://h/init?sn=$SN"), "/init");
    EXPECT_EQ(chosen("(\"$CCERT\" ne \"Installed\")? https://h/init | https://h/init?sn=$SN"), "/init?sn=88019FA42805");
    EXPECT_EQ(chosen("(6.1.5(a) gt 6.1.5)? /a"), "/a") << "parentheses of a version";
    EXPECT_EQ(chosen("($SWVER gt 9.0.0)? /a"), "-");
    EXPECT_EQ(chosen("($SWVER lt 9.0.0)?"), "nothing to fetch");
    EXPECT_EQ(chosen("(c = \"a|b\";)! | /x"), "nothing to fetch") << "'|' in quotes is text";
    for (const char* nothing : {"", "  ", "# /spa$PSN.cfg", "  # x"}) {
        ASSERT_TRUE(parse(nothing)) << nothing;
        EXPECT_THAT(parse(nothing)->alternatives, IsEmpty()) << nothing;
    }
}

TEST(ProfileRule, ReadsEveryPart) {
    const auto rule = parse("( $PRVST ne -1 and $SWVER ge 2.0.11 )? ( Station_Name = \"desk-$(MA:8)\" ; c = \"\" ; )! "
                            "[--alias m --key $SA --post f] https://h:8443/p/$B/$MA.xml?a=1#x # the rest");
    ASSERT_TRUE(rule) << rule.error().text();
    const auto& one = rule->alternatives.at(0);
    EXPECT_EQ(one.condition->comparisons.size(), 2U);
    ASSERT_EQ(one.assignments.size(), 2U);
    EXPECT_EQ(one.assignments[0].name + "=" + one.assignments[0].value, "Station_Name=desk-2345");
    EXPECT_EQ(one.assignments[1].name + "=" + one.assignments[1].value, "GPP_C=");
    EXPECT_EQ(one.options.key, "SecretPhrase1234");
    EXPECT_EQ(one.options.post, 'f');
    EXPECT_EQ(one.options.alias, 'm');
    EXPECT_EQ(one.url->scheme, RuleScheme::https);
    EXPECT_EQ(one.url->host, "h");
    EXPECT_EQ(one.url->port, 8443);
    EXPECT_EQ(one.url->path, "/p/dir/000e08012345.xml?a=1#x") << "a '#' in a URL is its own";
    EXPECT_EQ(parse("[--key \"$SB\"]/x")->alternatives[0].options.key, "two words");
    EXPECT_EQ(parse("[--key a#b] /x")->alternatives[0].options.key, "a#b");
}

TEST(ProfileRule, ReadsEveryFormOfAUrl) {
    const struct {
        const char *rule, *host;
        int scheme, port;
        const char* path;
    } cases[] = {
        {"/$MA.cfg", "", -1, -1, "/000e08012345.cfg"},
        {"192.0.2.10/dir/init.cfg", "192.0.2.10", -1, -1, "/dir/init.cfg"},
        {"192.0.2.10:6969/init.cfg", "192.0.2.10", -1, 6969, "/init.cfg"},
        {"TFTP://host/dir/x$MA.cfg", "host", 0, -1, "/dir/x000e08012345.cfg"},
        {"http://host:8080/a", "host", 1, 8080, "/a"},
        {"http:///a", "", 1, -1, "/a"},
        {"https://host/cgi?id=$SN", "host", 2, -1, "/cgi?id=88019FA42805"},
        {"http://[2001:db8::1]:81/a", "2001:db8::1", 1, 81, "/a"},
        {"host/cgi?to=http://other/", "host", -1, -1, "/cgi?to=http://other/"},
    };
    for (const auto& each : cases) {
        const auto rule = parse(each.rule);
        ASSERT_TRUE(rule) << rule.error().text();
        const auto& url = *rule->alternatives.at(0).url;
        EXPECT_EQ(url.host, each.host) << each.rule;
        EXPECT_EQ(url.scheme ? static_cast<int>(*url.scheme) : -1, each.scheme) << each.rule;
        EXPECT_EQ(url.port ? *url.port : -1, each.port) << each.rule;
        EXPECT_EQ(url.path, each.path) << each.rule;
    }
}

TEST(ProfileRule, SaysWhatIsWrongWhereAndWhatIsExpected) {
    const std::pair<const char*, const char*> cases[] = {
        {"ftp://h/x", "column 1: the phone has no such scheme; expected tftp, http or https"},
        {"http://h", "column 9: the URL has no path; expected a path that begins with '/'"},
        {"$PSN.cfg", "column 9: the URL has no path; expected a path that begins with '/'"},
        {"http://h:99999/x", "column 9: this is no port; expected ':' and a number of 1..65535"},
        {"http://u:p@h/x", "column 8: a user stands in the URL, which these phones do not read; expected a host"},
        {"http://[::1/x", "column 8: an address has no end; expected its ']'"},
        {"/x /y", "column 4: something else stands here; expected the end, or '|' before another alternative"},
        {"/x |", "column 5: an alternative is empty; expected a condition, assignments or a URL"},
        {"| /x", "column 1: an alternative is empty; expected a condition, assignments or a URL"},
        {"[--key x]", "column 1: options stand without a URL; expected a URL behind them"},
        {"[--key x /y", "column 10: something else stands here; expected --key, --post, --alias or ']'"},
        {"[--key] /y", "column 2: the option's word is empty; expected a word, or a text in quotes"},
        {"[--key \"x] /y", "column 8: a text in quotes has no end; expected a '\"' behind it"},
        {"[--key a --key b] /y", "column 10: an option stands twice; expected it once"},
        {"[--post q] /y", "column 9: no register stands here; expected a letter from a to p, of GPP_A to GPP_P"},
        {"[--uid x] /y", "column 2: only later members of the family have this option; expected --key, --post, "
                         "--alias or ']'"},
        {"[--frob] /y", "column 2: there is no such option here; expected --key, --post, --alias or ']'"},
        {"($SWVER lt 5.2.0) /x",
         "column 1: nothing says what these parentheses are; expected '?' behind a condition, '!' behind assignments"},
        {"($SWVER lt 5.2.0 /x", "column 1: a '(' has no end; expected its ')'"},
        {"(1 eq 1)? (2 eq 2)? /x", "column 11: a condition stands here; expected one condition, before the "
                                   "assignments"},
        {"(a=\"1\";)! (b=\"2\";)! /x",
         "column 11: a second list of assignments stands here; expected all of them in one"},
        {"(a=1;)! /x", "column 4: something else stands here; expected a value in quotes"},
        {"(a=\"1\")! /x", "column 7: a ')' stands here; expected ';'"},
        {"(=\"1\";)! /x", "column 2: something else stands here; expected the name of a parameter"},
        {"()! /x", "column 2: a ')' stands here; expected the name of a parameter"},
        {"(a \"1\";)! /x", "column 4: a text in quotes stands here; expected '='"},
    };
    for (const auto& [rule, expected] : cases) EXPECT_EQ(error_of(rule), expected) << rule;
    EXPECT_THAT(error_of("/x?m=$MA&s=$SN |"), HasSubstr("column 17:")) << "as the rule was written";
    EXPECT_THAT(error_of("[--key \"$SB] /x"), testing::Not(HasSubstr("two")));
    EXPECT_THAT(error_of(std::string(5000, 'x')), HasSubstr("too long"));
}

TEST(ProfileRule, EachFormTakesItsOwnParts) {
    EXPECT_EQ(error_of("($SWVER ne 5.1.8)? (a=\"x\";)! http://h/f.bin | /g.bin", RuleForm::upgrade), "");
    EXPECT_THAT(error_of("[--key x] http://h/f.bin", RuleForm::upgrade), HasSubstr("an upgrade has no options"));
    EXPECT_EQ(error_of("[ --key secretphrase ] tftp://h/rep/$MA.xml", RuleForm::report), "");
    EXPECT_EQ(error_of("", RuleForm::report), "");
    EXPECT_THAT(error_of("[--post f] tftp://h/r", RuleForm::report), HasSubstr("expected --key or ']'"));
    EXPECT_THAT(error_of("(1 eq 1)? tftp://h/r", RuleForm::report), HasSubstr("no conditions"));
    EXPECT_THAT(error_of("/a | /b", RuleForm::report), HasSubstr("expected the end"));
    for (const char* url : {"", "http://h", "h:8080", "/basic.txt", "https://"}) {
        EXPECT_EQ(error_of(url, RuleForm::resync_url), "") << url;
        EXPECT_EQ(error_of(url, RuleForm::upgrade_url), "") << url;
    }
    EXPECT_EQ(error_of("[--key k] http://h/x | /y", RuleForm::resync_url), "") << "a whole rule";
    EXPECT_THAT(error_of("[--key k] http://h/x", RuleForm::upgrade_url), HasSubstr("no options"));
    EXPECT_THAT(error_of("(1 eq 1)? /x", RuleForm::upgrade_url), HasSubstr("no conditions"));
    EXPECT_TRUE(parse("", RuleForm::upgrade_url)->alternatives.at(0).url) << "whoever asked has it";
}

TEST(ProfileRule, HasSwitchesForWhatIsLaterOrNotKnown) {
    RuleReading reading;
    reading.later_options = RuleReading::LaterOptions::taken;
    const auto login = parse("[--uid admin --pwd $SA] http://h/x", RuleForm::profile, reading);
    ASSERT_TRUE(login);
    EXPECT_EQ(login->alternatives[0].options.user, "admin");
    EXPECT_EQ(login->alternatives[0].options.password, "SecretPhrase1234");
    const auto report = parse("[--delta] http://h/x", RuleForm::report, reading);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->alternatives[0].options.delta, RuleOptions::Delta::changes_only);
    EXPECT_THAT(error_of("[--delta] http://h/x", RuleForm::profile, reading), HasSubstr("no such option here"));
    reading.user_in_url = RuleReading::UserInUrl::taken;
    EXPECT_EQ(parse("http://u:p@h/x", RuleForm::profile, reading)->alternatives[0].url->password, "p");
    reading.comments = RuleReading::Comments::leading_only;
    EXPECT_THAT(error_of("/x # why", RuleForm::profile, reading), HasSubstr("column 4"));
    EXPECT_EQ(error_of("/x # why"), "");
}

TEST(ProfileRule, NotesWhatIsNeverReached) {
    EXPECT_THAT(parse("/a | /b")->notes,
                ElementsAre("column 6: never reached, for the alternative before it has no condition"));
    EXPECT_THAT(parse("(1 eq 2)? /a | /b")->notes, IsEmpty());
    std::string many = "(1 eq 2)? /a";
    for (unsigned i = 0; i < 32; ++i) many += "|(1 eq 2)? /a";
    EXPECT_THAT(error_of(many), HasSubstr("too many alternatives"));
}

TEST(ProfileRule, AQuotedOptionMayBeEmptyForItsRegisterMayBe) {
    const auto rule = parse_profile_rule(expand_rule("( \"$P\" eq \"keyed\" )? [--key \"$SA\"] /sealed | /plain", {}),
                                         RuleForm::profile);
    ASSERT_TRUE(rule) << rule.error().text();
    EXPECT_EQ(rule->alternatives.size(), 2U);
}

} // namespace
} // namespace offhook::config
