#include "server/certificates/own_authority.hpp"

#include "net/tls_material.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace offhook::server::certificates {
namespace {

using testing::Contains;
using testing::HasSubstr;

struct OwnAuthority : testing::Test {
    OwnAuthority() {
        std::string pattern = (std::filesystem::temp_directory_path() / "offhook own XXXXXX").string();
        if (::mkdtemp(pattern.data()) != nullptr) data = pattern;
        clock.set_wall(SystemClock().wall());
    }
    ~OwnAuthority() override { std::filesystem::remove_all(data); }
    OwnAuthority(const OwnAuthority&) = delete;
    OwnAuthority& operator=(const OwnAuthority&) = delete;

    [[nodiscard]] std::string text(const std::string& name) const {
        std::ifstream file(data / "tls" / name);
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }
    static std::string output_of(const std::string& command) {
        std::string out;
        FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
        std::array<char, 4096> piece{};
        for (std::size_t got = 0; (got = ::fread(piece.data(), 1, piece.size(), pipe)) != 0;)
            out.append(piece.data(), got);
        ::pclose(pipe);
        return out;
    }
    [[nodiscard]] std::string file(const std::string& name) const { return "'" + (data / "tls" / name).string() + "'"; }

    std::filesystem::path data;
    ManualClock clock;
    Names names{{"boot.example"}, {*IpAddress::from_text("192.0.2.7")}};
};

TEST_F(OwnAuthority, MakesWhatOpensslVerifies) {
    const auto files = ensure(data, names, clock);
    ASSERT_TRUE(files) << files.error().text();
    for (const auto* name : {"server-rsa.pem", "server-ecdsa.pem"})
        for (const auto* asked : {"-verify_hostname boot.example", "-verify_hostname localhost", "-verify_ip 192.0.2.7",
                                  "-verify_ip 127.0.0.1", "-verify_ip ::1"})
            EXPECT_THAT(output_of(std::string("openssl verify -x509_strict -purpose sslserver ") + asked + " -CAfile " +
                                  file("authority.pem") + " " + file(name)),
                        HasSubstr(": OK"))
                << name << asked;
    EXPECT_THAT(output_of("openssl verify -verify_hostname other.example -CAfile " + file("authority.pem") + " " +
                          file("server-rsa.pem")),
                testing::Not(HasSubstr(": OK")));
    for (const auto* key : {"authority.key", "server-rsa.key", "server-ecdsa.key"})
        EXPECT_EQ(std::filesystem::status(data / "tls" / key).permissions(),
                  std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    net::TlsSettings settings;
    settings.pairs = files->pairs;
    EXPECT_TRUE(net::TlsMaterial::load(settings, clock, net::TlsDates::must_hold));
}

TEST_F(OwnAuthority, KeepsWhatIsGoodAndRenewsWhatIsDue) {
    ASSERT_TRUE(ensure(data, names, clock));
    const auto authority = text("authority.pem");
    auto server = text("server-rsa.pem");
    const auto changed = [&] {
        const bool differs = text("server-rsa.pem") != server;
        server = text("server-rsa.pem");
        return differs;
    };
    ASSERT_TRUE(ensure(data, names, clock));
    EXPECT_FALSE(changed());
    names.hosts.emplace_back("second.example");
    ASSERT_TRUE(ensure(data, names, clock));
    EXPECT_TRUE(changed());
    clock.set_wall(clock.wall() + std::chrono::hours{24 * 750});
    ASSERT_TRUE(ensure(data, names, clock));
    EXPECT_FALSE(changed());
    clock.set_wall(clock.wall() + std::chrono::hours{24 * 20});
    ASSERT_TRUE(ensure(data, names, clock));
    EXPECT_TRUE(changed());
    ASSERT_TRUE(ensure(data, names, clock, Renewal::now));
    EXPECT_TRUE(changed());
    EXPECT_EQ(text("authority.pem"), authority);
}

TEST_F(OwnAuthority, DoesNotReplaceAnAuthorityThatItCannotRead) {
    ASSERT_TRUE(ensure(data, names, clock));
    std::ofstream(data / "tls/authority.key") << "gone";
    const auto files = ensure(data, names, clock);
    ASSERT_FALSE(files);
    EXPECT_EQ(files.error().code, ErrorCode::invalid);
}

TEST_F(OwnAuthority, ShowsAndExports) {
    EXPECT_EQ(show(data).error().code, ErrorCode::not_found);
    ASSERT_TRUE(ensure(data, names, clock));
    const auto shown = show(data);
    ASSERT_TRUE(shown);
    ASSERT_EQ(shown->size(), 3U);
    EXPECT_EQ((*shown)[1].key, "RSA 2048");
    EXPECT_EQ((*shown)[2].key, "EC 256");
    for (const auto* name : {"boot.example", "192.0.2.7", "::1"}) EXPECT_THAT((*shown)[1].names, Contains(name));
    EXPECT_EQ(*export_authority(data, Encoding::pem), text("authority.pem"));
    std::ofstream(data / "tls/authority.der", std::ios::binary) << *export_authority(data, Encoding::der);
    EXPECT_THAT(output_of("openssl x509 -inform DER -noout -subject -in " + file("authority.der")),
                HasSubstr("Offhook"));
}

TEST_F(OwnAuthority, IssuesDeviceCertificates) {
    ASSERT_TRUE(ensure(data, names, clock));
    const auto issued = issue_device(data, {{"OU", "SPA-962"}, {"L", "88012BA01234"}, {"ST", "000e08abcdef"}},
                                     data / "phones", "000e08abcdef", clock);
    ASSERT_TRUE(issued) << issued.error().text();
    EXPECT_THAT(output_of("openssl verify -purpose sslclient -CAfile " + file("authority.pem") + " '" +
                          issued->certificate.string() + "'"),
                HasSubstr(": OK"));
    EXPECT_THAT(output_of("openssl x509 -noout -subject -in '" + issued->certificate.string() + "'"),
                HasSubstr("ST = 000e08abcdef"));
}

} // namespace
} // namespace offhook::server::certificates
