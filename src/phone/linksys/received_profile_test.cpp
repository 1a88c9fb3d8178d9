#include "phone/linksys/received_profile.hpp"

#include "config/compile/compiled_profile.hpp"
#include "config/seal/gzip.hpp"
#include "config/seal/seal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::linksys {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string xml = "<flat-profile>\n<GPP_A>12345678</GPP_A>\n</flat-profile>\n";
const std::optional<std::string> key = "SecretPhrase1234";
const std::optional<std::string> no_key;
const MacAddress profile_mac = MacAddress::from_text("000e08aabbcc").value();

// The reference's golden vectors (7.2), which the program openssl made.
constexpr std::string_view sealed_hex =
    "53616c7465645f5f010203040506070889ccfcf021f430d4cd891457669424fba87df48f8d50d89cff7064ad8a4717549ccb9d7b3dcdf9121d"
    "9cb9d49b74955b859cf402136b5c2d94eae9d7df42508b";
constexpr std::string_view packed_and_sealed_hex =
    "53616c7465645f5fa1a2a3a4a5a6a7a8d33cc53acbe1263323dd60e7892a1921d71a63fd7db5e9412fd7ddfe33d982b03603342d0f8643deb1"
    "13fc77deadbbb9c4cd9f7f787c0043574aa4fab3081d79";

std::string bytes_of(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return out;
}

/// The parameters, or what is wrong.
std::string read(std::string_view bytes, const std::optional<std::string>& with, const Switches& switches = {},
                 const std::vector<Alias>& aliases = {}) {
    const auto profile = read_received(bytes, with, aliases, switches, profile_mac);
    if (!profile) return profile.error().message;
    std::string out;
    for (const auto& parameter : profile->document.parameters) out += parameter.name + "=" + parameter.value + ";";
    return out;
}

TEST(ReceivedProfile, IsReadInEveryForm) {
    EXPECT_EQ(read(xml, no_key), "GPP_A=12345678;");
    EXPECT_EQ(read(config::gzip(xml), no_key), "GPP_A=12345678;");
    EXPECT_EQ(read(bytes_of(sealed_hex), key), "GPP_A=12345678;");
    EXPECT_EQ(read(bytes_of(packed_and_sealed_hex), key), "GPP_A=12345678;");
    EXPECT_EQ(read(" \n" + xml, no_key), "GPP_A=12345678;");
}

TEST(ReceivedProfile, IsCorruptWhereAStepFails) {
    const std::string sealed = bytes_of(sealed_hex);
    EXPECT_THAT(read(sealed, no_key), HasSubstr("no --key"));
    EXPECT_THAT(read(sealed, "WrongPhrase"), Not(HasSubstr("GPP_A")));
    EXPECT_THAT(read(sealed.substr(0, 50), key), HasSubstr("does not decrypt"));
    EXPECT_THAT(read(config::gzip(xml).substr(0, 30), no_key), HasSubstr("does not inflate"));
    EXPECT_THAT(read("SPA binary", no_key), HasSubstr("compiled profiles"));
    EXPECT_THAT(read("<flat-profile><A>", no_key), HasSubstr("not well-formed"));
    EXPECT_THAT(read("<html><body>404</body></html>", no_key), HasSubstr("HTML"));
    EXPECT_THAT(read("", no_key), HasSubstr("empty"));
    for (std::size_t cut = 0; cut < sealed.size(); ++cut)
        EXPECT_THAT(read(sealed.substr(0, cut), key), Not(HasSubstr("SecretPhrase"))) << cut;
}

TEST(ReceivedProfile, HasSwitchesForWhatIsNotKnown) {
    EXPECT_EQ(read(xml, key), "GPP_A=12345678;") << "with a warning";
    EXPECT_THAT(read_received(xml, key, {}, {}, profile_mac)->remarks, ElementsAre(HasSubstr("not encrypted")));
    Switches switches;
    switches.key_with_plain = Switches::KeyWithPlain::refused;
    EXPECT_THAT(read(xml, key, switches), HasSubstr("not encrypted"));
    switches.empty_body = Switches::EmptyBody::taken;
    EXPECT_EQ(read("", no_key, switches), "");
    switches.seal_digest = Switches::SealDigest::sha256;
    const auto* sha256 = config::find_seal("openssl-raw-256-sha256");
    ASSERT_NE(sha256, nullptr);
    EXPECT_EQ(read(*sha256->seal(xml, *key, "s"), key, switches), "GPP_A=12345678;");
}

TEST(ReceivedProfile, ReadsACompiledOneThatIsForItAlone) {
    config::ParsedDocument document;
    document.parameters = {{"GPP_SA", "SecretPhrase1234"}};
    document.access = {{"GPP_SA", config::UserAccess::none}};
    const auto compiled = config::write_compiled(document, profile_mac).value();
    EXPECT_EQ(read(compiled, no_key), "GPP_SA=SecretPhrase1234;");
    EXPECT_EQ(read(config::gzip(compiled), no_key), "GPP_SA=SecretPhrase1234;");
    const auto profile = read_received(compiled, no_key, {}, {}, profile_mac);
    ASSERT_TRUE(profile);
    EXPECT_EQ(profile->document.access, document.access);
    EXPECT_THAT(profile->remarks, ElementsAre(HasSubstr("not for real phones")));
    const auto others = config::write_compiled(document, MacAddress::from_text("000e08aabbcd").value()).value();
    EXPECT_THAT(read(others, no_key), HasSubstr("for another phone"));
    EXPECT_THAT(read(compiled.substr(0, compiled.size() - 1), no_key), HasSubstr("cannot be used"));
    EXPECT_EQ(read(config::write_compiled(document, std::nullopt).value(), no_key), "GPP_SA=SecretPhrase1234;");
}

TEST(ReceivedProfile, TakesAForeignDocumentByItsAliases) {
    const std::vector<Alias> aliases{{"/login", "User_ID_1_"}};
    EXPECT_EQ(read("<customer><login>ann</login></customer>", no_key, {}, aliases), "User_ID_1_=ann;");
    EXPECT_EQ(read("<c><login>ann</login>" + xml + "</c>", no_key, {}, aliases), "GPP_A=12345678;User_ID_1_=ann;");
    EXPECT_THAT(read("<customer><login>ann</login></customer>", no_key), HasSubstr("flat-profile"));
    EXPECT_THAT(read("<customer><login>", no_key, {}, aliases), HasSubstr("not well-formed"));
}

} // namespace
} // namespace offhook::phone::linksys
