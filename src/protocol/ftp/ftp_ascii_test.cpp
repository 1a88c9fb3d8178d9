#include "protocol/ftp/ftp_ascii.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol {
namespace {

struct Case {
    std::string_view from;
    std::string_view to;
};

TEST(FtpAscii, EncodesTheSameInPiecesOfAnySize) {
    for (const auto& [from, to] :
         {Case{"", ""}, Case{"a\nb\n", "a\r\nb\r\n"}, Case{"\n\n", "\r\n\r\n"}, Case{"a\r\nb", "a\r\nb"},
          Case{"\r\r\n\n", "\r\r\n\r\n"}, Case{"no end", "no end"}, Case{"\n", "\r\n"}})
        for (std::size_t piece = 1; piece <= from.size() + 1; ++piece) {
            FtpAsciiEncoder encoder;
            std::string out;
            for (std::size_t at = 0; at < from.size(); at += piece) encoder.encode(from.substr(at, piece), out);
            EXPECT_EQ(out, to) << piece;
            EXPECT_EQ(ftp_ascii_bytes(from), to.size());
        }
}

TEST(FtpAscii, DecodesTheSameInPiecesOfAnySize) {
    for (const auto& [from, to] :
         {Case{"", ""}, Case{"a\r\nb\r\n", "a\nb\n"}, Case{"a\nb", "a\nb"}, Case{"a\rb", "a\rb"},
          Case{"\r\r\n", "\r\n"}, Case{"end\r", "end\r"}, Case{"\r\n\r\n", "\n\n"}})
        for (std::size_t piece = 1; piece <= from.size() + 1; ++piece) {
            FtpAsciiDecoder decoder;
            std::string out;
            for (std::size_t at = 0; at < from.size(); at += piece) decoder.decode(from.substr(at, piece), out);
            decoder.finish(out);
            EXPECT_EQ(out, to) << piece;
        }
}

} // namespace
} // namespace offhook::protocol
