#include "config/seal/polycom_project.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

constexpr const char* key = "00112233445566778899aabbccddeeff";
constexpr const char* long_key = "Crypt=1;KeyDesc=head;Key=00112233445566778899AABBCCDDEEFF;";
const PolycomProject seal;

TEST(PolycomProject, BeginsWithALineOfFieldsInWhichTheDigestStands) {
    const std::string sealed = *seal.seal("<a/>", key, "");
    const std::string line = sealed.substr(0, sealed.find('\n'));
    EXPECT_TRUE(line.starts_with("Crypt=1;KeyDesc=offhook;Digest=")) << line;
    EXPECT_TRUE(line.ends_with(";Bytes=4;")) << line;
    EXPECT_EQ(sealed.size(), line.size() + 1 + 16);
}

TEST(PolycomProject, EqualDigestsMeanEqualContent) {
    const auto digest = [](const std::string& sealed) { return sealed.substr(sealed.find("Digest="), 71); };
    EXPECT_EQ(digest(*seal.seal("<a/>", key, "one")), digest(*seal.seal("<a/>", key, "two")));
    EXPECT_NE(digest(*seal.seal("<a/>", key, "one")), digest(*seal.seal("<b/>", key, "one")));
}

TEST(PolycomProject, TakesAKeyAsThePhoneHasItInItsParameter) {
    const auto sealed = seal.seal("<a/>", long_key, "");
    ASSERT_TRUE(sealed);
    EXPECT_TRUE(sealed->starts_with("Crypt=1;KeyDesc=head;Digest=")) << "the description tells keys apart";
    EXPECT_EQ(*seal.open(*sealed, key), "<a/>");
    EXPECT_EQ(*seal.open(*seal.seal("<a/>", key, ""), long_key), "<a/>");
    for (const char* wrong : {"", "x", "00112233445566778899aabbccddeef", "00112233445566778899aabbccddeeff0",
                              "0011223344556677 8899aabbccddeeff", "KeyDesc=x;Key=00112233445566778899aabbccddeeff;",
                              "Crypt=1;KeyDesc=x;", "Crypt=0;Key=00112233445566778899aabbccddeeff;"}) {
        EXPECT_FALSE(seal.seal("<a/>", wrong, "")) << wrong;
        EXPECT_FALSE(seal.open(*sealed, wrong)) << wrong;
    }
}

TEST(PolycomProject, KnowsASealedFileByItsFirstLine) {
    for (const char* yes : {"Crypt=1;Digest=ab;\nrest", "Digest=ab\n", "a=b;Digest=;\n"})
        EXPECT_TRUE(seal.looks_sealed(yes)) << yes;
    for (const char* no :
         {"", "x", "<?xml Digest=1;\n", "Crypt=1;KeyDesc=x;\n", "Digest=ab", "\nDigest=ab;\n", "NoDigest=a;\n"})
        EXPECT_FALSE(seal.looks_sealed(no)) << no;
    EXPECT_FALSE(seal.looks_sealed(std::string(600, 'x') + ";Digest=a;\n")) << "a first line that long is none";
}

TEST(PolycomProject, TellsAWrongKeyFromACutOrDamagedFile) {
    const std::string good = *seal.seal("<a b=\"c\"/><a b=\"d\"/>", key, "");
    std::string changed = good, shorter = good;
    changed[good.size() - 20] = static_cast<char>(changed[good.size() - 20] ^ 4);
    shorter.replace(good.find("Bytes=20"), 8, "Bytes=19");
    struct Row {
        const char* name;
        std::string sealed, key, error;
    };
    const std::string damaged = "this sealed file is damaged: it does not hold what its first line says";
    const Row rows[] = {
        {"plain", "<?xml version=\"1.0\"?>\n<a/>", key, "this is not sealed: its first line has no Digest= field"},
        {"the vendor's own", "Crypt=1;KeyDesc=x;Digest=00;\nxxxxxxxxxxxxxxxx", key,
         "this is sealed, but not by Offhook: the vendor's own form is not public and does not open here"},
        {"another key", good, "00112233445566778899aabbccddeefe", "this file is sealed with another key"},
        {"cut short", good.substr(0, good.size() - 16), key, "this sealed file is cut short"},
        {"cut within a block", good.substr(0, good.size() - 1), key, damaged},
        {"something behind it", good + "x", key, damaged},
        {"changed", changed, key, damaged},
        {"another length", shorter, key, damaged},
    };
    for (const Row& row : rows) {
        const auto opened = seal.open(row.sealed, row.key);
        ASSERT_FALSE(opened) << row.name;
        EXPECT_EQ(opened.error().text(), row.error) << row.name;
    }
}

} // namespace
} // namespace offhook::config
