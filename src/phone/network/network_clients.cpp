#include "phone/network/network_clients.hpp"

#include "base/text.hpp"
#include "phone/network/dhcp4_client.hpp"
#include "phone/network/dhcp6_client.hpp"
#include "phone/network/interfaces.hpp"
#include "phone/network/pnp_client.hpp"
#include "phone/network/udp4_packet.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone {

namespace asio = boost::asio;
namespace dhcp4_wire = protocol::dhcp4;
namespace dhcp6_wire = protocol::dhcp6;

namespace {

constexpr std::string_view no_network = "DHCP needs a network of the phone's own: --interface";
constexpr unsigned host_prefix_bits = 128, guessed_prefix_bits = 64;

/// Runs a machine until it is over. `send` takes what the machine wants sent, `deliver` what came.
template <class Machine, class Send, class Deliver>
asio::awaitable<void> converse(DiscoverySocket& socket, Machine& machine, const Clock& clock, Send send,
                               Deliver deliver) {
    for (;;) {
        const auto arrival = socket.receive();
        const auto now = clock.instant();
        if (arrival) deliver(*arrival, now);
        machine.tick(now);
        if (const auto message = machine.take_message(); !message.empty()) send(message);
        const auto deadline = machine.deadline();
        if (!deadline) co_return; // it is over
        if (!arrival && *deadline > now)
            co_await socket.wait(std::chrono::ceil<std::chrono::milliseconds>(*deadline - now));
    }
}

} // namespace

NetworkClients::NetworkClients(asio::any_io_executor executor, PhoneNetwork* network, HostPlace place, MacAddress mac,
                               const Clock& clock, Random& random)
    : executor_(std::move(executor)), network_(network), place_(place), mac_(mac), clock_(clock), random_(random) {}

asio::awaitable<std::optional<Dhcp4Answer>> NetworkClients::dhcp4(Dhcp4Ask ask) {
    remarks_.clear();
    const bool is_lease = ask.kind == Dhcp4Ask::Kind::lease;
    if (network_ == nullptr) {
        remark(std::string(no_network));
        co_return std::nullopt;
    }
    const auto own = network_->address();
    if (!is_lease && !own) {
        remark("INFORM is for a phone that has an address, and it has none");
        co_return std::nullopt;
    }
    auto socket = DiscoverySocket::open_dhcp4(executor_, network_->interface_name(), network_->interface_index());
    if (!socket) {
        remark(socket.error().message);
        co_return std::nullopt;
    }
    const auto source = is_lease ? IpAddress::v4(0) : own->address;
    Dhcp4Client client(std::move(ask), mac_, source, random_, clock_.instant());
    const auto send = [&](std::string_view message) {
        socket->send(
            to_bytes({source, IpAddress::v4(0xffff'ffff), dhcp4_wire::client_port, dhcp4_wire::server_port, message}));
    };
    const auto deliver = [&](const DiscoverySocket::Arrival& arrival, Instant now) {
        const auto packet = read_udp4_packet(arrival.bytes);
        if (packet && packet->destination_port == dhcp4_wire::client_port) client.received(packet->payload, now);
    };
    co_await converse(*socket, client, clock_, send, deliver);

    remarks_ = client.remarks();
    if (client.state() == Dhcp4Client::State::failed) {
        remark_silence();
        co_return std::nullopt;
    }
    Dhcp4Answer answer{client.ack(), client.prefix_bits(), {}};
    if (is_lease) take_lease(answer);
    answer.remarks = remarks_;
    co_return answer;
}

void NetworkClients::take_lease(const Dhcp4Answer& answer) {
    AddressLife life;
    // No seconds at all are a fault of the server's, not the end of the lease.
    if (const auto seconds = answer.ack.number32(dhcp4_wire::lease_time).value_or(0); seconds != 0)
        life = {seconds, seconds};
    remark(network_->set_address(InterfaceAddress{answer.ack.yiaddr, answer.prefix_bits}, life));
    network_->note_lease_end(PhoneNetwork::Lease::ipv4, end_of(life));
    if (const auto router = answer.ack.address(dhcp4_wire::router)) remark(network_->set_gateway(*router));
    name_servers4_ = answer.ack.addresses(dhcp4_wire::dns_servers);
    search_domain_ = answer.ack.text(dhcp4_wire::domain_name).value_or(std::string_view{});
    take_name_servers();
}

void NetworkClients::take_name_servers() {
    auto all = name_servers4_;
    all.insert(all.end(), name_servers6_.begin(), name_servers6_.end());
    if (!all.empty()) (void)network_->set_name_servers(all, search_domain_); // the network remarks what is wrong
}

asio::awaitable<std::optional<Dhcp6Answer>> NetworkClients::dhcp6(Dhcp6Ask ask) {
    remarks_.clear();
    if (network_ == nullptr || !network_->link_local()) {
        remark(network_ == nullptr ? std::string(no_network) : "the phone's IPv6 is off");
        co_return std::nullopt;
    }
    auto socket = DiscoverySocket::open_dhcp6(executor_, network_->interface_name(), network_->interface_index());
    if (!socket) {
        remark(socket.error().message);
        co_return std::nullopt;
    }
    Dhcp6Client client(std::move(ask), mac_, random_, clock_.instant());
    const auto send = [&](std::string_view message) { socket->send(message); };
    const auto deliver = [&](const DiscoverySocket::Arrival& arrival, Instant now) {
        client.received(arrival.bytes, now);
    };
    co_await converse(*socket, client, clock_, send, deliver);

    remarks_ = client.remarks();
    if (client.state() == Dhcp6Client::State::failed) {
        remark_silence();
        co_return std::nullopt;
    }
    if (client.address()) take_ipv6_address(*client.address(), client.life());
    if (const auto servers = client.reply().options.option(dhcp6_wire::dns_servers)) {
        name_servers6_ = dhcp6_wire::parse_addresses(*servers);
        take_name_servers();
    }
    Dhcp6Answer answer{client.reply(), client.address(), remarks_};
    co_return answer;
}

std::optional<Instant> NetworkClients::end_of(AddressLife life) const {
    if (life.valid == AddressLife::for_ever) return std::nullopt;
    return clock_.instant() + std::chrono::seconds(life.valid);
}

void NetworkClients::take_ipv6_address(const IpAddress& address, AddressLife life) {
    remark(network_->set_ipv6_lease(std::nullopt)); // first, or its /64 would pass for a router's route
    // DHCPv6 says nothing of the prefix, router advertisements do (RFC 8415 18.2.10.1). Without any, a /128 reaches
    // nobody, and phones that are seen to work there take a /64.
    const bool is_routed = network_->has_route_to(address);
    if (!is_routed) remark("no router has told the prefix yet; the address was taken as one of a /64");
    remark(
        network_->set_ipv6_lease(InterfaceAddress{address, is_routed ? host_prefix_bits : guessed_prefix_bits}, life));
    network_->note_lease_end(PhoneNetwork::Lease::ipv6, end_of(life));
}

void NetworkClients::remark_silence() {
    if (network_ != nullptr)
        if (auto unreached = network_->what_is_not_reached()) remark(std::move(*unreached));
}

std::optional<HostPlace> NetworkClients::pnp_place() {
    if (network_ != nullptr) {
        if (const auto& own = network_->address()) return HostPlace{own->address, network_->interface_index()};
        remark("SIP PnP needs an IPv4 address, and the phone has none");
        return std::nullopt;
    }
    if (place_.address != IpAddress::v4(0)) return place_;
    if (const auto own = own_address_towards_pnp()) return HostPlace{*own, 0};
    remark("no route of this host leads to 224.0.1.75: name an interface");
    return std::nullopt;
}

asio::awaitable<std::optional<PnpAnswer>> NetworkClients::pnp(PnpAsk ask) {
    remarks_.clear();
    const auto place = pnp_place();
    if (!place) co_return std::nullopt;
    const auto wanted_port = ask.source_port;
    auto socket = DiscoverySocket::open_pnp(executor_, place->address, place->interface_index, wanted_port);
    if (!socket) {
        remark(socket.error().message);
        co_return std::nullopt;
    }
    PnpClient client(std::move(ask), fmt::format("{}:{}", place->address.text(), socket->own_port()), random_,
                     clock_.instant());
    const auto send = [&](std::string_view message) { socket->send(message); };
    const auto deliver = [&](const DiscoverySocket::Arrival& arrival, Instant now) {
        const auto reply = client.received(arrival.bytes, arrival.source, arrival.source_port, now);
        if (!reply.empty()) socket->send_to(reply, arrival.source, arrival.source_port);
    };
    co_await converse(*socket, client, clock_, send, deliver);

    remarks_ = client.remarks();
    if (wanted_port != 0 && socket->own_port() != wanted_port)
        remark(fmt::format("port {} is not to be had here; asked from {}", wanted_port, socket->own_port()));
    if (client.state() == PnpClient::State::failed) {
        remark_silence();
        co_return std::nullopt;
    }
    co_return client.answer();
}

std::unique_ptr<DiscoveryClients> make_clients(const asio::any_io_executor& executor, PhoneNetwork& network,
                                               const Clock& clock, Random& random) {
    return std::make_unique<NetworkClients>(executor, &network, HostPlace{}, network.mac(), clock, random);
}

namespace {

Result<HostPlace> find_place(std::string_view where) {
    if (where.empty()) return HostPlace{};
    auto socket = netlink::Socket::open();
    if (!socket) return tl::unexpected(socket.error());
    const auto all = netlink::interfaces(*socket);
    if (!all) return tl::unexpected(all.error());
    const auto wanted = IpAddress::from_text(where);
    std::vector<std::string> names;
    for (const auto& one : *all) {
        names.push_back(one.name);
        for (const auto& own : one.addresses)
            if (own.address.is_v4() && (wanted ? own.address == *wanted : one.name == where))
                return HostPlace{own.address, one.index};
        if (one.name == where)
            return fail(ErrorCode::unavailable, fmt::format("{} has no IPv4 address", one.name), "--interface");
    }
    return fail(ErrorCode::not_found,
                wanted ? std::string("this host has no such address")
                       : fmt::format("no such interface; there are {}", join(names, ", ")),
                "--interface");
}

} // namespace

Result<std::unique_ptr<DiscoveryClients>> make_host_clients(const asio::any_io_executor& executor,
                                                            std::string_view where, MacAddress mac, const Clock& clock,
                                                            Random& random) {
    const auto place = find_place(where);
    if (!place) return tl::unexpected(place.error());
    std::unique_ptr<DiscoveryClients> clients =
        std::make_unique<NetworkClients>(executor, nullptr, *place, mac, clock, random);
    return clients;
}

} // namespace offhook::phone
