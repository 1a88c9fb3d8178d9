#include "phone/linksys/image_name.hpp"

#include <gtest/gtest.h>
#include <utility>

namespace offhook::phone::linksys {
namespace {

TEST(ImageName, HasTheVersionInIt) {
    const std::pair<const char*, const char*> cases[] = {
        {"spa942-5-1-8.bin", "5.1.8"},
        {"spa942-6-1-5a.bin", "6.1.5(a)"},
        {"spa3102-5-1-10-GW.bin", "5.1.10(GW)"},
        {"spa2102-5-2-12.bin", "5.2.12"},
        {"spa50x-30x-7-5-5.bin", "7.5.5"},
        {"spa.bin", ""},
        {"spa-5-1.bin", ""},
        {"spa942-5-x-8.bin", ""},
        {"spa942-5-1-.bin", ""},
        {"", ""},
        {"a-b-c-d-e", ""},
        {"spa942-5-1-8-toolongsuffix.bin", ""},
    };
    for (const auto& [name, version] : cases) EXPECT_EQ(version_in_name(name), version) << name;
}

} // namespace
} // namespace offhook::phone::linksys
