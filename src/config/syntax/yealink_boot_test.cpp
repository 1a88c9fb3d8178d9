#include "config/syntax/yealink_boot.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

const YealinkBoot syntax;
const std::string head = "#!version:1.0.0.1\n";

TEST(YealinkBoot, WritesFilesInTheOrderGiven) {
    const std::vector<Parameter> given{
        {"include.1", "yealink-common.cfg"}, {"include.2", "http://192.0.2.1/a b/x.cfg"}, {"overwrite_mode", "1"}};
    const auto text = syntax.write(given);
    ASSERT_TRUE(text) << text.error().text();
    EXPECT_EQ(*text, head + "include:config \"yealink-common.cfg\"\ninclude:config \"http://192.0.2.1/a b/x.cfg\"\n"
                            "overwrite_mode = 1\n");
    EXPECT_EQ(syntax.read(*text)->parameters, given);
}

TEST(YealinkBoot, ReadsEveryFormOfAnInclude) {
    const auto read = syntax.read(head + "## a comment\ninclude:config <a.cfg>\ninclude:config \"b.cfg\"\n"
                                         " include:config c.cfg \noverwrite_mode = 1\n");
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->parameters,
              (std::vector<Parameter>{
                  {"include.1", "a.cfg"}, {"include.2", "b.cfg"}, {"include.3", "c.cfg"}, {"overwrite_mode", "1"}}));
    EXPECT_TRUE(read->notes.empty());
}

TEST(YealinkBoot, LeavesOutLinesThatAreNone) {
    for (const char* line : {"include:config", "include:config \"\"", "include:config \"a\"b\"", "include:config <a",
                             "include:config \x01", "[T46G]include:config \"a.cfg\"", "include.1 = a.cfg", "a"}) {
        const auto read = syntax.read(head + line + "\ninclude:config \"b.cfg\"\n");
        ASSERT_TRUE(read) << line;
        EXPECT_EQ(read->parameters, (std::vector<Parameter>{{"include.1", "b.cfg"}})) << line;
        EXPECT_EQ(read->notes.size(), 1U) << line;
    }
    EXPECT_EQ(syntax.read("include:config \"b.cfg\"\n").error().code, ErrorCode::invalid) << "no first line";
}

TEST(YealinkBoot, RefusesNamesThatWouldBreakOut) {
    for (const char* name : {"", " a", "a ", "a\"b", "a>b", "<a", "a\nb = 1", "\x01", "\xff"})
        EXPECT_EQ(syntax.write(std::vector<Parameter>{{"include.1", name}}).error().code, ErrorCode::invalid) << name;
    EXPECT_FALSE(syntax.write(std::vector<Parameter>{{"a b", "1"}}));
}

} // namespace
} // namespace offhook::config
