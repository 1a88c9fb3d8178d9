#include "protocol/http_auth/authorization.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol {
namespace {

const std::string response_md5(32, 'a');

TEST(HttpBasic, ReadsUserAndPassword) {
    struct {
        const char *field, *user, *password;
    } const accepts[] = {
        {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"}, // RFC 7617 section 2
        {"basic   dXNlcjo=", "user", ""},
        {"BASIC OmE6Yg==", "", "a:b"},
        {"Basic dGVzdDoxMjPCow==", "test", "123\xc2\xa3"}, // RFC 7617 section 2.1
    };
    for (const auto& row : accepts) {
        const auto read = parse_authorization(row.field);
        ASSERT_TRUE(read) << row.field;
        EXPECT_EQ(std::get<BasicCredentials>(*read), (BasicCredentials{row.user, row.password}));
        EXPECT_EQ(*parse_authorization(to_text(*read)), *read);
    }
}

TEST(HttpAuthorization, RefusesWhatIsNoCredentials) {
    const std::string digest = "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"/\", response=\"";
    struct {
        std::string field;
        HttpAuthError expected;
    } const rejects[] = {
        {"", HttpAuthError::unknown_scheme},
        {"Bearer abc", HttpAuthError::unknown_scheme},
        {"Basic", HttpAuthError::unknown_scheme},
        {"Basicdf", HttpAuthError::unknown_scheme},
        {"Basic ", HttpAuthError::malformed},
        {"Basic dXNlcg==", HttpAuthError::malformed}, // no colon
        {"Basic dXNlcjo", HttpAuthError::malformed},  // no padding
        {"Basic dXNlcjp=", HttpAuthError::malformed}, // bits behind the last byte
        {"Basic dX=lcjo=", HttpAuthError::malformed}, // padding inside
        {"Basic YToKYg==", HttpAuthError::malformed}, // a line break would forge a log line
        {"Basic " + std::string(5000, 'A'), HttpAuthError::too_long},
        {"Digest ", HttpAuthError::missing},
        {"Digest username=\"u\"", HttpAuthError::missing},
        {"Digest username=\"u", HttpAuthError::malformed},
        {"Digest username=", HttpAuthError::malformed},
        {"Digest =x", HttpAuthError::malformed},
        {"Digest username=\"u\" realm=\"r\"", HttpAuthError::malformed},
        {"Digest username=\"a\", USERNAME=\"b\"", HttpAuthError::repeated},
        {digest + "abc\"", HttpAuthError::malformed}, // too short for MD5
        {digest + std::string(32, 'g') + "\"", HttpAuthError::malformed},
        {digest + response_md5 + "\", qop=auth-int, nc=00000001, cnonce=c", HttpAuthError::unsupported},
        {digest + response_md5 + "\", algorithm=SHA-512-256", HttpAuthError::unsupported},
        {digest + response_md5 + "\", userhash=true", HttpAuthError::unsupported},
        {digest + response_md5 + "\", qop=auth, cnonce=c", HttpAuthError::missing},
        {digest + response_md5 + "\", qop=auth, nc=00000001", HttpAuthError::missing},
        {digest + response_md5 + "\", qop=auth, nc=1, cnonce=c", HttpAuthError::malformed},
        {digest + response_md5 + "\", qop=auth, nc=0000000g, cnonce=c", HttpAuthError::malformed},
        {digest + response_md5 + "\", algorithm=MD5-sess", HttpAuthError::missing},
        {"Digest username=\"" + std::string(1025, 'u') + "\"", HttpAuthError::too_long},
    };
    for (const auto& row : rejects) {
        const auto read = parse_authorization(row.field);
        ASSERT_FALSE(read) << row.field;
        EXPECT_EQ(static_cast<int>(read.error().code), static_cast<int>(row.expected)) << row.field;
        EXPECT_LE(read.error().offset, row.field.size());
    }
    std::string many = "Digest ";
    for (int i = 0; i < 40; ++i) many += "x" + std::to_string(i) + "=1,";
    EXPECT_EQ(parse_authorization(many).error().code, HttpAuthError::too_long);
}

TEST(HttpDigest, ReadsWhatClientsWrite) {
    const std::string fields[] = {
        // RFC 7616 section 3.9.1; curl, wget; a phone that quotes nothing; one that quotes everything.
        "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"/x\", algorithm=MD5, nc=00000001, cnonce=\"c\", "
        "qop=auth, "
        "response=\"" +
            response_md5 + "\", opaque=\"o\"",
        "Digest username=u,realm=r,nonce=n,uri=/x,nc=00000001,cnonce=c,qop=auth,response=" + response_md5,
        "digest  USERNAME = \"u\" ,\tRealm=\"r\", nonce=\"n\", uri=\"/x\", , nc=\"00000001\", cnonce=\"c\", "
        "qop=\"auth\", algorithm=\"md5\", response=\"" +
            std::string(32, 'A') + "\",",
    };
    DigestCredentials expected{
        "u", "r", "n", "/x", response_md5, "c", "00000001", DigestAlgorithm::md5, DigestQop::auth};
    for (const std::string& field : fields) {
        const auto read = parse_authorization(field);
        ASSERT_TRUE(read) << field;
        EXPECT_EQ(std::get<DigestCredentials>(*read), expected) << field;
        EXPECT_EQ(std::get<DigestCredentials>(*read).count(), 1U);
        EXPECT_EQ(*parse_authorization(to_text(*read)), *read);
    }
    const auto escaped = parse_authorization("Digest username=\"a\\\"b\\\\c\", realm=\"r\", nonce=\"n\", uri=\"/\", "
                                             "response=\"" +
                                             response_md5 + "\"");
    ASSERT_TRUE(escaped);
    EXPECT_EQ(std::get<DigestCredentials>(*escaped).user, "a\"b\\c");
    EXPECT_EQ(std::get<DigestCredentials>(*escaped).qop, DigestQop::none);
    EXPECT_EQ(*parse_authorization(to_text(*escaped)), *escaped);
}

TEST(HttpChallenge, IsReadBackAsWritten) {
    std::string line;
    append_challenge(line, {"provisioning", "abc", DigestAlgorithm::md5, DigestQop::auth, NonceAge::good});
    EXPECT_EQ(line, "WWW-Authenticate: Digest realm=\"provisioning\", qop=\"auth\", nonce=\"abc\", algorithm=MD5\r\n");
    for (const auto age : {NonceAge::good, NonceAge::stale})
        for (const auto algorithm : {DigestAlgorithm::md5, DigestAlgorithm::sha256}) {
            const DigestChallenge challenge{"a \"quoted\" realm", "n", algorithm, DigestQop::auth, age};
            line.clear();
            append_challenge(line, challenge);
            const std::string_view value = std::string_view(line).substr(18, line.size() - 20);
            const auto read = parse_digest_challenge(value);
            ASSERT_TRUE(read) << line;
            EXPECT_EQ(*read, challenge);
        }
    EXPECT_FALSE(parse_digest_challenge("Basic realm=\"x\""));
    EXPECT_FALSE(parse_digest_challenge("Digest realm=\"x\""));
    EXPECT_FALSE(parse_digest_challenge("Digest realm=\"x\", nonce=\"n\", qop=\"auth-int\""));
}

} // namespace
} // namespace offhook::protocol
