// The oracle is the openssl program, both ways: a missing one is a failure.
#include "config/seal/seal.hpp"
#include "config/seal/test_program.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

constexpr const char* key = "A 32 byte key of letters &digits";

class OpensslEncTest : public testing::Test {
protected:
    /// `openssl enc` with the words of the vendor's guide.
    static Program openssl(const std::string& cipher, const std::string& words) {
        return run_program("openssl enc -" + cipher + " -a -md md5 -pass 'pass:" + key + "' " + words +
                           " 2>/dev/null"); // it warns of its own derivation
    }
    TestFolder folder_;
};

struct Cipher {
    const char* seal;
    const char* openssl;
};
constexpr Cipher ciphers[] = {
    {"openssl-enc", "aes-128-cbc"}, {"openssl-enc-192", "aes-192-cbc"}, {"openssl-enc-256", "aes-256-cbc"}};

std::string plain_of(std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) out += "<Device NAME=\"value of " + std::to_string(out.size()) + "\"/>\r\n";
    out.resize(bytes);
    return out;
}

TEST_F(OpensslEncTest, OpensslOpensWhatWeSealed) {
    for (const Cipher& cipher : ciphers)
        for (const std::size_t bytes : {1U, 16U, 33U, 47U, 48U, 5000U}) {
            const auto sealed = find_seal(cipher.seal)->seal(plain_of(bytes), key, "0080f0c571eb");
            ASSERT_TRUE(sealed);
            const auto opened = openssl(cipher.openssl, "-d -in " + folder_.put("sealed", *sealed));
            ASSERT_EQ(opened.status, 0) << opened.output;
            EXPECT_EQ(opened.output, plain_of(bytes)) << cipher.seal << bytes;
        }
}

TEST_F(OpensslEncTest, WeOpenWhatOpensslSealed) {
    for (const Cipher& cipher : ciphers)
        for (const std::size_t bytes : {1U, 16U, 33U, 47U, 48U, 5000U}) {
            const auto sealed = openssl(cipher.openssl, "-e -salt -in " + folder_.put("plain", plain_of(bytes)));
            ASSERT_EQ(sealed.status, 0) << sealed.output;
            EXPECT_TRUE(find_seal(cipher.seal)->looks_sealed(sealed.output)) << sealed.output;
            const auto opened = find_seal(cipher.seal)->open(sealed.output, key);
            ASSERT_TRUE(opened) << opened.error().text();
            EXPECT_EQ(*opened, plain_of(bytes)) << cipher.seal << bytes;
        }
}

TEST_F(OpensslEncTest, BothRefuseTheOthersKeyLength) {
    const auto sealed = *find_seal("openssl-enc")->seal(plain_of(100), key, "");
    EXPECT_FALSE(find_seal("openssl-enc-256")->open(sealed, key));
    EXPECT_NE(openssl("aes-256-cbc", "-d -in " + folder_.put("sealed", sealed)).status, 0);
}

// Made with: printf 'hello phone' | openssl enc -aes-128-cbc -a -md md5 -pass pass:secret -S 0102030405060708, with the
// header that -S leaves out put in front.
constexpr const char* recorded = "U2FsdGVkX18BAgMEBQYHCMokgvToCV0KwbRsTqeSYag=\n";

TEST(OpensslEnc, OpensARecordedFileHoweverItsLinesEnd) {
    const Seal& seal = *find_seal("openssl-enc");
    for (std::string text :
         {std::string(recorded), std::string("U2FsdGVkX18BAgME\r\nBQYHCMokgvToCV0K\r\nwbRsTqeSYag=\r\n"),
          std::string("U2FsdGVkX18BAgMEBQYHCMokgvToCV0KwbRsTqeSYag=")}) {
        const auto opened = seal.open(text, "secret");
        ASSERT_TRUE(opened) << opened.error().text();
        EXPECT_EQ(*opened, "hello phone");
    }
}

TEST(OpensslEnc, SaysWhatIsWrong) {
    const Seal& seal = *find_seal("openssl-enc");
    struct Row {
        const char* name;
        std::string sealed, key, error;
    };
    const std::string good = recorded;
    const std::string not_sealed =
        "this is not sealed as `openssl enc -a -salt` does it: it would begin with U2FsdGVkX1";
    const std::string cut = "this sealed file is cut short, or is no base64 any more";
    const Row rows[] = {
        {"empty", "", "secret", not_sealed},
        {"plain", "<Device/>", "secret", not_sealed},
        {"eleventh character", "U2FsdGVkX1A=", "secret", not_sealed},
        {"header alone", "U2FsdGVkX18BAgMEBQYHCA==", "secret", cut},
        {"no base64", "U2FsdGVkX18*AgMEBQYHCJGd", "secret", cut},
        {"padding within", "U2FsdGVkX18BAg==BQYHCMokgvToCV0KwbRsTqeSYag=", "secret", cut},
        {"another key", good, "Secret",
         "this does not open: another key sealed it, or another key length, or it is damaged"},
        {"no key", good, "", "the key is a password of 1..64 characters in one line"},
        {"long key", good, std::string(65, 'k'), "the key is a password of 1..64 characters in one line"},
        {"key of two lines", good, "a\nb", "the key is a password of 1..64 characters in one line"},
        {"much too long", "U2FsdGVkX18" + std::string(3 << 20U, 'A'), "secret", "a sealed file is at most 2 MiB long"},
    };
    for (const Row& row : rows) {
        const auto opened = seal.open(row.sealed, row.key);
        ASSERT_FALSE(opened) << row.name;
        EXPECT_EQ(opened.error().text(), row.error) << row.name;
    }
}

} // namespace
} // namespace offhook::config
