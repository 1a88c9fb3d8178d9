#pragma once
/// @file  For the TFTP listener's tests: a running listener over a few files, and a client that sends what it is told.
#include "base/clock.hpp"
#include "net/loops.hpp"
#include "protocol/tftp/packet.hpp"
#include "server/listen/fake_door.hpp"
#include "server/listen/tftp_listener.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace offhook::server {

inline std::string tftp_body(std::size_t size) {
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i * 31 + i / 509);
    return out;
}

/// A UDP socket of its own.
class TftpClient {
public:
    explicit TftpClient(const boost::asio::ip::udp::endpoint& server)
        : server_(server), fd_(::socket(server.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        const int bytes = 4 << 20;
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }
    ~TftpClient() {
        if (fd_ >= 0) ::close(fd_);
    }
    TftpClient(TftpClient&& other) noexcept
        : server_(other.server_), from_(other.from_), fd_(std::exchange(other.fd_, -1)) {}
    TftpClient& operator=(TftpClient&&) = delete;

    void request(std::string_view packet) { send_to(server_, packet); }
    /// To where the last answer came from.
    void send(std::string_view packet) { send_to(from_, packet); }
    void send_to(const boost::asio::ip::udp::endpoint& to, std::string_view packet) const {
        ::sendto(fd_, packet.data(), packet.size(), 0, to.data(), static_cast<socklen_t>(to.size()));
    }
    /// "" when nothing came in time.
    std::string receive(std::chrono::milliseconds time = std::chrono::seconds{5}) {
        while (true) {
            pollfd waiting{fd_, POLLIN, 0};
            if (::poll(&waiting, 1, static_cast<int>(time.count())) != 1) return "";
            std::string out(65536, '\0');
            boost::asio::ip::udp::endpoint from;
            auto length = static_cast<socklen_t>(from.capacity());
            const auto bytes = ::recvfrom(fd_, out.data(), out.size(), 0, from.data(), &length);
            if (bytes < 0) return "";
            from.resize(length);
            // A port that a test beside this one has used may still be sent to by its server.
            if (from.address() != server_.address() && !server_.address().is_unspecified()) continue;
            from_ = from;
            out.resize(static_cast<std::size_t>(bytes));
            return out;
        }
    }
    [[nodiscard]] const boost::asio::ip::udp::endpoint& from() const { return from_; }

private:
    boost::asio::ip::udp::endpoint server_;
    boost::asio::ip::udp::endpoint from_;
    int fd_;
};

inline std::string read_request(std::string_view name, std::vector<protocol::tftp::Option> options = {}) {
    return protocol::tftp::request_packet(protocol::tftp::Opcode::read_request, name, protocol::tftp::Mode::octet,
                                          options);
}
inline std::string write_request(std::string_view name, std::vector<protocol::tftp::Option> options = {}) {
    return protocol::tftp::request_packet(protocol::tftp::Opcode::write_request, name, protocol::tftp::Mode::octet,
                                          options);
}
inline std::string data_packet(std::uint16_t block, std::string_view payload) {
    const auto header = protocol::tftp::data_header(block);
    return std::string(header.data(), header.size()) + std::string(payload);
}

/// The code of an error packet; -1 for anything else.
inline int error_code(std::string_view packet) {
    const auto error = protocol::tftp::parse_error(packet);
    return error ? error->code : -1;
}

/// Another in every process: tests that run beside each other do not hear each other's servers.
inline std::string own_loopback_address() {
    const auto id = static_cast<unsigned>(::getpid());
    return "127." + std::to_string(1 + (id >> 16U) % 200) + "." + std::to_string((id >> 8U) & 255U) + "." +
           std::to_string(1 + (id & 255U) % 254);
}

struct TftpSite {
    explicit TftpSite(std::size_t large_bytes = 0, std::size_t loop_count = 2) : loops(clock, loop_count) {
        for (const std::size_t size : {0U, 1U, 511U, 512U, 513U, 1468U, 2936U, 3000U, 100'000U})
            house.files["f" + std::to_string(size)] = make_file(tftp_body(size));
        house.files["dir/a b.cfg"] = make_file("in a directory");
        house.files["text"] = make_file("one\ntwo\r\nthree\n");
        house.files["slow"] = make_file(tftp_body(2000));
        house.later = {"slow"};
        if (large_bytes > 0) house.files["large"] = make_file(tftp_body(large_bytes));
        house.upload_bytes_max = 64U << 20U;
        house.uploads = {"up", "up2", "logs/a.log"};
    }
    /// After the house is furnished.
    void open(const TftpOptions& options = {}, const std::string& address = own_loopback_address()) {
        std::vector<Door*> pointers;
        for (std::size_t i = 0; i < loops.size(); ++i) {
            doors.push_back(std::make_unique<FakeDoor>(house, &log, &loops[i]));
            pointers.push_back(doors.back().get());
        }
        loops.start();
        auto opened = TftpListener::open(loops, pointers, {boost::asio::ip::make_address(address), 0}, options);
        ASSERT_TRUE(opened) << opened.error().text();
        listener = std::move(*opened);
        listener->start();
    }
    ~TftpSite() {
        if (listener) listener->stop();
        loops.stop();
    }
    [[nodiscard]] TftpClient client() const { return TftpClient(listener->bound()); }
    [[nodiscard]] std::vector<std::uint16_t> statuses() {
        return log.read([](DoorLog& now) { return now.statuses; });
    }

    SystemClock clock;
    FakeHouse house;
    DoorLog log;
    std::vector<std::unique_ptr<FakeDoor>> doors;
    net::Loops loops;
    std::unique_ptr<TftpListener> listener;
};

} // namespace offhook::server
