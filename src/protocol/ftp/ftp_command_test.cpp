#include "protocol/ftp/ftp_command.hpp"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <string>

namespace offhook::protocol {
namespace {

TEST(FtpCommand, ReadsVerbAndArgument) {
    struct Case {
        std::string_view line;
        FtpVerb verb;
        std::string_view argument;
    };
    for (const auto& [line, verb, argument] : {
             Case{"RETR a.cfg", FtpVerb::retr, "a.cfg"},
             Case{"retr  two blanks ", FtpVerb::retr, " two blanks "},
             Case{"Quit", FtpVerb::quit, ""},
             Case{"CWD ", FtpVerb::cwd, ""},
             Case{"  NOOP", FtpVerb::noop, ""},
             Case{"XPWD", FtpVerb::pwd, ""},
             Case{"xcup", FtpVerb::cdup, ""},
             Case{"XCWD d", FtpVerb::cwd, "d"},
             Case{"\xff\xf4\xff\xf2"
                  "ABOR",
                  FtpVerb::abor, ""},
             Case{"\xff\xf4\xf2"
                  "ABOR",
                  FtpVerb::abor, ""},
             Case{"\xf2"
                  "ABOR",
                  FtpVerb::abor, ""},
             Case{"\xff\xfd\x06"
                  "STAT",
                  FtpVerb::stat, ""},
             Case{"", FtpVerb::unknown, ""},
             Case{"\xff\xfd", FtpVerb::unknown, ""},
             Case{"FOO bar", FtpVerb::unknown, "bar"},
             Case{"RETRA", FtpVerb::unknown, ""},
             Case{"RE", FtpVerb::unknown, ""},
             Case{"RET\xd2 x", FtpVerb::unknown, "x"},
             Case{std::string_view("RET\0", 4), FtpVerb::unknown, ""},
         }) {
        const auto command = parse_ftp_command(line);
        EXPECT_EQ(command.verb, verb) << line;
        EXPECT_EQ(command.argument, argument) << line;
    }
}

void feed(FtpLineReader& reader, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto room = reader.room();
        ASSERT_FALSE(room.empty());
        const auto some = std::min(room.size(), bytes.size());
        std::memcpy(room.data(), bytes.data(), some);
        reader.received(some);
        bytes.remove_prefix(some);
    }
}

TEST(FtpLineReader, GivesLinesHoweverTheyCome) {
    const std::string_view sent = "USER a\r\nPASS b\n\r\nTYPE I\r\nhalf";
    for (std::size_t piece = 1; piece <= sent.size(); ++piece) {
        FtpLineReader reader;
        std::string got;
        std::string_view line;
        for (std::size_t at = 0; at < sent.size(); at += piece) {
            feed(reader, sent.substr(at, piece));
            while (reader.next(line) == FtpLineReader::Progress::line) got += std::string(line) + "|";
        }
        EXPECT_EQ(got, "USER a|PASS b||TYPE I|") << piece;
        EXPECT_FALSE(reader.empty());
        reader.clear();
        EXPECT_TRUE(reader.empty());
    }
}

TEST(FtpLineReader, SkipsALineThatIsTooLongAndSaysSoOnce) {
    FtpLineReader reader;
    std::string_view line;
    std::string sent = std::string(3 * FtpLineReader::line_bytes_max, 'x') + "\r\nNOOP\r\n";
    unsigned too_long = 0;
    std::string got;
    for (std::size_t at = 0; at < sent.size(); ++at) {
        feed(reader, std::string_view(sent).substr(at, 1));
        for (;;) {
            const auto progress = reader.next(line);
            if (progress == FtpLineReader::Progress::needs_more) break;
            if (progress == FtpLineReader::Progress::too_long) ++too_long;
            if (progress == FtpLineReader::Progress::line) got += std::string(line) + "|";
        }
    }
    EXPECT_EQ(too_long, 1U);
    EXPECT_EQ(got, "NOOP|");
}

TEST(FtpLineReader, TakesTheLongestLine) {
    FtpLineReader reader;
    std::string_view line;
    feed(reader, std::string(FtpLineReader::line_bytes_max - 1, 'x'));
    EXPECT_EQ(reader.next(line), FtpLineReader::Progress::needs_more);
    EXPECT_FALSE(reader.full());
    feed(reader, "\n");
    EXPECT_TRUE(reader.full());
    EXPECT_EQ(reader.next(line), FtpLineReader::Progress::line);
    EXPECT_EQ(line.size(), FtpLineReader::line_bytes_max - 1);
}

TEST(FtpLineReader, SeesAVerbAmongWholeLinesOnly) {
    FtpLineReader reader;
    feed(reader, "NOOP\r\n\xff\xf4"
                 "ABO");
    EXPECT_FALSE(reader.holds(FtpVerb::abor));
    feed(reader, "R\r\nSTAT");
    EXPECT_TRUE(reader.holds(FtpVerb::abor));
    EXPECT_FALSE(reader.holds(FtpVerb::stat));
}

} // namespace
} // namespace offhook::protocol
