#include "phone/panasonic/configuration.hpp"

#include "phone/fake_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::panasonic {
namespace {

using config::Parameter;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr WallTime start{std::chrono::seconds{1'767'225'600}};

class PanasonicConfiguration : public testing::Test {
protected:
    /// One run; the files that were read, in the order of the phone.
    void run(std::vector<std::pair<Origin, std::vector<Parameter>>> files) {
        Configuration configuration(flash, policy, now += std::chrono::hours(1));
        for (const auto& [origin, parameters] : files) configuration.take(origin, parameters);
        changed = configuration.changed();
        fresh = configuration.fresh();
        passed_over = configuration.passed_over();
    }
    void change(const std::string& name, const std::string& value) {
        Configuration configuration(flash, policy, now += std::chrono::hours(1));
        configuration.change({name, value});
        changed = configuration.changed();
    }
    [[nodiscard]] std::string value(std::string_view name) const { return std::string(flash.parameter(name)); }
    [[nodiscard]] Origin origin(std::string_view name) {
        return Configuration(flash, policy, now).provenance(name).origin;
    }

    Flash flash;
    UserPolicy policy = UserPolicy::later_wins;
    WallTime now = start;
    std::vector<std::string> changed, passed_over;
    std::vector<Parameter> fresh;
};

using enum Origin;

TEST_F(PanasonicConfiguration, GoesByTheirPriorityInOneRun) {
    flash.parameters = {{"A", "factory"}, {"E", "factory"}};
    run({{pre_provisioning, {{"A", "p"}, {"B", "p"}, {"C", "p"}, {"D", "p"}}},
         {standard, {{"A", "1"}}},
         {product, {{"A", "2"}, {"B", "2"}}},
         {master, {{"A", "3"}, {"B", "3"}, {"C", "3"}}}});
    EXPECT_EQ(value("A") + value("B") + value("C") + value("D") + value("E"), "123pfactory");
    EXPECT_EQ(origin("A"), standard);
    EXPECT_EQ(origin("C"), master);
    EXPECT_EQ(origin("D"), pre_provisioning);
    EXPECT_EQ(origin("E"), factory);
    EXPECT_THAT(changed, ElementsAre("A", "B", "C", "D"));
    EXPECT_EQ(fresh, (std::vector<Parameter>{{"A", "1"}, {"B", "2"}, {"C", "3"}, {"D", "p"}}));
}

TEST_F(PanasonicConfiguration, TakesTheFirstOfTwoInAFile) {
    run({{standard, {{"A", "1"}, {"A", "2"}}}});
    EXPECT_EQ(value("A"), "1");
}

TEST_F(PanasonicConfiguration, EmptiesWhatIsNamedEmptyAndKeepsWhatIsNotNamed) {
    run({{standard, {{"A", "1"}, {"B", "1"}}}});
    run({{standard, {{"A", ""}}}});
    EXPECT_EQ(flash.parameters.at("A"), "");
    EXPECT_EQ(value("B"), "1");
    EXPECT_THAT(changed, ElementsAre("A"));
    EXPECT_EQ(fresh, (std::vector<Parameter>{{"A", ""}}));
}

TEST_F(PanasonicConfiguration, APreProvisioningFileIsBelowWhatProvisioningHasSetBefore) {
    run({{standard, {{"CFG_STANDARD_FILE_PATH", "http://old/"}}}});
    run({{pre_provisioning, {{"CFG_STANDARD_FILE_PATH", "http://new/"}}}});
    EXPECT_EQ(value("CFG_STANDARD_FILE_PATH"), "http://old/");
    EXPECT_THAT(passed_over, ElementsAre(HasSubstr("CFG_STANDARD_FILE_PATH of the pre-provisioning file")));
    run({{pre_provisioning, {{"CFG_STANDARD_FILE_PATH", "http://old/"}}}});
    EXPECT_THAT(passed_over, IsEmpty()) << "it says the same";
    run({{pre_provisioning, {{"X", "1"}}}});
    run({{pre_provisioning, {{"X", "2"}}}});
    EXPECT_EQ(value("X"), "2");
}

TEST_F(PanasonicConfiguration, AFileThatIsNotReadLosesNothingToOneBelowIt) {
    run({{standard, {{"A", "1"}}}, {product, {{"A", "2"}}}});
    run({{product, {{"A", "2"}}}});
    EXPECT_EQ(value("A"), "1") << "the standard file could not be had";
    EXPECT_THAT(passed_over, ElementsAre(HasSubstr("it is from a standard file, which was not read this time")));
    EXPECT_THAT(fresh, IsEmpty());
    run({{standard, {}}, {product, {{"A", "2"}}}});
    EXPECT_EQ(value("A"), "2") << "it was read, and no longer says anything";
}

TEST_F(PanasonicConfiguration, TheLaterOfUserAndProvisioningCounts) {
    run({{standard, {{"A", "1"}}}});
    change("A", "mine");
    EXPECT_EQ(value("A"), "mine");
    EXPECT_EQ(flash.changes.at("A"), "mine");
    run({{product, {{"B", "1"}}}});
    EXPECT_EQ(value("A"), "mine") << "no file names it";
    run({{pre_provisioning, {{"A", "p"}}}});
    EXPECT_EQ(value("A"), "mine") << "below both";
    run({{standard, {{"A", "2"}}}});
    EXPECT_EQ(value("A"), "2");
    EXPECT_EQ(origin("A"), standard);
    EXPECT_THAT(flash.changes, IsEmpty());
}

TEST_F(PanasonicConfiguration, TheUserCountsWhereTheGenerationSaysSo) {
    policy = UserPolicy::user_wins;
    run({{standard, {{"A", "1"}}}});
    change("A", "mine");
    run({{standard, {{"A", "2 b"}}}});
    EXPECT_EQ(value("A"), "mine");
    EXPECT_EQ(origin("A"), user);
    EXPECT_EQ(fresh, (std::vector<Parameter>{{"A", "mine"}}));
    EXPECT_THAT(passed_over, ElementsAre("A of the standard file does not count: a user has set it"));
    change("A", "");
    EXPECT_EQ(value("A"), "2 b") << "back to what the files say by now";
    EXPECT_EQ(origin("A"), standard);
    EXPECT_THAT(flash.changes, IsEmpty());
}

TEST_F(PanasonicConfiguration, AChangeTakenBackLeavesWhatWasThere) {
    flash.parameters["A"] = "factory";
    change("A", "mine");
    change("A", "mine again");
    change("A", "");
    EXPECT_EQ(value("A"), "factory");
    EXPECT_THAT(flash.origins, IsEmpty());
    change("B", "");
    EXPECT_THAT(changed, IsEmpty());
}

TEST(PanasonicProvenance, ComesBackFromItsText) {
    const Provenance all[] = {{standard, 1'767'225'600, std::nullopt},
                              {user, 5, Provenance::Covered{product, 4, "a b  c"}},
                              {user, 5, Provenance::Covered{factory, 0, ""}}};
    for (const auto& each : all) EXPECT_EQ(provenance_from_text(to_text(each)), each) << to_text(each);
    EXPECT_EQ(to_text(all[1]), "user 5 over product 4 a b  c");
    for (const std::string_view text : {"", "user", "nobody 5", "user x", "user 5 under product 4 v", "user 5 over",
                                        "user 5 over product", "user 5 over nobody 4 v"})
        EXPECT_FALSE(provenance_from_text(text)) << text;
}

TEST(PanasonicValue, IsTakenWithinItsLimits) {
    const FakeRows family("panasonic", "KX-HDV130", {});
    const struct {
        std::string name;
        std::vector<std::string> taken, refused;
    } cases[] = {
        {"CFG_CYCLIC", {"Y", "N"}, {"", "1", "yes"}},
        {"CFG_CYCLIC_INTVL", {"1", "40320"}, {"", "0", "40321", "-1", "1.5", "x"}},
        {"CFG_RESYNC_TIME", {"", "00:00", "23:59"}, {"24:00", "12:60", "1:00", "12:0", "12-00", "ab:cd"}},
        {"HTTP_SSL_VERIFY", {"0", "1", "2"}, {"", "3"}},
        {"CFG_MASTER_FILE_PATH", {"", "http://h/", std::string(384, 'x')}, {std::string(385, 'x')}},
        {"CFG_FILE_KEY2", {"", std::string(32, 'k')}, {std::string(33, 'k')}},
        {"HTTP_USER_AGENT", {"", "anything at all"}, {}},
        {"NOBODY_KNOWS_IT", {"", "anything at all"}, {}},
    };
    for (const auto& [name, taken, refused] : cases) {
        for (const auto& value : taken) EXPECT_TRUE(check_value({name, value}, family)) << name << " " << value;
        for (const auto& value : refused) {
            const auto result = check_value({name, value}, family);
            ASSERT_FALSE(result) << name << " " << value;
            EXPECT_EQ(result.error().where, name);
            EXPECT_TRUE(value.size() < 6 || result.error().message.find(value) == std::string::npos);
        }
    }
}

} // namespace
} // namespace offhook::phone::panasonic
