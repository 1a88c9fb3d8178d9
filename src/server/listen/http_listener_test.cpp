#include "server/listen/http_test_support.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace offhook::server {
namespace {

const std::string get_a = "GET /a.cfg HTTP/1.1\r\nHost: x\r\nUser-Agent: ua\r\n\r\n";

TEST(HttpListener, ServesAFileAndKeepsTheConnection) {
    Site site;
    auto client = site.client();
    for (int i = 0; i < 3; ++i) {
        const auto answer = client.ask(get_a);
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, "0123456789");
        EXPECT_EQ(answer.field("Content-Length"), "10");
        EXPECT_EQ(answer.field("ETag"), "\"tag-10\"");
        EXPECT_EQ(answer.field("Connection"), "keep-alive");
        EXPECT_EQ(answer.field("Date").size(), 29U);
    }
    EXPECT_EQ(site.log.opened.front(), "a.cfg||ua|127.0.0.1");
    EXPECT_EQ(site.listener->connections(), 1U);
}

TEST(HttpListener, SaysWhichOfOurAddressesWasAsked) {
    Site site({}, 1, "0.0.0.0");
    const auto port = site.listener->bound().port();
    for (const char* address : {"127.0.0.1", "127.0.0.2"}) {
        Client client({boost::asio::ip::make_address(address), port});
        for (int i = 0; i < 2; ++i) EXPECT_EQ(client.ask(get_a).status, 200); // at once, and in a session
    }
    const std::string at = " " + std::to_string(port);
    EXPECT_EQ(site.log.locals,
              (std::vector<std::string>{"127.0.0.1" + at, "127.0.0.1" + at, "127.0.0.2" + at, "127.0.0.2" + at}));
}

TEST(HttpListener, WorksOverIpv6) {
    Site site({}, 1, "::1");
    auto client = site.client();
    EXPECT_EQ(client.ask(get_a).status, 200);
    EXPECT_EQ(site.log.opened.front(), "a.cfg||ua|::1");
}

TEST(HttpListener, ClosesOrKeepsByTheRuleOfTheVersion) {
    struct Case {
        const char* request;
        const char* connection;
    };
    Site site;
    for (const auto& [request, connection] :
         {Case{"GET /a.cfg HTTP/1.1\r\n\r\n", "keep-alive"},
          Case{"GET /a.cfg HTTP/1.1\r\nConnection: close\r\n\r\n", "close"},
          Case{"GET /a.cfg HTTP/1.0\r\n\r\n", "close"},
          Case{"GET /a.cfg HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "keep-alive"},
          Case{"GET /none HTTP/1.1\r\n\r\n", "keep-alive"}, Case{"GET /none HTTP/1.0\r\n\r\n", "close"}}) {
        auto client = site.client();
        EXPECT_EQ(client.ask(request).field("Connection"), connection) << request;
        if (std::string_view(connection) == "close") {
            EXPECT_TRUE(client.at_end()) << request;
        } else {
            EXPECT_EQ(client.ask(get_a).status, 200) << request;
        }
    }
}

TEST(HttpListener, AnswersByTable) {
    struct Case {
        const char* request;
        int status;
        const char* body;
    };
    Site site;
    for (const auto& [request, status, body] : {
             Case{"GET http://boot:80/a.cfg HTTP/1.1\r\nProxy-Connection: Keep-Alive\r\n\r\n", 200, "0123456789"},
             Case{"GET /dir/b%20c.cfg HTTP/1.1\r\n\r\n", 200, "<b/>"},
             Case{"GET //dir\\b c.cfg HTTP/1.1\r\n\r\n", 200, "<b/>"},
             Case{"GET /empty HTTP/1.1\r\n\r\n", 200, ""},
             Case{"\r\nGET /a.cfg HTTP/1.1\nHost: x\n\n", 200, "0123456789"},
             Case{"GET /none HTTP/1.1\r\n\r\n", 404, ""},
             Case{"GET / HTTP/1.1\r\n\r\n", 404, ""},
             Case{"HEAD /a.cfg HTTP/1.1\r\n\r\n", 200, ""},
             Case{"HEAD /none HTTP/1.1\r\n\r\n", 404, ""},
             Case{"GET /a.cfg HTTP/1.1\r\nRange: bytes=2-4\r\n\r\n", 206, "234"},
             Case{"GET /a.cfg HTTP/1.0\r\nRange: bytes=-3\r\n\r\n", 206, "789"},
             Case{"GET /a.cfg HTTP/1.1\r\nRange: bytes=10-\r\n\r\n", 416, ""},
             Case{"GET /a.cfg HTTP/1.1\r\nRange: bytes=0-1,3-4\r\n\r\n", 200, "0123456789"},
             Case{"HEAD /a.cfg HTTP/1.1\r\nRange: bytes=2-4\r\n\r\n", 200, ""},
             Case{"GET /a.cfg HTTP/1.1\r\nRange: bytes=2-4\r\nIf-Range: \"tag-10\"\r\n\r\n", 206, "234"},
             Case{"GET /a.cfg HTTP/1.1\r\nRange: bytes=2-4\r\nIf-Range: \"old\"\r\n\r\n", 200, "0123456789"},
             Case{"GET /a.cfg HTTP/1.1\r\nIf-None-Match: W/\"tag-10\"\r\n\r\n", 304, ""},
             Case{"GET /a.cfg HTTP/1.1\r\nIf-None-Match: \"other\"\r\n\r\n", 200, "0123456789"},
             Case{"GET /a.cfg HTTP/1.1\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n", 304, ""},
             Case{"GET /a.cfg HTTP/1.1\r\nIf-Match: \"other\"\r\n\r\n", 412, ""},
             Case{"GET /none HTTP/1.1\r\nIf-None-Match: *\r\n\r\n", 404, ""},
             Case{"POST /a.cfg HTTP/1.1\r\nContent-Length: 2\r\n\r\nxx", 405, ""},
             Case{"PUT /a.cfg HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 404, ""},
             Case{"OPTIONS * HTTP/1.1\r\n\r\n", 405, ""},
             Case{"DELETE /a.cfg HTTP/1.1\r\n\r\n", 405, ""},
             Case{"GET /a.cfg HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", 200, "0123456789"},
         }) {
        auto client = site.client();
        const auto answer = client.ask(request);
        EXPECT_EQ(answer.status, status) << request;
        EXPECT_EQ(answer.body, body) << request;
        EXPECT_EQ(answer.field("Content-Length").empty(), status == 304) << request;
        EXPECT_EQ(answer.field("Allow"), status == 405 ? "GET, HEAD, PUT" : "");
        if (answer.field("Connection") == "keep-alive") {
            const auto next = client.ask(get_a);
            EXPECT_EQ(next.status, 200) << "after " << request;
            EXPECT_EQ(next.body, "0123456789") << "after " << request;
        }
    }
}

TEST(HttpListener, RefusesAndClosesByTable) {
    struct Case {
        std::string request;
        int status;
    };
    Site site;
    std::size_t refused = 0;
    for (const auto& [request, status] : {
             Case{"GET /a.cfg HTTP/1.1\r\nHost : x\r\n\r\n", 400},
             Case{"GET /../../etc/passwd HTTP/1.1\r\n\r\n", 400},
             Case{"GET /a%00 HTTP/1.1\r\n\r\n", 400},
             Case{"GET * HTTP/1.1\r\n\r\n", 400},
             Case{"nonsense\r\n\r\n", 400},
             Case{"GET /a.cfg HTTP/3.0\r\n\r\n", 400},
             Case{"\x16\x03\x01\x02\x01\n\n", 400},
             Case{"GET /" + std::string(1100, 'a') + " HTTP/1.1\r\n\r\n", 414},
             Case{"GET /" + std::string(9000, 'a'), 414},
             Case{"GET / HTTP/1.1\r\nX: " + std::string(9000, 'a'), 431},
             Case{"GET /a.cfg HTTP/1.1\r\nContent-Length: 70000\r\n\r\n", 413},
             Case{"GET /a.cfg HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 413},
             Case{"GET /a.cfg HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", 413},
             Case{"GET /a.cfg HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
         }) {
        auto client = site.client();
        const auto answer = client.ask(request + (status == 400 ? "more that nobody reads" : ""));
        EXPECT_EQ(answer.status, status) << request.substr(0, 60);
        EXPECT_EQ(answer.field("Connection"), "close") << request.substr(0, 60);
        client.finish_sending();
        EXPECT_TRUE(client.at_end()) << request.substr(0, 60);
        ++refused;
        EXPECT_EQ(site.log.read([](DoorLog& log) { return log.refused.size(); }), refused) << request.substr(0, 60);
    }
    EXPECT_TRUE(site.log.opened.empty());
    EXPECT_TRUE(site.log.soon([&site](DoorLog&) { return site.listener->connections() == 0; }));
}

TEST(HttpListener, WhatIsNotToBeHadLooksTheSameWhateverItIs) {
    Site site;
    auto client = site.client();
    const auto first = client.ask("GET /none HTTP/1.1\r\n\r\n");
    const auto second =
        client.ask("GET /0004f2000000.cfg HTTP/1.1\r\nUser-Agent: y\r\nIf-None-Match: *\r\nRange: bytes=0-1\r\n\r\n");
    const auto without_date = [](std::string head) { return head.erase(head.find("Date: "), 37); };
    EXPECT_EQ(without_date(first.head), without_date(second.head));
    EXPECT_EQ(first.body + second.body, "");
}

TEST(HttpListener, AnswersPipelinedRequestsInOrder) {
    Site site;
    auto client = site.client();
    std::string batch;
    for (int i = 0; i < 50; ++i) {
        batch +=
            "GET /a.cfg HTTP/1.1\r\nRange: bytes=" + std::to_string(i % 10) + "-" + std::to_string(i % 10) + "\r\n\r\n";
        batch += "GET /a.cfg HTTP/1.1\r\nContent-Length: 3\r\n\r\nGET";
    }
    batch += "GET /a.cfg HTTP/1.1\r\nConnection: close\r\n\r\nGET /none HTTP/1.1\r\n\r\n";
    ASSERT_TRUE(client.send(batch));
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(client.receive().body, std::to_string(i % 10));
        EXPECT_EQ(client.receive().body, "0123456789");
    }
    EXPECT_EQ(client.receive().field("Connection"), "close");
    client.finish_sending();
    EXPECT_TRUE(client.at_end());
    EXPECT_EQ(site.log.opened.size(), 101U); // what follows a close is not a request
}

TEST(HttpListener, ARequestInTwoPiecesIsTheSameRequestWhereverItIsCut) {
    Site site;
    for (const std::string& request :
         {std::string("\r\nGET /dir/b c.cfg?q HTTP/1.1\nHost: x\r\nUser-Agent: ua\r\n\r\n"),
          std::string("GET /a.cfg HTTP/1.1\r\nContent-Length: 4\r\nRange: bytes=1-2\r\n\r\nbody")}) {
        auto whole_client = site.client();
        const auto whole = whole_client.ask(request);
        const auto body = whole.body;
        auto client = site.client(); // one connection for all the cuts
        for (std::size_t cut = 1; cut < request.size(); ++cut) {
            ASSERT_TRUE(client.send(request.substr(0, cut)));
            if (cut % 8 == 0) std::this_thread::sleep_for(std::chrono::milliseconds{2});
            ASSERT_TRUE(client.send(request.substr(cut)));
            const auto answer = client.receive();
            ASSERT_EQ(answer.status, whole.status) << cut;
            ASSERT_EQ(answer.body, body) << cut;
        }
    }
}

TEST(HttpListener, ARequestByteByByteIsTheSameRequest) {
    Site site;
    auto client = site.client();
    for (const char c : get_a) ASSERT_TRUE(client.send(std::string_view(&c, 1)));
    EXPECT_EQ(client.receive().body, "0123456789");
}

TEST(HttpListener, SendsALargeFileWholeAndInParts) {
    Site site;
    const auto& expected = site.house.files.at("large.ld")->body;
    auto client = site.client();
    EXPECT_TRUE(client.ask("GET /large.ld HTTP/1.1\r\n\r\n").body == expected);
    EXPECT_TRUE(client.ask("GET /large.ld HTTP/1.1\r\nRange: bytes=1000000-\r\n\r\n").body == expected.substr(1000000));
    EXPECT_EQ(client.ask(get_a).body, "0123456789");
    auto closing = site.client();
    EXPECT_TRUE(closing.ask("GET /large.ld HTTP/1.0\r\n\r\n").body == expected);
    EXPECT_TRUE(closing.at_end());
}

TEST(HttpListener, TellsTheDoorHowFarABrokenTransferCame) {
    Site site;
    {
        Client client(site.listener->bound(), 4096);
        ASSERT_TRUE(client.send("GET /large.ld HTTP/1.1\r\n\r\n"));
        EXPECT_FALSE(client.silent_for(std::chrono::seconds{5}));
    }
    ASSERT_TRUE(site.log.soon([](DoorLog& log) { return !log.broken_off.empty(); }));
    EXPECT_GT(site.log.broken_off[0], 0U);
    EXPECT_LT(site.log.broken_off[0], std::uint64_t{16 << 20});
}

std::string output_of(const std::string& command) {
    std::string out;
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return out;
    std::array<char, 4096> piece{};
    for (std::size_t bytes = 0; (bytes = ::fread(piece.data(), 1, piece.size(), pipe)) > 0;)
        out.append(piece.data(), bytes);
    ::pclose(pipe);
    return out;
}

TEST(HttpListener, CurlGetsWhatItAsksFor) {
    if (output_of("curl --version").find("curl ") != 0) GTEST_SKIP() << "curl is not installed";
    Site site;
    const std::string base = "http://127.0.0.1:" + std::to_string(site.listener->bound().port());
    const std::string curl = "curl -s -g --path-as-is --max-time 10 ";
    const std::string code = " -o /dev/null -w '%{http_code} %{size_download} %{num_connects}'";
    EXPECT_EQ(output_of(curl + base + "/a.cfg"), "0123456789");
    EXPECT_EQ(output_of(curl + "-0 -H Host: " + base + "/a.cfg"), "0123456789");
    EXPECT_EQ(output_of(curl + "-x " + base + " http://elsewhere/a.cfg"), "0123456789");
    EXPECT_EQ(output_of(curl + "-r 2-4 " + base + "/a.cfg"), "234");
    EXPECT_EQ(output_of(curl + "-I " + code + " " + base + "/a.cfg"), "200 0 1");
    EXPECT_EQ(output_of(curl + code + " " + base + "/../../etc/passwd"), "400 0 1");
    EXPECT_EQ(output_of(curl + code + " -T - " + base + "/up.log < /dev/null"), "404 0 1");
    EXPECT_EQ(
        output_of(curl + base + "/a.cfg " + base + "/large.ld" + " -o /dev/null -o /dev/null -w '%{num_connects} '"),
        "1 0 ");
    EXPECT_EQ(output_of(curl + code + " -z 'Sun, 06 Nov 1994 08:49:37 GMT' " + base + "/a.cfg"), "304 0 1");
}

} // namespace
} // namespace offhook::server
