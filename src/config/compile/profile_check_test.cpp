#include "config/compile/profile_check.hpp"

#include "config/compile/limits.hpp"
#include "config/family/loader.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

const Family& family() {
    static const auto loaded = load_family(PackText{
        "p",
        "schema = 1\nname = \"p\"\ntitle = \"P\"\nouis = [\"000e08\"]\n[[document]]\nkind = \"x\"\npath = \"{mac}.x\"\n"
        "syntax = \"spa-xml\"\nsummary = \"s\"\n",
        "[model.M1]\nlines = 2\n",
        "\"Text\" = { type = \"text\" }\n\"Port_{n}_\" = { type = \"number\", range = \"1..65535\" }\n"
        "\"Number\" = { type = \"number\" }\n\"Switch\" = { type = \"boolean\" }\n\"Time\" = { type = \"time\" }\n"
        "\"Secret\" = { type = \"number\", secret = true }\n"
        "\"Choice\" = { type = \"choice\", range = \"UDP|TCP\" }\n\"Free\" = { type = \"choice\" }\n",
        ""});
    EXPECT_TRUE(loaded) << loaded.error().front().text();
    return **loaded;
}

std::vector<Error> check(const std::string& name, std::optional<std::string> value,
                         UnknownNames unknown = UnknownNames::refused) {
    Profile profile;
    profile.entries.push_back({name, std::move(value), std::nullopt, "in.txt:3"});
    return check_profile(profile, family(), unknown);
}

TEST(ProfileCheck, TakesWhatIsRight) {
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"Text", "anything"},
                                                                                      {"Text", ""},
                                                                                      {"Port[1]", "5060"},
                                                                                      {"Port_2_", "65535"},
                                                                                      {"Port[1]", "0x10"},
                                                                                      {"Port[1]", "$A"},
                                                                                      {"Number", "-5"},
                                                                                      {"Number", "+5"},
                                                                                      {"Switch", "Yes"},
                                                                                      {"Switch", "no"},
                                                                                      {"Switch", "1"},
                                                                                      {"Switch", ""},
                                                                                      {"Time", ".5"},
                                                                                      {"Time", "30"},
                                                                                      {"Time", "1.25"},
                                                                                      {"Choice", "TCP"},
                                                                                      {"Free", "thing"},
                                                                                      {"Number", "0xFFFF"}})
        EXPECT_TRUE(check(name, value).empty()) << name << value;
    EXPECT_TRUE(check("Port[1]", std::nullopt).empty()) << "the phone's own value stays";
}

TEST(ProfileCheck, SaysWhatIsWrongAndNeverASecret) {
    const struct {
        std::string name, value, error;
    } rows[] = {
        {"Port[1]", "0", "in.txt:3: Port[1]: '0' is not in 1..65535"},
        {"Port[1]", "65536", "in.txt:3: Port[1]: '65536' is not in 1..65535"},
        {"Port[1]", "http", "in.txt:3: Port[1]: 'http' is no number"},
        {"Number", "--5", "in.txt:3: Number: '--5' is no number"},
        {"Number", "0x", "in.txt:3: Number: '0x' is no number"},
        {"Number", "5 ", "in.txt:3: Number: '5 ' is no number"},
        {"Switch", "on", "in.txt:3: Switch: 'on' is neither Yes nor No"},
        {"Time", ".", "in.txt:3: Time: '.' is no time in seconds"},
        {"Time", "5s", "in.txt:3: Time: '5s' is no time in seconds"},
        {"Choice", "udp", "in.txt:3: Choice: 'udp' is none of UDP|TCP"},
        {"Secret", "hunter2", "in.txt:3: Secret: the value is no number"},
        {"Txet", "x",
         "in.txt:3: the pack knows no parameter Txet; the nearest is Text; --allow-unknown takes it as it is"},
        {"Prot[2]", "1",
         "in.txt:3: the pack knows no parameter Prot[2]; the nearest is Port[2]; --allow-unknown takes it as it is"},
        {"Quite_Another_Thing", "1",
         "in.txt:3: the pack knows no parameter Quite_Another_Thing; --allow-unknown takes it as it is"},
    };
    for (const auto& row : rows) {
        const auto problems = check(row.name, row.value);
        ASSERT_EQ(problems.size(), 1U) << row.name << row.value;
        EXPECT_EQ(problems[0].text(), row.error);
    }
    EXPECT_TRUE(check("Txet", "x", UnknownNames::allowed).empty());
    EXPECT_EQ(check("Port[1]", "0", UnknownNames::allowed).size(), 1U) << "what is known is checked all the same";
}

TEST(ProfileCheck, ReportsABoundedNumber) {
    Profile profile;
    for (std::size_t i = 0; i < limits::profile_problems_max + 50; ++i)
        profile.entries.push_back({"Unknown" + std::to_string(i), "1", std::nullopt, "in.txt"});
    EXPECT_EQ(check_profile(profile, family(), UnknownNames::refused).size(), limits::profile_problems_max);
}

} // namespace
} // namespace offhook::config
