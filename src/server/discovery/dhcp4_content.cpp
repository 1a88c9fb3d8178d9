#include "server/discovery/dhcp4_content.hpp"

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"
#include "server/discovery/lease_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace offhook::server {

namespace dhcp4 = protocol::dhcp4;
using dhcp4::Message;

namespace {

/// The server's own: pools, leases and the protocol say what stands in them.
constexpr auto own_codes = std::to_array<std::uint8_t>({0, 1, 50, 51, 52, 53, 54, 55, 57, 58, 59, 61, 82, 255});
/// Lists of addresses. Source RFC 2132, RFC 5859 (150). 66 is text even where it holds an address.
constexpr auto address_codes = std::to_array<std::uint8_t>(
    {3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 28, 32, 41, 42, 44, 45, 48, 49, 65, 68, 69, 70, 71, 72, 73, 74, 75, 76, 150});

template <std::size_t N>
bool is_among(const std::array<std::uint8_t, N>& codes, std::uint8_t code) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

void append_address(std::string& out, const IpAddress& v4) {
    out.append(reinterpret_cast<const char*>(v4.bytes().data()) + 12, 4);
}

/// What a sub-option's length byte can say.
constexpr std::size_t sub_option_bytes_max = 255;

/// The address that the fixed field siaddr names for clients that look nowhere else: the first of option 150, or 66
/// where that is one. 0.0.0.0: the offer names a host.
IpAddress next_server_of(const Offer& offer) {
    for (const OfferedOption& option : offer.options)
        if (option.rule->form == config::OfferForm::addresses && option.value.size() >= 4) {
            std::uint32_t number = 0;
            for (std::size_t i = 0; i < 4; ++i) number = number << 8U | static_cast<std::uint8_t>(option.value[i]);
            return IpAddress::v4(number);
        }
    for (const OfferedOption& option : offer.options)
        if (option.rule->option == dhcp4::tftp_server)
            if (const auto address = IpAddress::from_text(option.value); address && address->is_v4()) return *address;
    return IpAddress::v4(0);
}

} // namespace

Result<std::string> option_value(std::uint8_t code, std::string_view text) {
    if (is_among(own_codes, code))
        return fail(ErrorCode::invalid, fmt::format("option {} is not for operators to set", code));
    std::string out;
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        out = text.substr(1, text.size() - 2);
    } else if (starts_with_ignoring_case(text, "0x")) {
        const auto bytes = from_hex(text.substr(2));
        if (!bytes) return fail(ErrorCode::invalid, "0x stands before pairs of hexadecimal digits");
        out.assign(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    } else if (is_among(address_codes, code)) {
        for (const std::string_view piece : split(text, ',')) {
            const auto address = IpAddress::from_text(trim(piece));
            if (!address || !address->is_v4())
                return fail(ErrorCode::invalid,
                            fmt::format("option {} holds addresses, and '{}' is none", code, printable(piece)));
            append_address(out, *address);
        }
    } else {
        out = text;
    }
    if (out.size() > sub_option_bytes_max)
        return fail(ErrorCode::too_large,
                    fmt::format("{} bytes; a phone reads {} of an option", out.size(), sub_option_bytes_max));
    return out;
}

Result<void> Dhcp4Content::check(const Dhcp4Options& options) {
    for (const auto& [code, text] : options.options)
        if (auto value = option_value(code, text); !value) {
            Error error = std::move(value).error();
            error.where = fmt::format("options.{}", code);
            return tl::unexpected(std::move(error));
        }
    return {};
}

Dhcp4Content::Dhcp4Content(const Dhcp4Options& options) {
    for (const auto& [code, text] : options.options) {
        auto value = option_value(code, text);
        OFFHOOK_ASSERT(value.has_value());
        values_.emplace_back(code, std::move(*value));
    }
}

Message Dhcp4Content::reply(const Message& to, dhcp4::Type type, const IpAddress& server_id) {
    Message out;
    out.op = Message::Op::reply;
    out.xid = to.xid;
    out.broadcast = to.broadcast;
    out.giaddr = to.giaddr;
    out.hardware_type = to.hardware_type, out.hardware_bytes = to.hardware_bytes, out.chaddr = to.chaddr;
    out.set_type(type);
    out.set_address(dhcp4::server_id, server_id);
    if (const auto id = to.option(dhcp4::client_id)) out.set(dhcp4::client_id, *id); // RFC 6842
    if (const auto relay = to.option(dhcp4::relay_information)) out.set(dhcp4::relay_information, *relay);
    return out;
}

void Dhcp4Content::add_lease(Message& reply, const Message& to, std::chrono::seconds lease_time) {
    const auto seconds = static_cast<std::uint32_t>(lease_time.count());
    reply.set_number32(dhcp4::lease_time, seconds);
    if (to.asks_for(dhcp4::renewal_time)) reply.set_number32(dhcp4::renewal_time, seconds / 2);
    if (to.asks_for(dhcp4::rebinding_time)) reply.set_number32(dhcp4::rebinding_time, seconds - seconds / 8);
}

void Dhcp4Content::add_network(Message& reply, const Message& to, const Dhcp4Pool& pool) {
    const unsigned host_bits = 128U - pool.subnet.prefix_bits();
    const std::uint32_t host_mask = host_bits >= 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << host_bits) - 1;
    if (to.asks_for(dhcp4::subnet_mask)) reply.set_address(dhcp4::subnet_mask, IpAddress::v4(~host_mask));
    const auto add = [&](std::uint8_t code, const std::vector<IpAddress>& addresses) {
        if (!addresses.empty() && to.asks_for(code)) reply.set_addresses(code, addresses);
    };
    add(dhcp4::router, pool.routers); // behind the mask: RFC 2132 3.3
    add(dhcp4::dns_servers, pool.dns);
    add(dhcp4::ntp_servers, pool.ntp);
    if (!pool.domain.empty() && to.asks_for(dhcp4::domain_name)) reply.set(dhcp4::domain_name, pool.domain);
    const auto list = to.option(dhcp4::parameter_list);
    if (list && to.asks_for(dhcp4::broadcast_address)) // who has no list can work it out
        reply.set_address(dhcp4::broadcast_address, IpAddress::v4(v4_number(pool.first) | host_mask));
}

std::vector<std::uint8_t> Dhcp4Content::add_offer(Message& reply, const Message& to, const Offer& offer) const {
    std::vector<std::uint8_t> said;
    const auto say = [&](std::uint8_t code, std::string_view value) {
        reply.set(code, value);
        if (std::find(said.begin(), said.end(), code) == said.end()) said.push_back(code);
    };
    std::string inside_43;
    std::map<std::uint32_t, std::string> inside_125;
    for (const OfferedOption& option : offer.options) {
        if (option.rule->option == 0 || option.rule->option > 254 ||
            !to.asks_for(static_cast<std::uint8_t>(option.rule->option)))
            continue;
        const auto code = static_cast<std::uint8_t>(option.rule->option);
        if (is_among(own_codes, code)) continue;
        if (option.rule->sub_option == 0) {
            say(code, option.value);
        } else if (option.value.size() <= sub_option_bytes_max) {
            std::string& inside =
                code == dhcp4::vi_vendor_specific ? inside_125[option.rule->enterprise.value_or(0)] : inside_43;
            dhcp4::append_sub_option(inside, static_cast<std::uint8_t>(option.rule->sub_option), option.value);
        }
    }
    if (!inside_43.empty()) say(dhcp4::vendor_specific, inside_43);
    std::string blocks;
    for (const auto& [enterprise, inside] : inside_125)
        if (inside.size() <= sub_option_bytes_max) dhcp4::append_enterprise_block(blocks, enterprise, inside);
    if (!blocks.empty()) say(dhcp4::vi_vendor_specific, blocks);
    for (const auto& [code, value] : values_)
        if (to.asks_for(code) && !reply.option(code)) say(code, value);
    if (!offer.options.empty()) reply.siaddr = next_server_of(offer);
    return said;
}

void Dhcp4Content::write(const Message& reply, const Message& to, std::string& out,
                         std::vector<std::uint8_t>* left_out) {
    std::size_t most = dhcp4::reply_bytes_max;
    const auto said = to.option(dhcp4::message_bytes_most);
    if (said && said->size() == 2) {
        const auto number = static_cast<std::size_t>(static_cast<std::uint8_t>((*said)[0])) << 8U |
                            static_cast<std::uint8_t>((*said)[1]);
        most = std::clamp(number, std::size_t{576}, dhcp4::datagram_bytes_max) - dhcp4::packet_header_bytes;
    }
    reply.write(out, most, left_out);
}

} // namespace offhook::server
