#pragma once
/// @file  For tests of TLS: authorities, certificates in files, and a blocking client that is OpenSSL's own.
#include "base/clock.hpp"
#include "net/certificate_maker.hpp"
#include "net/tls_settings.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace offhook::net {

struct TestIdentity {
    KeyHandle key;
    CertificateHandle certificate;
};

/// Keys take a tenth of a second each under a sanitizer; one of each kind serves a whole test program.
inline EVP_PKEY* shared_key(KeyKind kind, int which = 0) {
    static std::vector<std::pair<std::pair<KeyKind, int>, KeyHandle>> keys;
    for (const auto& [name, key] : keys)
        if (name == std::pair(kind, which)) return key.get();
    keys.emplace_back(std::pair(kind, which), make_key(kind));
    return keys.back().second.get();
}

class TestCertificates {
public:
    TestCertificates() {
        std::string pattern = (std::filesystem::temp_directory_path() / "offhook tls XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = pattern;
    }
    ~TestCertificates() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TestCertificates(const TestCertificates&) = delete;
    TestCertificates& operator=(const TestCertificates&) = delete;

    [[nodiscard]] std::filesystem::path path(const std::string& name) const { return path_ / name; }
    std::filesystem::path write(const std::string& name, const std::string& text) const {
        std::ofstream(path(name), std::ios::binary | std::ios::trunc) << text;
        return path(name);
    }

    [[nodiscard]] static WallTime now() { return SystemClock().wall(); }
    static constexpr std::chrono::hours day{24};

    static CertificateOrder order(CertificateOrder::Use use, const std::string& common_name) {
        CertificateOrder order;
        order.use = use;
        order.subject = {{"CN", common_name}};
        order.from = now() - 30 * day;
        order.until = now() + 30 * day;
        return order;
    }

    /// An authority, its certificate in `name`.pem.
    [[nodiscard]] TestIdentity authority(const std::string& name, KeyKind kind = KeyKind::p256, int which = 0,
                                         CertificateOrder::Hash hash = CertificateOrder::Hash::sha256) const {
        auto what = order(CertificateOrder::Use::authority, name);
        what.hash = hash;
        auto* key = shared_key(kind, which);
        EVP_PKEY_up_ref(key);
        TestIdentity out{KeyHandle(key), make_certificate(what, *key, {nullptr, key})};
        (void)write(name + ".pem", to_pem(*out.certificate));
        return out;
    }

    /// A certificate with its key, in `name`.pem and `name`.key.
    TlsPair issue(const std::string& name, const CertificateOrder& what, KeyKind kind, const TestIdentity& by,
                  int which = 0) const {
        auto* key = shared_key(kind, which);
        const auto certificate = make_certificate(what, *key, {by.certificate.get(), by.key.get()});
        TlsPair pair;
        pair.certificate = write(name + ".pem", to_pem(*certificate));
        pair.key = write(name + ".key", to_pem(*key));
        return pair;
    }
    TlsPair server(const std::string& name, KeyKind kind, const TestIdentity& by) const {
        auto what = order(CertificateOrder::Use::server, "localhost");
        what.host_names = {"localhost"};
        what.addresses = {*IpAddress::from_text("127.0.0.1"), *IpAddress::from_text("::1")};
        return issue(name, what, kind, by, 7);
    }

private:
    std::filesystem::path path_;
};

struct TestTlsOptions {
    int version = 0; ///< TLS1_2_VERSION; 0: any
    const char* ciphers = nullptr;
    const char* signatures = nullptr;
    int security_level = -1;
    const TlsPair* certificate = nullptr;
    SSL_SESSION* session = nullptr; ///< to be resumed
    bool asks_status = false;
};

/// A client on the loopback; gives up after ten seconds.
class TestTlsClient {
public:
    explicit TestTlsClient(const TestTlsOptions& options) : context_(SSL_CTX_new(TLS_client_method())) {
        auto* context = context_.get();
        if (options.security_level >= 0) SSL_CTX_set_security_level(context, options.security_level);
        SSL_CTX_set_min_proto_version(context, options.version);
        SSL_CTX_set_max_proto_version(context, options.version);
        if (options.ciphers != nullptr) SSL_CTX_set_cipher_list(context, options.ciphers);
        if (options.signatures != nullptr) SSL_CTX_set1_sigalgs_list(context, options.signatures);
        if (options.certificate != nullptr) {
            SSL_CTX_use_certificate_chain_file(context, options.certificate->certificate.c_str());
            SSL_CTX_use_PrivateKey_file(context, options.certificate->key.c_str(), SSL_FILETYPE_PEM);
        }
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_set_app_data(context, this);
        SSL_CTX_sess_set_new_cb(context, [](SSL* ssl, SSL_SESSION* session) {
            auto* self = static_cast<TestTlsClient*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
            SSL_SESSION_free(self->session_);
            self->session_ = session;
            return 1;
        });
        ssl_.reset(SSL_new(context));
        if (options.session != nullptr) SSL_set_session(ssl_.get(), options.session);
        if (options.asks_status) SSL_set_tlsext_status_type(ssl_.get(), TLSEXT_STATUSTYPE_ocsp);
    }
    ~TestTlsClient() {
        SSL_SESSION_free(session_);
        close();
    }
    TestTlsClient(const TestTlsClient&) = delete;
    TestTlsClient& operator=(const TestTlsClient&) = delete;

    void connect_socket(std::uint16_t port) {
        fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const timeval patience{10, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
            throw std::runtime_error("no connection");
        SSL_set_fd(ssl_.get(), fd_);
    }
    /// Whether there was a handshake; why() if not.
    bool connect(std::uint16_t port) {
        connect_socket(port);
        return shake_hands();
    }
    bool shake_hands() {
        ERR_clear_error();
        const bool done = SSL_connect(ssl_.get()) == 1;
        if (!done) why_ = openssl_error();
        return done;
    }
    bool send(const std::string& text) {
        ERR_clear_error();
        std::size_t sent = 0;
        return SSL_write_ex(ssl_.get(), text.data(), text.size(), &sent) == 1 && sent == text.size();
    }
    /// What comes next, up to `bytes_max`; empty at the end.
    std::string receive(std::size_t bytes_max = 65536) {
        ERR_clear_error();
        std::string out(bytes_max, '\0');
        std::size_t got = 0;
        if (SSL_read_ex(ssl_.get(), out.data(), out.size(), &got) != 1) return {};
        out.resize(got);
        return out;
    }
    std::string receive_all() {
        std::string all;
        for (auto part = receive(); !part.empty(); part = receive()) all += part;
        return all;
    }
    void shut_down() { SSL_shutdown(ssl_.get()); }
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    [[nodiscard]] bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
    [[nodiscard]] SSL* ssl() const { return ssl_.get(); }
    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] SSL_SESSION* session() const { return session_; } ///< the newest ticket; null until it came
    [[nodiscard]] const std::string& why() const { return why_; }
    [[nodiscard]] bool server_has_rsa() const {
        return EVP_PKEY_get_base_id(X509_get0_pubkey(SSL_get0_peer_certificate(ssl_.get()))) == EVP_PKEY_RSA;
    }
    [[nodiscard]] std::string status() const {
        const unsigned char* bytes = nullptr;
        const auto size = SSL_get_tlsext_status_ocsp_resp(ssl_.get(), &bytes);
        return size <= 0 ? std::string()
                         : std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    }

private:
    SslContextHandle context_;
    SslHandle ssl_;
    SSL_SESSION* session_ = nullptr;
    int fd_ = -1;
    std::string why_;
};

} // namespace offhook::net
