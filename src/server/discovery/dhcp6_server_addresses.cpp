/// Dhcp6Server, the part that gives addresses (small_pool).
#include "base/text.hpp"
#include "server/discovery/dhcp6_exchange.hpp"

#include <algorithm>

namespace offhook::server {

namespace dhcp6 = protocol::dhcp6;
using catalogue::Lease;
using catalogue::LeaseState;
using catalogue::Outcome;
using dhcp6::IaNa;
using dhcp6::Status;
using dhcp6::Type;

namespace {

constexpr std::chrono::hours declined_time{24}; // somebody has that address, until a person looked
constexpr std::size_t vendor_class_bytes_max = 96;
constexpr char preference_most = '\xff'; // "look no further", for those that we have a URL for

void put_status(dhcp6::Options& options, Status status) {
    options.add(dhcp6::status_code, dhcp6::status_value(status, {}));
}

} // namespace

std::optional<IpAddress> Dhcp6Server::choose(const Exchange& exchange, const IaNa& ia) const {
    const auto client = exchange.client_of(ia);
    Dhcp6Leases::Wish wish;
    wish.client = client;
    wish.ours = exchange.arrival.ours;
    if (!ia.addresses.empty()) wish.hint = ia.addresses.front().address;
    if (exchange.asker.mac) wish.reserved = around_.offers.reserved_address(*exchange.asker.mac);
    wish.is_reserved = [this](const IpAddress& address) { return around_.offers.is_reserved(address); };
    // One of a second IA of the same message is not to be given twice.
    auto chosen = leases_.choose(*exchange.pool, wish, around_.clock.wall());
    for (const auto& change : exchange.changes)
        if (chosen == change.lease.address) return std::nullopt;
    return chosen;
}

/// The catalogue may have given the address to another device while this one has it.
bool Dhcp6Server::is_kept_for_another(const Exchange& exchange, const IpAddress& address) const {
    if (!around_.offers.is_reserved(address)) return false;
    return !exchange.asker.mac || around_.offers.reserved_address(*exchange.asker.mac) != address;
}

void Dhcp6Server::put_times(IaNa& ia, const IpAddress& address) const {
    const auto seconds =
        static_cast<std::uint32_t>(std::clamp<std::chrono::seconds::rep>(options_.lease_time.count(), 60, 0x7fff'ffff));
    ia.t1 = seconds / 2;
    ia.t2 = seconds / 5 * 4;
    ia.addresses = {{address, seconds, seconds, {}}};
}

void Dhcp6Server::lease_to(Exchange& exchange, IaNa& ia, const IpAddress& address) {
    Lease lease;
    lease.address = address;
    lease.mac = exchange.asker.mac.value_or(MacAddress());
    lease.client_id = exchange.client_of(ia);
    lease.vendor_class = exchange.asker.vendor_class.substr(0, vendor_class_bytes_max);
    lease.since = around_.clock.wall();
    put_times(ia, address);
    lease.until = lease.since + std::chrono::seconds(ia.addresses.front().valid);
    if (const auto* known = leases_.at(address); known != nullptr && known->client_id == lease.client_id)
        lease.since = std::min(known->since, lease.since);
    exchange.changes.push_back({std::move(lease), {}});
    exchange.tell(address.text());
}

void Dhcp6Server::solicit(Exchange& exchange) {
    const auto ias = exchange.ias();
    if (ias.empty() || exchange.pool == nullptr) return; // what it wants, others may have
    if (exchange.request.options.option(dhcp6::rapid_commit)) {
        exchange.reply.options.add(dhcp6::rapid_commit, {});
        return bind(exchange);
    }
    exchange.reply.type = Type::advertise;
    for (auto ia : ias) {
        if (const auto address = choose(exchange, ia)) {
            put_times(ia, *address);
            exchange.tell(address->text());
        } else {
            ia = {ia.id, 0, 0, {}, Status::no_addresses};
        }
        exchange.reply.options.add(dhcp6::ia_na, dhcp6::ia_na_value(ia));
    }
    if (exchange.offer.is_offered()) exchange.reply.options.add(dhcp6::preference, {&preference_most, 1});
    (void)add_asked(exchange);
    note(exchange, exchange.told.empty() ? Outcome::absent : Outcome::served, exchange.told);
    say(exchange);
}

void Dhcp6Server::bind(Exchange& exchange) {
    const auto ias = exchange.ias();
    if (ias.empty() || exchange.pool == nullptr || waiting_.contains(std::string(exchange.duid))) return;
    for (auto ia : ias) {
        if (const auto address = choose(exchange, ia))
            lease_to(exchange, ia, *address);
        else
            ia = {ia.id, 0, 0, {}, Status::no_addresses};
        exchange.reply.options.add(dhcp6::ia_na, dhcp6::ia_na_value(ia));
    }
    (void)add_asked(exchange);
    note(exchange, exchange.changes.empty() ? Outcome::absent : Outcome::served, exchange.told);
    say_once_durable(exchange);
}

void Dhcp6Server::extend(Exchange& exchange) {
    if (waiting_.contains(std::string(exchange.duid))) return;
    bool is_known = false;
    for (auto ia : exchange.ias()) {
        const auto client = exchange.client_of(ia);
        const auto* lease = leases_.of_client(client);
        const bool is_theirs = lease != nullptr && lease->state == LeaseState::bound && exchange.pool != nullptr &&
                               exchange.pool->subnet.contains(lease->address);
        // Its own again: nobody else took the address since, or the table would not name it.
        if (is_theirs && !is_kept_for_another(exchange, lease->address)) {
            is_known = true;
            const auto address = lease->address;
            const auto claimed = std::move(ia.addresses);
            lease_to(exchange, ia, address);
            for (const auto& other : claimed)
                if (other.address != address) ia.addresses.push_back({other.address, 0, 0, {}});
        } else {
            ia = {ia.id, 0, 0, {}, Status::no_binding};
        }
        exchange.reply.options.add(dhcp6::ia_na, dhcp6::ia_na_value(ia));
    }
    // A REBIND goes to every server: the one that knows the client answers.
    if (!is_known && exchange.request.type == Type::rebind) return;
    (void)add_asked(exchange);
    note(exchange, is_known ? Outcome::served : Outcome::absent, is_known ? exchange.told : "no such lease");
    say_once_durable(exchange);
}

void Dhcp6Server::confirm(Exchange& exchange) {
    if (exchange.pool == nullptr) return;
    std::size_t addresses = 0;
    bool on_link = true;
    for (const auto& ia : exchange.ias()) {
        for (const auto& claimed : ia.addresses) {
            ++addresses;
            on_link &= exchange.pool->subnet.contains(claimed.address);
        }
    }
    if (addresses == 0) return;
    put_status(exchange.reply.options, on_link ? Status::success : Status::not_on_link);
    (void)add_asked(exchange);
    note(exchange, Outcome::served, on_link ? "its addresses are good here" : "its addresses are of another link");
    say(exchange);
}

void Dhcp6Server::give_up(Exchange& exchange) {
    if (waiting_.contains(std::string(exchange.duid))) return;
    const bool declined = exchange.request.type == Type::decline;
    put_status(exchange.reply.options, Status::success);
    for (const auto& ia : exchange.ias()) {
        const auto* lease = leases_.of_client(exchange.client_of(ia));
        const auto is_named = [lease](const dhcp6::IaAddress& claimed) { return claimed.address == lease->address; };
        if (lease == nullptr || lease->state != LeaseState::bound || std::ranges::none_of(ia.addresses, is_named)) {
            exchange.reply.options.add(dhcp6::ia_na, dhcp6::ia_na_value({ia.id, 0, 0, {}, Status::no_binding}));
            continue;
        }
        auto changed = *lease;
        changed.state = declined ? LeaseState::declined : LeaseState::released;
        changed.until = around_.clock.wall();
        if (declined) changed.until += declined_time;
        exchange.tell(changed.address.text());
        exchange.changes.push_back({std::move(changed), {}});
    }
    note(exchange, Outcome::served, exchange.told);
    say_once_durable(exchange);
}

} // namespace offhook::server
