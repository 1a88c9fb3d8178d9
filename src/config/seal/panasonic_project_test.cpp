#include "config/seal/panasonic_project.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

constexpr const char* key = "sixteen letters!";
const PanasonicProject seal;

TEST(PanasonicProject, TakesKeysOfThreeLengths) {
    for (const std::size_t bytes : {16U, 24U, 32U}) {
        const auto sealed = seal.seal("x", std::string(bytes, 'k'), "");
        ASSERT_TRUE(sealed);
        EXPECT_EQ(static_cast<std::size_t>((*sealed)[9]), bytes);
    }
    for (const std::size_t bytes : {0U, 1U, 15U, 17U, 31U, 33U, 64U}) {
        const auto sealed = seal.seal("x", std::string(bytes, 'k'), "");
        ASSERT_FALSE(sealed);
        EXPECT_EQ(sealed.error().text(),
                  "the key is 16, 24 or 32 characters (AES-128, -192, -256), not " + std::to_string(bytes));
    }
}

TEST(PanasonicProject, TellsAWrongKeyFromACutOrDamagedFile) {
    const std::string good = *seal.seal("PHONE_NUMBER_1=\"201\"\r\n", key, "0080f0c571eb standard");
    ASSERT_EQ(good.size(), 40U + 32U + 32U);
    struct Row {
        const char* name;
        std::string sealed, key, error;
    };
    std::string later = good, longer_key = good, changed = good, huge = good;
    later[8] = 2;
    longer_key[9] = 24;
    changed[45] = static_cast<char>(changed[45] ^ 4);
    huge[12] = '\x7f';
    const std::string not_sealed =
        "this is not sealed in Offhook's own form for .e2c and .e3c (which real phones do not read)";
    const std::string cut = "this sealed file is cut short",
                      damaged = "this sealed file is damaged: its digest is another";
    const Row rows[] = {
        {"empty", "", key, not_sealed},
        {"plain", "# Panasonic SIP Phone Standard Format File #", key, not_sealed},
        {"magic alone", good.substr(0, 8), key, cut},
        {"within the head", good.substr(0, 39), key, cut},
        {"within the content", good.substr(0, 80), key, cut},
        {"last byte", good.substr(0, good.size() - 1), key, cut},
        {"a length beyond all", huge, key, cut},
        {"something behind it", good + "x", key, damaged},
        {"another version", later, key, "this sealed file is of a later version of the format"},
        {"another key", good, "sixteen letters?", "this file is sealed with another key"},
        {"another key of a cut file", good.substr(0, 80), "sixteen letters?", "this file is sealed with another key"},
        {"another length of key", longer_key, key, "this file is sealed with a key of another length"},
        {"changed", changed, key, damaged},
    };
    for (const Row& row : rows) {
        const auto opened = seal.open(row.sealed, row.key);
        ASSERT_FALSE(opened) << row.name;
        EXPECT_EQ(opened.error().text(), row.error) << row.name;
    }
}

} // namespace
} // namespace offhook::config
