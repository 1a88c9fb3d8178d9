#include "phone/polycom/configuration.hpp"

#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

using Origin = ConfigurationFile::Origin;

TEST(PolycomConfiguration, FirstFileThatHoldsAParameterWins) {
    const std::vector<ConfigurationFile> files{
        {"a.cfg", Origin::fetched, {{"x", "1"}, {"null", ""}, {"x", "again"}}},
        {"b.cfg", Origin::cached, {{"x", "2"}, {"null", "2"}, {"y", "2"}, {"same", "s"}}},
        {"c.cfg", Origin::fetched, {{"y", "3"}, {"same", "s"}}}};
    const auto merged = merge(files);
    EXPECT_EQ(merged.parameters(),
              (std::vector<config::Parameter>{{"null", ""}, {"same", "s"}, {"x", "1"}, {"y", "2"}}));
    EXPECT_EQ(merged.hidden, 4U);
    EXPECT_EQ(merged.first_hidden, "x in a.cfg");
    EXPECT_EQ(merge_fetched(files).find("y"), "3");
}

TEST(PolycomConfiguration, DigestNamesTheContentAndNotTheOrder) {
    const std::vector<ConfigurationFile> one{{"a", Origin::fetched, {{"x", "1"}, {"y", "2"}}}};
    const std::vector<ConfigurationFile> other{{"b", Origin::cached, {{"y", "2"}, {"x", "1"}}}};
    const std::vector<ConfigurationFile> shifted{{"a", Origin::fetched, {{"x", "1y"}, {"", "2"}}}};
    EXPECT_EQ(merge(one).digest(), merge(other).digest());
    EXPECT_NE(merge(one).digest(), merge(shifted).digest());
}

TEST(PolycomConfiguration, DeviceParametersNeedBothGuards) {
    Flash flash;
    flash.parameters = {{"device.a", "old"}, {"device.same", "1"}};
    const auto changes = [&](std::vector<config::Parameter> parameters) {
        const std::vector<ConfigurationFile> files{{"a", Origin::fetched, std::move(parameters)}};
        return device_changes(merge(files), flash);
    };
    EXPECT_EQ(changes({{"device.set", "1"}, {"device.a.set", "1"}, {"device.a", "new"}}),
              (std::vector<config::Parameter>{{"device.a", "new"}}));
    EXPECT_TRUE(changes({{"device.a.set", "1"}, {"device.a", "new"}}).empty()) << "no device.set";
    EXPECT_TRUE(changes({{"device.set", "0"}, {"device.a.set", "1"}, {"device.a", "new"}}).empty());
    EXPECT_TRUE(changes({{"device.set", "1"}, {"device.a", "new"}}).empty()) << "no .set of its own";
    EXPECT_TRUE(changes({{"device.set", "1"}, {"device.a.set", "0"}, {"device.a", "new"}}).empty());
    EXPECT_TRUE(changes({{"device.set", "1"}, {"device.same.set", "1"}, {"device.same", "1"}}).empty());
    EXPECT_EQ(changes({{"device.set", "1"}, {"device.new.set", "1"}, {"device.new", ""}}).size(), 1U);
    EXPECT_TRUE(changes({{"device.set", "1"}, {"device.set.set", "1"}}).empty()) << "device.set is no flash parameter";
}

} // namespace
} // namespace offhook::phone::polycom
