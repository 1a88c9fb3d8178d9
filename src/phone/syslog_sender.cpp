#include "phone/syslog_sender.hpp"

#include "base/text.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <map>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;
namespace syslog = protocol::syslog;
using asio::ip::udp;

constexpr std::size_t host_bytes_max = 253;

std::optional<asio::ip::address> syslog_address(const std::string& host) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(host, error);
    return error ? std::nullopt : std::optional(address);
}

} // namespace

std::optional<SyslogPlace> syslog_place(std::string_view text) {
    text = trim(text);
    SyslogPlace out;
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        out.host = text.substr(1, end - 1);
        port = text.substr(end + 1);
    } else {
        const auto colon = text.find(':');
        const bool is_ipv6 = colon != std::string_view::npos && text.find(':', colon + 1) != std::string_view::npos;
        out.host = is_ipv6 ? text : text.substr(0, colon);
        port = is_ipv6 || colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    }
    if (out.host.empty() || out.host.size() > host_bytes_max || !is_printable_utf8(out.host) ||
        out.host.find(' ') != std::string::npos)
        return std::nullopt;
    if (port.empty()) return out;
    const auto number = port.front() == ':' ? to_number<std::uint16_t>(port.substr(1)) : std::nullopt;
    if (!number || *number == 0) return std::nullopt;
    out.port = *number;
    return out;
}

void SyslogSender::send_to(const asio::ip::address& address, std::uint16_t port, std::string_view line) {
    boost::system::error_code error;
    const udp::endpoint to(address, port);
    udp::socket socket(executor_);
    socket.open(to.protocol(), error);
    if (!error) socket.non_blocking(true, error);
    const auto payload = syslog::serialize(syslog::local0_info, line);
    if (!error) socket.send_to(asio::buffer(payload), to, 0, error); // full, or nobody there: lost
}

void SyslogSender::send(std::string_view place, std::string_view line) {
    auto to = syslog_place(place);
    if (!to) return;
    if (const auto address = syslog_address(to->host))
        send_to(*address, to->port, line);
    else if (waiting_.size() < lines_waiting_max)
        waiting_.push_back({std::move(*to), std::string(line)});
}

asio::awaitable<void> SyslogSender::finish() {
    std::map<std::string, std::optional<asio::ip::address>> known;
    auto waiting = std::move(waiting_);
    waiting_.clear();
    for (const Waiting& each : waiting) {
        if (resolver_ == nullptr) break;
        auto found = known.find(each.place.host);
        if (found == known.end()) {
            if (known.size() >= names_max) continue;
            std::string host = each.place.host;
            const auto addresses = co_await resolver_->resolve(std::move(host));
            const auto first = addresses.empty() ? std::nullopt : syslog_address(addresses.front());
            found = known.emplace(each.place.host, first).first;
        }
        if (found->second) send_to(*found->second, each.place.port, each.line);
    }
}

} // namespace offhook::phone
