#include "net/test_certificates.hpp"
#include "server/listen/http_test_support.hpp"

#include <gmock/gmock.h>

#include <array>
#include <csignal>
#include <cstdio>

namespace offhook::server {
namespace {

using net::KeyKind;
using net::TestTlsClient;
using net::TestTlsOptions;

std::optional<DeviceCertificate> read_mac(const net::PeerCertificate& shown) {
    const auto mac = MacAddress::from_text(shown.common_name);
    if (!mac) return std::nullopt;
    return DeviceCertificate{shown.label, *mac};
}

/// An HTTPS listener over loopback with its own authority.
struct TlsSite {
    explicit TlsSite(HttpOptions options = {}) : keys(clock), loops(clock, 2) {
        (void)::signal(SIGPIPE, SIG_IGN);
        house.files["a.cfg"] = make_file("0123456789");
        std::string large(16 << 20, '\0');
        for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i % 23);
        house.files["large.ld"] = make_file(std::move(large));
        std::vector<Door*> pointers;
        for (std::size_t i = 0; i < 2; ++i) {
            doors.push_back(std::make_unique<FakeDoor>(house, &log, &loops[i]));
            pointers.push_back(doors.back().get());
        }
        settings.listener = "https";
        settings.pairs = {files.server("ecdsa", KeyKind::p256, authority)};
        settings.client_authorities = {{"polycom", files.path("polycom.pem"), {}, {}}};
        options.transport = Transport::https;
        options.privacy = catalogue::Privacy::tls;
        options.certificate_reader = read_mac;
        loops.start();
        const HttpTls tls{*net::TlsMaterial::load(settings, clock, net::TlsDates::must_hold), &keys};
        auto opened =
            HttpListener::open(loops, pointers, {boost::asio::ip::make_address("127.0.0.1"), 0}, options, tls);
        EXPECT_TRUE(opened) << opened.error().text();
        listener = std::move(*opened);
        listener->start();
    }
    ~TlsSite() {
        listener->stop();
        loops.stop();
    }
    [[nodiscard]] std::uint16_t port() const { return listener->bound().port(); }
    [[nodiscard]] std::string url(const std::string& path) const {
        return "https://localhost:" + std::to_string(port()) + "/" + path;
    }

    SystemClock clock;
    net::TestCertificates files;
    net::TestIdentity authority = files.authority("ca");
    net::TestIdentity polycom = files.authority("polycom", KeyKind::p256, 1);
    net::TlsSettings settings;
    net::TlsKeys keys;
    FakeHouse house;
    DoorLog log;
    std::vector<std::unique_ptr<FakeDoor>> doors;
    net::Loops loops;
    std::unique_ptr<HttpListener> listener;
};

std::string output_of(const std::string& command) {
    std::string out;
    FILE* pipe = ::popen(command.c_str(), "r");
    std::array<char, 65536> piece{};
    for (std::size_t got = 0; (got = ::fread(piece.data(), 1, piece.size(), pipe)) != 0;) out.append(piece.data(), got);
    if (::pclose(pipe) != 0) out += "(failed)";
    return out;
}

TEST(HttpsListener, ServesCurlWhoChecksTheCertificate) {
    TlsSite site;
    const auto curl = "curl -sS --max-time 20 --cacert '" + site.files.path("ca.pem").string() + "' ";
    for (const auto* version : {"--tls-max 1.2 ", "--tlsv1.3 "}) {
        EXPECT_EQ(output_of(curl + version + site.url("a.cfg") + " " + site.url("a.cfg")), "01234567890123456789");
    }
    EXPECT_EQ(output_of(curl + "-o /dev/null -w '%{http_code}' " + site.url("none")), "404");
}

TEST(HttpsListener, SendsALargeBodyToASlowReader) {
    TlsSite site;
    TestTlsClient client({});
    ASSERT_TRUE(client.connect(site.port())) << client.why();
    ASSERT_TRUE(client.send("GET /large.ld HTTP/1.0\r\n\r\n"));
    ::usleep(300'000); // until the socket is full
    const auto all = client.receive_all();
    const auto body = all.substr(all.find("\r\n\r\n") + 4);
    EXPECT_TRUE(body == site.house.files["large.ld"]->body) << body.size();
    EXPECT_EQ(SSL_get_shutdown(client.ssl()) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
}

TEST(HttpsListener, KeepsTheConnectionAndResumesTheSession) {
    TlsSite site;
    TestTlsClient first({});
    ASSERT_TRUE(first.connect(site.port()));
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(first.send("GET /a.cfg HTTP/1.1\r\n\r\n"));
        EXPECT_TRUE(first.receive().ends_with("0123456789"));
    }
    TestTlsOptions again;
    again.session = first.session();
    TestTlsClient second(again);
    ASSERT_TRUE(second.connect(site.port()));
    EXPECT_TRUE(second.resumed());
    ASSERT_TRUE(second.send("GET /a.cfg HTTP/1.1\r\nConnection: close\r\n\r\n"));
    EXPECT_TRUE(second.receive_all().ends_with("0123456789"));
}

TEST(HttpsListener, RefusesWhatIsNoHandshakeAndSaysWhy) {
    struct Case {
        const char* bytes;
        const char* why;
    };
    HttpOptions options;
    options.header_time_max = std::chrono::milliseconds{300};
    TlsSite site(options);
    for (const auto& [bytes, why] :
         {Case{"GET /a.cfg HTTP/1.1\r\n\r\n", "no TLS handshake: plain HTTP on the port for TLS"},
          Case{"\x01\x02\x03\x04\x05\x06\x07\x08", "no TLS handshake: what came is not TLS"},
          Case{"\x16\x03\x01\x02", "too slow with its TLS handshake"}}) {
        Client client(site.listener->bound());
        ASSERT_TRUE(client.send(bytes));
        EXPECT_TRUE(site.log.soon([&](DoorLog& log) {
            return std::find(log.refused.begin(), log.refused.end(), why) != log.refused.end();
        })) << why
            << testing::PrintToString(site.log.refused);
    }
    TestTlsClient old({.version = TLS1_1_VERSION, .ciphers = "ALL:@SECLEVEL=0", .security_level = 0});
    EXPECT_FALSE(old.connect(site.port()));
    EXPECT_TRUE(site.log.soon([](DoorLog& log) {
        return log.refused.back() == "no TLS handshake: no protocol in common: the phone offers TLS 1.1";
    })) << testing::PrintToString(site.log.refused);
    TestTlsClient good({});
    EXPECT_TRUE(good.connect(site.port()));
}

TEST(HttpsListener, GivesTheFirstRequestNoMoreTimeThanTheHandshakeLeft) {
    HttpOptions options;
    options.header_time_max = std::chrono::milliseconds{300};
    TlsSite site(options);
    TestTlsClient client({});
    ASSERT_TRUE(client.connect(site.port()));
    EXPECT_EQ(client.receive(), "");
    EXPECT_TRUE(site.log.soon(
        [](DoorLog& log) { return !log.refused.empty() && log.refused.back() == "too slow with its request"; }));
}

TEST(HttpsListener, TellsTheDoorWhoseCertificateItIs) {
    TlsSite site;
    const auto phone =
        site.files.issue("phone", net::TestCertificates::order(net::CertificateOrder::Use::client, "0004f2000001"),
                         KeyKind::p256, site.polycom);
    TestTlsClient client({.certificate = &phone});
    ASSERT_TRUE(client.connect(site.port()));
    ASSERT_TRUE(client.send("GET /a.cfg HTTP/1.1\r\n\r\n"));
    EXPECT_TRUE(client.receive().ends_with("0123456789"));
    EXPECT_EQ(site.log.certificates, std::vector<std::string>{"polycom/0004f2000001/https/tls"});
}

TEST(HttpsListener, ReplacesCertificatesUnderConnectionsThatGoOn) {
    TlsSite site;
    TestTlsClient before({});
    ASSERT_TRUE(before.connect(site.port()));
    auto settings = site.settings;
    settings.pairs = {site.files.server("new", KeyKind::rsa_2048, site.authority)};
    const auto material = net::TlsMaterial::load(settings, site.clock, net::TlsDates::must_hold);
    ASSERT_TRUE(material);
    ASSERT_TRUE(site.listener->replace_certificates(*material));
    TestTlsClient after({});
    ASSERT_TRUE(after.connect(site.port()));
    EXPECT_TRUE(after.server_has_rsa());
    EXPECT_FALSE(before.server_has_rsa());
    ASSERT_TRUE(before.send("GET /a.cfg HTTP/1.1\r\n\r\n"));
    EXPECT_TRUE(before.receive().ends_with("0123456789"));
}

TEST(HttpsListener, ShutsOutBeforeTheHandshake) {
    TlsSite site;
    site.house.shut_out = {*IpAddress::from_text("127.0.0.1")};
    TestTlsClient client({});
    EXPECT_FALSE(client.connect(site.port()));
}

} // namespace
} // namespace offhook::server
