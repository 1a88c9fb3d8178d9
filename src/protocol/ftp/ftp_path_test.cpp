#include "protocol/ftp/ftp_path.hpp"

#include "base/limits.hpp"
#include "protocol/ftp/ftp_reply.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol {
namespace {

TEST(FtpPath, ResolvesByTable) {
    struct Case {
        const char* directory;
        const char* argument;
        const char* path;
    };
    for (const auto& [directory, argument, path] : {
             Case{"", "", ""},
             Case{"", "a.cfg", "a.cfg"},
             Case{"", "/a.cfg", "a.cfg"},
             Case{"logs", "a.cfg", "logs/a.cfg"},
             Case{"logs", "/a.cfg", "a.cfg"},
             Case{"logs", "\\a.cfg", "a.cfg"},
             Case{"logs", "", "logs"},
             Case{"logs", ".", "logs"},
             Case{"logs", "..", ""},
             Case{"a/b", "../c", "a/c"},
             Case{"a/b", "../../..", ""},
             Case{"", "../../etc/passwd", "etc/passwd"},
             Case{"a", "..\\..\\b", "b"},
             Case{"a", "//b///c//", "b/c"},
             Case{"a", "./b/./c/.", "a/b/c"},
             Case{"", "...", "..."},
             Case{"", "a..b/.c", "a..b/.c"},
             Case{"", "~", "~"},
             Case{"", "%2e%2e/x", "%2e%2e/x"},
             Case{"", "two words", "two words"},
         }) {
        const auto resolved = resolve_ftp_path(directory, argument);
        ASSERT_TRUE(resolved) << argument;
        EXPECT_EQ(*resolved, path) << directory << " " << argument;
    }
}

TEST(FtpPath, RefusesByTable) {
    struct Case {
        std::string argument;
        FtpPathError error;
    };
    std::string deep;
    for (std::size_t i = 0; i <= ftp_path_depth_max; ++i) deep += "d/";
    for (const auto& [argument, error] : {
             Case{"a\r\nb", FtpPathError::control_character},
             Case{std::string("a\0b", 3), FtpPathError::control_character},
             Case{"\x7f", FtpPathError::control_character},
             Case{std::string(limits::path_bytes_max + 1, 'x'), FtpPathError::too_long},
             Case{deep, FtpPathError::too_deep},
         }) {
        const auto resolved = resolve_ftp_path("", argument);
        ASSERT_FALSE(resolved);
        EXPECT_EQ(resolved.error().code, error);
        EXPECT_FALSE(to_text(error).empty());
    }
    deep.resize(2 * ftp_path_depth_max);
    EXPECT_TRUE(resolve_ftp_path("", deep));
}

TEST(FtpReply, IsOneLineOrSeveral) {
    std::string out;
    append_ftp_reply(out, 226, "Done.");
    EXPECT_EQ(out, "226 Done.\r\n");
    out.clear();
    const std::string_view lines[] = {"SIZE", "211 no end"};
    append_ftp_reply(out, 211, "Features:", lines, "End");
    EXPECT_EQ(out, "211-Features:\r\n SIZE\r\n 211 no end\r\n211 End\r\n");
    EXPECT_EQ(quoted_ftp_path("/a\"b"), "\"/a\"\"b\"");
}

} // namespace
} // namespace offhook::protocol
