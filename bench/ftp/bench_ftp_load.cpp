/// @file  A load of whole FTP sessions: connect, USER, PASS, TYPE I, PASV, RETR, QUIT, and the next.
///
///   bench_ftp_load PORT FILE BYTES SESSIONS_AT_ONCE SECONDS      to 127.0.0.1, as anonymous
/// Prints "N sessions, M bytes, S seconds, p50 X us, p99 Y us". Exit 1 when a server answers otherwise than it should.
#include "base/clock.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace offhook;

const SystemClock system_clock;
int poller = -1;
std::string wanted_file;
std::uint64_t wanted_bytes = 0;
std::vector<char> sink(1 << 18);
std::uint64_t bytes_got = 0;
std::vector<double> session_us;

[[noreturn]] void fail(std::string_view why) {
    std::fprintf(stderr, "bench_ftp_load: %.*s\n", static_cast<int>(why.size()), why.data());
    std::exit(1);
}

int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) fail("cannot connect");
    return fd;
}

class Session {
public:
    explicit Session(std::uint16_t port) : port_(port) { begin(); }

    /// `data`: the event is the data connection's. False: the session is over.
    bool ready(bool data) {
        if (data) {
            const auto bytes = ::recv(data_, sink.data(), sink.size(), MSG_DONTWAIT);
            if (bytes > 0) return got_ += static_cast<std::uint64_t>(bytes), true;
            if (bytes < 0) return true;
            ::close(data_);
            data_ = -1;
            return obey();
        }
        const auto bytes = ::recv(control_, sink.data(), sink.size(), MSG_DONTWAIT);
        if (bytes < 0) return true;
        if (bytes == 0) {
            if (step_ != Step::quit) fail("the server closed: " + said_);
            return end();
        }
        said_.append(sink.data(), static_cast<std::size_t>(bytes));
        return obey();
    }
    void begin() {
        begun_ = system_clock.instant();
        step_ = Step::greeting;
        got_ = 0;
        said_.clear();
        control_ = connect_to(port_);
        watch(control_, 0);
    }

private:
    enum class Step { greeting, user, pass, type, pasv, retr, done, quit };

    void watch(int fd, std::uint64_t data) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = reinterpret_cast<std::uintptr_t>(this) | data;
        ::epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    }
    void say(std::string_view command) const {
        if (::send(control_, command.data(), command.size(), MSG_NOSIGNAL) < 0) fail("cannot send");
    }
    /// The last line of a reply, with its end; empty: not all there yet.
    std::string take() {
        for (std::size_t at = 0;;) {
            const auto end = said_.find('\n', at);
            if (end == std::string::npos) return "";
            if (end - at > 3 && ascii_digit(said_[at]) && said_[at + 3] == ' ') {
                auto line = said_.substr(at, end + 1 - at);
                said_.erase(0, end + 1);
                return line;
            }
            at = end + 1;
        }
    }
    void expect(const std::string& line, std::string_view code) const {
        if (line.rfind(code, 0) != 0) fail("expected " + std::string(code) + ", got " + line);
    }
    bool obey() {
        for (;;) {
            if (step_ == Step::done) {
                if (data_ >= 0) return true; // 226 is here before the file's end was read
                if (got_ != wanted_bytes) fail("the file has " + std::to_string(got_) + " bytes");
                say("QUIT\r\n");
                step_ = Step::quit;
            }
            const auto line = take();
            if (line.empty()) return true;
            if (!next(line)) return end();
        }
    }
    bool next(const std::string& line) {
        switch (step_) {
        case Step::greeting:
            expect(line, "220");
            say("USER anonymous\r\n");
            step_ = Step::user;
            break;
        case Step::user:
            if (line[0] == '2') { // pure-ftpd wants no password
                say("TYPE I\r\n");
                step_ = Step::type;
                break;
            }
            expect(line, "331");
            say("PASS x\r\n");
            step_ = Step::pass;
            break;
        case Step::pass:
            expect(line, "230");
            say("TYPE I\r\n");
            step_ = Step::type;
            break;
        case Step::type:
            expect(line, "200");
            say("PASV\r\n");
            step_ = Step::pasv;
            break;
        case Step::pasv:
            expect(line, "227");
            data_ = connect_to(port_of(line));
            watch(data_, 1);
            say("RETR " + wanted_file + "\r\n");
            step_ = Step::retr;
            break;
        case Step::retr:
            if (line.rfind("150", 0) == 0) break;
            expect(line, "226");
            step_ = Step::done;
            break;
        case Step::done:
            break;
        case Step::quit:
            expect(line, "221");
            return false;
        }
        return true;
    }
    static std::uint16_t port_of(const std::string& line) {
        const auto pieces = split(std::string_view(line).substr(line.find('(') + 1), ',');
        if (pieces.size() != 6) fail("no address in " + line);
        return static_cast<std::uint16_t>(std::atoi(std::string(pieces[4]).c_str()) * 256 +
                                          std::atoi(std::string(pieces[5]).c_str()));
    }
    bool end() {
        ::close(control_);
        bytes_got += got_;
        session_us.push_back(std::chrono::duration<double, std::micro>(system_clock.instant() - begun_).count());
        return false;
    }

    std::uint16_t port_;
    int control_ = -1;
    int data_ = -1;
    Step step_ = Step::greeting;
    std::string said_;
    std::uint64_t got_ = 0;
    Instant begun_{};
};

} // namespace

int main(int argc, char** argv) {
    if (argc != 6) {
        std::fprintf(stderr, "usage: bench_ftp_load PORT FILE BYTES SESSIONS_AT_ONCE SECONDS\n");
        return 2;
    }
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    wanted_file = argv[2];
    wanted_bytes = static_cast<std::uint64_t>(std::atoll(argv[3]));
    const auto count = std::atoi(argv[4]);
    const std::chrono::duration<double> time(std::atof(argv[5]));
    poller = ::epoll_create1(EPOLL_CLOEXEC);
    std::vector<std::unique_ptr<Session>> sessions;
    const auto begun = system_clock.instant();
    for (int i = 0; i < count; ++i) sessions.push_back(std::make_unique<Session>(port));
    auto left = sessions.size();
    while (left > 0) {
        std::array<epoll_event, 64> events{};
        const int ready = ::epoll_wait(poller, events.data(), events.size(), 10'000);
        if (ready <= 0) fail("nothing came for ten seconds");
        for (int i = 0; i < ready; ++i) {
            const auto word = events[static_cast<std::size_t>(i)].data.u64;
            auto* session = reinterpret_cast<Session*>(word & ~std::uint64_t{1});
            if (session->ready((word & 1U) != 0)) continue;
            if (system_clock.instant() - begun < time)
                session->begin();
            else
                --left;
        }
    }
    const double seconds = std::chrono::duration<double>(system_clock.instant() - begun).count();
    std::sort(session_us.begin(), session_us.end());
    const auto at = [](double share) {
        return session_us[static_cast<std::size_t>(share * static_cast<double>(session_us.size() - 1))];
    };
    std::printf("%zu sessions, %llu bytes, %.3f seconds, p50 %.0f us, p99 %.0f us\n", session_us.size(),
                static_cast<unsigned long long>(bytes_got), seconds, at(0.5), at(0.99));
    return 0;
}
