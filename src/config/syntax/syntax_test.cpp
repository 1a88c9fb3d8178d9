#include "config/syntax/syntax.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

TEST(Syntax, IsFoundByTheNameAPackUses) {
    for (const std::string_view name : {"polycom-attributes", "polycom-master", "panasonic-text", "spa-xml",
                                        "ip88-text", "yealink-text", "yealink-boot", "snom-xml", "grandstream-xml"}) {
        const auto* syntax = find_syntax(name);
        ASSERT_NE(syntax, nullptr) << name;
        EXPECT_EQ(syntax->name(), name);
        EXPECT_NE(syntax_names().find(name), std::string::npos);
    }
    EXPECT_EQ(find_syntax("polycom"), nullptr);
    EXPECT_EQ(find_syntax(""), nullptr);
}

} // namespace
} // namespace offhook::config
