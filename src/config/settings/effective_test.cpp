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

TEST(Effective, WhatIsHeldBackLiesOverTheOthers) {
    const Layer vendor = layer({{"time.zone", "UTC"}, {"phone.language", "en"}});
    const Layer site = layer({{"syslog.server", "log.example.net"}, {"time.zone", "Europe/Berlin"}});
    const Layer device = layer({{"phone.language", "de"}, {"raw:a.b", "2"}, {"raw:a.c", "3"}});
    const Layer offered = layer({{"phone.language", "fr"}});
    const Layer unstated = layer({{"time.zone", "UTC"}, {"syslog.server", ""}, {"raw:a.b", ""}});
    const LayerRef refs[] = {{LayerKind::vendor_default, &vendor},
                             {LayerKind::site, &site},
                             {LayerKind::device, &device},
                             {LayerKind::held_back, &offered, &unstated}};
    const Effective effective(refs);
    ASSERT_EQ(effective.values().size(), 3U);
    EXPECT_EQ(effective.find(*find_setting("phone.language"))->value, "fr");
    EXPECT_EQ(effective.find(*find_setting("phone.language"))->origin, LayerKind::held_back);
    EXPECT_EQ(effective.find(*find_setting("time.zone"))->value, "UTC") << "the vendor's own counts";
    EXPECT_EQ(effective.find(*find_setting("syslog.server")), nullptr);
    EXPECT_EQ(effective.values().back().raw_name, "a.c");
    EXPECT_EQ(to_text(LayerKind::held_back), "held_back");
}

TEST(Effective, KnowsNothingOfWhatNoLayerStates) {
    const Effective effective({});
    EXPECT_EQ(effective.find(*find_setting("time.zone")), nullptr);
}

} // namespace
} // namespace offhook::config
