#include "config/settings/layer.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

TEST(Layer, PacksAndFindsWhatWasSet) {
    LayerBuilder builder;
    ASSERT_TRUE(builder.set("line.2.user", "200"));
    ASSERT_TRUE(builder.set("line.1.user", "100"));
    ASSERT_TRUE(builder.set("raw:reg.1.ringType", "3"));
    const Layer layer = builder.build();
    EXPECT_EQ(layer.find(*find_setting("line.1.user")), "100");
    EXPECT_EQ(layer.find(*find_setting("line.2.user")), "200");
    EXPECT_EQ(layer.find(*find_setting("line.3.user")), std::nullopt);
    EXPECT_EQ(layer.find_raw("reg.1.ringType"), "3");
    EXPECT_EQ(layer.find_raw("reg.1.ring"), std::nullopt);
    std::vector<std::string> names;
    for (const Layer::Entry& entry : layer) names.push_back(entry.name());
    EXPECT_EQ(names, (std::vector<std::string>{"line.1.user", "line.2.user", "raw:reg.1.ringType"}));
}

TEST(Layer, CopiesAreEqualAndAlone) {
    LayerBuilder builder;
    ASSERT_TRUE(builder.set("time.server", "ntp.example.net"));
    const Layer one = builder.build();
    Layer two = one;
    EXPECT_EQ(one, two);
    LayerBuilder changed(two);
    ASSERT_TRUE(changed.unset("time.server"));
    two = changed.build();
    EXPECT_TRUE(two.empty());
    EXPECT_EQ(one.find(*find_setting("time.server")), "ntp.example.net");
}

TEST(Layer, RefusesWhatTheVocabularyDoesNotKnow) {
    LayerBuilder builder;
    const auto result = builder.set("line.1.usr", "100");
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().text().find("line.1.user"), std::string::npos) << result.error().text();
    EXPECT_FALSE(builder.set("raw:", "x"));
    EXPECT_FALSE(builder.set("raw:a\nb", "x"));
    EXPECT_FALSE(builder.unset("line.1.user"));
}

TEST(Layer, EntryCostsSixBytesAndItsText) {
    LayerBuilder builder;
    ASSERT_TRUE(builder.set("line.1.user", "100"));
    EXPECT_EQ(builder.build().size_bytes(), 9U);
}

} // namespace
} // namespace offhook::config
