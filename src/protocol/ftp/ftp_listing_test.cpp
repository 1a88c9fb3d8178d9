#include "protocol/ftp/ftp_listing.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol {
namespace {

WallTime at(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
    return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute};
}

TEST(FtpListing, WritesLinesAsLsDoes) {
    struct Case {
        FtpEntry entry;
        const char* line;
    };
    const auto now = at(2026, 11, 21, 9, 24);
    for (const auto& [entry, line] : {
             Case{{"a.cfg", FtpEntryKind::file, 3072, at(2026, 11, 1, 7, 5)},
                  "-r--r--r--   1 ftp      ftp            3072 Nov  1 07:05 a.cfg\r\n"},
             Case{{"half a year", FtpEntryKind::file, 0, now - std::chrono::hours{24} * 182},
                  "-r--r--r--   1 ftp      ftp               0 May 23 09:24 half a year\r\n"},
             Case{{"old", FtpEntryKind::file, 10'000'000'000, now - std::chrono::hours{24} * 183},
                  "-r--r--r--   1 ftp      ftp      10000000000 May 22  2026 old\r\n"},
             Case{{"older", FtpEntryKind::file, 1, at(1994, 12, 31, 23, 59)},
                  "-r--r--r--   1 ftp      ftp               1 Dec 31  1994 older\r\n"},
             Case{{"ahead", FtpEntryKind::file, 1, at(2027, 1, 2)},
                  "-r--r--r--   1 ftp      ftp               1 Jan  2  2027 ahead\r\n"},
             Case{{"soon", FtpEntryKind::file, 1, at(2026, 11, 21, 10, 0)},
                  "-r--r--r--   1 ftp      ftp               1 Nov 21 10:00 soon\r\n"},
             Case{{"made when asked", FtpEntryKind::file, 1, std::nullopt},
                  "-r--r--r--   1 ftp      ftp               1 Nov 21 09:24 made when asked\r\n"},
             Case{{"logs", FtpEntryKind::directory, 0, at(2026, 11, 1)},
                  "dr-xr-xr-x   2 ftp      ftp               0 Nov  1 00:00 logs\r\n"},
         }) {
        std::string out;
        append_ftp_list_line(out, entry, now);
        EXPECT_EQ(out, line);
    }
}

TEST(FtpListing, WritesTheFactsThatWereChosen) {
    const FtpEntry file{"a b", FtpEntryKind::file, 5, at(2026, 1, 31, 12, 34)};
    std::string out;
    append_ftp_facts(out, file, {});
    EXPECT_EQ(out, "type=file;size=5;modify=20260131123400;perm=r; a b");
    out.clear();
    append_ftp_facts(out, {"d", FtpEntryKind::directory, 0, std::nullopt}, {});
    EXPECT_EQ(out, "type=dir;perm=el; d");
    out.clear();
    append_ftp_facts(out, file, FtpFacts::chosen_by("SIZE;unique;"));
    EXPECT_EQ(out, "size=5; a b");
    out.clear();
    append_ftp_facts(out, file, FtpFacts::chosen_by(""));
    EXPECT_EQ(out, " a b");
    EXPECT_EQ(FtpFacts::chosen_by("size;type").feature(), "type*;size*;modify;perm;");
    EXPECT_EQ(FtpFacts::chosen_by("size;type").text(), "type;size;");
}

TEST(FtpListing, TakesOptionsForOptions) {
    struct Case {
        const char* argument;
        const char* path;
    };
    for (const auto& [argument, path] : {Case{"", ""}, Case{"-la", ""}, Case{"-a -l", ""}, Case{"-a logs", "logs"},
                                         Case{"logs", "logs"}, Case{" logs", "logs"}, Case{"a -l", "a -l"}})
        EXPECT_EQ(without_list_options(argument), path) << argument;
}

TEST(FtpListing, MatchesPatterns) {
    struct Case {
        const char* pattern;
        const char* name;
        bool fits;
    };
    for (const auto& [pattern, name, fits] :
         {Case{"*", "", true}, Case{"*", "abc", true}, Case{"a*c", "abc", true}, Case{"a*c", "ac", true},
          Case{"a*c", "acb", false}, Case{"*.cfg", "x.cfg", true}, Case{"*.cfg", "x.cfg.bak", false},
          Case{"?b", "ab", true}, Case{"?b", "b", false}, Case{"a**b*", "axxbx", true}, Case{"", "", true},
          Case{"", "a", false}, Case{"abc", "ab", false}, Case{"*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", false}})
        EXPECT_EQ(ftp_glob_matches(pattern, name), fits) << pattern << " " << name;
}

} // namespace
} // namespace offhook::protocol
