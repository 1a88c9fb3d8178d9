#include "server/resync/page_call.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace offhook::server {
namespace {

namespace asio = boost::asio;

/// A phone whose page answers each request with the next of these.
class ScriptedPage {
public:
    explicit ScriptedPage(std::vector<std::string> answers)
        : acceptor_(context_, {asio::ip::address_v4::loopback(), 0}), thread_([this, answers = std::move(answers)] {
              for (const auto& answer : answers) {
                  boost::system::error_code error;
                  asio::ip::tcp::socket socket(context_);
                  acceptor_.accept(socket, error);
                  if (error) return;
                  std::string head;
                  asio::read_until(socket, asio::dynamic_buffer(head), "\r\n\r\n", error);
                  asked.push_back(head);
                  asio::write(socket, asio::buffer(answer), error);
              }
          }) {}
    ~ScriptedPage() { end(); }
    ScriptedPage(const ScriptedPage&) = delete;
    ScriptedPage& operator=(const ScriptedPage&) = delete;
    /// After it `asked` is complete.
    void end() {
        if (thread_.joinable()) thread_.join();
    }
    [[nodiscard]] std::uint16_t port() { return acceptor_.local_endpoint().port(); }
    std::vector<std::string> asked;

private:
    asio::io_context context_;
    asio::ip::tcp::acceptor acceptor_;
    std::thread thread_;
};

NotifyOutcome called(std::uint16_t port, PageTask task) {
    asio::io_context context;
    SeededRandom random(3);
    NotifyOutcome out;
    auto work = call_page(std::move(task), IpAddress::v4(0x7f000001), port, random);
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr failure, NotifyOutcome outcome) {
        if (failure) std::rethrow_exception(failure);
        out = std::move(outcome);
    });
    context.run();
    return out;
}

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const std::string who = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"spa\", nonce=\"5f3a\", "
                        "algorithm=MD5\r\nContent-Length: 0\r\n\r\n";
const PageTask with_password{"/admin/resync?/x", protocol::BasicCredentials{"admin", "s3cret"}};

TEST(PageCall, AsksOnceWhereNoPasswordIsWanted) {
    ScriptedPage page({ok});
    const auto outcome = called(page.port(), with_password);
    page.end();
    EXPECT_EQ(outcome.state, NotifyOutcome::State::accepted);
    EXPECT_EQ(outcome.status, 200);
    EXPECT_TRUE(page.asked.at(0).starts_with("GET /admin/resync?/x HTTP/1.1\r\n"));
    EXPECT_EQ(page.asked.at(0).find("Authorization"), std::string::npos);
}

TEST(PageCall, AnswersDigestWithoutQop) {
    ScriptedPage page({who, ok});
    const auto outcome = called(page.port(), with_password);
    page.end();
    EXPECT_EQ(outcome.state, NotifyOutcome::State::accepted);
    // md5(md5("admin:spa:s3cret"):5f3a:md5("GET:/admin/resync?/x"))
    EXPECT_NE(page.asked.at(1).find("response=\"8f078e2fc0a62e847dc066c96ea4b044\""), std::string::npos)
        << page.asked.at(1);
    EXPECT_EQ(page.asked.at(1).find("s3cret"), std::string::npos);
}

TEST(PageCall, SaysWhatIsWrong) {
    const struct {
        const char* name;
        std::vector<std::string> answers;
        PageTask task;
        NotifyOutcome::State state;
    } rows[] = {
        {"wrong password", {who, who}, with_password, NotifyOutcome::State::wrong_account},
        {"no password", {who}, {"/admin/reboot", {}}, NotifyOutcome::State::wrong_account},
        {"Basic",
         {"HTTP/1.1 401 U\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n"},
         with_password,
         NotifyOutcome::State::wrong_account},
        {"no page", {"HTTP/1.1 404 N\r\n\r\n"}, with_password, NotifyOutcome::State::refused},
        {"redirect",
         {"HTTP/1.1 302 F\r\nLocation: http://192.0.2.1/\r\n\r\n"},
         with_password,
         NotifyOutcome::State::refused},
        {"nonsense", {"nonsense\r\n\r\n"}, with_password, NotifyOutcome::State::no_answer},
        {"nothing", {""}, with_password, NotifyOutcome::State::no_answer},
    };
    for (const auto& row : rows) {
        ScriptedPage page(row.answers);
        const auto outcome = called(page.port(), row.task);
        EXPECT_EQ(outcome.state, row.state) << row.name << ": " << outcome.text;
        EXPECT_FALSE(outcome.text.empty()) << row.name;
    }
}

TEST(PageCall, SaysThatNobodyIsThere) {
    std::uint16_t port = 0;
    {
        ScriptedPage page({});
        port = page.port();
    }
    EXPECT_EQ(called(port, with_password).state, NotifyOutcome::State::unreachable);
}

TEST(PageArgument, WritesWhatIsNoUrlAsPercentSigns) {
    EXPECT_EQ(page_argument("http://192.0.2.10:80/$MA.xml?a=b&c"), "http://192.0.2.10:80/$MA.xml?a=b&c");
    EXPECT_EQ(page_argument("[--key a b]/x+%#\"\r\n"), "%5B--key%20a%20b%5D/x%2B%25%23%22%0D%0A");
}

} // namespace
} // namespace offhook::server
