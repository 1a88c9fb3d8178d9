/// What stands inside of options; declared in message.hpp.
#include "base/assert.hpp"
#include "base/text.hpp"
#include "protocol/dhcp6/bytes.hpp"
#include "protocol/dhcp6/message.hpp"

namespace offhook::protocol::dhcp6 {
namespace {

constexpr std::uint16_t duid_type_llt = 1, duid_type_ll = 3;
constexpr std::uint16_t ethernet = 1;

std::optional<IaAddress> parse_ia_address(std::string_view value) {
    ByteReader in(value);
    IaAddress out;
    out.address = in.address();
    out.preferred = in.u32();
    out.valid = in.u32();
    Options inside;
    if (in.overran() || !inside.read(in.rest())) return std::nullopt;
    if (const auto status = inside.option(status_code)) {
        out.status = parse_status(*status);
        if (!out.status) return std::nullopt;
    }
    return out;
}

std::string ia_address_value(const IaAddress& address) {
    std::string out;
    put_address(out, address.address);
    put_u32(out, address.preferred);
    put_u32(out, address.valid);
    if (address.status) {
        Options inside;
        inside.add(status_code, status_value(*address.status, {}));
        inside.write(out);
    }
    return out;
}

} // namespace

std::optional<MacAddress> mac_of_duid(std::string_view duid) {
    ByteReader in(duid);
    const auto type = in.u16();
    if (in.u16() != ethernet) return std::nullopt;
    if (type == duid_type_llt)
        (void)in.u32(); // when it was made
    else if (type != duid_type_ll)
        return std::nullopt;
    const auto bits = in.u48();
    if (in.overran() || !in.rest().empty()) return std::nullopt;
    return MacAddress(bits);
}

std::string duid_ll(MacAddress mac) {
    std::string out;
    put_u16(out, duid_type_ll);
    put_u16(out, ethernet);
    put_number(out, mac.bits(), 6);
    return out;
}

std::optional<IaNa> parse_ia_na(std::string_view value) {
    ByteReader in(value);
    IaNa out;
    out.id = in.u32();
    out.t1 = in.u32();
    out.t2 = in.u32();
    Options inside;
    if (in.overran() || !inside.read(in.rest())) return std::nullopt;
    for (const auto& [code, bytes] : inside.all()) {
        if (code == ia_address) {
            const auto address = parse_ia_address(bytes);
            if (!address) return std::nullopt;
            out.addresses.push_back(*address);
        } else if (code == status_code) {
            out.status = parse_status(bytes);
            if (!out.status) return std::nullopt;
        }
    }
    return out;
}

std::string ia_na_value(const IaNa& ia) {
    std::string out;
    put_u32(out, ia.id);
    put_u32(out, ia.t1);
    put_u32(out, ia.t2);
    Options inside;
    for (const auto& address : ia.addresses) inside.add(ia_address, ia_address_value(address));
    if (ia.status) inside.add(status_code, status_value(*ia.status, {}));
    inside.write(out);
    return out;
}

std::string status_value(Status status, std::string_view text) {
    std::string out;
    put_u16(out, static_cast<std::uint16_t>(status));
    out += text;
    return out;
}

std::optional<Status> parse_status(std::string_view value) {
    ByteReader in(value);
    const auto number = in.u16();
    if (in.overran()) return std::nullopt;
    // Codes of later documents are failures all the same.
    if (number > static_cast<std::uint16_t>(Status::use_multicast)) return Status::unspecified_failure;
    return static_cast<Status>(number);
}

std::optional<VendorBlock> parse_vendor_class(std::string_view value) {
    ByteReader in(value);
    VendorBlock out;
    out.enterprise = in.u32();
    while (!in.overran() && !in.rest().empty()) {
        if (out.pieces.size() == options_max) return std::nullopt;
        const auto length = in.u16();
        out.pieces.push_back({0, in.take(length)});
    }
    if (in.overran()) return std::nullopt;
    return out;
}

std::optional<VendorBlock> parse_vendor_options(std::string_view value) {
    ByteReader in(value);
    VendorBlock out;
    out.enterprise = in.u32();
    while (!in.overran() && !in.rest().empty()) {
        if (out.pieces.size() == options_max) return std::nullopt;
        const auto code = in.u16();
        const auto length = in.u16();
        out.pieces.push_back({code, in.take(length)});
    }
    if (in.overran()) return std::nullopt;
    return out;
}

std::string vendor_class_value(std::uint32_t enterprise, std::span<const std::string_view> pieces) {
    std::string out;
    put_u32(out, enterprise);
    for (const auto& piece : pieces) {
        OFFHOOK_ASSERT(piece.size() <= 0xffff);
        put_u16(out, static_cast<std::uint16_t>(piece.size()));
        out += piece;
    }
    return out;
}

std::string vendor_options_value(std::uint32_t enterprise, std::uint16_t code, std::string_view value) {
    std::string out;
    put_u32(out, enterprise);
    Options inside;
    inside.add(code, value);
    inside.write(out);
    return out;
}

std::string option_request_value(std::span<const std::uint16_t> codes) {
    std::string out;
    for (const auto code : codes) put_u16(out, code);
    return out;
}

std::string short_value(std::uint16_t number) {
    std::string out;
    put_u16(out, number);
    return out;
}

std::string long_value(std::uint32_t number) {
    std::string out;
    put_u32(out, number);
    return out;
}

std::optional<std::string> domain_value(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || name.size() > 253) return std::nullopt;
    std::string out;
    for (const auto label : split(name, '.')) {
        if (label.empty() || label.size() > 63) return std::nullopt;
        out += static_cast<char>(label.size());
        out += label;
    }
    out += '\0';
    return out;
}

std::string addresses_value(std::span<const IpAddress> addresses) {
    std::string out;
    for (const auto& address : addresses) put_address(out, address);
    return out;
}

std::vector<IpAddress> parse_addresses(std::string_view value) {
    std::vector<IpAddress> out;
    if (value.size() % 16 != 0) return out;
    for (ByteReader in(value); !in.rest().empty();) out.push_back(in.address());
    return out;
}

} // namespace offhook::protocol::dhcp6
