#pragma once
/// @file  What an operator sets of discovery listeners: [listen.pnp], [listen.dhcp4], [listen.dhcp6].
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace offhook::server {

/// Who is answered. A list that is empty says nothing; deny counts before allow.
struct AskerFilter {
    std::vector<std::string> allow, deny; ///< "0004f2abcdef", "0004f2" (an OUI), or a family's name
    bool strangers = false;               ///< whether phones that are in no catalogue are answered: never with a secret
    /// Whether every row can name somebody. Errors: invalid, naming list and row.
    [[nodiscard]] Result<void> check(std::span<const std::string_view> families) const;
    [[nodiscard]] bool lets_in(std::optional<MacAddress> mac, std::string_view family, bool is_known) const;
};

/// What an offered URL may tell whoever listens on the link: devices of the catalogue alone.
enum class OfferSecrets : std::uint8_t { none, token, credentials };

/// Of every discovery listener.
struct OfferOptions {
    std::string url; ///< "http://boot.example.net:8080/prov"; "": made of the interface's address and our listeners
    OfferSecrets secrets = OfferSecrets::none;
    AskerFilter who;
};

struct PnpOptions {
    OfferOptions offer;
    std::uint16_t answer_port = 5059;          ///< UDP: answers come from here, a PBX keeps 5060; 0: any free one
    std::chrono::milliseconds answer_delay{0}; ///< <= 2000; a second server yields to the first
    bool same_link = true;                     ///< ignore sources outside the interface's own networks
    bool legacy_notify = false;                ///< the loose NOTIFY of the field: unswapped, with the SUBSCRIBE's Via
    std::string notify_user, notify_password;  ///< for phones that challenge the NOTIFY
    std::size_t answers_per_source_second = 5;
    std::size_t answers_per_second = 20'000; ///< to all
    std::size_t transactions_max = 20'000;
};

enum class Dhcp4Mode : std::uint8_t { off, observe, options_only, small_pool };
enum class Dhcp6Mode : std::uint8_t { off, observe, stateless, small_pool };

/// Addresses for one subnet, on the link or behind a relay.
struct Dhcp4Pool {
    Network subnet;
    IpAddress first, last;
    std::vector<IpAddress> routers, dns, ntp;
    std::string domain;
};

struct Dhcp4Options {
    OfferOptions offer;
    Dhcp4Mode mode = Dhcp4Mode::options_only;
    std::vector<Dhcp4Pool> pools;
    std::chrono::seconds lease_time{3600};
    bool only_phones = true;    ///< small pool: answer those that look like a family's phones, or are devices
    bool beside_others = false; ///< small pool: start even where a probe finds another server
    bool authoritative = false; ///< refuse addresses of clients that we know nothing of
    std::chrono::milliseconds conflict_wait{300}; ///< of the probe before an address is offered; 0: none
    /// Sent to every phone that asks for them: option 132 "100". By number; "text", 0xHEX, or an address.
    std::vector<std::pair<std::uint8_t, std::string>> options;
    std::size_t answers_per_source_second = 10; ///< to one address or, before it has one, one client
    std::size_t answers_per_second = 20'000;    ///< to all
};

struct Dhcp6Pool {
    Network subnet;
    IpAddress first, last;
    std::vector<IpAddress> dns, sntp;
    std::string domain;
};

struct Dhcp6Options {
    OfferOptions offer;
    Dhcp6Mode mode = Dhcp6Mode::stateless;
    std::vector<Dhcp6Pool> pools;
    std::chrono::seconds lease_time{3600};
    bool only_phones = true;
    std::vector<std::uint32_t> enterprises; ///< for option 17 where the client names none; empty: the pack's
    std::size_t answers_per_source_second = 10;
    std::size_t answers_per_second = 20'000; ///< to all
};

} // namespace offhook::server
