#include "server/listen/http_test_support.hpp"

#include <sys/resource.h>

namespace offhook::server {
namespace {

using std::chrono::milliseconds;

const std::string small_get = "GET /a.cfg HTTP/1.1\r\n\r\n";

HttpOptions quick() {
    HttpOptions options;
    options.header_time_max = milliseconds{300};
    options.idle_time_max = milliseconds{300};
    options.linger_time_max = milliseconds{200};
    options.send_window = milliseconds{300};
    options.stop_grace = milliseconds{300};
    return options;
}

void allow_descriptors(rlim_t count) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min(limit.rlim_max, std::max(limit.rlim_cur, count));
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

TEST(HttpListenerLimits, AThousandSilentAndSlowConnectionsHarmNobodyElse) {
    allow_descriptors(4096);
    auto options = quick();
    options.header_time_max = options.idle_time_max = std::chrono::seconds{30};
    Site site(options);
    std::vector<Client> slow;
    for (int i = 0; i < 1000; ++i) {
        slow.push_back(site.client());
        ASSERT_TRUE(slow.back().connected());
        ASSERT_TRUE(slow.back().send(i % 2 == 0 ? "GET /a.cfg HT" : "\r\n"));
    }
    ASSERT_TRUE(site.log.soon([&site](DoorLog&) { return site.listener->connections() == 1000; }));
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 200; ++i) {
        auto client = site.client();
        ASSERT_EQ(client.ask(small_get).status, 200);
        ASSERT_EQ(client.ask(small_get).status, 200);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{10});
    ASSERT_TRUE(slow[0].send("TP/1.1\r\n\r\n"));
    EXPECT_EQ(slow[0].receive().status, 200);
}

TEST(HttpListenerLimits, ASlowRequestIsShutOutHoweverItTrickles) {
    Site site(quick());
    auto client = site.client();
    const auto begun = std::chrono::steady_clock::now();
    while (client.send("G")) {
        std::this_thread::sleep_for(milliseconds{20});
        ASSERT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{5});
    }
    EXPECT_TRUE(site.log.soon(
        [](DoorLog& log) { return log.refused == std::vector<std::string>{"too slow with its request"}; }));
}

TEST(HttpListenerLimits, AnIdleConnectionIsClosedAndNobodyIsBlamed) {
    Site site(quick());
    auto client = site.client();
    EXPECT_EQ(client.ask(small_get).status, 200);
    EXPECT_TRUE(client.at_end());
    EXPECT_TRUE(site.log.soon([&site](DoorLog&) { return site.listener->connections() == 0; }));
    EXPECT_TRUE(site.log.refused.empty());
}

TEST(HttpListenerLimits, AReceiverThatStandsStillIsShutOut) {
    Site site(quick());
    Client client(site.listener->bound(), 4096);
    ASSERT_TRUE(client.send("GET /large.ld HTTP/1.1\r\n\r\n"));
    EXPECT_TRUE(site.log.soon([](DoorLog& log) { return log.broken_off.size() == 1; }));
}

TEST(HttpListenerLimits, AReceiverThatIsSlowButSteadyIsNot) {
    auto options = quick();
    options.send_bytes_per_second_min = 1000;
    Site site(options);
    Client client(site.listener->bound(), 4096);
    ASSERT_TRUE(client.send("GET /large.ld HTTP/1.1\r\nConnection: close\r\n\r\n"));
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{2};
    std::size_t taken = 0;
    while (std::chrono::steady_clock::now() < until) {
        taken += client.take_up_to(2048);
        std::this_thread::sleep_for(milliseconds{20});
    }
    EXPECT_GT(taken, 10'000U);
    EXPECT_TRUE(site.log.read([](DoorLog& log) { return log.broken_off.empty(); }));
}

TEST(HttpListenerLimits, OneAnswerMayTakeSoLongAndNoLonger) {
    auto options = quick();
    options.send_bytes_per_second_min = 0;
    options.send_time_max = milliseconds{500};
    Site site(options);
    Client client(site.listener->bound(), 4096);
    ASSERT_TRUE(client.send("GET /large.ld HTTP/1.1\r\n\r\n"));
    EXPECT_TRUE(site.log.soon([](DoorLog& log) { return log.broken_off.size() == 1; }));
}

TEST(HttpListenerLimits, WhenAllPlacesAreTakenRequestsAreStillAnsweredOneAConnection) {
    auto options = quick();
    options.connections_max = 2;
    options.idle_time_max = std::chrono::seconds{30};
    Site site(options);
    auto first = site.client();
    auto second = site.client();
    EXPECT_EQ(first.ask(small_get).field("Connection"), "keep-alive");
    EXPECT_EQ(second.ask(small_get).field("Connection"), "keep-alive");
    auto third = site.client();
    const auto answer = third.ask(small_get);
    EXPECT_EQ(answer.body, "0123456789");
    EXPECT_EQ(answer.field("Connection"), "close");
    EXPECT_TRUE(third.at_end());
    auto fourth = site.client();
    ASSERT_TRUE(fourth.send("GET /a.cf"));
    EXPECT_TRUE(fourth.at_end());
    EXPECT_EQ(site.log.read([](DoorLog& log) { return log.refused.size(); }), 1U);
}

TEST(HttpListenerLimits, OneSourceHasItsOwnLimit) {
    auto options = quick();
    options.connections_per_source_max = 1;
    options.idle_time_max = std::chrono::seconds{30};
    Site site(options);
    auto first = site.client();
    auto second = site.client();
    EXPECT_EQ(first.ask(small_get).field("Connection"), "keep-alive");
    EXPECT_EQ(second.ask(small_get).field("Connection"), "close");
}

TEST(HttpListenerLimits, AConnectionCarriesSoManyRequests) {
    auto options = quick();
    options.requests_per_connection_max = 3;
    Site site(options);
    auto client = site.client();
    int answers = 0;
    while (client.ask(small_get).status == 200 && ++answers < 10) {
    }
    EXPECT_LE(answers, 4); // the first may have been answered before there was a session to count
    EXPECT_GE(answers, 3);
}

TEST(HttpListenerLimits, StopEndsIdleConnectionsAtOnceAndLetsATransferFinish) {
    auto options = quick();
    options.stop_grace = std::chrono::seconds{20};
    options.idle_time_max = std::chrono::seconds{30};
    Site site(options);
    auto idle = site.client();
    ASSERT_EQ(idle.ask(small_get).status, 200);
    auto busy = site.client();
    ASSERT_TRUE(busy.send("GET /large.ld HTTP/1.1\r\n\r\n"));
    ASSERT_FALSE(busy.silent_for(std::chrono::seconds{5}));
    std::thread stopping([&site] { site.listener->stop(); });
    EXPECT_TRUE(idle.at_end());
    EXPECT_TRUE(busy.receive().body == site.house.files.at("large.ld")->body);
    EXPECT_TRUE(busy.at_end());
    stopping.join();
    EXPECT_FALSE(site.client().connected());
}

TEST(HttpListenerLimits, StopCutsWhatDoesNotFinishInTime) {
    Site site(quick());
    Client client(site.listener->bound(), 4096);
    ASSERT_TRUE(client.send("GET /large.ld HTTP/1.1\r\n\r\n"));
    ASSERT_FALSE(client.silent_for(std::chrono::seconds{5}));
    auto partial = site.client();
    ASSERT_TRUE(partial.send("GET /a"));
    ASSERT_TRUE(site.log.soon([&site](DoorLog&) { return site.listener->connections() == 2; }));
    const auto begun = std::chrono::steady_clock::now();
    site.listener->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{5});
    EXPECT_EQ(site.listener->connections(), 0U);
    EXPECT_EQ(site.log.read([](DoorLog& log) { return log.broken_off.size(); }), 1U);
}

TEST(HttpListenerLimits, StopsWhileClientsComeAndGo) {
    for (int round = 0; round < 5; ++round) {
        Site site(quick());
        const auto bound = site.listener->bound();
        std::vector<std::thread> clients;
        for (int i = 0; i < 4; ++i) {
            clients.emplace_back([bound, i] {
                for (;;) {
                    Client client(bound);
                    if (!client.connected()) return;
                    (void)client.ask(i % 2 == 0 ? small_get : "GET /a.cfg HTTP/1.0\r\n\r\n");
                    if (i == 3) (void)client.ask("GET /large.ld HTTP/1.1\r\n\r\n");
                }
            });
        }
        std::this_thread::sleep_for(milliseconds{50});
        site.listener->stop();
        for (auto& client : clients) client.join();
    }
}

} // namespace
} // namespace offhook::server
