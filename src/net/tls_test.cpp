#include "net/listen_socket.hpp"
#include "net/loops.hpp"
#include "net/stream.hpp"
#include "net/task_group.hpp"
#include "net/test_certificates.hpp"
#include "net/tls_context.hpp"
#include "net/tls_error.hpp"
#include "net/tls_reload.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <future>
#include <mutex>

namespace offhook::net {
namespace {

namespace asio = boost::asio;
using Use = CertificateOrder::Use;

TlsSettings modern(std::vector<TlsPair> pairs) {
    TlsSettings settings;
    settings.listener = "https";
    settings.pairs = std::move(pairs);
    return settings;
}

std::shared_ptr<const TlsMaterial> loaded(const TlsSettings& settings) {
    auto material = TlsMaterial::load(settings, SystemClock(), TlsDates::must_hold);
    if (!material) throw std::runtime_error(material.error().text());
    return *material;
}

/// Says to each client who it is ("TLSv1.3 full nobody"), then sends back what comes. Two loops, each on its own port.
class EchoServer {
public:
    explicit EchoServer(const TlsSettings& settings) : keys(clock) {
        (void)::signal(SIGPIPE, SIG_IGN);
        const auto material = loaded(settings);
        for (std::size_t i = 0; i < 2; ++i) {
            contexts.push_back(std::make_unique<TlsContext>(material, keys));
            acceptors.push_back(std::make_unique<asio::ip::tcp::acceptor>(
                loops[i].executor(), asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)));
            groups.push_back(std::make_unique<TaskGroup>(loops[i].executor()));
        }
        loops.start();
        (void)loops.run_on_all([this](Loop& loop) { (void)groups[loop.index()]->spawn(accept(loop.index())); });
    }
    ~EchoServer() {
        std::vector<std::future<void>> ended;
        for (std::size_t i = 0; i < 2; ++i)
            ended.push_back(asio::co_spawn(loops[i].executor(), stop(i), asio::use_future));
        for (auto& one : ended) one.get();
        loops.stop();
    }
    [[nodiscard]] std::uint16_t port(std::size_t loop = 0) const { return acceptors[loop]->local_endpoint().port(); }
    void replace(const TlsSettings& settings) {
        const auto material = loaded(settings);
        (void)loops.run_on_all([&](Loop& loop) { contexts[loop.index()]->replace(material); });
    }
    std::string said() {
        for (int i = 0; i < 500; ++i) {
            const std::lock_guard lock(mutex);
            if (!ends.empty()) {
                auto out = ends.front();
                ends.erase(ends.begin());
                return out;
            }
            ::usleep(10'000);
        }
        return "nothing";
    }

    SystemClock clock;
    TlsKeys keys;
    Loops loops{clock, 2};
    std::vector<std::unique_ptr<TlsContext>> contexts;

private:
    asio::awaitable<void> accept(std::size_t at) {
        for (;;) {
            auto [error, socket] = co_await acceptors[at]->async_accept(as_result);
            if (error) co_return;
            (void)groups[at]->spawn(serve(at, std::move(socket)));
        }
    }
    asio::awaitable<void> stop(std::size_t at) {
        acceptors[at]->close();
        for (auto* stream : streams[at]) stream->close();
        co_await groups[at]->join();
    }
    asio::awaitable<void> serve(std::size_t at, asio::ip::tcp::socket socket) {
        Stream stream(std::move(socket));
        streams[at].push_back(&stream);
        auto error = co_await stream.start_tls(*contexts[at]);
        if (error) {
            note(stream.tls()->failure_text(error));
        } else {
            const auto* peer = stream.tls()->peer_certificate();
            auto hello = std::string(stream.tls()->version()) + (stream.tls()->resumed() ? " resumed " : " full ") +
                         (peer == nullptr ? "nobody" : peer->label + "/" + peer->common_name);
            (void)co_await stream.write_all(asio::buffer(hello));
            std::vector<char> buffer(70'000);
            while (!error) {
                const auto got = co_await stream.read_some(asio::buffer(buffer));
                error = got.error;
                const auto put = co_await stream.write_all(asio::buffer(buffer.data(), got.bytes));
                if (put.error) error = put.error;
            }
            note(is_truncation(error) ? "truncated" : error == asio::error::eof ? "eof" : error.message());
            stream.finish_writing();
        }
        std::erase(streams[at], &stream);
        stream.close();
    }
    void note(std::string how) {
        const std::lock_guard lock(mutex);
        ends.push_back(std::move(how));
    }

    std::vector<std::unique_ptr<asio::ip::tcp::acceptor>> acceptors;
    std::vector<std::unique_ptr<TaskGroup>> groups;
    std::vector<Stream*> streams[2];
    std::mutex mutex;
    std::vector<std::string> ends;
};

struct TlsTest : testing::Test {
    TestCertificates files;
    TestIdentity authority = files.authority("ca");
    TlsPair rsa = files.server("rsa", KeyKind::rsa_2048, authority);
    TlsPair ecdsa = files.server("ecdsa", KeyKind::p256, authority);
};

TEST_F(TlsTest, ShakesHandsAndCarriesBytes) {
    EchoServer server(modern({rsa, ecdsa}));
    for (const auto& [version, name] : {std::pair{TLS1_2_VERSION, "TLSv1.2"}, std::pair{TLS1_3_VERSION, "TLSv1.3"}}) {
        TestTlsOptions options;
        options.version = version;
        TestTlsClient client(options);
        ASSERT_TRUE(client.connect(server.port())) << client.why();
        EXPECT_EQ(client.receive(), std::string(name) + " full nobody");
        ASSERT_TRUE(client.send("off hook"));
        EXPECT_EQ(client.receive(), "off hook");
        client.shut_down();
        EXPECT_EQ(server.said(), "eof");
    }
}

TEST_F(TlsTest, TellsACutFromAnEnd) {
    EchoServer server(modern({ecdsa}));
    TestTlsClient client({});
    ASSERT_TRUE(client.connect(server.port())) << client.why();
    EXPECT_EQ(client.receive(), "TLSv1.3 full nobody");
    client.close();
    EXPECT_EQ(server.said(), "truncated");
}

TEST_F(TlsTest, PicksTheCertificateByTheClient) {
    EchoServer server(modern({rsa, ecdsa}));
    struct Case {
        int version;
        const char* signatures;
        bool rsa;
    };
    for (const auto& [version, signatures, is_rsa] :
         {Case{TLS1_2_VERSION, "RSA+SHA256", true}, Case{TLS1_2_VERSION, "ECDSA+SHA256", false},
          Case{TLS1_3_VERSION, "RSA-PSS+SHA256", true}, Case{TLS1_3_VERSION, "ECDSA+SHA256", false}}) {
        TestTlsOptions options;
        options.version = version;
        options.signatures = signatures;
        TestTlsClient client(options);
        ASSERT_TRUE(client.connect(server.port())) << client.why();
        EXPECT_EQ(client.server_has_rsa(), is_rsa) << signatures;
    }
}

TEST_F(TlsTest, ResumesAcrossLoopsAndOverNewKeys) {
    EchoServer server(modern({rsa, ecdsa}));
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TestTlsOptions options;
        options.version = version;
        TestTlsClient first(options);
        ASSERT_TRUE(first.connect(server.port(0)));
        EXPECT_TRUE(first.receive().ends_with("full nobody"));
        ASSERT_NE(first.session(), nullptr);
        options.session = first.session();
        TestTlsClient elsewhere(options);
        ASSERT_TRUE(elsewhere.connect(server.port(1)));
        EXPECT_TRUE(elsewhere.receive().ends_with("resumed nobody"));
        // OpenSSL's clients use a ticket of TLS 1.3 once; there the second connection brought a new one.
        if (elsewhere.session() != nullptr) options.session = elsewhere.session();
        server.keys.rotate();
        TestTlsClient later(options);
        ASSERT_TRUE(later.connect(server.port(1)));
        EXPECT_THAT(later.receive(), testing::EndsWith("resumed nobody"));
    }
}

TEST_F(TlsTest, ForgetsTicketsOfKeysThatAreGone) {
    EchoServer server(modern({ecdsa}));
    TestTlsClient first({});
    ASSERT_TRUE(first.connect(server.port()));
    EXPECT_TRUE(first.receive().ends_with("full nobody"));
    for (int i = 0; i < 40; ++i) server.keys.rotate();
    TestTlsOptions options;
    options.session = first.session();
    TestTlsClient again(options);
    ASSERT_TRUE(again.connect(server.port()));
    EXPECT_TRUE(again.receive().ends_with("full nobody"));
}

TEST_F(TlsTest, KnowsAClientByItsCertificateAndByItsTicket) {
    const auto maker = files.authority("maker", KeyKind::p256, 1);
    const auto stranger = files.authority("stranger", KeyKind::p256, 2);
    auto settings = modern({ecdsa});
    settings.client_authorities = {{"polycom", files.path("maker.pem"), {}, {}}};
    EchoServer server(settings);
    const auto good = files.issue("good", TestCertificates::order(Use::client, "0004f2000001"), KeyKind::p256, maker);
    const auto alien =
        files.issue("alien", TestCertificates::order(Use::client, "0004f2000001"), KeyKind::p256, stranger, 3);
    auto expired_order = TestCertificates::order(Use::client, "0004f2000001");
    expired_order.until = TestCertificates::now() - TestCertificates::day;
    const auto expired = files.issue("expired", expired_order, KeyKind::p256, maker, 4);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        for (const auto& [pair, who] :
             {std::pair{&good, "polycom/0004f2000001"}, std::pair{&alien, "nobody"}, std::pair{&expired, "nobody"}}) {
            TestTlsOptions options;
            options.version = version;
            options.certificate = pair;
            TestTlsClient first(options);
            ASSERT_TRUE(first.connect(server.port())) << first.why();
            EXPECT_TRUE(first.receive().ends_with(std::string(" full ") + who)) << who;
            options.certificate = nullptr;
            options.session = first.session();
            TestTlsClient again(options);
            ASSERT_TRUE(again.connect(server.port(1))) << again.why();
            EXPECT_TRUE(again.receive().ends_with(std::string(" resumed ") + who)) << who;
        }
    }
    TestTlsOptions options;
    options.certificate = &good;
    TestTlsClient before(options);
    ASSERT_TRUE(before.connect(server.port()));
    EXPECT_TRUE(before.receive().ends_with("full polycom/0004f2000001"));
    settings.client_authorities = {{"linksys", files.path("stranger.pem"), {}, {}}};
    server.replace(settings);
    options.session = before.session();
    options.certificate = nullptr;
    TestTlsClient after(options);
    ASSERT_TRUE(after.connect(server.port()));
    EXPECT_TRUE(after.receive().ends_with("full nobody"));
    settings.client_authorities = {{"linksys", files.path("stranger.pem"), {}, {}},
                                   {"polycom", files.path("maker.pem"), TlsExpired::accepted, {}}};
    server.replace(settings);
    for (const auto& [pair, who] :
         {std::pair{&alien, "linksys/0004f2000001"}, std::pair{&expired, "polycom/0004f2000001"}}) {
        options = {};
        options.certificate = pair;
        TestTlsClient client(options);
        ASSERT_TRUE(client.connect(server.port()));
        EXPECT_TRUE(client.receive().ends_with(who)) << who;
    }
}

TEST_F(TlsTest, TakesOldAlgorithmsOfABundleThatSaysSo) {
    const auto old = files.authority("old", KeyKind::rsa_1024, 1, CertificateOrder::Hash::sha1);
    auto order = TestCertificates::order(Use::client, "0004f2000001");
    order.hash = CertificateOrder::Hash::sha1;
    const auto phone = files.issue("phone", order, KeyKind::rsa_1024, old, 2);
    auto settings = modern({rsa});
    settings.client_authorities = {{"polycom", files.path("old.pem"), {}, TlsOldAlgorithms::refused}};
    EchoServer server(settings);
    TestTlsOptions options;
    options.version = TLS1_2_VERSION;
    options.security_level = 0;
    options.certificate = &phone;
    TestTlsClient refused(options);
    ASSERT_TRUE(refused.connect(server.port())) << refused.why();
    EXPECT_TRUE(refused.receive().ends_with("nobody"));
    settings.client_authorities.front().old_algorithms = TlsOldAlgorithms::accepted;
    server.replace(settings);
    TestTlsClient taken(options);
    ASSERT_TRUE(taken.connect(server.port())) << taken.why();
    EXPECT_TRUE(taken.receive().ends_with("polycom/0004f2000001"));
}

TEST_F(TlsTest, SpeaksOldVersionsOnALegacyListenerAlone) {
    auto settings = modern({rsa});
    for (const auto security : {TlsSecurity::modern, TlsSecurity::legacy}) {
        settings.security = security;
        EchoServer server(settings);
        for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
            TestTlsOptions options;
            options.version = version;
            options.ciphers = "DEFAULT:@SECLEVEL=0";
            options.security_level = 0;
            TestTlsClient client(options);
            EXPECT_EQ(client.connect(server.port()), security == TlsSecurity::legacy) << client.why();
            if (security == TlsSecurity::modern) {
                EXPECT_EQ(server.said(), std::string("no TLS handshake: no protocol in common: the phone offers TLS ") +
                                             (version == TLS1_VERSION ? "1.0" : "1.1"));
            }
        }
    }
}

TEST_F(TlsTest, LoadsNothingThatDoesNotFit) {
    struct Case {
        const char* name;
        TlsPair pair;
        const char* error;
    };
    auto old = TestCertificates::order(Use::server, "localhost");
    old.until = TestCertificates::now() - TestCertificates::day;
    const auto expired = files.issue("expired-server", old, KeyKind::p256, authority);
    const Case cases[] = {
        {"another's key", {rsa.certificate, ecdsa.key, {}, {}}, "the key is not that of"},
        {"no key", {rsa.certificate, files.path("none"), {}, {}}, "cannot be read"},
        {"no certificate", {rsa.key, rsa.key, {}, {}}, "holds no certificate"},
        {"garbage", {files.write("x.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n"), rsa.key, {}, {}}, "cannot be read"},
        {"expired", expired, "is valid no longer"}};
    for (const auto& [name, pair, error] : cases) {
        const auto material = TlsMaterial::load(modern({pair}), SystemClock(), TlsDates::must_hold);
        ASSERT_FALSE(material) << name;
        EXPECT_THAT(material.error().text(), testing::HasSubstr(error)) << name;
    }
    EXPECT_TRUE(TlsMaterial::load(modern({expired}), SystemClock(), TlsDates::reported));
}

TEST_F(TlsTest, ReloadsWhatChangedAndIsGood) {
    const SystemClock clock;
    TlsReload reload(modern({ecdsa}), clock);
    EXPECT_EQ(reload.check(), nullptr);
    (void)files.write("ecdsa.pem", "half a file");
    EXPECT_EQ(reload.check(), nullptr);
    EXPECT_EQ(reload.check(), nullptr);
    (void)files.server("ecdsa", KeyKind::p256, authority);
    EXPECT_NE(reload.check(), nullptr);
    EXPECT_EQ(reload.check(), nullptr);
    EXPECT_NE(reload.check(TlsReload::Force::always), nullptr);
}

TEST_F(TlsTest, CiphersOfTheOperatorMakeNoListenerLessThanItIsCalled) {
    const SystemClock clock;
    TlsKeys keys(clock);
    struct Case {
        TlsSecurity security;
        const char* ciphers;
        bool taken;
    };
    const Case cases[] = {{TlsSecurity::modern, "ECDHE+AESGCM", true},
                          {TlsSecurity::modern, "AES128-SHA", true},
                          {TlsSecurity::modern, "ECDHE+AESGCM:@SECLEVEL=0", false},
                          {TlsSecurity::modern, "aNULL:@SECLEVEL=0", false},
                          {TlsSecurity::legacy, "ALL:!aNULL:!eNULL:@SECLEVEL=0", true},
                          {TlsSecurity::legacy, "ALL:@SECLEVEL=0", false},
                          {TlsSecurity::legacy, "eNULL:@SECLEVEL=0", false},
                          {TlsSecurity::modern, "no such cipher", false}};
    for (const auto& [security, ciphers, taken] : cases) {
        auto settings = modern({rsa});
        settings.security = security;
        settings.ciphers = ciphers;
        const auto material = TlsMaterial::load(settings, clock, TlsDates::must_hold);
        ASSERT_TRUE(material) << material.error().text();
        EXPECT_EQ(TlsContext::try_out(*material, keys).has_value(), taken) << ciphers;
    }
}

TEST(PeerCertificate, ComesBackFromATicket) {
    Sha256 generation{};
    generation[3] = std::byte{7};
    TlsOrigin origin{};
    origin[31] = std::byte{9};
    PeerCertificate peer;
    peer.label = "polycom";
    peer.common_name = "0004f2000001";
    peer.alternative_names = {"a", "b"};
    const auto bytes = [](const std::string& text) { return std::as_bytes(std::span(text.data(), text.size())); };
    const auto text = to_ticket(generation, origin, &peer);
    const auto back = read_ticket(bytes(text));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->generation, generation);
    EXPECT_EQ(back->origin, origin);
    EXPECT_EQ(back->certificate, peer);
    EXPECT_EQ(read_ticket(bytes(to_ticket(generation, origin, nullptr)))->certificate, std::nullopt);
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_EQ(read_ticket(bytes(text.substr(0, size))).has_value(), size == 65) << size;
    EXPECT_FALSE(read_ticket(bytes(text + "x")));
}

} // namespace
} // namespace offhook::net
