// The oracle is the gzip program, both ways (a missing one is a failure), and bytes that Python's zlib made.
#include "config/seal/gzip.hpp"

#include "config/seal/test_program.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

constexpr std::size_t limit = 1 << 20;
const std::string profile = "<flat-profile>\n<GPP_A>12345678</GPP_A>\n</flat-profile>\n";

std::string from_hex(std::string_view digits) {
    std::string out;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
    return out;
}

// gzip.compress(profile, mtime=0) of Python 3.10 and older, zlib.compress(profile) and the second without its header
// and checksum.
const std::string python_gzip = from_hex("1f8b08000000000002ffb349cb492cd12d28ca4fcbcc49b5e3b2710f088877b433343236"
                                         "313533b7b0d187f0b96cf451d5010066cdba3b37000000");
const std::string python_zlib = from_hex("78dab349cb492cd12d28ca4fcbcc49b5e3b2710f088877b433343236313533b7b0d187f0"
                                         "b96cf451d50100d8d710a1");
const std::string python_bare = from_hex("b349cb492cd12d28ca4fcbcc49b5e3b2710f088877b433343236313533b7b0d187f0b96c"
                                         "f451d50100");

std::string text_of(std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) out += "<GPP_A>" + std::to_string(out.size() * 7919) + "</GPP_A>\n";
    out.resize(bytes);
    return out;
}

TEST(Gzip, UnpacksWhatOthersMadeInEachContainer) {
    for (const std::string& packed : {python_gzip, python_zlib, python_bare}) {
        const auto plain = gunzip(packed, limit);
        ASSERT_TRUE(plain) << plain.error().text();
        EXPECT_EQ(*plain, profile);
    }
}

TEST(Gzip, UnpacksMoreThanAPieceFromBareDeflate) {
    const std::string packed = gzip(std::string(500'000, 'a')); // all input is taken long before all output is there
    const auto plain = gunzip(packed.substr(10, packed.size() - 18), limit);
    ASSERT_TRUE(plain) << plain.error().text();
    EXPECT_EQ(*plain, std::string(500'000, 'a'));
}

TEST(Gzip, MakesTheSameBytesEachTimeAndThoseOfTheReference) {
    EXPECT_EQ(gzip(profile), python_gzip); // no time, no name, no machine
    EXPECT_EQ(gzip(profile), gzip(profile));
}

TEST(Gzip, IsToldByItsBeginning) {
    EXPECT_TRUE(looks_packed(python_gzip));
    EXPECT_TRUE(looks_packed(python_zlib));
    for (const std::string_view plain : {"", "x", "\x1f", "<flat-profile>", "x y", "Salted__", "x?}"})
        EXPECT_FALSE(looks_packed(plain)) << plain;
}

class GzipProgram : public testing::Test {
protected:
    TestFolder folder_;
};

TEST_F(GzipProgram, UnpacksWhatWePacked) {
    for (const std::size_t bytes : {0U, 1U, 100U, 70000U}) {
        const Program made = run_program("gzip -d < " + folder_.put("packed", gzip(text_of(bytes))));
        ASSERT_EQ(made.status, 0);
        EXPECT_EQ(made.output, text_of(bytes));
    }
}

TEST_F(GzipProgram, PacksWhatWeUnpackWithANameAndInSeveralMembers) {
    for (const std::size_t bytes : {0U, 1U, 100U, 70000U}) {
        const std::string file = folder_.put("plain.xml", text_of(bytes));
        const Program made = run_program("gzip -c " + file + " && gzip -1 -c " + file);
        ASSERT_EQ(made.status, 0);
        const auto plain = gunzip(made.output, limit);
        ASSERT_TRUE(plain) << plain.error().text();
        EXPECT_EQ(*plain, text_of(bytes) + text_of(bytes));
    }
}

TEST(Gzip, SaysWhatIsWrong) {
    std::string bad_sum = python_gzip, bad_length = python_gzip, bad_zlib = python_zlib;
    bad_sum[bad_sum.size() - 8] ^= 1;
    bad_length.back() ^= 1;
    bad_zlib.back() ^= 1;
    struct Row {
        const char* name;
        std::string packed, error;
    };
    const std::string cut = "the compressed data is cut short", sum = "the compressed data fails its checksum";
    const Row rows[] = {
        {"empty", "", "this is neither gzip nor deflate, or deflate that is cut short"},
        {"magic alone", "\x1f\x8b", cut},
        {"header alone", python_gzip.substr(0, 10), cut},
        {"in the middle", python_gzip.substr(0, 30), cut},
        {"without its checksum", python_gzip.substr(0, python_gzip.size() - 8), cut},
        {"without its last byte", python_gzip.substr(0, python_gzip.size() - 1), cut},
        {"zlib, cut", python_zlib.substr(0, 20), cut},
        {"checksum", bad_sum, sum},
        {"length", bad_length, sum},
        {"zlib checksum", bad_zlib, sum},
        {"another method", std::string("\x1f\x8b\x07\0\0\0\0\0\0\0", 10), "the compressed data is damaged"},
        {"plain text", profile, "this is neither gzip nor deflate"},
        {"tail", python_gzip + "tail", "something follows the compressed data"},
        {"second member cut", python_gzip + python_gzip.substr(0, 30), cut},
    };
    for (const Row& row : rows) {
        const auto plain = gunzip(row.packed, limit);
        ASSERT_FALSE(plain) << row.name;
        EXPECT_EQ(plain.error().text(), row.error) << row.name;
    }
}

TEST(Gzip, NeverUnpacksMoreThanAsked) {
    const std::string bomb = gzip(std::string(50 << 20U, 'a'));
    ASSERT_LT(bomb.size(), 100'000U);
    const auto plain = gunzip(bomb, limit);
    ASSERT_FALSE(plain);
    EXPECT_EQ(plain.error().code, ErrorCode::too_large);
    EXPECT_EQ(plain.error().text(), "this unpacks to more than 1048576 bytes");
    EXPECT_TRUE(gunzip(gzip(std::string(limit, 'a')), limit));
    EXPECT_FALSE(gunzip(gzip(std::string(limit + 1, 'a')), limit));
    EXPECT_FALSE(gunzip(gzip(std::string(limit, 'a')) + gzip("a"), limit)) << "the members count together";
    EXPECT_TRUE(gunzip(gzip(""), 0));
}

} // namespace
} // namespace offhook::config
