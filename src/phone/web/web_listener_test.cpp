#include "phone/web/web_listener.hpp"

#include "phone/web/web_request.hpp"

#include <array>
#include <cstdio>
#include <fmt/format.h>
#include <future>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;

class OnePage final : public WebPages {
public:
    [[nodiscard]] std::optional<std::uint16_t> port() const override { return 0; }
    [[nodiscard]] WebAnswer answer(const WebRequest& request) override {
        asked.push_back(request);
        WebAnswer out;
        out.body = "here";
        out.order = PhoneOrder{NotifyAction::reboot};
        return out;
    }
    std::vector<WebRequest> asked;
};

std::string output_of(const std::string& command) {
    std::string out;
    std::array<char, 512> piece{};
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return "cannot run";
    while (std::fgets(piece.data(), piece.size(), pipe) != nullptr) out += piece.data();
    ::pclose(pipe);
    return out;
}

class WebListening : public testing::Test {
protected:
    WebListening() { listener.open(IpAddress::v4(0x7f000001), 0); }
    /// What a shell prints while the listener runs.
    std::string run(const std::string& command) {
        auto output = std::async(std::launch::async, output_of, command);
        while (output.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
            context.run_one_for(std::chrono::milliseconds(20));
        return output.get();
    }
    std::string curl(const std::string& words) {
        return run(fmt::format("curl -s -m 5 -g {} 'http://{}/a?b=[c]' 2>&1", words, listener.local()));
    }

    asio::io_context context;
    OnePage page;
    std::vector<PhoneOrder> orders;
    std::vector<std::string> told;
    WebListener listener{context,
                         page,
                         {[this](const std::string& line) { told.push_back(line); },
                          [this](PhoneOrder order) { orders.push_back(std::move(order)); }}};
};

TEST_F(WebListening, AnswersCurlAndActsAfterwards) {
    EXPECT_EQ(curl("-w ' %{http_code}'"), "here 200");
    ASSERT_EQ(page.asked.size(), 1U);
    EXPECT_EQ(page.asked[0].target, "/a?b=[c]");
    EXPECT_EQ(page.asked[0].from, IpAddress::v4(0x7f000001));
    EXPECT_EQ(orders.size(), 1U);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].find("[c]"), std::string::npos) << "what follows the path may be a password";
}

TEST_F(WebListening, RefusesWhatIsNoRequest) {
    const auto say = [&](const std::string& maker) {
        return run(fmt::format("timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/{}; {} >&3 2>/dev/null; cat <&3' 2>&1",
                               listener.port(), maker));
    };
    EXPECT_TRUE(say("printf \"nonsense\\r\\n\\r\\n\"").starts_with("HTTP/1.1 400 "));
    EXPECT_EQ(say("head -c 20000 /dev/zero | tr \"\\0\" a").find("HTTP/"), std::string::npos);
    EXPECT_TRUE(page.asked.empty());
    EXPECT_TRUE(orders.empty());
}

TEST_F(WebListening, ServesNobodyOnceItIsClosed) {
    const auto address = listener.local();
    listener.close();
    EXPECT_EQ(run(fmt::format("curl -s -m 5 -w '%{{http_code}}' http://{}/", address)), "000");
    EXPECT_FALSE(listener.is_open());
}

TEST(WebRequestHead, TakesOneAuthorizationAlone) {
    const auto request = read_web_request("GET /x HTTP/1.0\r\nAuthorization: Digest a=b\r\n\r\n");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->authorization, "Digest a=b");
    for (const auto* bad :
         {"", "GET\r\n\r\n", "GET /x HTTP/1.1\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n",
          "GET /x HTTP/1.1\r\nbroken\r\n\r\n", "GET /a b HTTP/1.1\r\n\r\n", "GET http://x/ HTTP/1.1\r\n\r\n",
          "GET /x HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "GET /x HTTP/1.1\r\nA: b\r\n", "GET /\x01 HTTP/1.1\r\n\r\n"})
        EXPECT_FALSE(read_web_request(bad)) << bad;
}

} // namespace
} // namespace offhook::phone
