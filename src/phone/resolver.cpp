#include "phone/resolver.hpp"

#include "base/ip_address.hpp"
#include "base/text.hpp"
#include "phone/limits.hpp"
#include "phone/name_lookup.hpp"

#include <fmt/format.h>

namespace offhook::phone {
namespace {

namespace asio = boost::asio;

tl::unexpected<Error> wrong_entry(std::string_view word, std::string_view what) {
    return fail(ErrorCode::invalid,
                fmt::format("'{}': {}; expected NAME=ADDRESS[,ADDRESS...]", printable(word, 80), what), "--resolve");
}

} // namespace

Result<FixedHosts> read_fixed_hosts(std::span<const std::string> words) {
    FixedHosts hosts;
    for (const auto& word : words) {
        const auto equals = word.find('=');
        if (equals == std::string::npos || equals == 0) return wrong_entry(word, "there is no name");
        auto& addresses = hosts[to_lower(std::string_view(word).substr(0, equals))];
        for (const auto piece : split(std::string_view(word).substr(equals + 1), ',')) {
            if (!IpAddress::from_text(piece)) return wrong_entry(word, "that is no IP address");
            addresses.emplace_back(piece);
        }
        if (hosts.size() > limits::fixed_hosts_max || addresses.size() > limits::fixed_hosts_max)
            return wrong_entry(word, "too many");
    }
    return hosts;
}

SystemResolver::SystemResolver(asio::any_io_executor executor, FixedHosts fixed)
    : executor_(std::move(executor)), fixed_(std::move(fixed)) {}

asio::awaitable<std::vector<std::string>> SystemResolver::resolve(std::string host) {
    if (const auto known = fixed_.find(to_lower(host)); known != fixed_.end()) co_return known->second;
    std::vector<std::string> addresses;
    if (IpAddress::from_text(host)) co_return addresses;
    auto looking = look_up(std::move(host), ask_system(IpKind::v4), limits::lookup_time);
    const auto found = co_await std::move(looking);
    for (const auto& address : found) addresses.push_back(address.text());
    co_return addresses;
}

} // namespace offhook::phone
