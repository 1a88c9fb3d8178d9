// The oracle is the openssl program, both ways: a missing one is a failure.
#include "config/seal/genband_project.hpp"

#include "base/hex.hpp"
#include "base/limits.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <span>
#include <unistd.h>

namespace offhook::config {
namespace {

const GenbandProject seal;
constexpr const char* key = "0123456789abcdeffedcba9876543210";
constexpr const char* plain = "[VOIP]\r\nline1_name 5550100\r\nline1_password pw1\r\n";
constexpr const char* sealed_hex = "92932f45f8f101b59c9cb397b9bae3de0c44a1016fdfba501c294b707f610cd2"
                                   "ad0b024d23e859f330746a2fec44a18a85d1d524985c1d3f";

std::string hex_of(std::string_view bytes) { return to_hex(std::as_bytes(std::span(bytes))); }

std::string bytes_of(std::string_view hex) {
    const auto bytes = from_hex(hex).value();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(GenbandProject, AgreesWithTheConventionsVector) { // reference: IP88xx 6
    const auto sealed = seal.seal(plain, key, "");
    ASSERT_TRUE(sealed);
    EXPECT_EQ(hex_of(*sealed), sealed_hex);
    EXPECT_TRUE(seal.looks_sealed(*sealed));
    EXPECT_EQ(seal.open(*sealed, key).value(), plain);
    EXPECT_EQ(seal.open(*sealed, "01 23 45 67 89 AB CD EF fedcba98 76543210").value(), plain);
}

TEST(GenbandProject, ReadsKeysOfThreeLengths) {
    const std::string two = key, three = two + "0123456789abcdef", four = three + "1122334455667788";
    const auto sealed = *seal.seal(plain, two, "");
    EXPECT_EQ(*seal.seal(plain, three, ""), sealed); // K3 is K1
    EXPECT_EQ(*seal.seal(plain, four, ""), sealed);  // what is behind does not count
    for (const std::string& unusable : {std::string(), two.substr(1), two + "00", std::string(32, 'g'), four + "00"}) {
        EXPECT_EQ(seal.seal(plain, unusable, "").error().text(), "the key is 32, 48 or 64 hexadecimal digits (3DES)");
        EXPECT_FALSE(seal.open(sealed, unusable));
    }
}

TEST(GenbandProject, TellsAReadableFileAsAPhoneDoes) {
    for (const std::string& readable :
         {std::string("[VOIP]\n"), std::string("\xef\xbb\xbf; x\r\n\r\n [VOIP] ;y\r\na \xc3\xa4\r\n"), std::string(),
          std::string("; nothing else\n"), std::string("[A]\t; as written\n"),
          std::string("[A]\n") + std::string(600, 'x') + '\x01'})
        EXPECT_TRUE(is_readable_ip88(readable)) << readable;
    for (const std::string& not_readable : {bytes_of(sealed_hex), std::string("a 1\n[A]\n"), std::string("<html>"),
                                            std::string("[A]\n\x01"), std::string("[]\n"), std::string("[A\n")})
        EXPECT_FALSE(is_readable_ip88(not_readable)) << hex_of(not_readable);
}

TEST(GenbandProject, OpensNothingElse) {
    const std::string good = bytes_of(sealed_hex);
    std::string changed = good;
    changed[0] = static_cast<char>(changed[0] ^ 1);
    for (const std::string& bad : {std::string(), std::string(plain), good.substr(0, 8),
                                   good.substr(0, good.size() - 1), good + "12345678", changed})
        EXPECT_FALSE(seal.open(bad, key)) << hex_of(bad);
    EXPECT_FALSE(seal.open(good, "0123456789abcdeffedcba9876543212")); // the lowest bit of a byte is parity alone
    EXPECT_EQ(seal.open(std::string(limits::document_bytes_max + 16, 'x'), key).error().code, ErrorCode::too_large);
    EXPECT_EQ(seal.seal("[A]\n" + std::string(limits::document_bytes_max, 'x'), key, "").error().code,
              ErrorCode::too_large);
    EXPECT_FALSE(seal.seal("no section", key, "")); // nobody could tell it from rubbish
}

class GenbandOracle : public testing::Test {
protected:
    GenbandOracle() {
        std::string name = (std::filesystem::temp_directory_path() / "offhook-des3-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~GenbandOracle() override { std::filesystem::remove_all(folder_); }
    GenbandOracle(const GenbandOracle&) = delete;
    GenbandOracle& operator=(const GenbandOracle&) = delete;

    [[nodiscard]] std::string openssl(const std::string& words, std::string_view in) const {
        const auto file = folder_ / "in";
        std::ofstream(file, std::ios::binary) << in;
        const auto command = "openssl enc -des-ede3-cbc -K " + std::string(key) +
                             "0123456789abcdef -iv 0000000000000000 " + words + " -in '" + file.string() + "'";
        FILE* pipe = ::popen(command.c_str(), "r"); // NOLINT(cert-env33-c): words of our own
        EXPECT_NE(pipe, nullptr);
        std::string out;
        std::array<char, 4096> piece{};
        for (std::size_t got = 0; (got = ::fread(piece.data(), 1, piece.size(), pipe)) != 0;)
            out.append(piece.data(), got);
        EXPECT_EQ(::pclose(pipe), 0);
        return out;
    }

private:
    std::filesystem::path folder_;
};

TEST_F(GenbandOracle, OpensslSealsAndOpensTheSame) {
    for (const std::size_t bytes : {0U, 1U, 3U, 4U, 8U, 5000U}) {
        const std::string text = "[VOIP]\r\n" + std::string(bytes, 'x');
        const auto sealed = seal.seal(text, key, "");
        ASSERT_TRUE(sealed);
        EXPECT_EQ(openssl("-e", text), *sealed);
        EXPECT_EQ(openssl("-d", *sealed), text);
    }
}

} // namespace
} // namespace offhook::config
