// What holds for every seal: it opens what it made, says the same of the same, and no message tells a secret.
#include "config/seal/seal.hpp"

#include "base/limits.hpp"
#include "config/seal/cipher.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

struct Sample {
    const char* name;
    const char* key;
    const char* other_key;
};
constexpr Sample samples[] = {
    {"polycom-project", "00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeefe"},
    {"panasonic-project", "sixteen letters!", "sixteen letters?"},
    {"panasonic-project", "twenty-four letters here", "twenty-four letters Here"},
    {"panasonic-project", "thirty-two letters of a long key", "thirty-two letters of a Long key"},
    {"openssl-enc", "any password", "any Password"},
    {"openssl-enc-192", "any password", "any Password"},
    {"openssl-enc-256", "any password", "any Password"},
    {"openssl-raw-256", "any password", "any Password"},
    {"openssl-raw-256-sha256", "any password", "any Password"},
};

const Seal& seal_of(const Sample& sample) {
    const Seal* seal = find_seal(sample.name);
    EXPECT_NE(seal, nullptr) << sample.name;
    return *seal;
}

std::string plain_of(std::size_t bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(i * 31 + bytes);
    return out;
}

TEST(Seal, OpensWhatItSealed) {
    for (const Sample& sample : samples)
        for (const std::size_t bytes : {0U, 1U, 15U, 16U, 17U, 47U, 48U, 1000U, 70000U}) {
            const std::string plain = plain_of(bytes);
            const auto sealed = seal_of(sample).seal(plain, sample.key, "salt");
            ASSERT_TRUE(sealed) << sample.name << sealed.error().text();
            EXPECT_TRUE(seal_of(sample).looks_sealed(*sealed)) << sample.name;
            const auto opened = seal_of(sample).open(*sealed, sample.key);
            ASSERT_TRUE(opened) << sample.name << bytes << opened.error().text();
            EXPECT_EQ(*opened, plain) << sample.name << bytes;
        }
}

TEST(Seal, EqualInputsMakeEqualBytesAndAnyOtherMakesOthersThroughout) {
    for (const Sample& sample : samples) {
        const Seal& seal = seal_of(sample);
        const std::string first = *seal.seal("plain text of a file", sample.key, "0004f2000001 settings");
        EXPECT_EQ(first, *seal.seal("plain text of a file", sample.key, "0004f2000001 settings"));
        // The first block of cipher text differs, too: no vector serves two texts.
        const std::string others[] = {*seal.seal("plain text of a filf", sample.key, "0004f2000001 settings"),
                                      *seal.seal("plain text of a file", sample.other_key, "0004f2000001 settings"),
                                      *seal.seal("plain text of a file", sample.key, "0004f2000002 settings")};
        const std::size_t blocks = 32;
        for (const std::string& other : others) {
            ASSERT_EQ(other.size(), first.size());
            EXPECT_NE(other.substr(other.size() - blocks), first.substr(first.size() - blocks)) << sample.name;
            EXPECT_NE(other.substr(0, other.size() - blocks), first.substr(0, first.size() - blocks)) << sample.name;
        }
    }
}

TEST(Seal, TextsThatBeginAlikeHaveNoBlockInCommon) {
    // The first block is the same plain text: only another vector makes it another.
    const std::string begin = "sixteen letters.", one = begin + "one", two = begin + "two";
    for (const Sample& sample : samples) {
        const auto first_block = [&](const std::string& plain, const char* salt) {
            const std::string sealed = *seal_of(sample).seal(plain, sample.key, salt);
            const std::string_view name = sample.name;
            const auto at = name == "polycom-project" ? sealed.find('\n') + 1 : name == "panasonic-project" ? 40 : 32;
            return sealed.substr(at, aes_block_bytes);
        };
        EXPECT_EQ(first_block(one, "a"), first_block(one, "a"));
        EXPECT_NE(first_block(one, "a"), first_block(two, "a")) << sample.name;
        EXPECT_NE(first_block(one, "a"), first_block(one, "b")) << sample.name;
    }
}

TEST(Seal, AnotherKeyDoesNotOpenAndNoMessageHoldsOne) {
    for (const Sample& sample : samples) {
        const auto sealed = seal_of(sample).seal("plain text of a file", sample.key, "salt");
        const auto opened = seal_of(sample).open(*sealed, sample.other_key);
        ASSERT_FALSE(opened) << sample.name;
        EXPECT_EQ(opened.error().code, ErrorCode::invalid);
        for (const std::string& word :
             {std::string(sample.key), std::string(sample.other_key), std::string("plain text of")})
            EXPECT_EQ(opened.error().text().find(word), std::string::npos) << sample.name;
    }
}

TEST(Seal, WhatIsCutShortAnywhereIsRefused) {
    for (const Sample& sample : samples) {
        const auto sealed = *seal_of(sample).seal(plain_of(100), sample.key, "salt");
        const bool text = std::string_view(sample.name).starts_with("openssl"); // its last line end says nothing
        for (std::size_t bytes = 0; bytes + (text ? 1 : 0) < sealed.size(); ++bytes)
            EXPECT_FALSE(seal_of(sample).open(sealed.substr(0, bytes), sample.key)) << sample.name << ' ' << bytes;
    }
}

TEST(Seal, AProjectDefinedOneNoticesEveryChangedByte) {
    for (const Sample& sample : samples) {
        if (seal_of(sample).interop() == Seal::Interop::vendors) continue;
        const auto sealed = *seal_of(sample).seal(plain_of(100), sample.key, "salt");
        const auto from =
            sealed.starts_with("Crypt=1") ? sealed.find("Digest=") : 0; // Crypt and KeyDesc are for people
        for (std::size_t at = from; at < sealed.size(); ++at) {
            std::string changed = sealed;
            changed[at] = static_cast<char>(changed[at] ^ 1);
            const auto opened = seal_of(sample).open(changed, sample.key);
            EXPECT_FALSE(opened && *opened != plain_of(100)) << sample.name << ' ' << at;
        }
    }
}

TEST(Seal, RefusesPlainTextBeyondTheLimit) {
    for (const Sample& sample : samples) {
        EXPECT_TRUE(seal_of(sample).seal(std::string(limits::document_bytes_max, 'x'), sample.key, ""));
        const auto sealed = seal_of(sample).seal(std::string(limits::document_bytes_max + 1, 'x'), sample.key, "");
        ASSERT_FALSE(sealed);
        EXPECT_EQ(sealed.error().code, ErrorCode::too_large);
    }
}

TEST(Seal, ANameIsExactAndTheProjectsOwnAreLabelled) {
    EXPECT_EQ(find_seal(""), nullptr);
    EXPECT_EQ(find_seal("Polycom-project"), nullptr);
    EXPECT_EQ(seal_names(), "polycom-project, panasonic-project, genband-project, openssl-enc, openssl-enc-192, "
                            "openssl-enc-256, openssl-raw-256, "
                            "openssl-raw-256-sha256");
    EXPECT_EQ(label(*find_seal("polycom-project")), "project-defined, not interoperable with real phones");
    EXPECT_EQ(label(*find_seal("panasonic-project")), "project-defined, not interoperable with real phones");
    EXPECT_EQ(label(*find_seal("openssl-enc")), "");
}

} // namespace
} // namespace offhook::config
