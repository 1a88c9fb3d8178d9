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

TEST(ParameterTable, FindsWhatCountsFromZero) {
    ParameterTable table;
    const char* names[] = {"fkey.{n-1}", "fkey.{n-1}/label", "user.{n}", "a.{n}.{m}"};
    for (std::uint32_t id = 0; id < std::size(names); ++id)
        ASSERT_TRUE(table.add(*ParameterName::compile(names[id]), id));
    const struct {
        const char* name;
        std::uint32_t id;
        std::uint16_t index;
    } rows[] = {{"fkey.0", 0, 1}, {"fkey.11", 0, 12}, {"fkey.0/label", 1, 1}, {"user.1", 2, 1}, {"a.1.2", 3, 1}};
    for (const auto& row : rows) {
        const auto found = table.find(row.name);
        ASSERT_TRUE(found) << row.name;
        EXPECT_EQ(found->id, row.id) << row.name;
        EXPECT_EQ(found->index, row.index) << row.name;
    }
    for (const char* name :
         {"fkey.", "fkey.00", "fkey.01", "fkey.65535", "user.0", "a.0.1", "a.1.0", "\x02", "fkey.\x02"})
        EXPECT_FALSE(table.find(name)) << name;
    EXPECT_EQ(table.find(*ParameterName::compile("fkey.{n-1}")), 0U);
    EXPECT_FALSE(table.add(*ParameterName::compile("fkey.{n}"), 9)) << "the same parameters, counted otherwise";
    EXPECT_FALSE(table.add(*ParameterName::compile("user.{n-1}"), 9));
}

TEST(ParameterName, PutsItsIndexIn) {
    EXPECT_EQ(ParameterName::compile("fkey.{n-1}/label")->with(1), "fkey.0/label");
    EXPECT_EQ(ParameterName::compile("fkey.{n-1}")->with(120), "fkey.119");
    EXPECT_TRUE(ParameterName::compile("fkey.{n-1}")->is_from_zero());
    EXPECT_FALSE(ParameterName::compile("fkey.{n}")->is_from_zero());
    EXPECT_EQ(ParameterName::compile("reg.{n}.address")->with(48), "reg.48.address");
    EXPECT_EQ(ParameterName::compile("time")->with(0), "time");
    EXPECT_TRUE(ParameterName::compile("C{line}")->is_every_line());
    for (const char* text :
         {"", "a{n", "a}", "a{k}", "{n}{n}{n}", "a\n", "a{n-2}", "a{n-1}{m}", "a{n}{n-1}", "{n-1}{n-1}"})
        EXPECT_FALSE(ParameterName::compile(text)) << text;
}

TEST(ParameterName, OfAListHasTheNthNameForIndexN) {
    const std::vector<std::string> names{"P271", "P401", "P501"};
    const auto name = ParameterName::compile_each(names);
    ASSERT_TRUE(name);
    EXPECT_TRUE(name->has_index());
    EXPECT_EQ(name->text(), "P271");
    EXPECT_EQ(name->with(1), "P271");
    EXPECT_EQ(name->with(3), "P501");
    for (const std::uint16_t beyond : {0, 4, 65535}) {
        EXPECT_FALSE(name->reaches(beyond)) << beyond;
        EXPECT_EQ(name->with(beyond), "") << beyond;
    }
    EXPECT_TRUE(ParameterName::compile("a.{n}")->reaches(999));
    ParameterTable table;
    ASSERT_TRUE(table.add(*ParameterName::compile("P{n}"), 6));
    ASSERT_TRUE(table.add(*name, 7));
    EXPECT_FALSE(table.add(*ParameterName::compile("P401"), 8)) << "it is in the list";
    EXPECT_FALSE(table.add(*ParameterName::compile_each(std::vector<std::string>{"P1", "P501"}), 9));
    EXPECT_EQ(table.find("P401")->id, 7U);
    EXPECT_EQ(table.find("P401")->index, 2) << "its place, not its number";
    EXPECT_EQ(table.find("P402")->index, 402);
    EXPECT_EQ(table.find(*name), 7U);
}

TEST(ParameterName, OfAListHasItsBounds) {
    const std::pair<const char*, std::vector<std::string>> refused[] = {
        {"none", {}},
        {"one twice", {"P1", "P2", "P1"}},
        {"a placeholder", {"P1", "P{n}"}},
        {"an empty name", {"P1", ""}},
        {"too many", std::vector<std::string>(1000, "P")},
    };
    for (const auto& [what, names] : refused) EXPECT_FALSE(ParameterName::compile_each(names)) << what;
}

} // namespace
} // namespace offhook::config
