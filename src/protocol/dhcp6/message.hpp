#pragma once
/// @file  Message: a DHCPv6 message, with the relays it came through; read and written whole.
///
/// Limits   datagram_bytes_max, options_max, relays_max.
/// Source   RFC 8415 7, 8, 9, 21; RFC 5970 (59, 60); RFC 3319 (21, 22); RFC 6939 (79).
#include "base/enum_text.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::protocol::dhcp6 {

inline constexpr std::size_t datagram_bytes_max = 4096;
inline constexpr std::size_t options_max = 128;
inline constexpr std::size_t relays_max = 8; ///< RFC 8415 7.6: HOP_COUNT_LIMIT
inline constexpr std::uint16_t server_port = 547;
inline constexpr std::uint16_t client_port = 546;

enum class Type : std::uint8_t {
    none,
    solicit,
    advertise,
    request,
    confirm,
    renew,
    rebind,
    reply,
    release,
    decline,
    reconfigure,
    information_request,
    relay_forward,
    relay_reply
};

enum Code : std::uint16_t {
    client_id = 1,
    server_id = 2,
    ia_na = 3,
    ia_ta = 4,
    ia_address = 5,
    option_request = 6,
    preference = 7,
    elapsed_time = 8,
    relay_message = 9,
    server_unicast = 12,
    status_code = 13,
    rapid_commit = 14,
    user_class = 15,
    vendor_class = 16,
    vendor_options = 17,
    interface_id = 18,
    sip_domains = 21,
    sip_addresses = 22,
    dns_servers = 23,
    domain_list = 24,
    sntp_servers = 31,
    information_refresh_time = 32,
    remote_id = 37,
    boot_file_url = 59,
    boot_file_parameters = 60,
    client_link_layer_address = 79
};

enum class Status : std::uint16_t {
    success,
    unspecified_failure,
    no_addresses,
    no_binding,
    not_on_link,
    use_multicast
};

enum class MessageError : std::uint8_t { none, too_short, too_large, unknown_type, bad_option, too_many_relays };
inline constexpr EnumText<MessageError, 6> message_error_text{{{{MessageError::none, "none"},
                                                                {MessageError::too_short, "too_short"},
                                                                {MessageError::too_large, "too_large"},
                                                                {MessageError::unknown_type, "unknown_type"},
                                                                {MessageError::bad_option, "bad_option"},
                                                                {MessageError::too_many_relays, "too_many_relays"}}}};

/// Options, in order; one code may stand several times. Also what IA_NA, IA address and relays hold inside.
/// Lifetime  views into it last until the next read(), add() or clear(); add() never takes one of its own.
class Options {
public:
    struct Option {
        std::uint16_t code;
        std::string_view value;
    };
    /// False for a length beyond the end or too many. What an earlier call left is gone.
    [[nodiscard]] bool read(std::string_view bytes);
    void write(std::string& out) const;
    [[nodiscard]] std::optional<std::string_view> option(std::uint16_t code) const; ///< the first
    [[nodiscard]] std::vector<Option> all() const;
    void add(std::uint16_t code, std::string_view value); ///< <= 65535 bytes
    void clear();
    /// How far from the first option's header a view of ours begins.
    [[nodiscard]] std::size_t position_of(std::string_view value) const;

private:
    struct Piece {
        std::uint16_t code;
        std::uint32_t at, bytes;
    };
    std::string bytes_; ///< as on the wire
    std::vector<Piece> pieces_;
};

/// One RELAY-FORW around a message, and the RELAY-REPL that goes back the same way.
struct Relay {
    std::uint8_t hops = 0;
    IpAddress link_address, peer_address;
    Options options; ///< without relay_message
};

class Message {
public:
    Type type = Type::none;
    std::uint32_t transaction = 0; ///< 24 bits
    Options options;
    std::vector<Relay> relays; ///< the outermost first; empty: it came straight from the client

    [[nodiscard]] MessageError read(std::string_view datagram);
    void write(std::string& out) const; ///< inside RELAY-REPL of `relays` for a reply's types, RELAY-FORW otherwise
    /// Whether option_request asks for it; unlike DHCPv4, without the option nothing is asked for.
    [[nodiscard]] bool asks_for(std::uint16_t code) const;
};

/// The MAC in a DUID-LLT or DUID-LL; nullopt for other DUIDs: then option 79 or the neighbour table tells.
[[nodiscard]] std::optional<MacAddress> mac_of_duid(std::string_view duid);
[[nodiscard]] std::string duid_ll(MacAddress mac);

/// An IA_NA: its identity, times in seconds, and its addresses.
struct IaAddress {
    IpAddress address;
    std::uint32_t preferred = 0, valid = 0;
    std::optional<Status> status;
};
struct IaNa {
    std::uint32_t id = 0, t1 = 0, t2 = 0;
    std::vector<IaAddress> addresses;
    std::optional<Status> status;
};
[[nodiscard]] std::optional<IaNa> parse_ia_na(std::string_view value);
[[nodiscard]] std::string ia_na_value(const IaNa& ia);
[[nodiscard]] std::string status_value(Status status, std::string_view text);
[[nodiscard]] std::optional<Status> parse_status(std::string_view value);

/// Options 16 and 17: enterprise, then 16-bit pieces. Of 16 the pieces have no code (0).
struct VendorBlock {
    std::uint32_t enterprise = 0;
    struct Piece {
        std::uint16_t code;
        std::string_view value;
    };
    std::vector<Piece> pieces;
};
[[nodiscard]] std::optional<VendorBlock> parse_vendor_class(std::string_view value);
[[nodiscard]] std::optional<VendorBlock> parse_vendor_options(std::string_view value);
[[nodiscard]] std::string vendor_class_value(std::uint32_t enterprise, std::span<const std::string_view> pieces);
[[nodiscard]] std::string vendor_options_value(std::uint32_t enterprise, std::uint16_t code, std::string_view value);

/// A code for option 6; seconds, the elapsed time and the like: big-endian.
[[nodiscard]] std::string option_request_value(std::span<const std::uint16_t> codes);
[[nodiscard]] std::string short_value(std::uint16_t number);
[[nodiscard]] std::string long_value(std::uint32_t number);
/// A name as option 24 holds it; nullopt for what is no domain name: labels of 1 to 63 bytes, 254 in all.
[[nodiscard]] std::optional<std::string> domain_value(std::string_view name);

[[nodiscard]] std::string addresses_value(std::span<const IpAddress> addresses);
[[nodiscard]] std::vector<IpAddress> parse_addresses(std::string_view value);

} // namespace offhook::protocol::dhcp6
