#include "net/listen_socket.hpp"
#include "net/loops.hpp"
#include "net/stream.hpp"
#include "net/task_group.hpp"
#include "net/test_certificates.hpp"
#include "net/tls_context.hpp"
#include "net/tls_error.hpp"

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

} // namespace
} // namespace offhook::net
