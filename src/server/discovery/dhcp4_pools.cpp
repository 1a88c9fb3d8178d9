#include "server/discovery/dhcp4_pools.hpp"

#include "base/log.hpp"
#include "catalogue/limits.hpp"
#include "server/discovery/dhcp4_asker.hpp"

#include <fmt/format.h>

namespace offhook::server {

namespace dhcp4 = protocol::dhcp4;
using catalogue::Lease;
using catalogue::LeaseState;
using catalogue::Outcome;
using dhcp4::Message;
using dhcp4::Type;

namespace {

const IpAddress unset = IpAddress::v4(0);
} // namespace

LeaseTable::Client client_of(const Message& message) {
    LeaseTable::Client out;
    out.mac = message.mac().value_or(MacAddress());
    out.client_id = message.option(dhcp4::client_id).value_or("");
    return out;
}

std::string taken_text(const Message& request, const IpAddress& server) {
    const auto address = request.address(dhcp4::requested_address).value_or(request.ciaddr);
    return fmt::format("takes {} of server {}", address.text(), server.text());
}

Dhcp4Pools::Dhcp4Pools(OfferSource& offers, const Dhcp4Content& content, const Clock& clock,
                       const Dhcp4Options& options, std::uint16_t listener, Dhcp4Ports ports)
    : offers_(offers), content_(content), clock_(clock), options_(options), listener_(listener), ports_(ports),
      table_(options.pools) {}

const Dhcp4Pool* Dhcp4Pools::pool_of(const Dhcp4Request& request) const {
    const Message& message = request.message;
    if (message.giaddr != unset)
        return table_.pool_of_link(relay_address(message, RelayCode::link_selection).value_or(message.giaddr));
    if (message.ciaddr != unset) // renewing, perhaps through a router
        if (const auto* pool = table_.pool_of_link(message.ciaddr)) return pool;
    return table_.pool_of_link(request.place.local);
}

IpAddress Dhcp4Pools::server_id_of(const Dhcp4Request& request) {
    if (request.message.giaddr != unset)
        if (const auto said = relay_address(request.message, RelayCode::server_id_override)) return *said;
    return request.place.local;
}

Dhcp4Pools::Told Dhcp4Pools::received(const Dhcp4Request& request, const Offer& offer, Dhcp4Actions& actions) {
    const auto client = client_of(request.message);
    if (client.mac == MacAddress() && client.client_id.empty())
        return {Outcome::malformed, "neither a MAC nor a client identifier"};
    if (client.client_id.size() > catalogue::limits::lease_client_id_bytes_max)
        return {Outcome::malformed, "a client identifier of more than 255 bytes"};
    if (request.message.type() == Type::decline) return decline(request, actions);
    if (request.message.type() == Type::release) return release(request, actions);
    const Dhcp4Pool* pool = pool_of(request);
    if (pool == nullptr) {
        const IpAddress& link = request.message.giaddr != unset ? request.message.giaddr : request.place.local;
        return {Outcome::absent, "no pool for the link of " + link.text()};
    }
    if (request.message.type() == Type::discover) return discover(request, *pool, offer, 0, actions);
    return this->request(request, *pool, offer, actions);
}

void Dhcp4Pools::note(const Asker& asker, const Offer& offer, const Message& message, const Told& told) {
    if (offer.family == nullptr && offer.device == nullptr) return; // a computer: no story of ours
    std::string text = told.text;
    if (told.has_options && !offer.is_offered())
        text += "; no URL: " + offer.why;
    else if (told.has_options && !offer.shown_url.empty())
        text += "; " + offer.shown_url;
    offers_.note(asker, offer, told.outcome, asked_text(message), text);
}

std::optional<IpAddress> Dhcp4Pools::reserved_for(const Dhcp4Request& request, const Dhcp4Pool& pool) const {
    const auto client = client_of(request.message);
    if (client.mac == MacAddress()) return std::nullopt;
    const auto out = offers_.reserved_address(client.mac);
    if (!out || !out->is_v4() || !pool.subnet.contains(*out)) return std::nullopt;
    // A slip in the catalogue must not take the network down.
    if (*out == request.place.local || !is_host_address(pool, *out)) return std::nullopt;
    return out;
}

bool Dhcp4Pools::is_kept(const Dhcp4Request& request, const IpAddress& address) const {
    return address == request.place.local || offers_.is_reserved(address);
}

/// What the client may be granted: its reservation, or what is free in the pool and reserved for nobody.
bool Dhcp4Pools::may_have(const Dhcp4Request& request, const Dhcp4Pool& pool, const IpAddress& address) const {
    const auto client = client_of(request.message);
    if (!table_.is_free_for(address, client, clock_.wall(), clock_.instant())) return false;
    if (const auto reserved = reserved_for(request, pool)) {
        if (*reserved == address) return true;
        // Another address than its own only where that one is not to be had.
        if (table_.is_free_for(*reserved, client, clock_.wall(), clock_.instant())) return false;
    }
    return pool.first <= address && address <= pool.last && !is_kept(request, address);
}

Dhcp4Pools::Told Dhcp4Pools::discover(const Dhcp4Request& request, const Dhcp4Pool& pool, const Offer& offer,
                                      unsigned conflicts, Dhcp4Actions& actions) {
    const auto client = client_of(request.message);
    const Instant now = clock_.instant();
    const auto held = table_.held_for(client, pool, now);
    if (held)
        if (const auto probed = probing_.find(v4_number(*held)); probed != probing_.end()) {
            probed->second.request = request; // it asks again: the newest is answered when the probe ends
            return {Outcome::served, held->text() + " is being probed"};
        }
    auto address = reserved_for(request, pool);
    if (!address || !table_.is_free_for(*address, client, clock_.wall(), now))
        address = table_.choose(
            client, pool, request.message.address(dhcp4::requested_address),
            [&](const IpAddress& other) { return is_kept(request, other); }, clock_.wall(), now);
    if (!address) {
        log::warning("DHCP4_POOL_EXHAUSTED", "{}: no address is free for {}", pool.subnet.text(), client.mac.text());
        return {Outcome::failed, "the pool is exhausted"};
    }
    const Lease* lease = table_.find(*address);
    const bool is_its_own = lease != nullptr && table_.is_owner(*lease, client) && lease->state == LeaseState::bound &&
                            clock_.wall() < lease->until;
    if (is_its_own || held == address || options_.conflict_wait.count() == 0)
        return offer_address(request, pool, *address, offer, actions);
    if (probing_.size() >= probes_max) return {Outcome::failed, "too many addresses are being probed"};
    table_.hold(*address, client, now + offer_held);
    probing_[v4_number(*address)] = {request, now + options_.conflict_wait, conflicts};
    actions.probes.push_back({*address, request.place.interface,
                              request.message.giaddr == unset ? Dhcp4Probe::By::arp : Dhcp4Probe::By::echo});
    return {Outcome::served, address->text() + " is being probed"};
}

Dhcp4Pools::Told Dhcp4Pools::offer_address(const Dhcp4Request& request, const Dhcp4Pool& pool, const IpAddress& address,
                                           const Offer& offer, Dhcp4Actions& actions) {
    table_.hold(address, client_of(request.message), clock_.instant() + offer_held);
    Message reply = Dhcp4Content::reply(request.message, Type::offer, server_id_of(request));
    reply.yiaddr = address;
    Dhcp4Content::add_lease(reply, request.message, options_.lease_time);
    Dhcp4Content::add_network(reply, request.message, pool);
    content_.add_offer(reply, request.message, offer);
    Dhcp4Send send = addressed(reply, request, ports_);
    Dhcp4Content::write(reply, request.message, send.bytes);
    actions.sends.push_back(std::move(send));
    return {Outcome::served, "offered " + address.text(), true};
}

Dhcp4Pools::Told Dhcp4Pools::request(const Dhcp4Request& request, const Dhcp4Pool& pool, const Offer& offer,
                                     Dhcp4Actions& actions) {
    const Message& message = request.message;
    if (message.option(dhcp4::server_id)) return select(request, pool, offer, actions);
    if (message.ciaddr != unset) return confirm(request, pool, message.ciaddr, offer, actions);
    const auto wanted = message.address(dhcp4::requested_address);
    if (!wanted) return {Outcome::malformed, "a REQUEST for no address"};
    return confirm(request, pool, *wanted, offer, actions);
}

Dhcp4Pools::Told Dhcp4Pools::select(const Dhcp4Request& request, const Dhcp4Pool& pool, const Offer& offer,
                                    Dhcp4Actions& actions) {
    const Message& message = request.message;
    const auto client = client_of(message);
    const auto server = message.address(dhcp4::server_id);
    if (!server || *server != server_id_of(request)) {
        table_.let_go(client);
        if (!server) return {Outcome::absent, "a server identifier of no server"};
        return {Outcome::not_modified, taken_text(message, *server)};
    }
    auto wanted = message.address(dhcp4::requested_address);
    if (!wanted && message.ciaddr != unset) wanted = message.ciaddr; // some name the server when they renew
    if (!wanted) return {Outcome::malformed, "a REQUEST for no address"};
    if (!pool.subnet.contains(*wanted)) return refuse(request, "that address is not of this network", actions);
    if (!may_have(request, pool, *wanted)) return refuse(request, "that address is not to be had", actions);
    return grant(request, pool, *wanted, offer, actions);
}

Dhcp4Pools::Told Dhcp4Pools::confirm(const Dhcp4Request& request, const Dhcp4Pool& pool, const IpAddress& address,
                                     const Offer& offer, Dhcp4Actions& actions) {
    const auto client = client_of(request.message);
    const auto not_from_here = [&](std::string_view why) -> Told {
        if (options_.authoritative) return refuse(request, why, actions);
        return {Outcome::absent, address.text() + " is not from here; another server may know it"};
    };
    if (!pool.subnet.contains(address)) {
        constexpr std::string_view why = "that address is not of this network";
        // Who renews uses the address already, so a server has given it; who only remembers it has moved here.
        return request.message.ciaddr == unset ? refuse(request, why, actions) : not_from_here(why);
    }
    const Lease* own = table_.lease_of(client, pool);
    if (own == nullptr) return not_from_here("no lease is known");
    const Lease* lease = table_.find(address);
    if (lease != nullptr && table_.is_owner(*lease, client) && may_have(request, pool, address))
        return grant(request, pool, address, offer, actions);
    // A client whose lease is over may have had another server's since.
    constexpr std::string_view why = "that address is not yours";
    const bool is_live = own->state == LeaseState::bound && clock_.wall() < own->until;
    return is_live ? refuse(request, why, actions) : not_from_here(why);
}

Lease Dhcp4Pools::new_lease(const Dhcp4Request& request, const IpAddress& address) const {
    namespace limits = catalogue::limits;
    const auto client = client_of(request.message);
    Lease out;
    out.address = address;
    out.mac = client.mac;
    out.client_id = client.client_id;
    out.host_name = request.message.text(dhcp4::host_name).value_or("").substr(0, limits::lease_host_name_bytes_max);
    out.vendor_class =
        request.message.option(dhcp4::vendor_class).value_or("").substr(0, limits::lease_vendor_class_bytes_max);
    out.since = clock_.wall();
    const Lease* before = table_.find(address);
    if (before != nullptr && before->state == LeaseState::bound && table_.is_owner(*before, client))
        out.since = before->since;
    out.until = clock_.wall() + options_.lease_time;
    return out;
}

Dhcp4Pools::Told Dhcp4Pools::grant(const Dhcp4Request& request, const Dhcp4Pool& pool, const IpAddress& address,
                                   const Offer& offer, Dhcp4Actions& actions) {
    const std::uint32_t number = v4_number(address);
    if (granting_.contains(number)) return {Outcome::served, address.text() + " is being written"}; // sent again
    if (grants_.size() >= grants_max) return {Outcome::failed, "too many leases are being written"};
    Message reply = Dhcp4Content::reply(request.message, Type::ack, server_id_of(request));
    reply.yiaddr = address;
    reply.ciaddr = request.message.ciaddr;
    Dhcp4Content::add_lease(reply, request.message, options_.lease_time);
    Dhcp4Content::add_network(reply, request.message, pool);
    content_.add_offer(reply, request.message, offer);
    Grant granted;
    granted.ack = addressed(reply, request, ports_);
    Dhcp4Content::write(reply, request.message, granted.ack.bytes);
    granted.address = address;
    granted.xid = request.message.xid;
    if (const Lease* before = table_.find(address)) granted.before = *before;
    const Lease lease = new_lease(request, address);
    table_.put(lease);
    const std::uint64_t ticket = ++last_ticket_;
    grants_.emplace(ticket, std::move(granted));
    granting_[number] = ticket;
    actions.writes.push_back({lease, ticket});
    return {Outcome::served, fmt::format("{} for {} s", address.text(), options_.lease_time.count()), true};
}

void Dhcp4Pools::lease_stored(std::uint64_t ticket, bool is_durable, Dhcp4Actions& actions) {
    const auto found = grants_.find(ticket);
    if (found == grants_.end()) return;
    Grant granted = std::move(found->second);
    grants_.erase(found);
    granting_.erase(v4_number(granted.address));
    if (is_durable) {
        actions.sends.push_back(std::move(granted.ack));
    } else if (granted.before) { // never said, so never given
        table_.put(*granted.before);
    } else {
        table_.remove(granted.address);
    }
}

Dhcp4Pools::Told Dhcp4Pools::refuse(const Dhcp4Request& request, std::string_view why, Dhcp4Actions& actions) {
    Message reply = Dhcp4Content::reply(request.message, Type::nak, server_id_of(request));
    if (reply.giaddr != unset) reply.broadcast = true; // the relay must not send it to an address that is not its own
    reply.set(dhcp4::text_message, why);
    Dhcp4Send send = addressed(reply, request, ports_);
    Dhcp4Content::write(reply, request.message, send.bytes);
    actions.sends.push_back(std::move(send));
    return {Outcome::refused, std::string(why)};
}

void Dhcp4Pools::put_into_quarantine(const IpAddress& address, Dhcp4Actions& actions) {
    Lease lease;
    lease.address = address;
    lease.state = LeaseState::declined;
    lease.since = clock_.wall();
    lease.until = lease.since + quarantine;
    table_.put(lease);
    actions.writes.push_back({std::move(lease), 0});
    log::warning("DHCP4_ADDRESS_CONFLICT", "{} is used by somebody who has no lease of it; not given out for {} h",
                 address.text(), quarantine.count());
}

Dhcp4Pools::Told Dhcp4Pools::decline(const Dhcp4Request& request, Dhcp4Actions& actions) {
    const auto address = request.message.address(dhcp4::requested_address);
    const auto server = request.message.address(dhcp4::server_id);
    if (!address || (server && *server != server_id_of(request))) return {Outcome::absent, "a DECLINE of another's"};
    const auto client = client_of(request.message);
    const Lease* lease = table_.find(*address);
    if (lease == nullptr || !table_.is_owner(*lease, client) || granting_.contains(v4_number(*address)))
        return {Outcome::refused, address->text() + " is not its own to decline"};
    table_.let_go(client);
    put_into_quarantine(*address, actions);
    return {Outcome::served, address->text() + " is in quarantine"};
}

Dhcp4Pools::Told Dhcp4Pools::release(const Dhcp4Request& request, Dhcp4Actions& actions) {
    const IpAddress& address = request.message.ciaddr;
    const Lease* lease = table_.find(address);
    if (lease == nullptr || lease->state != LeaseState::bound || !table_.is_owner(*lease, client_of(request.message)) ||
        granting_.contains(v4_number(address)))
        return {Outcome::absent, address.text() + " is not its own to release"};
    Lease released = *lease;
    released.state = LeaseState::released;
    released.until = clock_.wall();
    table_.put(released);
    actions.writes.push_back({std::move(released), 0});
    return {Outcome::served, address.text() + " is free again"};
}

void Dhcp4Pools::address_in_use(const IpAddress& address, MacAddress by, Dhcp4Actions& actions) {
    const auto found = probing_.find(v4_number(address));
    if (found == probing_.end()) return;
    if (by != MacAddress() && found->second.request.message.mac() == by) return;
    const Probing probed = std::move(found->second);
    probing_.erase(found);
    table_.let_go(client_of(probed.request.message));
    put_into_quarantine(address, actions);
    if (probed.conflicts + 1 >= conflicts_max) return;
    const Dhcp4Pool* pool = pool_of(probed.request);
    const Dhcp4Place& place = probed.request.place;
    const Asker asker = dhcp4_asker(probed.request.message, listener_, place.source, place.local);
    const Offer offer = offers_.make(asker);
    if (pool == nullptr) return;
    note(asker, offer, probed.request.message, discover(probed.request, *pool, offer, probed.conflicts + 1, actions));
}

void Dhcp4Pools::tick(Dhcp4Actions& actions) {
    const Instant now = clock_.instant();
    for (auto at = probing_.begin(); at != probing_.end();) {
        if (now < at->second.until) {
            ++at;
            continue;
        }
        const IpAddress address = IpAddress::v4(at->first);
        const Probing probed = std::move(at->second);
        at = probing_.erase(at);
        const Dhcp4Pool* pool = pool_of(probed.request);
        const Dhcp4Place& place = probed.request.place;
        const Asker asker = dhcp4_asker(probed.request.message, listener_, place.source, place.local);
        const Offer offer = offers_.make(asker);
        if (pool == nullptr) continue;
        note(asker, offer, probed.request.message, offer_address(probed.request, *pool, address, offer, actions));
    }
}

} // namespace offhook::server
