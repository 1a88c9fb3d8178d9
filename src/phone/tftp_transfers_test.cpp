/// The phone's TFTP against other people's servers: tftpd-hpa in both directions, dnsmasq for reads, and tftpd-hpa
/// behind a bad network. Options that neither of them grants (windowsize) are judged in the listener's tests, where
/// atftp and our server meet.
#include "phone/tftp_transfers.hpp"

#include "base/digest.hpp"

#include <arpa/inet.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;

std::string body_of(std::size_t size) {
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i * 31 + i / 509);
    return out;
}

std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t length = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    ::close(fd);
    return ntohs(address.sin_port);
}

/// A program that runs until this goes away.
class Program {
public:
    explicit Program(std::vector<std::string> argv, int out_fd = -1) {
        std::vector<char*> pointers;
        for (auto& word : argv) pointers.push_back(word.data());
        pointers.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ != 0) return;
        if (out_fd >= 0) ::dup2(out_fd, 1);
        ::execvp(pointers[0], pointers.data());
        ::_exit(127);
    }
    ~Program() {
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, nullptr, 0);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

private:
    pid_t pid_ = -1;
};

class TftpPhone : public testing::Test {
protected:
    TftpPhone() {
        std::string name = "/tmp/tftp-phone-XXXXXX";
        root = ::mkdtemp(name.data());
        ::chmod(root.c_str(), 0755);
        for (const std::size_t size : {0U, 1U, 511U, 512U, 513U, 1468U, 100'000U})
            std::ofstream(root + "/f" + std::to_string(size), std::ios::binary) << body_of(size);
    }
    ~TftpPhone() override { std::filesystem::remove_all(root); }

    [[nodiscard]] TransferRequest get(std::uint16_t port, const std::string& name,
                                      std::string_view host = "127.0.0.1") const {
        TransferRequest request;
        request.url = *protocol::parse_url(fmt::format("tftp://{}:{}/{}", host, port, name));
        return request;
    }
    TransferAnswer run(const TransferRequest& request, const TftpSettings& settings = {}) {
        TransferAnswer answer;
        asio::io_context context{1};
        TftpTransfers transfers(context.get_executor(), settings);
        const auto work = [](TftpTransfers& by, TransferRequest what, TransferAnswer& into) -> asio::awaitable<void> {
            into = co_await by.run(std::move(what));
        };
        std::exception_ptr failure;
        asio::co_spawn(context, work(transfers, request, answer), [&](std::exception_ptr thrown) { failure = thrown; });
        context.run();
        if (failure) std::rethrow_exception(failure);
        return answer;
    }
    void until_it_serves(std::uint16_t port, std::string_view host = "127.0.0.1") {
        TftpSettings eager;
        eager.silence_time = std::chrono::milliseconds{200};
        for (int i = 0; i < 50; ++i)
            if (run(get(port, "f1", host), eager).outcome == FileOutcome::fetched) return;
        FAIL() << "the server did not start; see tools/packages";
    }
    [[nodiscard]] std::vector<std::string> hpa(std::uint16_t port) const {
        return {
            "/usr/sbin/in.tftpd", "-L", "-4", "-a", fmt::format("127.0.0.1:{}", port), "-s", "-u", "root", "-c", root};
    }

    std::string root;
};

std::vector<TftpSettings> manners() {
    std::vector<TftpSettings> out(3);
    out[1].wishes.transfer_bytes = 0;
    out[1].wishes.block_bytes = 1468;
    out[2].wishes.window_blocks = 8;
    return out;
}

TEST_F(TftpPhone, ReadsAndWritesWithTftpdHpa) {
    const auto port = free_port();
    const Program server(hpa(port));
    until_it_serves(port);
    for (const auto& settings : manners())
        for (const std::size_t size : {0U, 1U, 511U, 512U, 513U, 1468U, 100'000U}) {
            const auto answer = run(get(port, "f" + std::to_string(size)), settings);
            EXPECT_EQ(answer.outcome, FileOutcome::fetched) << answer.detail;
            EXPECT_TRUE(answer.body == body_of(size)) << size;
            EXPECT_EQ(answer.bytes, size);
            auto request = get(port, "written");
            request.direction = Direction::put;
            request.body = body_of(size);
            const auto stored = run(request, settings);
            EXPECT_EQ(stored.outcome, FileOutcome::stored) << stored.detail;
            EXPECT_EQ(stored.bytes, size);
            std::ifstream in(root + "/written", std::ios::binary);
            EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(in), {}) == body_of(size)) << size;
        }
    const auto absent = run(get(port, "none"));
    EXPECT_EQ(absent.outcome, FileOutcome::absent);
    EXPECT_NE(absent.detail.find("TFTP error 1"), std::string::npos) << absent.detail;
}

TEST_F(TftpPhone, ReadsFromDnsmasq) {
    constexpr std::string_view host = "127.69.0.1"; // dnsmasq's TFTP port is 69, whatever is asked: nobody else's here
    constexpr std::uint16_t port = 69;
    const Program server({"/usr/sbin/dnsmasq", "-k", "-C", "/dev/null", "-p", "0", "--enable-tftp",
                          "--tftp-root=" + root, "-u", "root", fmt::format("--listen-address={}", host),
                          "--bind-interfaces", "--pid-file="});
    until_it_serves(port, host);
    for (const auto& settings : manners())
        for (const std::size_t size : {0U, 1U, 512U, 513U, 100'000U}) {
            const auto answer = run(get(port, "f" + std::to_string(size), host), settings);
            EXPECT_EQ(answer.outcome, FileOutcome::fetched) << answer.detail;
            EXPECT_TRUE(answer.body == body_of(size)) << size;
        }
    EXPECT_EQ(run(get(port, "none", host)).outcome, FileOutcome::absent);
    auto named = get(port, "f1", host);
    named.url.host = "boot.invalid";
    named.address = host;
    EXPECT_EQ(run(named).outcome, FileOutcome::fetched) << "where it is told to, whatever the name";
}

TEST_F(TftpPhone, GetsThroughABadNetwork) {
    const auto port = free_port();
    const Program server(hpa(port));
    until_it_serves(port);
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const Program network({"python3", std::string(OFFHOOK_SOURCE_DIR) + "/tests/scenarios/impair.py", "--to",
                           fmt::format("127.0.0.1:{}", port), "--seed", "5", "--loss", "3", "--duplicate", "5",
                           "--reorder", "5", "--delay", "2"},
                          pipe_ends[1]);
    ::close(pipe_ends[1]);
    std::string line(64, '\0');
    line.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(pipe_ends[0], line.data(), line.size()))));
    ASSERT_TRUE(line.starts_with("listening ")) << line;
    const auto proxy = static_cast<std::uint16_t>(std::stoi(line.substr(10)));
    TftpSettings settings;
    settings.timing.first = settings.timing.least = std::chrono::milliseconds{100};
    const auto answer = run(get(proxy, "f100000"), settings);
    EXPECT_EQ(answer.outcome, FileOutcome::fetched) << answer.detail;
    EXPECT_TRUE(answer.body == body_of(100'000));
    auto request = get(proxy, "written");
    request.direction = Direction::put;
    request.body = body_of(50'000);
    const auto stored = run(request, settings);
    EXPECT_EQ(stored.outcome, FileOutcome::stored) << stored.detail;
    std::ifstream in(root + "/written", std::ios::binary);
    EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(in), {}) == body_of(50'000));
    ::close(pipe_ends[0]);
}

TEST_F(TftpPhone, ImagesAreDigestedAndCut) {
    const auto port = free_port();
    const Program server(hpa(port));
    until_it_serves(port);
    auto request = get(port, "f100000");
    request.bytes_max = 1U << 20U;
    request.keep = TransferRequest::Keep::head;
    request.on_head = [](std::string_view head) {
        EXPECT_EQ(head, body_of(limits::image_head_bytes));
        return HeadDecision{HeadDecision::Rest::wanted, 10};
    };
    auto answer = run(request);
    EXPECT_EQ(answer.outcome, FileOutcome::fetched);
    EXPECT_EQ(answer.digest, sha256(std::string_view(body_of(100'000)).substr(10)));
    EXPECT_EQ(answer.body.size(), limits::image_head_bytes);
    request.on_head = [](std::string_view) { return HeadDecision{HeadDecision::Rest::not_wanted, 0}; };
    answer = run(request);
    EXPECT_EQ(answer.outcome, FileOutcome::not_changed);
    EXPECT_LT(answer.bytes, 10'000U);
    request.bytes_max = 2000;
    EXPECT_EQ(run(request).outcome, FileOutcome::too_large);
}

TEST_F(TftpPhone, NobodyThereIsUnreachable) {
    TftpSettings settings;
    settings.silence_time = std::chrono::milliseconds{300};
    EXPECT_EQ(run(get(free_port(), "f1"), settings).outcome, FileOutcome::unreachable);
    auto request = get(1, "f1");
    request.url.host = "no-such-host.invalid";
    EXPECT_EQ(run(request, settings).outcome, FileOutcome::unreachable);
}

} // namespace
} // namespace offhook::phone
