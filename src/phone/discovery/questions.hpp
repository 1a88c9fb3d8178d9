#pragma once
/// @file  What a phone asks its network when it looks for its boot server, and what it is told: DHCPv4, DHCPv6, SIP
/// PnP.
///
/// Apart from discovery_clients.hpp, so that what has no coroutines in it can be fuzzed.
#include "base/ip_address.hpp"
#include "protocol/dhcp4/message.hpp"
#include "protocol/dhcp6/message.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace offhook::phone {

/// What a phone puts into DISCOVER and REQUEST, or INFORM.
struct Dhcp4Ask {
    enum class Kind : std::uint8_t { lease, inform } kind = Kind::lease;        ///< inform: it has an address already
    std::vector<std::uint8_t> parameter_list;                                   ///< option 55, in the phone's order
    std::string vendor_class;                                                   ///< option 60, any bytes; "": not sent
    std::string host_name;                                                      ///< option 12; "": not sent
    enum class ClientId : std::uint8_t { none, mac } client_id = ClientId::mac; ///< option 61: 01 and the MAC
    std::chrono::milliseconds offers_wait{0}; ///< wait so long for further OFFERs before one is chosen
    unsigned tries = 4;                       ///< 1, 2, 4, 8 s apart (RFC 2131 4.1), randomized
    std::vector<std::uint8_t> wanted; ///< the best first: which OFFER is chosen; one with the first ends the wait
};

struct Dhcp4Answer {
    protocol::dhcp4::Message ack;     ///< the whole ACK: its options, siaddr, sname and file
    unsigned prefix_bits = 24;        ///< of the subnet mask; 24 where there is none
    std::vector<std::string> remarks; ///< what was odd about the exchange: "2 OFFERs; the first was taken"
};

struct Dhcp6Ask {
    enum class Kind : std::uint8_t {
        address,
        information
    } kind = Kind::information; ///< SOLICIT or INFORMATION-REQUEST
    std::vector<std::uint16_t> option_request;
    std::string vendor_class; ///< value of option 16; "": not sent
    unsigned tries = 4;
};

struct Dhcp6Answer {
    protocol::dhcp6::Message reply;
    std::optional<IpAddress> address; ///< of Kind::address, set on the interface already
    std::vector<std::string> remarks;
};

/// The vendor's own SUBSCRIBE.
struct PnpAsk {
    std::string request_uri; ///< "sip:MAC%3a0080F0C571EB@224.0.1.75"
    std::string
        event; ///< "ua-profile;profile-type=\"device\";vender=\"Panasonic\";model=\"KX-HDV130\";version=\"01.000\""
    std::string user_agent;                ///< "": no such header
    std::uint16_t source_port = 5060;      ///< 0: any
    std::chrono::milliseconds time{5'000}; ///< until the phone gives up
    enum class Repeats : std::uint8_t { rfc3261, once } repeats = Repeats::rfc3261;
    std::size_t url_bytes_max = 384;
};

struct PnpAnswer {
    std::string url;                     ///< the NOTIFY's body, as it came
    std::vector<std::string> deviations; ///< where the answer strays from RFC 3261, 6665, or the convention
};

} // namespace offhook::phone
