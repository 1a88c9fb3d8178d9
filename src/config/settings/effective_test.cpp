#include "config/settings/effective.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

Layer layer(std::initializer_list<std::pair<std::string_view, std::string_view>> rows) {
    LayerBuilder builder;
    for (const auto& [name, value] : rows) EXPECT_TRUE(builder.set(name, value)) << name;
    return builder.build();
}

TEST(Effective, NarrowestLayerWinsAndIsNamed) {
    const Layer fleet = layer({{"time.server", "ntp.example.net"}, {"phone.language", "en"}, {"raw:a.b", "1"}});
    const Layer device = layer({{"phone.language", "de"}, {"raw:a.b", "2"}});
    const LayerRef refs[] = {{LayerKind::fleet, &fleet}, {LayerKind::device, &device}};
    const Effective effective(refs);
    ASSERT_EQ(effective.values().size(), 3U);
    const auto* language = effective.find(*find_setting("phone.language"));
    ASSERT_NE(language, nullptr);
    EXPECT_EQ(language->value, "de");
    EXPECT_EQ(language->origin, LayerKind::device);
    EXPECT_EQ(effective.find(*find_setting("time.server"))->origin, LayerKind::fleet);
    EXPECT_EQ(effective.values().back().value, "2");
}

TEST(Effective, EmptyValueHidesTheBroaderOne) {
    const Layer site = layer({{"syslog.server", "log.example.net"}});
    const Layer device = layer({{"syslog.server", ""}});
    const LayerRef refs[] = {{LayerKind::site, &site}, {LayerKind::device, &device}};
    const Effective effective(refs);
    EXPECT_EQ(effective.find(*find_setting("syslog.server"))->value, "");
}

TEST(Effective, KnowsNothingOfWhatNoLayerStates) {
    const Effective effective({});
    EXPECT_EQ(effective.find(*find_setting("time.zone")), nullptr);
}

} // namespace
} // namespace offhook::config
