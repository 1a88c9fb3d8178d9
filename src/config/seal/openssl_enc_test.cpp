// The oracle is the openssl program, both ways: a missing one is a failure.
#include "config/seal/openssl_enc.hpp"

#include "config/seal/gzip.hpp"
#include "config/seal/test_program.hpp"

#include <gtest/gtest.h>
#include <random>

namespace offhook::config {
namespace {

constexpr const char* key = "A 32 byte key of letters &digits";

class OpensslEncTest : public testing::Test {
protected:
    /// `openssl enc` with the words of the vendors' guides.
    static Program openssl(const std::string& cipher, const std::string& words, const std::string& password = key) {
        return run_program("openssl enc -" + cipher + " -pass 'pass:" + password + "' " + words +
                           " 2>/dev/null"); // it warns of its own derivation
    }
    TestFolder folder_;
};

struct Cipher {
    const char* seal;
    const char* openssl;
};
constexpr Cipher ciphers[] = {{"openssl-enc", "aes-128-cbc -a -md md5"},
                              {"openssl-enc-192", "aes-192-cbc -a -md md5"},
                              {"openssl-enc-256", "aes-256-cbc -a -md md5"},
                              {"openssl-raw-256", "aes-256-cbc -md md5"},
                              {"openssl-raw-256-sha256", "aes-256-cbc -md sha256"}};

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
    EXPECT_NE(openssl("aes-256-cbc -a -md md5", "-d -in " + folder_.put("sealed", sealed)).status, 0);
}

// Lengths around each block's end and whatever else comes, passwords of 1 to 400 characters; the same ones each time.
TEST_F(OpensslEncTest, BothOpenTheOthersOverManyLengthsAndKeys) {
    constexpr std::string_view characters = "ABCXYZabcxyz0189 !#$%&()*+,-./:;<=>?@[]^_{|}~";
    std::mt19937 random(20260); // NOLINT: the test's own, to be repeated
    const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
    for (int round = 0; round < 24; ++round) {
        const bool md5 = round % 2 == 0;
        const Seal& seal = *find_seal(md5 ? "openssl-raw-256" : "openssl-raw-256-sha256");
        const std::string cipher = md5 ? "aes-256-cbc -md md5" : "aes-256-cbc -md sha256";
        std::string password, plain;
        for (std::size_t left = 1 + below(round % 4 == 0 ? 400 : 64); left != 0; --left)
            password += characters[below(characters.size())];
        for (std::size_t left = below(round < 12 ? 50 : 20000); left != 0; --left)
            plain += static_cast<char>(below(256));
        SCOPED_TRACE(std::to_string(round) + ": " + std::to_string(plain.size()) + " bytes, '" + password + "'");
        const auto sealed = seal.seal(plain, password, "000e08aabbcc");
        ASSERT_TRUE(sealed);
        const Program opened = openssl(cipher, "-d -in " + folder_.put("sealed", *sealed), password);
        ASSERT_EQ(opened.status, 0);
        EXPECT_EQ(opened.output, plain);
        const Program made = openssl(cipher, "-e -in " + folder_.put("plain", plain), password);
        ASSERT_EQ(made.status, 0);
        const auto ours = seal.open(made.output, password);
        ASSERT_TRUE(ours) << ours.error().text();
        EXPECT_EQ(*ours, plain);
    }
}

std::string from_hex(std::string_view digits) {
    std::string out;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
    return out;
}

// Both vectors of the reference: plain, and packed first.
TEST(OpensslRaw, MakesAndOpensTheVectorsOfTheReference) {
    const OpensslEnc seal("test", {32, OpensslEnc::Form::Text::raw, OpensslEnc::Form::Digest::md5});
    const std::string profile = "<flat-profile>\n<GPP_A>12345678</GPP_A>\n</flat-profile>\n";
    const std::string password = "SecretPhrase1234";
    const struct {
        std::string plain, salt, sealed;
    } rows[] = {
        {profile, "0102030405060708",
         "53616c7465645f5f010203040506070889ccfcf021f430d4cd891457669424fba87df48f8d50d89cff7064ad8a471754"
         "9ccb9d7b3dcdf9121d9cb9d49b74955b859cf402136b5c2d94eae9d7df42508b"},
        {gzip(profile), "a1a2a3a4a5a6a7a8",
         "53616c7465645f5fa1a2a3a4a5a6a7a8d33cc53acbe1263323dd60e7892a1921d71a63fd7db5e9412fd7ddfe33d982b0"
         "3603342d0f8643deb113fc77deadbbb9c4cd9f7f787c0043574aa4fab3081d79"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(seal.seal_with(row.plain, password, from_hex(row.salt)), from_hex(row.sealed));
        const auto opened = find_seal("openssl-raw-256")->open(from_hex(row.sealed), password);
        ASSERT_TRUE(opened) << opened.error().text();
        EXPECT_EQ(*opened, row.plain);
        EXPECT_NE(find_seal("openssl-raw-256-sha256")->open(from_hex(row.sealed), password).value_or(""), row.plain);
    }
}

TEST(OpensslRaw, SaysWhatIsWrong) {
    const Seal& seal = *find_seal("openssl-raw-256");
    const std::string good = *seal.seal("hello phone", "secret", "");
    const std::string not_sealed = "this is not sealed as `openssl enc -salt` does it: it would begin with Salted__";
    const std::string cut = "this sealed file is cut short, or something is added to it";
    const struct {
        const char* name;
        std::string sealed, key, error;
    } rows[] = {
        {"empty", "", "secret", not_sealed},
        {"plain", "<flat-profile/>", "secret", not_sealed},
        {"base64", *find_seal("openssl-enc-256")->seal("hello phone", "secret", ""), "secret", not_sealed},
        {"magic alone", "Salted__", "secret", cut},
        {"no block", good.substr(0, 16), "secret", cut},
        {"cut", good.substr(0, good.size() - 1), "secret", cut},
        {"longer", good + "x", "secret", cut},
        {"another key", good, "Secret",
         "this does not open: another key sealed it, or another key length, or it is damaged"},
        {"no key", good, "", "the key is a password of 1..4096 characters in one line"},
        {"long key", good, std::string(4097, 'k'), "the key is a password of 1..4096 characters in one line"},
        {"key of two lines", good, "a\nb", "the key is a password of 1..4096 characters in one line"},
    };
    for (const auto& row : rows) {
        const auto opened = seal.open(row.sealed, row.key);
        ASSERT_FALSE(opened) << row.name;
        EXPECT_EQ(opened.error().text(), row.error) << row.name;
    }
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
