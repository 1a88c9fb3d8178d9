#include "protocol/sip/digest_challenge.hpp"

#include "protocol/http_auth/digest.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace offhook::protocol::sip {
namespace {

std::string response(unsigned status, std::string_view headers) {
    return fmt::format("SIP/2.0 {} Unauthorized\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK7a1\r\n"
                       "From: <sip:p@x>;tag=1\r\nTo: <sip:1001@x>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 NOTIFY\r\n"
                       "{}Content-Length: 0\r\n\r\n",
                       status, headers);
}

Result<SipChallenge> read(unsigned status, std::string_view headers) {
    static std::string bytes;
    bytes = response(status, headers);
    Message message;
    EXPECT_EQ(message.read(bytes), MessageError::none);
    return read_challenge(message);
}

TEST(SipDigest, AnswersTheExampleOfTheLinksysSheet) {
    const auto challenge =
        read(401, "WWW-Authenticate: Digest realm=\"pbx.example.net\",nonce=\"5f3a9c01\",algorithm=MD5\r\n");
    ASSERT_TRUE(challenge);
    EXPECT_EQ(challenge->answered_in(), "Authorization");
    EXPECT_EQ(answer(*challenge, {"1001", "s3cr3t-1001"}, "NOTIFY", "sip:1001@192.0.2.50:5060", 1, "unused"),
              "Digest username=\"1001\", realm=\"pbx.example.net\", nonce=\"5f3a9c01\", "
              "uri=\"sip:1001@192.0.2.50:5060\", algorithm=MD5, response=\"7f84d63a0a7725463b25bdff09f25f62\"");
}

TEST(SipDigest, GivesBackOpaqueAndCountsWithQop) {
    const auto challenge = read(407, "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth-int,auth\", "
                                     "algorithm=SHA-256, opaque=\"a\\\"b\", stale=TRUE\r\n");
    ASSERT_TRUE(challenge);
    EXPECT_EQ(challenge->answered_in(), "Proxy-Authorization");
    EXPECT_EQ(challenge->digest.age, NonceAge::stale);
    const std::string value = answer(*challenge, {"u", "p"}, "NOTIFY", "sip:u@h", 2, "c");
    EXPECT_NE(value.find(", qop=auth, nc=00000002, cnonce=\"c\""), std::string::npos) << value;
    EXPECT_TRUE(value.ends_with(", opaque=\"a\\\"b\"")) << value;
    const auto given = parse_authorization(value);
    ASSERT_TRUE(given);
    EXPECT_TRUE(DigestCheck(std::get<DigestCredentials>(*given), "NOTIFY").matches("p"));
}

TEST(SipDigest, TakesTheFirstChallengeThatItKnows) {
    const auto challenge = read(401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"1\", algorithm=SHA-512-256\r\n"
                                     "WWW-Authenticate: Basic realm=\"r\"\r\n"
                                     "WWW-Authenticate: Digest realm=\"r\", nonce=\"3\"\r\n");
    ASSERT_TRUE(challenge);
    EXPECT_EQ(challenge->digest.nonce, "3");
    EXPECT_FALSE(challenge->opaque);
}

TEST(SipDigest, SaysWhatItCannotAnswer) {
    struct {
        unsigned status;
        const char *headers, *says;
    } const rows[] = {
        {401, "", "does not say how"},
        {407, "WWW-Authenticate: Digest realm=\"r\", nonce=\"1\"\r\n", "does not say how"},
        {401, "WWW-Authenticate: Basic realm=\"r\"\r\n", "Basic"},
        {401, "WWW-Authenticate: Digest realm=\"r\"\r\n", "do not know"},
        {401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"\r\n", "auth-int"},
    };
    for (const auto& row : rows) {
        const auto challenge = read(row.status, row.headers);
        ASSERT_FALSE(challenge) << row.headers;
        EXPECT_NE(challenge.error().message.find(row.says), std::string::npos) << challenge.error().message;
    }
}

TEST(SipDigest, AChallengeIsReadAsItWasWritten) {
    for (const auto qop : {DigestQop::none, DigestQop::auth}) {
        const DigestChallenge asked{"Polycom\"SPIP", "n", DigestAlgorithm::sha256, qop, NonceAge::stale};
        const auto value = challenge_value(asked);
        const auto challenge = read(401, "WWW-Authenticate: " + value + "\r\n");
        ASSERT_TRUE(challenge) << value;
        EXPECT_EQ(challenge->digest, asked);
    }
}

} // namespace
} // namespace offhook::protocol::sip
