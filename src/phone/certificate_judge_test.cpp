#include "phone/certificate_judge.hpp"

#include "net/as_result.hpp"
#include "net/task_group.hpp"
#include "net/test_certificates.hpp"
#include "phone/curl_transfers.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Stream = asio::ssl::stream<tcp::socket>;

asio::awaitable<void> serve(tcp::acceptor& acceptor, asio::ssl::context& context) {
    auto [error, socket] = co_await acceptor.async_accept(net::as_result);
    if (error) co_return;
    Stream stream(std::move(socket), context);
    const auto [refused] = co_await stream.async_handshake(Stream::server, net::as_result);
    if (refused) co_return;
    std::string request;
    (void)co_await asio::async_read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n", net::as_result);
    const std::string answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
    (void)co_await asio::async_write(stream, asio::buffer(answer), net::as_result);
}

asio::awaitable<void> fetch(CurlTransfers& transfers, TransferRequest request, tcp::acceptor& acceptor,
                            TransferAnswer& answer) {
    answer = co_await transfers.run(std::move(request));
    acceptor.close();
}

class CertificateJudge : public testing::Test {
protected:
    CertificateJudge() {
        const auto authority = certificates.authority("ca", net::KeyKind::p256);
        (void)certificates.authority("built-in", net::KeyKind::p256, 1);
        const auto der = net::to_der(*authority.certificate);
        authorities = {net::to_pem(*authority.certificate), der};
        good = certificates.server("good", net::KeyKind::p256, authority);
        auto order = certificates.order(net::CertificateOrder::Use::server, "elsewhere.example");
        order.host_names = {"elsewhere.example"};
        misnamed = certificates.issue("misnamed", order, net::KeyKind::p256, authority, 7);
    }
    TransferAnswer run(const net::TlsPair& shown, const std::string& extra, TlsTrust::Checks checks, WallTime now) {
        asio::io_context context;
        asio::ssl::context tls(asio::ssl::context::tls_server);
        tls.use_certificate_chain_file(shown.certificate.string());
        tls.use_private_key_file(shown.key.string(), asio::ssl::context::pem);
        tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        CurlLoop curl(context.get_executor());
        CurlSettings settings;
        settings.ca_file = certificates.path("built-in.pem").string(); // reading the system's takes a while
        CurlTransfers transfers(curl, settings);
        TransferRequest request;
        request.url = *protocol::parse_url(fmt::format("https://127.0.0.1:{}/x", acceptor.local_endpoint().port()));
        request.tls.verify = TlsTrust::Verify::each;
        request.tls.checks = checks;
        request.tls.now = now;
        request.tls.extra_authorities = extra;
        TransferAnswer answer;
        std::exception_ptr failure;
        net::TaskGroup tasks(context.get_executor(), [&](std::exception_ptr thrown) { failure = std::move(thrown); });
        tasks.spawn(serve(acceptor, tls));
        tasks.spawn(fetch(transfers, std::move(request), acceptor, answer));
        context.run();
        if (failure) std::rethrow_exception(failure);
        return answer;
    }

    net::TestCertificates certificates;
    std::vector<std::string> authorities; ///< the same, as PEM and as DER
    net::TlsPair good, misnamed;
};

TlsTrust::Checks checks_of(unsigned bits) {
    using Check = TlsTrust::Checks::Check;
    const auto check = [&](unsigned bit) { return (bits & bit) != 0 ? Check::on : Check::off; };
    return {check(1), check(2), check(4)};
}

TEST_F(CertificateJudge, EachCheckRefusesWhatItIsForAndNothingElse) {
    const WallTime now = net::TestCertificates::now(), later = now + 60 * net::TestCertificates::day;
    const struct {
        const char* name;
        const net::TlsPair& shown;
        bool trusted;
        WallTime now;
        unsigned fails; ///< by these bits
    } rows[] = {
        {"nothing is wrong", good, true, now, 0},
        {"issued by nobody known", good, false, now, 1},
        {"misnamed", misnamed, true, now, 2},
        {"expired by the phone's clock", good, true, later, 4},
        {"not yet valid by the phone's clock", good, true, now - 60 * net::TestCertificates::day, 4},
        {"misnamed and expired", misnamed, true, later, 6},
        {"everything", misnamed, false, later, 7},
    };
    for (const auto& row : rows)
        for (unsigned bits = 0; bits < 8; ++bits) {
            const auto answer = run(row.shown, row.trusted ? authorities[0] : std::string(), checks_of(bits), row.now);
            EXPECT_EQ(answer.outcome, (bits & row.fails) == 0 ? FileOutcome::fetched : FileOutcome::unreachable)
                << row.name << ", bits " << bits << ": " << answer.detail;
        }
}

TEST_F(CertificateJudge, TakesAnAuthorityAsPemOrDer) {
    const WallTime now = net::TestCertificates::now();
    EXPECT_EQ(run(good, authorities[1], checks_of(7), now).outcome, FileOutcome::fetched);
    EXPECT_NE(run(good, "no certificate", checks_of(7), now).outcome, FileOutcome::fetched);
}

} // namespace
} // namespace offhook::phone
