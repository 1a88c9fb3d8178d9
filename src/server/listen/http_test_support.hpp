#pragma once
/// @file  For the listener's tests: a door over a few files, and a client that sends bytes as told.
#include "base/clock.hpp"
#include "net/loops.hpp"
#include "server/listen/fake_door.hpp"
#include "server/listen/http_listener.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace offhook::server {

struct Answer {
    int status = 0;
    std::string head; ///< status line to empty line
    std::string body;

    [[nodiscard]] std::string field(std::string_view name) const {
        const auto at = head.find("\r\n" + std::string(name) + ": ");
        if (at == std::string::npos) return "";
        const auto begin = at + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }
};

/// Blocking, with a limit of ten seconds on every wait.
class Client {
public:
    explicit Client(const boost::asio::ip::tcp::endpoint& server, int receive_buffer_bytes = 0)
        : fd_(::socket(server.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval limit{10, 0};
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        if (receive_buffer_bytes != 0)
            ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
        connected_ = ::connect(fd_, server.data(), static_cast<socklen_t>(server.size())) == 0;
    }
    ~Client() {
        if (fd_ >= 0) ::close(fd_);
    }
    Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)), connected_(other.connected_) {}
    Client& operator=(Client&&) = delete;

    [[nodiscard]] bool connected() const { return connected_; }
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    void finish_sending() { ::shutdown(fd_, SHUT_WR); }

    /// The next answer; status 0 when the connection ended or nothing came in time.
    Answer receive(std::string_view method = "GET") {
        Answer answer;
        while (buffer_.find("\r\n\r\n") == std::string::npos)
            if (!more()) return answer;
        const auto end = buffer_.find("\r\n\r\n") + 4;
        answer.head = take(end);
        if (answer.head.rfind("HTTP/1.1 ", 0) != 0) return answer; // bytes too many in the answer before
        answer.status = std::stoi(answer.head.substr(9, 3));
        const auto length = answer.field("Content-Length");
        const std::size_t bytes = length.empty() || method == "HEAD" || answer.status == 304 ? 0 : std::stoul(length);
        while (buffer_.size() < bytes)
            if (!more()) break;
        answer.body = take(std::min(bytes, buffer_.size()));
        return answer;
    }
    Answer ask(std::string_view request) {
        return send(request) ? receive(request.substr(0, request.find(' '))) : Answer{};
    }
    /// Reads so many bytes at most, drops them and says how many there were.
    std::size_t take_up_to(std::size_t bytes) const {
        std::vector<char> piece(bytes);
        return static_cast<std::size_t>(std::max<ssize_t>(0, ::recv(fd_, piece.data(), bytes, MSG_DONTWAIT)));
    }
    /// Whether the server has closed, with nothing further to read.
    [[nodiscard]] bool at_end() { return buffer_.empty() && !more(); }
    /// Whether nothing came, nor a close, for so long.
    [[nodiscard]] bool silent_for(std::chrono::milliseconds time) const {
        pollfd waiting{fd_, POLLIN, 0};
        return ::poll(&waiting, 1, static_cast<int>(time.count())) == 0;
    }

private:
    bool more() {
        char piece[65536];
        const auto bytes = ::recv(fd_, piece, sizeof piece, 0);
        if (bytes > 0) buffer_.append(piece, static_cast<std::size_t>(bytes));
        return bytes > 0;
    }
    std::string take(std::size_t bytes) {
        auto out = buffer_.substr(0, bytes);
        buffer_.erase(0, bytes);
        return out;
    }

    int fd_;
    bool connected_ = false;
    std::string buffer_;
};

/// A running listener over loopback.
struct Site {
    explicit Site(const HttpOptions& options = {}, std::size_t loop_count = 2, const char* address = "127.0.0.1")
        : loops(clock, loop_count) {
        house.files["a.cfg"] = make_file("0123456789");
        house.files["dir/b c.cfg"] = make_file("<b/>");
        house.files["empty"] = make_file("");
        std::string large(16 << 20, '\0');
        for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i % 23);
        house.files["large.ld"] = make_file(std::move(large));
        std::vector<Door*> pointers;
        for (std::size_t i = 0; i < loop_count; ++i) {
            doors.push_back(std::make_unique<FakeDoor>(house, &log, &loops[i]));
            pointers.push_back(doors.back().get());
        }
        loops.start();
        auto opened = HttpListener::open(loops, pointers, {boost::asio::ip::make_address(address), 0}, options);
        EXPECT_TRUE(opened) << opened.error().text();
        listener = std::move(*opened);
        listener->start();
    }
    ~Site() {
        listener->stop();
        loops.stop();
    }
    [[nodiscard]] Client client() const { return Client(listener->bound()); }

    SystemClock clock;
    FakeHouse house;
    DoorLog log;
    std::vector<std::unique_ptr<FakeDoor>> doors;
    net::Loops loops;
    std::unique_ptr<HttpListener> listener;
};

} // namespace offhook::server
