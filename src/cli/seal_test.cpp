// `offhook seal` and `unseal`, with this process's own stdin and stdout turned into strings.
#include "cli/test_command.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <sstream>
#include <unistd.h>

namespace offhook::cli {
namespace {

constexpr const char* polycom_key = "00112233445566778899aabbccddeeff";

Outcome offhook(std::vector<std::string> words, const std::string& input) {
    return run_command(add_seal, std::move(words), input);
}

TEST(SealCommand, UnsealsWhatItSealed) {
    const std::vector<std::vector<std::string>> options = {
        {"--family", "polycom", "--key", polycom_key},
        {"--family", "panasonic", "--key", polycom_key},
        {"--seal", "openssl-enc", "--key", "password"},
        {"--family", "linksys-spa", "--key", "password"},
        {"--family", "linksys-spa", "--gzip", "--key", "password"},
        {"--family", "panasonic", "--seal", "openssl-enc-256", "--key", "password"}};
    const std::string plain("a\r\nfile\0of bytes", 16);
    for (const auto& words : options) {
        std::vector<std::string> seal{"seal"}, unseal{"unseal"};
        seal.insert(seal.end(), words.begin(), words.end());
        unseal.insert(unseal.end(), words.begin(), words.end());
        const auto sealed = offhook(seal, plain);
        ASSERT_EQ(sealed.code, exit_done) << sealed.err;
        EXPECT_EQ(sealed.out.find("of bytes"), std::string::npos);
        const auto opened = offhook(unseal, sealed.out);
        ASSERT_EQ(opened.code, exit_done) << opened.err;
        EXPECT_EQ(opened.out, plain);
        const bool vendors = words.back() == "password";
        EXPECT_EQ(sealed.err.find("project-defined, not interoperable with real phones") == std::string::npos, vendors);
        EXPECT_EQ(opened.err.find("project-defined, not interoperable with real phones") == std::string::npos, vendors);
    }
}

TEST(SealCommand, CompressesBeforeItSeals) {
    const std::string plain(5000, 'x');
    const auto sealed = offhook({"seal", "--family", "linksys-spa", "--gzip", "--key", "password"}, plain);
    ASSERT_EQ(sealed.code, exit_done) << sealed.err;
    EXPECT_LT(sealed.out.size(), 100U);
    EXPECT_EQ(sealed.out.substr(0, 8), "Salted__");
    const auto packed = offhook({"unseal", "--family", "linksys-spa", "--key", "password"}, sealed.out);
    EXPECT_EQ(packed.out.substr(0, 2), "\x1f\x8b");
    const auto not_packed = offhook({"seal", "--family", "linksys-spa", "--key", "password"}, plain);
    const auto refused = offhook({"unseal", "--family", "linksys-spa", "--gzip", "--key", "password"}, not_packed.out);
    EXPECT_EQ(refused.code, exit_failed);
    EXPECT_NE(refused.err.find("neither gzip nor deflate"), std::string::npos) << refused.err;
}

TEST(SealCommand, TakesTheKeyFromAFile) {
    std::string name = (std::filesystem::temp_directory_path() / "offhook-key-XXXXXX").string();
    const std::filesystem::path folder = ::mkdtemp(name.data());
    std::ofstream(folder / "key") << polycom_key << "\r\nnothing of this\n";
    const auto sealed = offhook({"seal", "--family", "polycom", "--key-file", (folder / "key").string()}, "x");
    EXPECT_EQ(sealed.code, exit_done) << sealed.err;
    EXPECT_EQ(offhook({"unseal", "--family", "polycom", "--key", polycom_key}, sealed.out).out, "x");
    const auto none = offhook({"seal", "--family", "polycom", "--key-file", (folder / "none").string()}, "x");
    EXPECT_EQ(none.code, exit_failed);
    EXPECT_NE(none.err.find("cannot read a key from this file"), std::string::npos) << none.err;
    std::filesystem::remove_all(folder);
}

TEST(SealCommand, SaysWhatIsWrongAndNeverTheKey) {
    const std::string sealed = offhook({"seal", "--family", "polycom", "--key", polycom_key}, "plain text").out;
    struct Row {
        std::vector<std::string> words;
        std::string input;
        int code;
        const char* error;
    };
    const std::string other = "00112233445566778899aabbccddeef0";
    const Row rows[] = {
        {{"unseal", "--family", "polycom", "--key", other},
         sealed,
         exit_failed,
         "this file is sealed with another key"},
        {{"unseal", "--family", "polycom", "--key", polycom_key},
         sealed.substr(0, sealed.size() - 16),
         exit_failed,
         "this sealed file is cut short"},
        {{"unseal", "--family", "polycom", "--key", polycom_key}, "<a/>", exit_failed, "this is not sealed"},
        {{"seal", "--family", "polycom", "--key", "letters"}, "x", exit_failed, "the key is 32 hexadecimal digits"},
        {{"seal", "--family", "nokia", "--key", other}, "x", exit_failed, "nokia: no pack for this family"},
        {{"seal", "--family", "genband-ip88", "--key", other}, "x", exit_failed, "its first line is no [SECTION]"},
        {{"seal", "--seal", "openssl-enc", "--key", other}, std::string(3 << 20U, 'x'), exit_failed, "2 MiB"},
        {{"seal", "--seal", "zip", "--key", other}, "x", exit_wrong_use, "no seal 'zip'; there are polycom-project"},
        {{"seal", "--key", other}, "x", exit_wrong_use, "--family or --seal is needed"},
        {{"seal", "--family", "polycom"}, "x", exit_wrong_use, "either --key or --key-file is needed"},
        {{"seal", "--family", "polycom", "--key", other, "--key-file", "x"}, "x", exit_wrong_use, "either --key or"},
    };
    for (const Row& row : rows) {
        const auto outcome = offhook(row.words, row.input);
        EXPECT_EQ(outcome.code, row.code) << row.error;
        EXPECT_NE(outcome.err.find(row.error), std::string::npos) << outcome.err;
        EXPECT_EQ(outcome.err.find(other), std::string::npos) << outcome.err;
        EXPECT_EQ(outcome.err.find("letters"), std::string::npos) << outcome.err;
        EXPECT_EQ(outcome.out, "");
    }
}

} // namespace
} // namespace offhook::cli
