#include "phone/polycom/value_rules.hpp"

#include "phone/fake_family.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

TEST(PolycomValueRules, TakeWhatIsInRange) {
    const struct {
        const char *value, *range;
    } cases[] = {{"", "1..2"},     {"x", ""},    {"0", "0..65535"},  {"65535", "0..65535"}, {"300", "300.."},
                 {"999", "300.."}, {"1", "0|1"}, {"TLS", "UDP|TLS"}, {"-5", "-10..10"}};
    for (const auto& c : cases) EXPECT_TRUE(is_in_range(c.value, c.range)) << c.value << " in " << c.range;
}

TEST(PolycomValueRules, RefuseWhatIsNot) {
    const struct {
        const char *value, *range;
    } cases[] = {{"65536", "0..65535"}, {"-1", "0..65535"}, {"many", "0..65535"},   {"299", "300.."},
                 {"2", "0|1"},          {"tls", "UDP|TLS"}, {"UDP|TLS", "UDP|TLS"}, {"1 ", "0|1"}};
    for (const auto& c : cases) EXPECT_FALSE(is_in_range(c.value, c.range)) << c.value << " in " << c.range;
}

TEST(PolycomValueRules, DropWhatIsOutOfRangeAndLeaveWhatNobodyKnows) {
    const FakeFamily family;
    std::vector<config::Parameter> parameters{
        {"voIpProt.server.1.port", "70000"}, {"dummy", "x"}, {"voIpProt.server.1.port", "5061"}};
    const auto told = drop_out_of_range(parameters, family);
    EXPECT_EQ(parameters, (std::vector<config::Parameter>{{"dummy", "x"}, {"voIpProt.server.1.port", "5061"}}));
    EXPECT_THAT(told, testing::ElementsAre("voIpProt.server.1.port: 70000 is out of range (0..65535)"));
    const FakeFamily unsure(std::nullopt);
    parameters = {{"voIpProt.server.1.port", "70000"}};
    EXPECT_THAT(drop_out_of_range(parameters, unsure),
                testing::ElementsAre("voIpProt.server.1.port: its value is out of range (0..65535)"));
}

} // namespace
} // namespace offhook::phone::polycom
