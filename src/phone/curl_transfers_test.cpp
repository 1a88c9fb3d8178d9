#include "phone/curl_transfers.hpp"

#include "net/as_result.hpp"
#include "net/task_group.hpp"
#include "phone/scheme_transfers.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// Answers "ok" to every request and remembers which connection asked for what; silent for /silence, and for /short
/// it announces more than it sends. It sends /hop on to /moved, and /moved to an https server where nobody listens.
class EchoingServer {
public:
    explicit EchoingServer(asio::io_context& context)
        : acceptor_(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), sessions_(context.get_executor()) {
        sessions_.spawn(accept());
    }
    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    asio::awaitable<void> stop() {
        acceptor_.close();
        sessions_.cancel();
        co_await sessions_.join();
    }

    std::map<unsigned, std::vector<std::string>> requests; ///< request lines by connection

private:
    asio::awaitable<void> accept() {
        for (;;) {
            auto [error, socket] = co_await acceptor_.async_accept(net::as_result);
            if (error) co_return;
            sessions_.spawn(serve(std::move(socket), ++connections_));
        }
    }
    asio::awaitable<void> serve(tcp::socket socket, unsigned connection) {
        std::string buffer;
        for (;;) {
            const auto [error, bytes] =
                co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n", net::as_result);
            if (error) co_return;
            const std::string line = buffer.substr(0, buffer.find("\r\n"));
            buffer.erase(0, bytes);
            requests[connection].push_back(line);
            if (line.find("/silence") != std::string::npos) continue;
            const bool is_short = line.find("/short") != std::string::npos;
            std::string answer = fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\nok", is_short ? 9 : 2);
            for (const auto& [from, to] : {std::pair{"/hop", "/moved"}, {"/moved", "https://127.0.0.1:1/x"}})
                if (line.find(from) != std::string::npos)
                    answer = fmt::format("HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", to);
            const auto [failure, sent] = co_await asio::async_write(socket, asio::buffer(answer), net::as_result);
            if (failure || is_short) co_return;
        }
    }

    tcp::acceptor acceptor_;
    unsigned connections_ = 0;
    net::TaskGroup sessions_;
};

class OverHttp : public testing::Test {
public: // the tests' coroutines are functions of their own
    [[nodiscard]] TransferRequest get(const std::string& path) const {
        TransferRequest request;
        request.url = *protocol::parse_url(fmt::format("http://127.0.0.1:{}{}", server.port(), path));
        request.user_agent = "test";
        return request;
    }
    /// Runs the loop until the given work is done, then ends the server.
    void run(asio::awaitable<void> work) {
        std::exception_ptr failure;
        const auto done = [&](std::exception_ptr thrown) { failure = thrown; };
        asio::co_spawn(context, work_then_stop(std::move(work)), done);
        context.run();
        if (failure) std::rethrow_exception(failure);
    }
    asio::awaitable<void> work_then_stop(asio::awaitable<void> work) {
        co_await std::move(work);
        co_await server.stop();
    }

    asio::io_context context{1};
    EchoingServer server{context};
    CurlLoop loop{context.get_executor()};
};

TEST_F(OverHttp, PhonesOfOneLoopNeverShareAConnection) {
    constexpr unsigned phones = 100, requests = 3;
    const auto phone = [](OverHttp& test, unsigned index) -> asio::awaitable<void> { // captures nothing
        CurlTransfers transfers(test.loop, {});
        for (unsigned stage = 0; stage < 2; ++stage) {
            transfers.start_stage();
            for (unsigned i = 0; i < requests; ++i) {
                const auto answer = co_await transfers.run(test.get(fmt::format("/{}/{}", index, stage)));
                EXPECT_EQ(answer.outcome, FileOutcome::fetched) << answer.detail;
                EXPECT_EQ(answer.body, "ok");
            }
        }
    };
    const auto all = [](OverHttp& test, auto one) -> asio::awaitable<void> {
        net::TaskGroup group(test.context.get_executor());
        for (unsigned i = 0; i < phones; ++i) group.spawn(one(test, i));
        co_await group.join();
    };
    run(all(*this, phone));
    EXPECT_EQ(server.requests.size(), phones * 2) << "one connection a phone and stage";
    for (const auto& [connection, lines] : server.requests) {
        EXPECT_EQ(lines.size(), requests);
        EXPECT_EQ(std::set(lines.begin(), lines.end()).size(), 1U) << "asked for by one phone in one stage";
    }
}

TEST_F(OverHttp, TellsFailuresApart) {
    const auto work = [](OverHttp& test) -> asio::awaitable<void> {
        CurlSettings settings;
        settings.silence_time = std::chrono::seconds(1);
        CurlTransfers transfers(test.loop, settings);
        const auto silent = co_await transfers.run(test.get("/silence"));
        EXPECT_EQ(silent.outcome, FileOutcome::timed_out) << silent.detail;
        const auto cut = co_await transfers.run(test.get("/short"));
        EXPECT_EQ(cut.outcome, FileOutcome::cut_off) << cut.detail;
        auto request = test.get("/");
        request.url.port = 1;
        const auto closed = co_await transfers.run(request);
        EXPECT_EQ(closed.outcome, FileOutcome::unreachable) << closed.detail;
        request = test.get("/");
        request.bytes_max = 1;
        const auto large = co_await transfers.run(request);
        EXPECT_EQ(large.outcome, FileOutcome::too_large) << large.detail;
        request.url.scheme = protocol::Scheme::ftps;
        const auto ftps = co_await transfers.run(request);
        EXPECT_EQ(ftps.outcome, FileOutcome::not_built_in);
    };
    run(work(*this));
}

TEST_F(OverHttp, GoesToTheAddressThatItIsGivenForAName) {
    const auto work = [](OverHttp& test) -> asio::awaitable<void> {
        CurlTransfers curl(test.loop, {});
        auto request = test.get("/");
        request.url.host = "boot.invalid";
        const auto unknown = co_await curl.run(request);
        EXPECT_EQ(unknown.outcome, FileOutcome::unreachable) << unknown.detail;
        request.address = "127.0.0.99";
        const auto other = co_await curl.run(request);
        EXPECT_EQ(other.outcome, FileOutcome::unreachable) << other.detail;
        request.address = "127.0.0.1";
        const auto reached = co_await curl.run(request);
        EXPECT_EQ(reached.outcome, FileOutcome::fetched) << reached.detail;
        request.address.clear();
        FixedHosts hosts;
        hosts["boot.invalid"] = {"127.0.0.1"};
        SchemeTransfers by_name(curl, curl, std::move(hosts));
        request.url.host = "Boot.Invalid";
        const auto fixed = co_await by_name.run(request);
        EXPECT_EQ(fixed.outcome, FileOutcome::fetched) << fixed.detail;
    };
    run(work(*this));
}

TEST_F(OverHttp, StopsBeforeTheRedirectToTlsWhereItIsTold) {
    const auto work = [](OverHttp& test) -> asio::awaitable<void> {
        using Redirects = TransferRequest::Redirects;
        CurlTransfers transfers(test.loop, {});
        for (const char* path : {"/moved", "/hop"}) {
            auto request = test.get(path);
            request.redirects = Redirects::followed_in_clear;
            const auto stopped = co_await transfers.run(request);
            EXPECT_EQ(stopped.outcome, FileOutcome::redirected) << stopped.detail;
            EXPECT_EQ(stopped.secure_url, "https://127.0.0.1:1/x");
            request.redirects = Redirects::followed;
            const auto followed = co_await transfers.run(request);
            EXPECT_EQ(followed.outcome, FileOutcome::unreachable) << followed.detail;
            EXPECT_EQ(followed.secure_url, "");
            request.redirects = Redirects::refused;
            const auto refused = co_await transfers.run(request);
            EXPECT_EQ(refused.outcome, FileOutcome::redirected) << refused.detail;
            EXPECT_EQ(refused.secure_url, "");
        }
        auto request = test.get("/here");
        request.redirects = Redirects::followed_in_clear;
        const auto there = co_await transfers.run(request);
        EXPECT_EQ(there.outcome, FileOutcome::fetched) << there.detail;
    };
    run(work(*this));
}

TEST_F(OverHttp, SpeaksTheVersionThatItIsTold) {
    const auto work = [](OverHttp& test) -> asio::awaitable<void> {
        CurlTransfers transfers(test.loop, {});
        auto request = test.get("/old");
        request.http_version = TransferRequest::HttpVersion::http_1_0;
        const auto answer = co_await transfers.run(request);
        EXPECT_EQ(answer.outcome, FileOutcome::fetched) << answer.detail;
        EXPECT_EQ(answer.detail, "HTTP 200") << "no redirect";
    };
    run(work(*this));
    EXPECT_EQ(server.requests[1], (std::vector<std::string>{"GET /old HTTP/1.0"}));
}

TEST_F(OverHttp, SendsAPathAsItIsWritten) {
    const auto work = [](OverHttp& test) -> asio::awaitable<void> {
        CurlTransfers transfers(test.loop, {});
        co_await transfers.run(test.get("//a b/../{c}%zz%2f?d"));
        co_await transfers.run(test.get("//a/../{c}%zz%2f/./?d"));
    };
    run(work(*this));
    EXPECT_EQ(server.requests[1],
              (std::vector<std::string>{"GET //a b/../{c}%zz%2f?d HTTP/1.1", "GET //a/../{c}%zz%2f/./?d HTTP/1.1"}));
}

TEST_F(OverHttp, ImagesAreDigestedNotKept) {
    const auto work = [](OverHttp& test) -> asio::awaitable<void> {
        CurlTransfers transfers(test.loop, {});
        auto request = test.get("/image");
        request.keep = TransferRequest::Keep::head;
        request.on_head = [](std::string_view head) {
            EXPECT_EQ(head, "ok");
            return HeadDecision{HeadDecision::Rest::wanted, 1};
        };
        auto answer = co_await transfers.run(request);
        EXPECT_EQ(answer.outcome, FileOutcome::fetched);
        EXPECT_EQ(answer.digest, sha256(std::string_view("k")));
        request.on_head = [](std::string_view) { return HeadDecision{HeadDecision::Rest::not_wanted, 0}; };
        answer = co_await transfers.run(request);
        EXPECT_EQ(answer.outcome, FileOutcome::not_changed);
    };
    run(work(*this));
}

} // namespace
} // namespace offhook::phone
