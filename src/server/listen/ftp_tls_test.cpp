/// FTP under TLS: by hand with OpenSSL, and with curl, lftp and ftplib.
#include "net/test_certificates.hpp"
#include "net/tls_context.hpp"
#include "server/listen/ftp_test_programs.hpp"
#include "server/listen/ftp_test_support.hpp"

#include <csignal>
#include <openssl/ssl.h>

namespace offhook::server {
namespace {

/// A listener with a certificate that nobody knows.
struct SecureSite : FtpSite {
    explicit SecureSite(const FtpOptions& options = {}) : FtpSite(no_listener), keys(clock) {
        (void)std::signal(SIGPIPE, SIG_IGN);
        net::TlsSettings settings;
        settings.listener = "ftp";
        settings.pairs = {certificates.server("server", net::KeyKind::p256, certificates.authority("authority"))};
        const auto material = net::TlsMaterial::load(settings, clock, net::TlsDates::must_hold);
        EXPECT_TRUE(material) << material.error().text();
        std::vector<net::TlsContext*> pointed;
        for (std::size_t i = 0; i < loops.size(); ++i) {
            contexts.push_back(std::make_unique<net::TlsContext>(*material, keys));
            pointed.push_back(contexts.back().get());
        }
        open(options, pointed);
    }
    ~SecureSite() { close(); }
    SecureSite(const SecureSite&) = delete;
    SecureSite& operator=(const SecureSite&) = delete;

    [[nodiscard]] std::string port() const { return std::to_string(listener->bound().port()); }
    [[nodiscard]] std::string url(const std::string& path) const {
        return "ftp://phone:secret@localhost:" + port() + "/" + path;
    }

    net::TlsKeys keys;
    net::TestCertificates certificates;
    std::vector<std::unique_ptr<net::TlsContext>> contexts;
};

/// OpenSSL over a wire, as a client.
class Veil {
public:
    explicit Veil(const Wire& wire, Veil* resumed = nullptr, int version = TLS1_3_VERSION)
        : context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
        SSL_set_fd(ssl_, wire.fd());
        SSL_set_max_proto_version(ssl_, version);
        if (resumed != nullptr) {
            // A copy: OpenSSL's client thinks a session of TLS 1.3 used up once it has been resumed.
            auto* session = SSL_SESSION_dup(SSL_get0_session(resumed->ssl_));
            SSL_set_session(ssl_, session);
            SSL_SESSION_free(session);
        }
        good_ = SSL_connect(ssl_) == 1;
    }
    ~Veil() {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
    }
    Veil(const Veil&) = delete;
    Veil& operator=(const Veil&) = delete;

    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool resumed() const { return SSL_session_reused(ssl_) == 1; }
    void send(std::string_view text) { (void)SSL_write(ssl_, text.data(), static_cast<int>(text.size())); }
    std::string ask(std::string_view command) {
        send(std::string(command) + "\r\n");
        return line();
    }
    std::string line() {
        for (;;) {
            const auto end = buffer_.find('\n');
            if (end != std::string::npos) {
                auto out = buffer_.substr(0, end);
                buffer_.erase(0, end + 1);
                return out;
            }
            char piece[4096];
            const int bytes = SSL_read(ssl_, piece, sizeof piece);
            if (bytes <= 0) return "";
            buffer_.append(piece, static_cast<std::size_t>(bytes));
        }
    }
    std::string rest() { return std::exchange(buffer_, {}); }
    void close_notify() { (void)SSL_shutdown(ssl_); }

private:
    SSL_CTX* context_;
    SSL* ssl_;
    bool good_ = false;
    std::string buffer_;
};

std::uint16_t port_of(const std::string& epsv) {
    return static_cast<std::uint16_t>(std::atoi(epsv.c_str() + epsv.find("|||") + 3));
}

TEST(FtpTls, ForgetsWhatWasSentInClearBehindAuth) {
    SecureSite site;
    auto client = site.client();
    client.control.send("AUTH TLS\r\nUSER phone\r\nPASS secret\r\n");
    EXPECT_EQ(client.reply().substr(0, 4), "234 ");
    Veil veil(client.control);
    ASSERT_TRUE(veil.good());
    EXPECT_EQ(veil.ask("PWD").substr(0, 4), "530 ");
    EXPECT_EQ(veil.ask("USER phone").substr(0, 4), "331 ");
    EXPECT_EQ(veil.ask("AUTH TLS").substr(0, 4), "503 ");
    EXPECT_EQ(veil.ask("PROT P").substr(0, 4), "503 ");
    EXPECT_EQ(veil.ask("PBSZ 0").substr(0, 4), "200 ");
    EXPECT_EQ(veil.ask("PROT S").substr(0, 4), "536 ");
    EXPECT_EQ(veil.ask("PROT P").substr(0, 4), "200 ");
    EXPECT_EQ(veil.ask("CCC").substr(0, 4), "534 ");
    EXPECT_EQ(veil.ask("QUIT").substr(0, 4), "221 ");
}

TEST(FtpTls, KeepsNothingOfAnUploadWithoutCloseNotify) {
    SecureSite site;
    auto client = site.client();
    client.code("AUTH TLS");
    Veil veil(client.control);
    for (const auto* command : {"USER phone", "PASS secret", "PBSZ 0", "PROT P", "TYPE I"})
        EXPECT_LT(FtpClient::code_of(veil.ask(command)), 400) << command;
    for (const bool notified : {false, true}) {
        Wire wire({boost::asio::ip::make_address("127.0.0.1"), port_of(veil.ask("EPSV"))});
        EXPECT_EQ(FtpClient::code_of(veil.ask("STOR up.log")), 150);
        {
            Veil data(wire);
            ASSERT_TRUE(data.good());
            data.send("whole");
            if (notified) data.close_notify();
        }
        wire.close();
        EXPECT_EQ(FtpClient::code_of(veil.line()), notified ? 226 : 426);
        EXPECT_EQ(site.stored("up.log"), notified ? "whole" : "(nothing)");
    }
    Wire clear({boost::asio::ip::make_address("127.0.0.1"), port_of(veil.ask("EPSV"))});
    EXPECT_EQ(FtpClient::code_of(veil.ask("RETR a.cfg")), 150);
    clear.send("this is no handshake\r\n");
    EXPECT_EQ(clear.rest().find("0123"), std::string::npos);
    EXPECT_EQ(FtpClient::code_of(veil.line()), 425);
}

TEST(FtpTls, WantsTlsBeforeUserAndPrivateDataWhereItIsRequired) {
    FtpOptions options;
    options.tls_use = FtpTlsUse::required;
    SecureSite site(options);
    auto client = site.client();
    EXPECT_EQ(client.code("USER phone"), 530);
    client.code("AUTH TLS");
    Veil veil(client.control);
    EXPECT_EQ(FtpClient::code_of(veil.ask("USER phone")), 331);
    EXPECT_EQ(FtpClient::code_of(veil.ask("PASS secret")), 230);
    EXPECT_EQ(FtpClient::code_of(veil.ask("EPSV")), 229);
    EXPECT_EQ(FtpClient::code_of(veil.ask("RETR a.cfg")), 522);
    auto bare = FtpListener::open(site.loops, site.pointers, {boost::asio::ip::make_address("127.0.0.1"), 0}, options);
    EXPECT_FALSE(bare) << "required, without a certificate";
}

/// A session in TLS, up to PROT P.
struct Private {
    explicit Private(const SecureSite& site, int version) : client(site.client()) {
        client.code("AUTH TLS");
        veil = std::make_unique<Veil>(client.control, nullptr, version);
        for (const auto* command : {"USER phone", "PASS secret", "PBSZ 0", "PROT P", "TYPE I"})
            EXPECT_LT(FtpClient::code_of(veil->ask(command)), 400) << command;
    }
    /// What a transfer ends with whose data connection resumes `resumed`.
    int retr(Veil* resumed, int version) {
        Wire wire({boost::asio::ip::make_address("127.0.0.1"), port_of(veil->ask("EPSV"))});
        EXPECT_EQ(FtpClient::code_of(veil->ask("RETR a.cfg")), 150);
        Veil data(wire, resumed, version);
        EXPECT_EQ(data.resumed(), resumed != nullptr);
        const int end = FtpClient::code_of(veil->line());
        EXPECT_EQ(data.line(), "");
        EXPECT_EQ(data.rest(), end == 226 ? "0123456789" : "");
        return end;
    }

    FtpClient client;
    std::unique_ptr<Veil> veil;
};

TEST(FtpTls, TakesDataOfItsOwnTlsSessionAloneWhereThatIsRequired) {
    FtpOptions options;
    options.tls_reuse = FtpTlsReuse::required;
    options.linger_time_max = std::chrono::milliseconds{50};
    SecureSite strict(options);
    SecureSite easy;
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        Private mine(strict, version);
        Private neighbours(strict, version);
        EXPECT_EQ(mine.retr(nullptr, version), 522) << version;
        EXPECT_EQ(mine.retr(neighbours.veil.get(), version), 522) << version;
        EXPECT_EQ(mine.retr(mine.veil.get(), version), 226) << version;
        EXPECT_EQ(mine.retr(mine.veil.get(), version), 226) << version;
        EXPECT_EQ(Private(easy, version).retr(nullptr, version), 226) << version;
    }
}

TEST(FtpTls, KeepsNothingOfAClientThatWasKilledAfterItsCloseNotify) {
    SecureSite site;
    for (const bool said_goodbye : {false, true}) {
        Private phone(site, TLS1_3_VERSION);
        Wire wire({boost::asio::ip::make_address("127.0.0.1"), port_of(phone.veil->ask("EPSV"))});
        EXPECT_EQ(FtpClient::code_of(phone.veil->ask("STOR up.log")), 150);
        Veil data(wire);
        data.send("whole");
        if (said_goodbye) phone.veil->send("QUIT\r\n");
        phone.veil->close_notify(); // on a connection that stays open
        data.close_notify();
        wire.close();
        EXPECT_TRUE(site.log.soon([&](const DoorLog& read) {
            return read.abandoned_uploads == 1 && read.uploads.count("up.log") == (said_goodbye ? 1U : 0U);
        })) << said_goodbye;
    }
}

TEST(FtpTls, WorksWithOthersClients) {
    SecureSite site;
    Workshop shop;
    const auto authority = site.certificates.path("authority.pem").string();
    const auto run = [&](const std::string& command) {
        EXPECT_EQ(shop.run(command), 0) << command << "\n" << shop.said;
    };
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{513}, large_bytes}) {
        const auto down = "size-" + std::to_string(bytes);
        const std::string up = bytes > 1000 ? "ubig" : "u" + std::to_string(bytes);
        shop.write("send", pattern(bytes));
        for (const std::string tls : {"--tls-max 1.2", "--tlsv1.3"}) {
            run("curl -sS --ssl-reqd " + tls + " --cacert '" + authority + "' -o got " + site.url(down));
            EXPECT_TRUE(shop.read("got") == pattern(bytes)) << bytes << tls;
            run("curl -sS --ssl-reqd " + tls + " --cacert '" + authority + "' -T send " + site.url(up));
            EXPECT_TRUE(site.stored(up) == pattern(bytes)) << bytes << tls;
        }
        run("lftp -c 'set net:max-retries 1; set net:timeout 20; set ftp:ssl-force yes; set ftp:ssl-protect-data yes; "
            "set "
            "ssl:verify-certificate no; set xfer:clobber yes; open -u phone,secret -p " +
            site.port() + " localhost; get " + down + " -o got2; put send -o " + up + "; cls'");
        EXPECT_TRUE(shop.read("got2") == pattern(bytes)) << bytes;
        EXPECT_TRUE(site.stored(up) == pattern(bytes)) << bytes;
    }
    shop.write("it.py", R"(
import ftplib, io, ssl, sys
f = ftplib.FTP_TLS(context=ssl._create_unverified_context())
f.connect("localhost", int(sys.argv[1]), 20)
f.login("phone", "secret")
f.prot_p()
assert "a.cfg" in f.nlst()
out = io.BytesIO()
f.retrbinary("RETR a.cfg", out.write)
assert out.getvalue() == b"0123456789"
f.storbinary("STOR up.log", io.BytesIO(b"by python"))
f.prot_c()
out = io.BytesIO()
f.retrbinary("RETR a.cfg", out.write)
assert out.getvalue() == b"0123456789"
f.quit()
)");
    run("python3 it.py " + site.port());
    EXPECT_EQ(site.stored("up.log"), "by python");
}

} // namespace
} // namespace offhook::server
