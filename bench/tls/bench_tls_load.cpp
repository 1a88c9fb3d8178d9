/// Phones over HTTPS, all on one thread: connect, handshake, one GET, read to the end, and the next.
///
///   bench_tls_load PORT DEVICES 1.2|1.3 ecdsa|rsa full|resumed AT_ONCE SECONDS      to 127.0.0.1
/// Asks for /0004f2NNNNNN-settings.cfg of so many devices, in a scattered order. Prints "N connections, M resumed, B
/// bytes, S seconds, p50 X us, p99 Y us". Exit 1 when a server answers otherwise than it should.
#include "base/clock.hpp"
#include "base/text.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <csignal>
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
std::uint16_t server_port = 0;
std::uint32_t devices = 1, asked = 0;
bool resuming = false;
SSL_CTX* context = nullptr;
std::array<char, 1 << 16> sink;
std::uint64_t bytes_got = 0, resumed_count = 0;
std::vector<double> connection_us;

[[noreturn]] void fail(std::string_view why) {
    std::fprintf(stderr, "bench_tls_load: %.*s\n", static_cast<int>(why.size()), why.data());
    ERR_print_errors_fp(stderr);
    std::exit(1);
}

/// One phone after the other; a session is kept from one to the next.
class Phone {
public:
    ~Phone() { SSL_SESSION_free(session_); }

    void begin() {
        begun_ = system_clock.instant();
        is_asked_ = false;
        answer_.clear();
        got_ = 0;
        fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(server_port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS)
            fail("cannot connect");
        ssl_ = SSL_new(context);
        SSL_set_app_data(ssl_, this);
        SSL_set_fd(ssl_, fd_);
        SSL_set_connect_state(ssl_);
        if (resuming && session_ != nullptr) SSL_set_session(ssl_, session_);
        epoll_event event{};
        event.events = EPOLLIN | EPOLLOUT | EPOLLET;
        event.data.ptr = this;
        ::epoll_ctl(poller, EPOLL_CTL_ADD, fd_, &event);
    }
    /// False: the connection is over.
    bool ready() {
        if (!is_asked_ && !ask()) return true;
        for (;;) {
            const int bytes = SSL_read(ssl_, sink.data(), static_cast<int>(sink.size()));
            if (bytes > 0) {
                if (answer_.size() < 16) answer_.append(sink.data(), static_cast<std::size_t>(std::min(bytes, 16)));
                got_ += static_cast<std::uint64_t>(bytes);
                continue;
            }
            if (is_waiting(bytes)) return true;
            return end();
        }
    }
    void keep(SSL_SESSION* session) {
        SSL_SESSION_free(session_);
        session_ = session;
    }

private:
    [[nodiscard]] bool is_waiting(int outcome) const {
        const int error = SSL_get_error(ssl_, outcome);
        if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return true;
        if (error != SSL_ERROR_ZERO_RETURN) fail("the connection broke");
        return false;
    }
    bool ask() {
        if (const int outcome = SSL_do_handshake(ssl_); outcome != 1) {
            if (!is_waiting(outcome)) fail("the server closed in the handshake");
            return false;
        }
        if (SSL_session_reused(ssl_) == 1) ++resumed_count;
        std::array<char, 256> request{};
        asked = (asked + 7919) % devices; // a prime: all over the files
        const int size =
            std::snprintf(request.data(), request.size(),
                          "GET /0004f2%06x-settings.cfg HTTP/1.1\r\nHost: boot.example.net\r\nAccept: */*\r\n"
                          "User-Agent: FileTransport PolycomSoundPointIP-SPIP_650-UA/2.2.0.0047\r\n"
                          "Connection: close\r\n\r\n",
                          asked);
        if (SSL_write(ssl_, request.data(), size) != size) fail("cannot send");
        is_asked_ = true;
        return true;
    }
    bool end() {
        if (answer_.rfind("HTTP/1.1 200", 0) != 0 || got_ < 1000) fail("no file came: " + answer_);
        SSL_shutdown(ssl_);
        SSL_free(ssl_);
        ::close(fd_);
        bytes_got += got_;
        connection_us.push_back(std::chrono::duration<double, std::micro>(system_clock.instant() - begun_).count());
        return false;
    }

    int fd_ = -1;
    SSL* ssl_ = nullptr;
    SSL_SESSION* session_ = nullptr;
    bool is_asked_ = false;
    std::string answer_;
    std::uint64_t got_ = 0;
    Instant begun_{};
};

int on_session(SSL* ssl, SSL_SESSION* session) {
    static_cast<Phone*>(SSL_get_app_data(ssl))->keep(session);
    return 1; // ours now
}

void make_context(std::string_view version, std::string_view kind) {
    context = SSL_CTX_new(TLS_client_method());
    const int protocol = version == "1.3" ? TLS1_3_VERSION : TLS1_2_VERSION;
    SSL_CTX_set_min_proto_version(context, protocol);
    SSL_CTX_set_max_proto_version(context, protocol);
    SSL_CTX_set1_groups_list(context, "X25519:P-256");
    SSL_CTX_set1_sigalgs_list(context, kind == "rsa" ? "RSA-PSS+SHA256:RSA+SHA256" : "ECDSA+SHA256");
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM");
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr); // the client's cost is not what is measured
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, on_session);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 8) {
        std::fprintf(stderr, "usage: bench_tls_load PORT DEVICES 1.2|1.3 ecdsa|rsa full|resumed AT_ONCE SECONDS\n");
        return 2;
    }
    (void)::signal(SIGPIPE, SIG_IGN);
    server_port = to_number<std::uint16_t>(argv[1]).value_or(0);
    devices = std::max(1U, to_number<std::uint32_t>(argv[2]).value_or(1));
    make_context(argv[3], argv[4]);
    resuming = std::string_view(argv[5]) == "resumed";
    const auto count = to_number<std::size_t>(argv[6]).value_or(1);
    const std::chrono::duration<double> time(std::atof(argv[7]));
    poller = ::epoll_create1(EPOLL_CLOEXEC);
    std::vector<std::unique_ptr<Phone>> phones;
    const auto begun = system_clock.instant();
    for (std::size_t i = 0; i < count; ++i) {
        phones.push_back(std::make_unique<Phone>());
        phones.back()->begin();
    }
    auto left = phones.size();
    while (left > 0) {
        std::array<epoll_event, 64> events{};
        const int ready = ::epoll_wait(poller, events.data(), events.size(), 10'000);
        if (ready <= 0) fail("nothing came for ten seconds");
        for (int i = 0; i < ready; ++i) {
            auto* phone = static_cast<Phone*>(events[static_cast<std::size_t>(i)].data.ptr);
            if (phone->ready()) continue;
            if (system_clock.instant() - begun < time)
                phone->begin();
            else
                --left;
        }
    }
    const double seconds = std::chrono::duration<double>(system_clock.instant() - begun).count();
    std::sort(connection_us.begin(), connection_us.end());
    const auto at = [](double share) {
        return connection_us[static_cast<std::size_t>(share * static_cast<double>(connection_us.size() - 1))];
    };
    std::printf("%zu connections, %llu resumed, %llu bytes, %.3f seconds, p50 %.0f us, p99 %.0f us\n",
                connection_us.size(), static_cast<unsigned long long>(resumed_count),
                static_cast<unsigned long long>(bytes_got), seconds, at(0.5), at(0.99));
    return 0;
}
