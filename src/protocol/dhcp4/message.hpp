#pragma once
/// @file  Message: a DHCPv4 message, read and written whole.
///
/// Options of several pieces are joined (RFC 3396), those in `file` and `sname` (option 52) are read; 52 is never
/// written, long options are split. Reading tolerates what real clients send: pads anywhere, no END, junk behind END,
/// an option cut short at the very end (dropped), messages from 240 bytes on. Limits   datagram_bytes_max, options_max;
/// a message that breaks them is refused, never cut silently. A type that is none of ours (FORCERENEW, LEASEQUERY) is
/// bad_option, BOOTP without a type is no_type. Source   RFC 2131 2, 3, 4.1; RFC 2132; RFC 3396; RFC 3046
/// (82 stands last).
#include "base/enum_text.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::protocol::dhcp4 {

inline constexpr std::size_t datagram_bytes_max = 1500;
inline constexpr std::size_t reply_bytes_least = 300;  ///< some relays and clients drop shorter ones (RFC 1542 2.1)
inline constexpr std::size_t packet_header_bytes = 28; ///< IP and UDP: option 57 and the 576 of RFC 2131 2 count them
inline constexpr std::size_t reply_bytes_max = 576 - packet_header_bytes; ///< unless the client says more with 57
inline constexpr std::size_t options_max = 128;
inline constexpr std::uint16_t server_port = 67;
inline constexpr std::uint16_t client_port = 68;

enum class Type : std::uint8_t { none, discover, offer, request, decline, ack, nak, release, inform };

/// Option codes that anybody here names.
enum Code : std::uint8_t {
    pad = 0,
    subnet_mask = 1,
    time_offset = 2,
    router = 3,
    time_servers = 4,
    dns_servers = 6,
    log_servers = 7,
    host_name = 12,
    domain_name = 15,
    broadcast_address = 28,
    ntp_servers = 42,
    vendor_specific = 43,
    requested_address = 50,
    lease_time = 51,
    overload = 52,
    message_type = 53,
    server_id = 54,
    parameter_list = 55,
    text_message = 56,
    message_bytes_most = 57,
    renewal_time = 58,
    rebinding_time = 59,
    vendor_class = 60,
    client_id = 61,
    tftp_server = 66,
    boot_file = 67,
    user_class = 77,
    relay_information = 82,
    sip_servers = 120,
    vi_vendor_class = 124,
    vi_vendor_specific = 125,
    tftp_addresses = 150,
    end = 255
};

enum class MessageError : std::uint8_t {
    none,
    too_short,
    too_large,
    wrong_op,
    no_cookie,
    bad_hardware,
    no_type,
    bad_option
};
inline constexpr EnumText<MessageError, 8> message_error_text{{{{MessageError::none, "none"},
                                                                {MessageError::too_short, "too_short"},
                                                                {MessageError::too_large, "too_large"},
                                                                {MessageError::wrong_op, "wrong_op"},
                                                                {MessageError::no_cookie, "no_cookie"},
                                                                {MessageError::bad_hardware, "bad_hardware"},
                                                                {MessageError::no_type, "no_type"},
                                                                {MessageError::bad_option, "bad_option"}}}};

class Message {
public:
    enum class Op : std::uint8_t { request = 1, reply = 2 };

    // The fixed part, in host order.
    Op op = Op::request;
    std::uint8_t hops = 0;
    std::uint32_t xid = 0;
    std::uint16_t secs = 0;
    bool broadcast = false;                   ///< flags bit 15
    IpAddress ciaddr, yiaddr, siaddr, giaddr; ///< 0.0.0.0 where not set: IpAddress::v4(0)
    std::uint8_t hardware_type = 1;
    std::uint8_t hardware_bytes = 6;
    std::array<std::uint8_t, 16> chaddr{};
    std::string sname, file; ///< as text; empty where they hold options

    Message();
    /// What an earlier message left is gone, memory is kept: no allocation once warm.
    [[nodiscard]] MessageError read(std::string_view datagram);
    /// Type first, server id next, 82 last; the rest in the order they were set. Padded to reply_bytes_least when a
    /// reply. Options that do not fit into `bytes_max` are left out, later ones first, and named in `left_out`; never
    /// 53, 54 and 82.
    void write(std::string& out, std::size_t bytes_max = reply_bytes_max,
               std::vector<std::uint8_t>* left_out = nullptr) const;

    [[nodiscard]] Type type() const;
    void set_type(Type type);
    /// nullopt unless it is Ethernet with six bytes.
    [[nodiscard]] std::optional<MacAddress> mac() const;
    void set_mac(MacAddress mac);

    struct Option {
        std::uint8_t code;
        std::string_view value; ///< raw bytes, joined
    };
    /// nullopt: not there; an empty value is one of no bytes. Lifetime: until the message changes.
    [[nodiscard]] std::optional<std::string_view> option(std::uint8_t code) const;
    [[nodiscard]] std::vector<Option> options() const;   ///< in order of first appearance
    void set(std::uint8_t code, std::string_view value); ///< replaces; up to 4096 bytes
    void set_address(std::uint8_t code, const IpAddress& v4) { set_addresses(code, {&v4, 1}); }
    void set_addresses(std::uint8_t code, std::span<const IpAddress> v4);
    void set_number32(std::uint8_t code, std::uint32_t value);
    void unset(std::uint8_t code);
    /// Text without the NULs that some write behind it.
    [[nodiscard]] std::optional<std::string_view> text(std::uint8_t code) const;
    /// The first of a list of addresses; nullopt where there is none or its length is no multiple of four.
    [[nodiscard]] std::optional<IpAddress> address(std::uint8_t code) const;
    [[nodiscard]] std::vector<IpAddress> addresses(std::uint8_t code) const;
    [[nodiscard]] std::optional<std::uint32_t> number32(std::uint8_t code) const;
    /// Whether option 55 asks for it; true for all where there is no option 55.
    [[nodiscard]] bool asks_for(std::uint8_t code) const;

private:
    struct Piece {
        std::uint8_t code;
        std::uint32_t at, bytes;
    };
    std::string bytes_; // of all options, one behind the other
    std::vector<Piece> pieces_;
};

/// Sub-options with 8-bit codes and lengths: 43, 82, and what stands inside of 124 and 125. Stops at END or junk.
struct SubOption {
    std::uint8_t code;
    std::string_view value;
};
[[nodiscard]] std::vector<SubOption> sub_options(std::string_view value);
void append_sub_option(std::string& out, std::uint8_t code,
                       std::string_view value); ///< cut to 255 bytes: callers check

/// What stands in 124, 125, and in Polycom's binary option 60: enterprise(4) length(1) data, several of them.
struct EnterpriseBlock {
    std::uint32_t enterprise;
    std::string_view data;
};
[[nodiscard]] std::vector<EnterpriseBlock> enterprise_blocks(std::string_view value);
void append_enterprise_block(std::string& out, std::uint32_t enterprise, std::string_view data);

/// Option 77: the list of RFC 3004, or the bare text that many send. The first class; "" where there is none.
[[nodiscard]] std::string_view user_class_of(std::string_view value);

} // namespace offhook::protocol::dhcp4
