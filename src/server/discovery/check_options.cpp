#include "server/discovery/check_options.hpp"

#include "protocol/url.hpp"
#include "server/discovery/lease_table.hpp"

#include <fmt/format.h>

namespace offhook::server {
namespace {

constexpr std::chrono::milliseconds answer_delay_max{2'000};
constexpr std::chrono::seconds lease_time_least{60};

bool is_any(const IpAddress& address) { return address == IpAddress() || address == IpAddress::v4(0); }

Result<void> check_offer(const OfferOptions& offer) {
    if (offer.url.empty()) return {};
    const auto url = protocol::parse_url(offer.url);
    if (!url) return fail(ErrorCode::invalid, "`url`: " + url.error().message);
    if (!url->scheme)
        return fail(ErrorCode::invalid, "`url` must begin with its scheme, as http://boot.example.net:8080/phones");
    if (url->credentials)
        return fail(ErrorCode::invalid, "`url` must hold no user and password: every phone on the link would be told. "
                                        "Give the device an account, and set offer_secrets = \"credentials\"");
    return {};
}

template <class Pool>
Result<void> check_ranges(const std::vector<Pool>& pools) {
    for (const Pool& pool : pools) {
        if (!pool.subnet.contains(pool.first) || !pool.subnet.contains(pool.last))
            return fail(ErrorCode::invalid, fmt::format("`range` {}-{} is not inside of its subnet {}",
                                                        pool.first.text(), pool.last.text(), pool.subnet.text()));
        if (pool.last < pool.first)
            return fail(ErrorCode::invalid,
                        fmt::format("`range` {}-{} ends before it begins", pool.first.text(), pool.last.text()));
    }
    for (std::size_t i = 0; i < pools.size(); ++i)
        for (std::size_t k = 0; k < i; ++k)
            if (pools[i].first <= pools[k].last && pools[k].first <= pools[i].last)
                return fail(ErrorCode::invalid, fmt::format("the pools of {} and {} share addresses",
                                                            pools[k].subnet.text(), pools[i].subnet.text()));
    return {};
}

} // namespace

Result<void> check_options(const PnpOptions& options, const IpAddress& at) {
    if (!at.is_v4() && at != IpAddress())
        return fail(ErrorCode::invalid, "SIP PnP has a group in IPv4 alone: give an IPv4 address of the interface");
    if (options.answer_delay > answer_delay_max)
        return fail(ErrorCode::invalid, "`answer_delay_ms` is at most 2000: phones stop waiting soon after");
    if (options.notify_user.empty() != options.notify_password.empty())
        return fail(ErrorCode::invalid, "`notify_user` and `notify_password` go together");
    return check_offer(options.offer);
}

Result<void> check_options(const Dhcp4Options& options, const IpAddress& at) {
    if (!at.is_v4()) return fail(ErrorCode::invalid, "dhcp4 needs an IPv4 address of the interface");
    if (options.mode == Dhcp4Mode::small_pool) {
        if (is_any(at))
            return fail(ErrorCode::invalid, "mode small_pool serves one interface: give its address, not 0.0.0.0");
        if (options.pools.empty())
            return fail(ErrorCode::invalid,
                        "mode small_pool needs a pool: [[listen.dhcp4.pool]] with subnet and range");
        if (options.lease_time < lease_time_least) return fail(ErrorCode::invalid, "`lease_seconds` is at least 60");
    } else if (!options.pools.empty()) {
        return fail(ErrorCode::invalid, "a pool is of use in mode small_pool alone");
    }
    for (const auto& pool : options.pools)
        if (!pool.first.is_v4() || !pool.last.is_v4())
            return fail(ErrorCode::invalid, "a pool of dhcp4 holds IPv4 addresses");
    if (const auto fit = check_ranges(options.pools); !fit) return fit;
    if (const auto fit = check_pools(options.pools); !fit) return fit; // the rest that the listener would refuse
    return check_offer(options.offer);
}

Result<void> check_options(const Dhcp6Options& options, const IpAddress& at) {
    if (at.is_v4()) return fail(ErrorCode::invalid, "dhcp6 needs an IPv6 address of the interface, as [fe80::1]:547");
    if (options.mode == Dhcp6Mode::small_pool) {
        if (is_any(at))
            return fail(ErrorCode::invalid, "mode small_pool serves one interface: give its address, not [::]");
        if (options.pools.empty())
            return fail(ErrorCode::invalid,
                        "mode small_pool needs a pool: [[listen.dhcp6.pool]] with subnet and range");
        if (options.lease_time < lease_time_least) return fail(ErrorCode::invalid, "`lease_seconds` is at least 60");
    } else if (!options.pools.empty()) {
        return fail(ErrorCode::invalid, "a pool is of use in mode small_pool alone");
    }
    for (const auto& pool : options.pools)
        if (pool.first.is_v4() || pool.last.is_v4())
            return fail(ErrorCode::invalid, "a pool of dhcp6 holds IPv6 addresses");
    if (const auto fit = check_ranges(options.pools); !fit) return fit;
    return check_offer(options.offer);
}

} // namespace offhook::server
