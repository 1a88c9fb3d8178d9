#include "protocol/tftp/packet.hpp"

#include "protocol/tftp/block_source.hpp"
#include "protocol/tftp/name.hpp"
#include "protocol/tftp/netascii.hpp"
#include "protocol/tftp/terms.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol::tftp {
namespace {

using namespace std::string_view_literals;

TEST(TftpRequest, AcceptsWhatClientsSend) {
    struct Case {
        std::string_view packet, name;
        Mode mode;
        std::size_t options;
    };
    for (const auto& [packet, name, mode, options] : {
             Case{"\0\1a.cfg\0octet\0"sv, "a.cfg", Mode::octet, 0},
             Case{"\0\2a.cfg\0NetASCII\0"sv, "a.cfg", Mode::netascii, 0},
             Case{"\0\1f\0octet\0tsize\0"
                  "0\0blksize\0"
                  "512\0timeout\0"
                  "6\0"sv,
                  "f", Mode::octet, 3},
             Case{"\0\1f\0OCTET\0x\0\0"sv, "f", Mode::octet, 1},
             Case{"\0\1f\0octet\0\0\0\0\0"sv, "f", Mode::octet, 0}, // padding
         }) {
        const auto parsed = parse_request(packet);
        ASSERT_TRUE(parsed) << name;
        EXPECT_EQ(parsed->file_name, name);
        EXPECT_EQ(parsed->mode, mode) << name;
        EXPECT_EQ(parsed->options.count, options) << name;
    }
}

TEST(TftpRequest, RejectsWhatIsNone) {
    struct Case {
        std::string packet;
        PacketError code;
    };
    std::string crowd("\0\1f\0octet\0"sv);
    for (int i = 0; i < 17; ++i) crowd += "a\0b\0"sv;
    for (const auto& [packet, code] : {
             Case{"", PacketError::truncated},
             Case{std::string("\0"sv), PacketError::truncated},
             Case{std::string("\0\3\0\1"sv), PacketError::unknown_opcode},
             Case{std::string("\1\1f\0octet\0"sv), PacketError::unknown_opcode},
             Case{std::string("\0\1"sv), PacketError::text_not_terminated},
             Case{std::string("\0\1abc"sv), PacketError::text_not_terminated},
             Case{std::string("\0\1\0octet\0"sv), PacketError::empty_name},
             Case{std::string("\0\1f\0octet"sv), PacketError::text_not_terminated},
             Case{std::string("\0\1f\0mail\0"sv), PacketError::unknown_mode},
             Case{std::string("\0\1f\0octet\0blksize"sv), PacketError::text_not_terminated},
             Case{std::string("\0\1f\0octet\0blksize\0"
                              "512"sv),
                  PacketError::text_not_terminated},
             Case{std::string("\0\1"sv) + std::string(256, 'a') + std::string("\0octet\0"sv), PacketError::too_long},
             Case{std::string("\0\1"sv) + std::string(1200, 'a') + std::string("\0octet\0"sv), PacketError::too_long},
             Case{crowd, PacketError::too_many_options},
         }) {
        const auto parsed = parse_request(packet);
        ASSERT_FALSE(parsed) << to_text(code);
        EXPECT_EQ(parsed.error().code, code) << to_text(code);
        EXPECT_LE(parsed.error().offset, packet.size());
    }
}

TEST(TftpPackets, ShortOnesAreNone) {
    EXPECT_FALSE(parse_data("\0\3\0"sv));
    EXPECT_TRUE(parse_data("\0\3\0\1"sv));
    EXPECT_FALSE(parse_data("\0\4\0\1"sv));
    EXPECT_EQ(parse_data("\0\3\xff\xfe!"sv)->number, 0xfffe);
    EXPECT_FALSE(parse_ack("\0\4\0"sv));
    EXPECT_EQ(parse_ack("\0\4\1\2"sv), 0x0102);
    EXPECT_FALSE(parse_error("\0\5\0"sv));
    EXPECT_EQ(parse_error("\0\5\0\1no NUL"sv)->text, "no NUL");
    EXPECT_EQ(parse_error(error_packet(ErrorCode::not_found, "gone"))->text, "gone");
    EXPECT_FALSE(opcode_of("\0\0"sv));
    EXPECT_FALSE(opcode_of("\0\7"sv));
}

std::string shown(std::string_view packet) {
    std::string out;
    for (const char c : packet.substr(packet.empty() ? 0 : 2)) out += c == '\0' ? '|' : c;
    return out;
}

TEST(TftpTerms, AnswersOnlyUsableOptions) {
    struct Case {
        std::vector<Option> asked;
        std::string_view answer;
        std::uint32_t block_bytes = 512, window = 1;
    };
    for (const auto& [asked, answer, block_bytes, window] : {
             Case{{}, ""},
             Case{{{"blksize", "1428"}}, "blksize|1428|", 1428},
             Case{{{"BLKSIZE", "8"}}, "blksize|8|", 8},
             Case{{{"blksize", "7"}}, ""},
             Case{{{"blksize", "0"}}, ""},
             Case{{{"blksize", "-1"}}, ""},
             Case{{{"blksize", "12x"}}, ""},
             Case{{{"blksize", ""}}, ""},
             Case{{{"blksize", "99999999999999999999999"}}, ""},
             Case{{{"blksize", "1468"}}, "blksize|1468|", 1468},
             Case{{{"blksize", "65464"}}, "blksize|1400|", 1400}, // the path's limit, below
             Case{{{"blksize", "70000"}}, "blksize|1400|", 1400},
             Case{{{"blksize", "600"}, {"blksize", "700"}}, "blksize|600|", 600},
             Case{{{"tsize", "0"}}, "tsize|3000|"},
             Case{{{"timeout", "1"}}, "timeout|1|"},
             Case{{{"timeout", "255"}}, "timeout|255|"},
             Case{{{"timeout", "0"}}, ""},
             Case{{{"timeout", "256"}}, ""},
             Case{{{"windowsize", "16"}}, "windowsize|16|", 512, 16},
             Case{{{"windowsize", "65535"}}, "windowsize|64|", 512, 64},
             Case{{{"windowsize", "0"}}, ""},
             Case{{{"windowsize", "65536"}}, ""},
             Case{{{"utimeout", "1"}, {"tsize", "0"}, {"rollover", "0"}}, "tsize|3000|"},
         }) {
        Request request;
        for (const auto& option : asked) request.options.entries[request.options.count++] = option;
        const auto got = negotiate(request, 3000, {[] { return 1400U; }});
        EXPECT_EQ(shown(got.option_ack), answer);
        EXPECT_EQ(got.terms.block_bytes, block_bytes) << answer;
        EXPECT_EQ(got.terms.window_blocks, window) << answer;
    }
}

TEST(TftpTerms, TsizeIsLeftOutForNetasciiAndEchoedForAWrite) {
    Request request;
    request.options.entries[request.options.count++] = {"tsize", "77"};
    EXPECT_EQ(shown(negotiate(request, 3000, {}).option_ack), "tsize|3000|");
    EXPECT_EQ(negotiate(request, 0, {}).option_ack, "") << "curl fails on a size of 0";
    request.mode = Mode::netascii;
    EXPECT_EQ(negotiate(request, 3000, {}).option_ack, "");
    request.opcode = Opcode::write_request;
    const auto got = negotiate(request, std::nullopt, {});
    EXPECT_EQ(shown(got.option_ack), "tsize|77|");
    EXPECT_EQ(got.announced_bytes, 77U);
}

TEST(TftpTerms, AWindowOfLargeBlocksIsBounded) {
    Request request;
    request.options.entries[request.options.count++] = {"windowsize", "64"};
    request.options.entries[request.options.count++] = {"blksize", "65464"};
    EXPECT_EQ(shown(negotiate(request, 0, {}).option_ack), "blksize|65464|windowsize|2|");
}

TEST(TftpTerms, AClientTakesNothingItDidNotAskFor) {
    Wishes wishes;
    wishes.block_bytes = 1024;
    wishes.transfer_bytes = 0;
    struct Case {
        Option granted;
        bool accepted;
    };
    for (const auto& [granted, accepted] : {
             Case{{"blksize", "1024"}, true},
             Case{{"BlkSize", "512"}, true},
             Case{{"blksize", "1025"}, false},
             Case{{"blksize", "7"}, false},
             Case{{"tsize", "12345"}, true},
             Case{{"tsize", "x"}, false},
             Case{{"windowsize", "4"}, false},
             Case{{"timeout", "4"}, false},
             Case{{"new", "4"}, false},
         }) {
        OptionList list;
        list.entries[list.count++] = granted;
        EXPECT_EQ(agree(wishes, list).has_value(), accepted) << granted.name << granted.value;
    }
}

TEST(TftpName, IsAKeyAndNeverAPath) {
    struct Case {
        std::string_view sent;
        std::optional<std::string_view> key;
    };
    for (const auto& [sent, key] : {
             Case{"a.cfg", "a.cfg"},
             Case{"/a.cfg", "a.cfg"},
             Case{"\\\\a\\b.cfg", "a/b.cfg"},
             Case{"//a///b", "a/b"},
             Case{"./a/./b", "a/b"},
             Case{"a/.hidden/..x/...", "a/.hidden/..x/..."},
             Case{"a%2f..%2fb", "a%2f..%2fb"},
             Case{"", std::nullopt},
             Case{"/", std::nullopt},
             Case{".", std::nullopt},
             Case{"..", std::nullopt},
             Case{"../a", std::nullopt},
             Case{"a/../b", std::nullopt},
             Case{"a\\..\\b", std::nullopt},
             Case{"a/..", std::nullopt},
             Case{"a\nb", std::nullopt},
             Case{"a\0b"sv, std::nullopt},
             Case{"a\x7f", std::nullopt},
         }) {
        NameScratch scratch;
        EXPECT_EQ(tidy_name(sent, scratch), key) << sent;
    }
    NameScratch scratch;
    EXPECT_TRUE(tidy_name(std::string(255, 'a'), scratch));
    EXPECT_FALSE(tidy_name(std::string(256, 'a'), scratch));
}

TEST(TftpNetascii, GoesAndComesBackHoweverItIsCut) {
    const auto text = "a\nb\r\nc\rd\r\r\n\n\0e\r"sv;
    std::string sent;
    append_netascii(sent, text);
    EXPECT_EQ(sent, "a\r\nb\r\0\r\nc\r\0d\r\0\r\0\r\n\r\n\0e\r\0"sv);
    for (std::size_t cut = 1; cut <= sent.size(); ++cut) {
        NetasciiDecoder decoder;
        std::string back;
        for (std::size_t at = 0; at < sent.size(); at += cut)
            decoder.append(back, std::string_view(sent).substr(at, cut));
        decoder.finish(back);
        EXPECT_EQ(back, text) << cut;
    }
}

TEST(TftpNetascii, ALooseCarriageReturnStays) {
    NetasciiDecoder decoder;
    std::string back;
    decoder.append(back, "a\rb\r");
    decoder.finish(back);
    EXPECT_EQ(back, "a\rb\r");
}

TEST(TftpBlockSource, EncodesInStepsWhatOneCallWould) {
    std::string body;
    for (int i = 0; i < 5000; ++i) body += i % 3 == 0 ? '\n' : static_cast<char>('a' + i % 26);
    for (const std::size_t size : {0U, 1U, 333U, 384U, 385U, 768U, 5000U}) {
        std::string expected;
        append_netascii(expected, std::string_view(body).substr(0, size));
        BlockSource source(std::string_view(body).substr(0, size), Mode::netascii, 512);
        std::string got;
        std::uint64_t n = 1;
        for (; source.has(n); ++n) {
            got += source.block(n);
            source.release(n);
        }
        EXPECT_EQ(got, expected) << size;
        EXPECT_EQ(n - 1, expected.size() / 512 + 1) << size;
    }
}

} // namespace
} // namespace offhook::protocol::tftp
