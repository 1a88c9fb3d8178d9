#include "protocol/http_auth/digest.hpp"

#include "protocol/http_auth/nonce.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol {
namespace {

DigestCredentials answer(const char* user, const char* realm, const char* nonce, const char* uri, const char* cnonce,
                         DigestAlgorithm algorithm, DigestQop qop) {
    return {user, realm, nonce, uri, "", cnonce, qop == DigestQop::auth ? "00000001" : "", algorithm, qop};
}

TEST(Digest, AgreesWithTheExamplesOfTheStandards) {
    const auto rfc7616 = [](DigestAlgorithm algorithm) {
        return answer("Mufasa", "http-auth@example.org", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
                      "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", algorithm, DigestQop::auth);
    };
    // RFC 7616 section 3.9.1
    EXPECT_EQ(digest_response(rfc7616(DigestAlgorithm::md5), "GET", "Circle of Life"),
              "8ca523f5e9506fed4657c9700eebdbec");
    EXPECT_EQ(digest_response(rfc7616(DigestAlgorithm::sha256), "GET", "Circle of Life"),
              "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    // RFC 2617 section 3.5
    EXPECT_EQ(digest_response(answer("Mufasa", "testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093",
                                     "/dir/index.html", "0a4f113b", DigestAlgorithm::md5, DigestQop::auth),
                              "GET", "Circle Of Life"),
              "6629fae49393a05397450978507c4ef1");
    // RFC 2069 section 2.4, with the response of its erratum 749
    EXPECT_EQ(digest_response(answer("Mufasa", "testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093",
                                     "/dir/index.html", "", DigestAlgorithm::md5, DigestQop::none),
                              "GET", "CircleOfLife"),
              "1949323746fe6a43ef61f9606e7febea");
}

TEST(Digest, AnAnswerIsGoodForItsPasswordMethodAndTargetAlone) {
    const DigestChallenge challenge{"r", "n", DigestAlgorithm::md5_sess, DigestQop::auth, NonceAge::good};
    for (const auto algorithm :
         {DigestAlgorithm::md5, DigestAlgorithm::md5_sess, DigestAlgorithm::sha256, DigestAlgorithm::sha256_sess})
        for (const auto qop : {DigestQop::auth, DigestQop::none}) {
            DigestChallenge asked = challenge;
            asked.algorithm = algorithm;
            asked.qop = qop;
            auto given = answer_challenge(asked, {"u", "secret"}, "GET", "/x.cfg", 7, "c");
            EXPECT_TRUE(DigestCheck(given, "GET").matches("secret"));
            EXPECT_FALSE(DigestCheck(given, "GET").matches("Secret"));
            EXPECT_FALSE(DigestCheck(given, "GET").matches(""));
            EXPECT_FALSE(DigestCheck(given, "PUT").matches("secret"));
            given.uri = "/y.cfg";
            EXPECT_FALSE(DigestCheck(given, "GET").matches("secret"));
        }
    EXPECT_EQ(answer_challenge(challenge, {"u", "p"}, "GET", "/", 0x1f, "c").nc, "0000001f");
}

TEST(Digest, ATargetIsTheSameInAbsoluteForm) {
    struct {
        const char *uri, *target;
        bool same;
    } const rows[] = {
        {"/a.cfg", "/a.cfg", true},
        {"http://boot.example.net:8080/a.cfg?x=1", "/a.cfg?x=1", true},
        {"/a.cfg", "HTTP://boot.example.net/a.cfg", true},
        {"https://boot.example.net", "/", true},
        {"/a.cfg", "/b.cfg", false},
        {"/a.cfg", "/a.cfg?x=1", false},
        {"a.cfg", "/a.cfg", false},
        {"", "", false},
    };
    for (const auto& row : rows) EXPECT_EQ(same_target(row.uri, row.target), row.same) << row.uri;
}

TEST(Nonce, TellsWhenItWasMadeAndWhetherItIsOurs) {
    SeededRandom random(1);
    const NonceCodec codec(random), other(random);
    const NonceCodec::Nonce made{Instant(std::chrono::milliseconds(123'456'789)), 42};
    const std::string text = codec.make(made);
    EXPECT_EQ(text.size(), 64U);
    const auto read = codec.read(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->made, made.made);
    EXPECT_EQ(read->number, made.number);
    EXPECT_FALSE(other.read(text));
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string changed = text;
        changed[i] = changed[i] == '0' ? '1' : '0';
        EXPECT_FALSE(codec.read(changed)) << i;
    }
    for (const std::string& wrong : {std::string(), text.substr(1), text + "0", std::string(64, 'x')})
        EXPECT_FALSE(codec.read(wrong));
}

} // namespace
} // namespace offhook::protocol
