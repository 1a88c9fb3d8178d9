#include "phone/linksys/alias_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::linksys {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view document =
    "<customer><sip><login> ann\nb </login><pin>1</pin></sip><x><login/></x></customer>";

TEST(AliasMap, MatchesTheEndOfAPath) {
    for (const char* left : {"/customer/sip/login", "/sip/login", "/login", "sip/login", "login"}) {
        const auto map = parse_alias_map(std::string(left) + " = /flat-profile/User_ID_1_ ;");
        ASSERT_TRUE(map) << left;
        EXPECT_THAT(*read_aliased(document, *map), ElementsAre(config::Parameter{"User_ID_1_", "ann b"})) << left;
    }
    for (const char* left : {"/ogin", "/customer/login", "/sip/x/login"})
        EXPECT_THAT(*read_aliased(document, *parse_alias_map(std::string(left) + "=/flat-profile/A;")), IsEmpty());
    EXPECT_THAT(*read_aliased(document, *parse_alias_map("login=/flat-profile/A;pin=/flat-profile/B")),
                ElementsAre(config::Parameter{"A", "ann b"}, config::Parameter{"B", "1"}));
}

TEST(AliasMap, RefusesWhatIsNone) {
    for (const char* text : {"login", "login = User_ID_1_;", "= /flat-profile/A;", "a b = /flat-profile/A;",
                             "login = /flat-profile/;", "login = /flat-profile/a/b;", "login = /other/a;"})
        EXPECT_FALSE(parse_alias_map(text)) << text;
    std::string many;
    for (unsigned i = 0; i < 30; ++i) many += "a = /flat-profile/A ;\n";
    EXPECT_EQ(parse_alias_map(many)->size(), 30U);
    EXPECT_FALSE(parse_alias_map(many + "a = /flat-profile/A ;"));
    EXPECT_THAT(*parse_alias_map(" "), IsEmpty());
    EXPECT_FALSE(read_aliased("<a><b></a>", {}));
}

} // namespace
} // namespace offhook::phone::linksys
