#include "config/profile_rule/rule_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RuleCheck, IsContentWithWhatPhonesRead) {
    for (const char* rule : {"/spa$PSN.cfg", "[--key $SA] http://192.0.2.10/e/$MA.cfg", "http://h:8080/$D/$E.cfg",
                             "($SWVER lt 7.5.2b) ? http://h/a | http://h/b", ""})
        EXPECT_THAT(*check_rule(rule, RuleForm::profile), IsEmpty()) << rule;
    EXPECT_THAT(*check_trigger("$PRVTMR ge 600"), IsEmpty());
}

TEST(RuleCheck, TellsWhatIsDoubtful) {
    EXPECT_THAT(*check_rule("/$BOGUS | /b", RuleForm::profile),
                ElementsAre("$BOGUS is no macro here and stays as it is",
                            "column 11: never reached, for the alternative before it has no condition"));
    EXPECT_THAT(*check_rule("http://h/$SA", RuleForm::profile), ElementsAre("$SA is no macro here and stays as it is"));
    EXPECT_THAT(*check_rule("https://h/f.bin", RuleForm::upgrade),
                ElementsAre("it would fail: firmware comes by tftp and http only"));
}

TEST(RuleCheck, JudgesARegisterByWhatIsKnownOfIt) {
    EXPECT_FALSE(check_rule("($A lt 5)? /x", RuleForm::profile));
    EXPECT_TRUE(check_rule("($A lt 5)? /x", RuleForm::profile, {{"A", "3"}}));
    EXPECT_FALSE(check_trigger("$PRVTMR ge"));
}

TEST(RuleCheck, OfRegistersThatNobodyKnowsItDoubtsOnlyWhatNoValueMends) {
    for (const char* rule : {"($A lt 5)? /x", "($A ge 5.1.8 and \"$B\" eq \"x\")? /x", "http://$A/x"})
        EXPECT_TRUE(check_rule_with_any_registers(rule, RuleForm::profile)) << rule;
    EXPECT_TRUE(check_trigger_with_any_registers("$A ge 600"));
    const auto checked = check_rule_with_any_registers("( $A lt", RuleForm::profile);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().where, "column 1");
    EXPECT_FALSE(check_rule_with_any_registers("($A lt 5)? /x", RuleForm::profile, {{"A", "no number"}}));
}

} // namespace
} // namespace offhook::config
