#pragma once
/// @file  Dhcp4Content: what options a DHCPv4 reply carries: what the offer says, what the operator added, the pool's.
///
/// An option goes in when option 55 asks for it, or when there is no 55. What the offer says of an option counts before
/// the operator's value for everybody. 52 is never sent.
#include "protocol/dhcp4/message.hpp"
#include "server/discovery/discovery_options.hpp"
#include "server/discovery/offer_source.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace offhook::server {

/// A configured value as it goes on the wire: 0xHEX, an address where the option holds addresses, else text; a text in
/// double quotes is text whatever it looks like. Errors: invalid for an option that is the server's own business (1,
/// 50 to 61 but 60, 82 ...), for odd or bad hexadecimal, for what is no address where one must be; too_large.
[[nodiscard]] Result<std::string> option_value(std::uint8_t code, std::string_view text);

class Dhcp4Content {
public:
    /// Requires options that check() accepted.
    explicit Dhcp4Content(const Dhcp4Options& options);
    /// Errors: those of option_value(), with "options.132" as the place.
    [[nodiscard]] static Result<void> check(const Dhcp4Options& options);

    /// A reply's fixed part, and 53, 54, 61 and 82.
    [[nodiscard]] static protocol::dhcp4::Message reply(const protocol::dhcp4::Message& to, protocol::dhcp4::Type type,
                                                        const IpAddress& server_id);
    /// 51, 58 and 59; 1, 3, 6, 15, 28 and 42 follow with add_network().
    static void add_lease(protocol::dhcp4::Message& reply, const protocol::dhcp4::Message& to,
                          std::chrono::seconds lease_time);
    static void add_network(protocol::dhcp4::Message& reply, const protocol::dhcp4::Message& to, const Dhcp4Pool& pool);
    /// What a boot server says; the numbers of the options that went in.
    std::vector<std::uint8_t> add_offer(protocol::dhcp4::Message& reply, const protocol::dhcp4::Message& to,
                                        const Offer& offer) const;
    /// As bytes: no longer than what the client takes. What did not fit is named in `left_out`.
    static void write(const protocol::dhcp4::Message& reply, const protocol::dhcp4::Message& to, std::string& out,
                      std::vector<std::uint8_t>* left_out = nullptr);

private:
    std::vector<std::pair<std::uint8_t, std::string>> values_;
};

} // namespace offhook::server
