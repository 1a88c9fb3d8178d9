#pragma once
/// @file  For the FTP listener's tests: a listener over a few files, and a client that says what it is told to.
#include "base/clock.hpp"
#include "net/loops.hpp"
#include "server/listen/fake_door.hpp"
#include "server/listen/ftp_listener.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace offhook::server {

using Endpoint = boost::asio::ip::tcp::endpoint;

/// A blocking connection, with a limit of ten seconds on every wait.
class Wire {
public:
    explicit Wire(const Endpoint& server, const char* from = nullptr)
        : fd_(::socket(server.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval limit{10, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        if (from != nullptr) {
            const Endpoint local(boost::asio::ip::make_address(from), 0);
            EXPECT_EQ(::bind(fd_, local.data(), static_cast<socklen_t>(local.size())), 0);
        }
        connected_ = ::connect(fd_, server.data(), static_cast<socklen_t>(server.size())) == 0;
    }
    ~Wire() { close(); }
    Wire(Wire&& other) noexcept : fd_(std::exchange(other.fd_, -1)), connected_(other.connected_) {}
    Wire& operator=(Wire&&) = delete;

    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] int fd() const { return fd_; }
    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    /// One line without its end; "" at the connection's end.
    std::string line() {
        for (;;) {
            const auto end = buffer_.find('\n');
            if (end != std::string::npos) {
                auto out = buffer_.substr(0, end);
                buffer_.erase(0, end + 1);
                if (!out.empty() && out.back() == '\r') out.pop_back();
                return out;
            }
            char piece[65536];
            const auto bytes = ::recv(fd_, piece, sizeof piece, 0);
            if (bytes <= 0) return "";
            buffer_.append(piece, static_cast<std::size_t>(bytes));
        }
    }
    /// Everything until the peer closes; `clean` says whether it did so without a reset.
    std::string rest(bool* clean = nullptr) {
        for (;;) {
            char piece[65536];
            const auto bytes = ::recv(fd_, piece, sizeof piece, 0);
            if (bytes > 0) buffer_.append(piece, static_cast<std::size_t>(bytes));
            if (bytes <= 0) {
                if (clean != nullptr) *clean = bytes == 0;
                return std::exchange(buffer_, {});
            }
        }
    }
    [[nodiscard]] bool silent_for(std::chrono::milliseconds time) const {
        pollfd waiting{fd_, POLLIN, 0};
        return ::poll(&waiting, 1, static_cast<int>(time.count())) == 0;
    }
    /// As a process that was killed over unread input does.
    void reset() {
        const linger at_once{1, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close();
    }
    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }

private:
    int fd_;
    bool connected_ = false;
    std::string buffer_;
};

class FtpClient {
public:
    explicit FtpClient(const Endpoint& server, const char* from = nullptr)
        : server_(server), from_(from), control(server, from) {
        greeting = reply();
    }
    /// The last line of a reply; what stood before it is in lines.
    std::string reply() {
        lines.clear();
        std::string first = control.line();
        if (first.size() < 4 || first[3] != '-') return first;
        const auto end = first.substr(0, 3) + " ";
        lines.push_back(first);
        for (auto line = control.line(); !line.empty(); line = control.line()) {
            if (line.rfind(end, 0) == 0) return line;
            lines.push_back(line);
        }
        return "";
    }
    std::string ask(std::string_view command) {
        control.send(std::string(command) + "\r\n");
        return reply();
    }
    int code(std::string_view command) { return code_of(ask(command)); }
    static int code_of(const std::string& reply) {
        return reply.size() < 3 ? 0 : std::atoi(reply.substr(0, 3).c_str());
    }
    bool log_in() { return code("USER phone") == 331 && code("PASS secret") == 230; }
    /// Asks for a passive port and connects to it.
    Wire data(const char* from = nullptr) {
        const auto said = ask("EPSV");
        const auto begin = said.find("(|||");
        EXPECT_NE(begin, std::string::npos) << said;
        const auto port = begin == std::string::npos ? 0 : std::atoi(said.c_str() + begin + 4);
        return Wire({server_.address(), static_cast<std::uint16_t>(port)}, from == nullptr ? from_ : from);
    }
    /// The file, and the code behind it.
    std::pair<std::string, int> get(std::string_view command) {
        auto wire = data();
        const int before = code(command);
        if (before != 150) return {"", before};
        auto bytes = wire.rest();
        return {bytes, code_of(reply())};
    }
    int put(std::string_view command, std::string_view bytes) {
        auto wire = data();
        const int before = code(command);
        if (before != 150) return before;
        wire.send(bytes);
        wire.close();
        return code_of(reply());
    }

private:
    Endpoint server_;
    const char* from_;

public:
    Wire control;
    std::string greeting;
    std::vector<std::string> lines;
};

constexpr std::size_t large_bytes = 34U << 20U; ///< more than 65535 blocks of 512

inline std::string make_pattern(std::size_t bytes) {
    std::string out(bytes, '\0');
    std::uint32_t x = 12345;
    for (auto& c : out) {
        x = x * 1664525U + 1013904223U;
        c = static_cast<char>(x >> 24U);
    }
    return out;
}

/// The first bytes of one sequence without a period that matters.
inline std::string_view pattern(std::size_t bytes) {
    static const std::string whole = make_pattern(large_bytes);
    return std::string_view(whole).substr(0, bytes);
}

inline const std::shared_ptr<const ReadyFile>& large_file() {
    static const auto file = make_file(std::string(pattern(large_bytes)));
    return file;
}

/// A running listener over loopback.
struct FtpSite {
    enum NoListener { no_listener };

    explicit FtpSite(const FtpOptions& options = {}, std::size_t loop_count = 2, const char* address = "127.0.0.1")
        : FtpSite(no_listener, loop_count) {
        open(options, {}, address);
    }
    explicit FtpSite(NoListener, std::size_t loop_count = 2) : loops(clock, loop_count) {
        house.accounts["phone"] = "secret";
        house.files["a.cfg"] = make_file("0123456789");
        house.files["lines.txt"] = make_file("one\ntwo\r\nthree\n");
        house.files["dir/b c.cfg"] = make_file("<b/>");
        for (const std::size_t bytes : {0, 1, 511, 512, 513})
            house.files["size-" + std::to_string(bytes)] = make_file(std::string(pattern(bytes)));
        house.files["size-" + std::to_string(large_bytes)] = large_file();
        house.files["disk.ld"] = make_file("from disk");
        house.later = {"disk.ld"};
        house.uploads = {"up.log", "dir/up.log", "u0", "u1", "u511", "u512", "u513", "ubig"};
        house.upload_bytes_max = 64U << 20U;
        for (std::size_t i = 0; i < loop_count; ++i) {
            doors.push_back(std::make_unique<FakeDoor>(house, &log, &loops[i]));
            pointers.push_back(doors.back().get());
        }
        loops.start();
    }
    ~FtpSite() { close(); }
    FtpSite(const FtpSite&) = delete;
    FtpSite& operator=(const FtpSite&) = delete;

    void open(const FtpOptions& options, const std::vector<net::TlsContext*>& tls, const char* address = "127.0.0.1") {
        auto opened = FtpListener::open(loops, pointers, {boost::asio::ip::make_address(address), 0}, options, tls);
        ASSERT_TRUE(opened) << opened.error().text();
        listener = std::move(*opened);
        listener->start();
    }
    void close() {
        if (listener) listener->stop();
        loops.stop();
    }
    [[nodiscard]] FtpClient client(const char* from = nullptr) const { return FtpClient(listener->bound(), from); }
    [[nodiscard]] FtpClient logged_in() const {
        auto out = client();
        EXPECT_TRUE(out.log_in());
        return out;
    }
    [[nodiscard]] std::string stored(const std::string& name) {
        return log.read([&](const DoorLog& read) {
            const auto found = read.uploads.find(name);
            return found == read.uploads.end() ? std::string("(nothing)") : found->second;
        });
    }

    SystemClock clock;
    FakeHouse house; ///< may be changed before the first client comes
    DoorLog log;
    std::vector<std::unique_ptr<FakeDoor>> doors;
    std::vector<Door*> pointers;
    net::Loops loops;
    std::unique_ptr<FtpListener> listener;
};

} // namespace offhook::server
