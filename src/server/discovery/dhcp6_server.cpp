#include "server/discovery/dhcp6_server.hpp"

#include "base/log.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "server/discovery/dhcp6_exchange.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace offhook::server {

namespace dhcp6 = protocol::dhcp6;
using catalogue::Outcome;
using dhcp6::Message;
using dhcp6::Type;

namespace {

constexpr std::size_t duid_bytes_max = 130; // RFC 8415 11.1: 128 and its type
constexpr std::uint16_t ia_pd = 25;         // prefixes, which we have none of

std::string_view name_of(Type type) {
    switch (type) {
    case Type::solicit:
        return "SOLICIT";
    case Type::request:
        return "REQUEST";
    case Type::confirm:
        return "CONFIRM";
    case Type::renew:
        return "RENEW";
    case Type::rebind:
        return "REBIND";
    case Type::release:
        return "RELEASE";
    case Type::decline:
        return "DECLINE";
    case Type::information_request:
        return "INFORMATION-REQUEST";
    default:
        return "";
    }
}

/// "SOLICIT wants 17,59": what a person can compare with what was told.
std::string asked_text(const Message& message) {
    std::string out(name_of(message.type));
    const auto asked = message.options.option(dhcp6::option_request);
    if (!asked || asked->size() < 2) return out;
    out += " wants ";
    for (std::size_t i = 0; i + 1 < asked->size(); i += 2) {
        if (i != 0) out += ',';
        out +=
            fmt::format_int(static_cast<unsigned char>((*asked)[i]) << 8U | static_cast<unsigned char>((*asked)[i + 1]))
                .c_str();
    }
    return out;
}

bool has_any_ia(const Message& message) {
    return message.options.option(dhcp6::ia_na) || message.options.option(dhcp6::ia_ta) ||
           message.options.option(ia_pd);
}

bool must_name_a_server(Type type) {
    return type == Type::request || type == Type::renew || type == Type::release || type == Type::decline;
}

} // namespace

std::vector<dhcp6::IaNa> Dhcp6Server::Exchange::ias() const {
    std::vector<dhcp6::IaNa> out;
    for (const auto& [code, value] : request.options.all()) {
        if (code != dhcp6::ia_na || out.size() == ias_max) continue;
        if (auto ia = dhcp6::parse_ia_na(value)) out.push_back(std::move(*ia));
    }
    return out;
}

std::string Dhcp6Server::Exchange::client_of(const dhcp6::IaNa& ia) const {
    return std::string(duid) + dhcp6::long_value(ia.id);
}

void Dhcp6Server::Exchange::tell(std::string_view words) {
    if (!told.empty()) told += ", ";
    told += words;
}

Dhcp6Server::Dhcp6Server(const Surroundings& around, const Dhcp6Options& options, std::string duid,
                         std::uint16_t listener, NeighbourLookup neighbours, Send send, Dhcp6RelayPort relay_port)
    : around_(around), options_(options), duid_(std::move(duid)), listener_(listener),
      neighbours_(std::move(neighbours)), send_(std::move(send)), relay_port_(relay_port),
      rate_(options_.answers_per_source_second, options_.answers_per_second, SystemRandom().next()) {}

void Dhcp6Server::restore(const catalogue::Lease& lease) {
    const auto is_ours = [&lease](const Dhcp6Pool& pool) { return pool.subnet.contains(lease.address); };
    if (!lease.address.is_v4() && std::ranges::any_of(options_.pools, is_ours)) leases_.put(lease);
}

/// RFC 8415 16: what must not be answered whatever it asks for.
bool Dhcp6Server::is_for_us(const Message& message) const {
    const auto server = message.options.option(dhcp6::server_id);
    const auto client = message.options.option(dhcp6::client_id);
    if (client && (client->empty() || client->size() > duid_bytes_max)) return false;
    if (message.type == Type::information_request) return (!server || *server == duid_) && !has_any_ia(message);
    if (options_.mode != Dhcp6Mode::small_pool || !client) return false;
    return must_name_a_server(message.type) ? server == duid_ : !server;
}

const Dhcp6Pool* Dhcp6Server::pool_for(const Message& message, const Dhcp6Arrival& arrival) const {
    const auto pool_of = [this](const IpAddress& address) -> const Dhcp6Pool* {
        for (const auto& pool : options_.pools)
            if (pool.subnet.contains(address)) return &pool;
        return nullptr;
    };
    // The relay nearest to the client that says a link; those that bridge say none, and are on ours.
    for (auto relay = message.relays.rbegin(); relay != message.relays.rend(); ++relay)
        if (relay->link_address != IpAddress()) return pool_of(relay->link_address);
    for (const auto& address : arrival.ours)
        if (const auto* pool = pool_of(address)) return pool;
    // An interface with nothing but its link-local address: one pool can only be meant for it.
    return options_.pools.size() == 1 ? &options_.pools.front() : nullptr;
}

void Dhcp6Server::received(const Dhcp6Arrival& arrival) {
    if (options_.mode == Dhcp6Mode::off) return;
    if (message_.read(arrival.datagram) != dhcp6::MessageError::none || name_of(message_.type).empty()) return;
    // RFC 8415 16: these go to the group or through a relay. Whoever sends them here may be anywhere.
    const bool is_direct = arrival.sent == Dhcp6Arrival::Sent::to_us && message_.relays.empty();
    if (is_direct && !must_name_a_server(message_.type)) return;
    const bool only_watched = options_.mode == Dhcp6Mode::observe;
    if (!only_watched && !is_for_us(message_)) return;
    // Behind a relay it is the client that counts.
    const auto& whom = message_.relays.empty() ? arrival.way.source : message_.relays.back().peer_address;
    if (!only_watched && !rate_.allows(whom, around_.clock.instant())) return;
    Exchange exchange{message_, arrival, dhcp6_asker(message_, arrival.way, listener_, neighbours_), {}};
    if (only_watched) return observe(exchange);
    exchange.offer = around_.offers.make(exchange.asker);
    if (exchange.offer.state == Offer::State::denied) return note(exchange, Outcome::refused, exchange.offer.why);
    if (options_.only_phones && exchange.offer.family == nullptr && exchange.offer.device == nullptr) return;
    exchange.pool = pool_for(message_, arrival);
    exchange.duid = message_.options.option(dhcp6::client_id).value_or("");
    auto& reply = exchange.reply;
    reply.type = Type::reply;
    reply.transaction = message_.transaction;
    if (!exchange.duid.empty()) reply.options.add(dhcp6::client_id, exchange.duid);
    reply.options.add(dhcp6::server_id, duid_);
    if (is_direct) {
        reply.options.add(dhcp6::status_code, dhcp6::status_value(dhcp6::Status::use_multicast, {}));
        return say(exchange);
    }
    switch (message_.type) {
    case Type::information_request:
        return answer_information(exchange);
    case Type::solicit:
        return solicit(exchange);
    case Type::request:
        return bind(exchange);
    case Type::renew:
    case Type::rebind:
        return extend(exchange);
    case Type::confirm:
        return confirm(exchange);
    default:
        return give_up(exchange);
    }
}

void Dhcp6Server::observe(const Exchange& exchange) {
    const auto offer = around_.offers.recognize(exchange.asker);
    around_.offers.note(exchange.asker, offer, Outcome::absent, asked_text(exchange.request),
                        "nothing: this listener only watches");
}

void Dhcp6Server::answer_information(Exchange& exchange) {
    // With nothing to say, another server of the site is to be heard.
    if (!add_asked(exchange)) {
        std::string_view why = exchange.offer.why; // no ?: with a literal: that would be a string of its own
        if (why.empty()) why = "nothing that it asks for";
        return note(exchange, exchange.offer.is_offered() ? Outcome::absent : Outcome::refused, why);
    }
    note(exchange, Outcome::served, exchange.told);
    say(exchange);
}

void Dhcp6Server::note(const Exchange& exchange, Outcome outcome, std::string_view told) {
    around_.offers.note(exchange.asker, exchange.offer, outcome, asked_text(exchange.request), told);
}

Dhcp6Departure Dhcp6Server::departure_of(Exchange& exchange) const {
    Dhcp6Departure out;
    auto& reply = exchange.reply;
    for (const auto& relay : exchange.request.relays) {
        auto& back = reply.relays.emplace_back();
        back.hops = relay.hops;
        back.link_address = relay.link_address;
        back.peer_address = relay.peer_address;
        if (const auto interface = relay.options.option(dhcp6::interface_id))
            back.options.add(dhcp6::interface_id, *interface);
    }
    reply.write(out.bytes);
    const bool to_relay = !exchange.request.relays.empty() && relay_port_ == Dhcp6RelayPort::servers;
    out.to = exchange.arrival.way.source;
    out.port = to_relay ? dhcp6::server_port : exchange.arrival.source_port;
    out.interface = exchange.arrival.way.interface;
    return out;
}

void Dhcp6Server::say(Exchange& exchange) {
    auto departure = departure_of(exchange);
    // Longer than any server's reply can be: what an operator offers is far too much.
    if (departure.bytes.size() > dhcp6::datagram_bytes_max)
        return log::warning("DHCP6_ANSWER_TOO_LONG", "an answer of {} bytes is not sent", departure.bytes.size());
    send_(std::move(departure));
}

void Dhcp6Server::say_once_durable(Exchange& exchange) {
    if (exchange.changes.empty()) return say(exchange);
    std::string duid(exchange.duid);
    if (pending_.size() == pending_max) return;
    const auto id = next_id_++;
    auto& pending = pending_[id];
    pending = {departure_of(exchange), std::move(exchange.changes), duid, 1, false};
    waiting_.insert(std::move(duid));
    for (auto& change : pending.changes) {
        if (const auto* before = leases_.at(change.lease.address)) change.before = *before;
        leases_.put(change.lease); // at once, so that nobody else is given it meanwhile
    }
    // The last of these calls may end it, so the one that is counted for ourselves comes after.
    for (const auto& change : pending.changes) {
        ++pending.left;
        if (around_.journal.put(change.lease, [this, id](bool is_durable) { on_durable(id, is_durable); })) continue;
        --pending.left;
        pending.failed = true;
    }
    on_durable(id, true);
}

void Dhcp6Server::on_durable(std::uint64_t id, bool is_durable) {
    const auto found = pending_.find(id);
    auto& pending = found->second;
    pending.failed |= !is_durable;
    if (--pending.left != 0) return;
    const auto ended = std::move(pending);
    waiting_.erase(ended.duid);
    pending_.erase(found);
    if (!ended.failed) return send_(ended.departure);
    log::warning("DHCP6_LEASE_NOT_STORED", "a lease could not be made durable; its client is not answered");
    for (const auto& change : ended.changes) leases_.restore(change.lease.address, change.before);
}

} // namespace offhook::server
