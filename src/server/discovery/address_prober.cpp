#include "server/discovery/address_prober.hpp"

#include "base/log.hpp"
#include "server/discovery/lease_table.hpp"

#include <array>
#include <cstring>
#include <netinet/if_ether.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netpacket/packet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace offhook::server {

namespace {

constexpr int reads_max = 256; // of one wake-up
constexpr std::size_t arp_bytes = 28;

std::uint32_t number_at(std::span<const unsigned char> bytes, std::size_t at) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < 4; ++i) out = out << 8U | bytes[at + i];
    return out;
}

} // namespace

std::optional<AddressHolder> arp_sender(std::span<const unsigned char> packet) {
    // Whoever names itself the sender of an ARP packet has the address, be it a reply or a question.
    if (packet.size() < arp_bytes || packet[4] != 6 || packet[5] != 4 || number_at(packet, 14) == 0)
        return std::nullopt;
    const std::uint64_t mac = std::uint64_t{number_at(packet, 8)} << 16U | (number_at(packet, 10) & 0xffffU);
    return AddressHolder{IpAddress::v4(number_at(packet, 14)), MacAddress(mac)};
}

AddressProber::AddressProber(const Dhcp4Interface& interface) : interface_(interface) {
    echo_ = net::OwnedFd(::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP));
    if (interface.index != 0 && !interface.is_loopback) {
        net::OwnedFd arp(::socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ARP)));
        sockaddr_ll name{};
        name.sll_family = AF_PACKET;
        name.sll_protocol = htons(ETH_P_ARP);
        name.sll_ifindex = static_cast<int>(interface.index);
        if (arp && ::bind(arp.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0) arp_ = std::move(arp);
    }
    if (!echo_ || (!arp_ && !interface.is_loopback))
        log::warning("DHCP4_NO_PROBE", "without CAP_NET_RAW addresses are offered without asking who has them");
}

void AddressProber::ask(const Dhcp4Probe& probe) {
    if (probe.by == Dhcp4Probe::By::arp && arp_) {
        std::array<unsigned char, arp_bytes> packet{0, 1, 8, 0, 6, 4, 0, ARPOP_REQUEST};
        for (unsigned i = 0; i < 6; ++i)
            packet[8 + i] = static_cast<unsigned char>(interface_.mac.bits() >> (40U - 8U * i));
        for (unsigned i = 0; i < 4; ++i) packet[24 + i] = probe.address.bytes()[12 + i];
        sockaddr_ll to{};
        to.sll_family = AF_PACKET;
        to.sll_protocol = htons(ETH_P_ARP);
        to.sll_ifindex = static_cast<int>(interface_.index);
        to.sll_halen = 6;
        std::memset(to.sll_addr, 0xff, 6);
        (void)::sendto(arp_.get(), packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
        return;
    }
    if (!echo_) return;
    // Type, code, checksum, identifier, sequence: nothing in it is worth guessing, the source address is what counts.
    std::array<unsigned char, 8> packet{ICMP_ECHO, 0, 0, 0, 0x6f, 0x68, 0, 1};
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < packet.size(); i += 2)
        sum += static_cast<std::uint32_t>(packet[i]) << 8U | packet[i + 1];
    sum = (sum & 0xffffU) + (sum >> 16U);
    const std::uint32_t check = ~sum & 0xffffU;
    packet[2] = static_cast<unsigned char>(check >> 8U), packet[3] = static_cast<unsigned char>(check);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(v4_number(probe.address));
    (void)::sendto(echo_.get(), packet.data(), packet.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to),
                   sizeof to);
}

std::vector<AddressHolder> AddressProber::answered() {
    std::vector<AddressHolder> out;
    if (arp_) read_arp(out);
    if (echo_) read_echo(out);
    return out;
}

void AddressProber::read_arp(std::vector<AddressHolder>& out) {
    std::array<unsigned char, 128> packet{};
    for (int i = 0; i < reads_max; ++i) {
        const auto bytes = ::recv(arp_.get(), packet.data(), packet.size(), MSG_DONTWAIT);
        if (bytes < 0) return;
        if (const auto holder = arp_sender(std::span(packet).first(static_cast<std::size_t>(bytes))))
            out.push_back(*holder);
    }
}

void AddressProber::read_echo(std::vector<AddressHolder>& out) {
    std::array<unsigned char, 128> packet{};
    for (int i = 0; i < reads_max; ++i) {
        const auto bytes = ::recv(echo_.get(), packet.data(), packet.size(), MSG_DONTWAIT);
        if (bytes < 0) return;
        const std::size_t header = (packet[0] & 0x0fU) * 4U; // the IP header stands before it
        if (bytes >= 28 && header + 8 <= static_cast<std::size_t>(bytes) && packet[header] == ICMP_ECHOREPLY)
            out.push_back({IpAddress::v4(number_at(packet, 12)), MacAddress()});
    }
}

} // namespace offhook::server
