#include "phone/sntp_client.hpp"

#include "base/text.hpp"
#include "net/as_result.hpp"
#include "net/deadline.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/udp.hpp>
#include <fmt/format.h>
#include <optional>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;
namespace sntp = protocol::sntp;
using asio::ip::udp;
using std::chrono::milliseconds;

constexpr unsigned questions_max = 2, packets_max = 4;
constexpr std::size_t addresses_max = 2, packet_bytes_max = 1024;

/// What has arrived; empty: an error, for a server that refuses.
asio::awaitable<std::string> receive(udp::socket& socket) {
    std::array<char, packet_bytes_max> buffer{};
    const auto [error, bytes] = co_await socket.async_receive(asio::buffer(buffer), net::as_result);
    co_return error ? std::string() : std::string(buffer.data(), bytes);
}

Result<milliseconds> judge(std::string_view packet, const sntp::Exchange& exchange) {
    const auto message = sntp::parse(std::as_bytes(std::span(packet)));
    if (!message) return fail(ErrorCode::invalid, "what came is no answer");
    return sntp::judge_answer(*message, exchange);
}

} // namespace

asio::awaitable<Result<milliseconds>> SntpClient::ask_at(asio::ip::address address) {
    Result<milliseconds> result = fail(ErrorCode::unavailable, "no answer");
    udp::socket socket(executor_);
    boost::system::error_code error;
    const udp::endpoint server(address, port_);
    socket.open(server.protocol(), error);
    if (!error) socket.connect(server, error); // what others send does not arrive
    if (error) co_return fail(ErrorCode::unavailable, error.message());
    for (unsigned question = 0; question < questions_max; ++question) {
        sntp::Message asked;
        asked.transmit.bits = random_.next();
        const auto bytes = sntp::serialize(asked);
        const WallTime sent = clock_.wall();
        (void)co_await socket.async_send(asio::buffer(bytes), net::as_result);
        const Instant end = clock_.instant() + wait_;
        for (unsigned packets = 0; packets < packets_max; ++packets) {
            const auto left = std::max(milliseconds(1), std::chrono::ceil<milliseconds>(end - clock_.instant()));
            auto receiving = receive(socket);
            const auto packet = co_await net::with_deadline(std::move(receiving), left);
            if (!packet || packet->empty()) break;
            const sntp::Exchange exchange{asked.transmit, sent, clock_.wall()};
            result = judge(*packet, exchange);
            if (result) co_return result;
        }
    }
    co_return result;
}

asio::awaitable<Result<milliseconds>> SntpClient::ask(std::string server) {
    Result<milliseconds> result = fail(ErrorCode::unavailable, "its name has no address");
    auto addresses = co_await resolver_.resolve(server);
    if (addresses.empty()) addresses.push_back(server); // a resolver knows names alone, and this may be an address
    addresses.resize(std::min(addresses.size(), addresses_max));
    for (const auto& text : addresses) {
        boost::system::error_code error;
        const auto address = asio::ip::make_address(text, error);
        if (error) continue;
        result = co_await ask_at(address);
        if (result) co_return result;
    }
    co_return result;
}

} // namespace offhook::phone
