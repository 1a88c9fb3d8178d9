#include "phone/polycom/lines.hpp"

#include "phone/fake_family.hpp"

#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

std::vector<EffectiveLine> lines_of(std::vector<config::Parameter> parameters, std::string_view model = "SPIP650") {
    const FakeFamily family;
    const std::vector<ConfigurationFile> files{{"x", ConfigurationFile::Origin::fetched, std::move(parameters)}};
    return effective_lines(merge(files), family, family.find_model(model));
}

TEST(PolycomLines, FallBackToTheGlobalServerAsAWhole) {
    const std::vector<config::Parameter> global{{"voIpProt.server.1.address", "global"},
                                                {"voIpProt.server.1.port", "5080"}};
    auto own = global;
    own.insert(own.end(), {{"reg.1.address", "1"},
                           {"reg.2.address", "2"},
                           {"reg.2.server.1.address", "own"},
                           {"reg.3.address", "3"},
                           {"reg.3.server.1.address", ""},
                           {"reg.3.server.1.port", "9"}});
    const auto lines = lines_of(own);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].registrar, "global:5080");
    EXPECT_EQ(lines[1].registrar, "own") << "the global port is not mixed with the line's own server";
    EXPECT_EQ(lines[2].registrar, "global:5080") << "a port without an address is no server";
}

TEST(PolycomLines, AddressMayNameTheDomain) {
    const auto lines = lines_of({{"reg.1.address", "1@example.net"},
                                 {"reg.2.address", "2@example.net"},
                                 {"reg.2.server.1.address", "pbx"},
                                 {"reg.2.auth.userId", "two"},
                                 {"reg.2.auth.password", "p"}});
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0], (EffectiveLine{1, "1", "1", "", "example.net"}));
    EXPECT_EQ(lines[1], (EffectiveLine{2, "2", "two", "p", "pbx"}));
    EXPECT_FALSE(lines[0].is_complete());
    EXPECT_TRUE(lines[1].is_complete());
}

TEST(PolycomLines, OnlyThoseThePhoneHas) {
    const std::vector<config::Parameter> parameters{
        {"reg.1.address", "1"}, {"reg.2.address", ""},   {"reg.3.address", "3"}, {"reg.0.address", "0"},
        {"reg.x.address", "x"}, {"reg.99.address", "9"}, {"reg.4.label", "none"}};
    EXPECT_EQ(lines_of(parameters).size(), 2U);
    EXPECT_EQ(lines_of(parameters, "SPIP300").size(), 1U) << "a SPIP300 has two lines";
}

TEST(PolycomLines, PutAnIpv6RegistrarWithPortInBrackets) {
    const auto lines = lines_of({{"reg.1.address", "1"},
                                 {"reg.1.server.1.address", "2001:db8::1"},
                                 {"reg.1.server.1.port", "5070"},
                                 {"reg.2.address", "2"},
                                 {"reg.2.server.1.address", "2001:db8::1"}});
    EXPECT_EQ(lines[0].registrar, "[2001:db8::1]:5070");
    EXPECT_EQ(lines[1].registrar, "2001:db8::1");
}

} // namespace
} // namespace offhook::phone::polycom
