/// Dhcp6Server, the part that fills in what was asked for.
#include "server/discovery/dhcp6_exchange.hpp"

#include <algorithm>
#include <charconv>
#include <map>

namespace offhook::server {

namespace dhcp6 = protocol::dhcp6;

namespace {

constexpr std::chrono::seconds refresh_time_min{600}; // RFC 8415 21.23: less is not to be sent

std::string digits(std::uint16_t number) {
    std::array<char, 8> out{};
    const auto end = std::to_chars(out.data(), out.data() + out.size(), number).ptr;
    return {out.data(), end};
}

} // namespace

/// Whose block of option 17: the client's own number, which it will look for; else ours, several where nobody knows.
std::vector<std::uint32_t> Dhcp6Server::enterprises_for(const Exchange& exchange, const config::OfferRule& rule) const {
    if (exchange.asker.enterprise) return {*exchange.asker.enterprise};
    if (!options_.enterprises.empty()) return options_.enterprises;
    if (rule.enterprise) return {*rule.enterprise};
    return {};
}

void Dhcp6Server::add_offered(Exchange& exchange) {
    std::map<std::uint32_t, dhcp6::Options> blocks; // one option 17 for each enterprise
    for (const auto& [rule, value] : exchange.offer.options) {
        if (rule->option == 0 || value.size() > dhcp6::datagram_bytes_max || !exchange.request.asks_for(rule->option))
            continue;
        if (rule->option == dhcp6::vendor_options) {
            for (const auto enterprise : enterprises_for(exchange, *rule))
                blocks[enterprise].add(rule->sub_option, value);
        } else {
            exchange.reply.options.add(rule->option, value);
            exchange.tell(digits(rule->option));
        }
    }
    for (const auto& [enterprise, inside] : blocks) {
        auto value = dhcp6::long_value(enterprise);
        inside.write(value);
        exchange.reply.options.add(dhcp6::vendor_options, value);
    }
    if (!blocks.empty()) exchange.tell("17");
}

void Dhcp6Server::add_ordinary(Exchange& exchange) {
    const auto* pool = exchange.pool;
    if (pool == nullptr) return;
    const auto add = [&exchange](std::uint16_t code, const std::string& value) {
        if (value.empty() || !exchange.request.asks_for(code) || exchange.reply.options.option(code)) return;
        exchange.reply.options.add(code, value);
        exchange.tell(digits(code));
    };
    add(dhcp6::dns_servers, dhcp6::addresses_value(pool->dns));
    add(dhcp6::domain_list, dhcp6::domain_value(pool->domain).value_or(""));
    add(dhcp6::sntp_servers, dhcp6::addresses_value(pool->sntp));
}

/// Whether there is anything of what it asks for.
bool Dhcp6Server::add_asked(Exchange& exchange) {
    const auto before = exchange.told.size();
    add_offered(exchange);
    if (exchange.told.size() != before) exchange.told += ' ' + exchange.offer.shown_url;
    add_ordinary(exchange);
    const bool has_something = exchange.told.size() != before;
    if (exchange.request.type == dhcp6::Type::information_request &&
        exchange.request.asks_for(dhcp6::information_refresh_time)) {
        const auto seconds =
            std::clamp<std::chrono::seconds::rep>(options_.lease_time.count(), refresh_time_min.count(), 0x7fff'ffff);
        exchange.reply.options.add(dhcp6::information_refresh_time,
                                   dhcp6::long_value(static_cast<std::uint32_t>(seconds)));
    }
    return has_something;
}

} // namespace offhook::server
