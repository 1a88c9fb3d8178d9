#include "phone/resolver.hpp"

#include "base/ip_address.hpp"
#include "base/text.hpp"
#include "net/as_result.hpp"
#include "phone/limits.hpp"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;

tl::unexpected<Error> wrong(std::string_view word, std::string_view what) {
    return fail(ErrorCode::invalid,
                fmt::format("'{}': {}; expected NAME=ADDRESS[,ADDRESS...]", printable(word, 80), what), "--resolve");
}

} // namespace

Result<FixedHosts> read_fixed_hosts(std::span<const std::string> words) {
    FixedHosts hosts;
    for (const auto& word : words) {
        const auto equals = word.find('=');
        if (equals == std::string::npos || equals == 0) return wrong(word, "there is no name");
        auto& addresses = hosts[to_lower(std::string_view(word).substr(0, equals))];
        for (const auto piece : split(std::string_view(word).substr(equals + 1), ',')) {
            if (!IpAddress::from_text(piece)) return wrong(word, "that is no IP address");
            addresses.emplace_back(piece);
        }
        if (hosts.size() > limits::fixed_hosts_max || addresses.size() > limits::fixed_hosts_max)
            return wrong(word, "too many");
    }
    return hosts;
}

SystemResolver::SystemResolver(asio::any_io_executor executor, FixedHosts fixed)
    : executor_(std::move(executor)), fixed_(std::move(fixed)) {}

asio::awaitable<std::vector<std::string>> SystemResolver::resolve(std::string host) {
    if (const auto known = fixed_.find(to_lower(host)); known != fixed_.end()) co_return known->second;
    std::vector<std::string> addresses;
    if (IpAddress::from_text(host)) co_return addresses;
    asio::ip::tcp::resolver resolver(executor_);
    const auto [failure, found] = co_await resolver.async_resolve(asio::ip::tcp::v4(), host, "", net::as_result);
    if (failure) co_return addresses;
    for (const auto& entry : found) {
        auto address = entry.endpoint().address().to_string();
        if (std::find(addresses.begin(), addresses.end(), address) == addresses.end())
            addresses.push_back(std::move(address));
    }
    co_return addresses;
}

} // namespace offhook::phone
