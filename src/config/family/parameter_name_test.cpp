#include "config/family/parameter_name.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

TEST(ParameterTable, FindsNamesByWhatTheirDigitsCanBe) {
    ParameterTable table;
    const char* names[] = {
        "reg.{n}.server.{m}.port", "reg.{n}.server.1.port", "dir.2meg", "CODEC4_{line}", "add {n}", "x.1", "x.{n}"};
    for (std::uint32_t id = 0; id < std::size(names); ++id)
        ASSERT_TRUE(table.add(*ParameterName::compile(names[id]), id));
    const struct {
        const char* name;
        std::uint32_t id;
        std::uint16_t index;
    } rows[] = {{"reg.12.server.2.port", 0, 12},
                {"reg.12.server.1.port", 1, 12},
                {"dir.2meg", 2, 0},
                {"CODEC4_16", 3, 16},
                {"add 24", 4, 24},
                {"x.1", 5, 0},
                {"x.2", 6, 2}};
    for (const auto& row : rows) {
        const auto found = table.find(row.name);
        ASSERT_TRUE(found) << row.name;
        EXPECT_EQ(found->id, row.id) << row.name;
        EXPECT_EQ(found->index, row.index) << row.name;
    }
    for (const char* name :
         {"", "reg.x.server.1.port", "reg.01.server.1.port", "dir.4meg", "x.0", "x.123456", "\x01", "add"})
        EXPECT_FALSE(table.find(name)) << name;
}

TEST(ParameterName, PutsItsIndexIn) {
    EXPECT_EQ(ParameterName::compile("reg.{n}.address")->with(48), "reg.48.address");
    EXPECT_EQ(ParameterName::compile("time")->with(0), "time");
    EXPECT_TRUE(ParameterName::compile("C{line}")->is_every_line());
    for (const char* text : {"", "a{n", "a}", "a{k}", "{n}{n}{n}", "a\n"})
        EXPECT_FALSE(ParameterName::compile(text)) << text;
}

} // namespace
} // namespace offhook::config
