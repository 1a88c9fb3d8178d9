#pragma once
/// @file  AddressProber: asks whether an address is in use: by ARP on the link, by ICMP echo behind a relay.
///
/// ARP, because a phone or computer that answers no echo still answers that. Who has the address is said by answered();
/// silence is for the caller's clock to judge.
/// Errors   without CAP_NET_RAW nothing is asked, and it says so once: DHCP4_NO_PROBE.
/// Source   RFC 5227 2.1.1 (sender address 0.0.0.0: nobody's cache changes), RFC 826, RFC 792.
#include "net/owned_fd.hpp"
#include "server/discovery/dhcp4_actions.hpp"
#include "server/discovery/dhcp4_sockets.hpp"

#include <optional>
#include <span>
#include <vector>

namespace offhook::server {

struct AddressHolder {
    IpAddress address;
    MacAddress mac; ///< all zero: not known, behind a relay
};
/// Who says of itself in an ARP packet that it has an address, and which. nullopt: nobody, or no ARP of Ethernet.
[[nodiscard]] std::optional<AddressHolder> arp_sender(std::span<const unsigned char> packet);

class AddressProber {
public:
    explicit AddressProber(const Dhcp4Interface& interface);
    void ask(const Dhcp4Probe& probe);
    /// Addresses that somebody has, as far as it has been heard by now.
    [[nodiscard]] std::vector<AddressHolder> answered();
    /// To be watched for reading; invalid ones are not there.
    [[nodiscard]] const net::OwnedFd& arp() const { return arp_; }
    [[nodiscard]] const net::OwnedFd& echo() const { return echo_; }

private:
    void read_arp(std::vector<AddressHolder>& out);
    void read_echo(std::vector<AddressHolder>& out);

    Dhcp4Interface interface_;
    net::OwnedFd arp_, echo_;
};

} // namespace offhook::server
