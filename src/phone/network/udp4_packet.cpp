#include "phone/network/udp4_packet.hpp"

#include "base/assert.hpp"
#include "phone/network/interface_address.hpp"

namespace offhook::phone {
namespace {

constexpr std::size_t ip_header_bytes = 20, udp_header_bytes = 8, payload_bytes_max = 65'507;
constexpr std::uint8_t udp_protocol = 17, hops = 64;
constexpr std::uint16_t dont_fragment = 0x4000, fragment_bits = 0x3fff; // more fragments, and the offset

void put16(std::string& out, std::uint32_t value) {
    out += static_cast<char>(value >> 8U & 0xffU);
    out += static_cast<char>(value & 0xffU);
}
void put32(std::string& out, std::uint32_t value) {
    put16(out, value >> 16U);
    put16(out, value & 0xffffU);
}
std::uint16_t get16(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint16_t>(static_cast<std::uint8_t>(bytes[at]) << 8U |
                                      static_cast<std::uint8_t>(bytes[at + 1]));
}
std::uint32_t get32(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint32_t>(get16(bytes, at)) << 16U | get16(bytes, at + 2);
}

std::uint16_t checksum(std::string_view bytes) {
    std::uint32_t sum = 0;
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) sum += get16(bytes, at);
    if (bytes.size() % 2 != 0) sum += static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes.back())) << 8U;
    while (sum > 0xffffU) sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint16_t>(~sum & 0xffffU);
}

void set16(std::string& bytes, std::size_t at, std::uint16_t value) {
    bytes[at] = static_cast<char>(value >> 8U);
    bytes[at + 1] = static_cast<char>(value & 0xffU);
}

} // namespace

std::string to_bytes(const Udp4Packet& packet) {
    OFFHOOK_ASSERT(packet.payload.size() <= payload_bytes_max);
    const auto source = v4_number(packet.source), destination = v4_number(packet.destination);
    const auto udp_bytes = static_cast<std::uint32_t>(udp_header_bytes + packet.payload.size());

    std::string udp;
    put32(udp, source); // the pseudo header, which only the sum sees
    put32(udp, destination);
    put16(udp, udp_protocol);
    put16(udp, udp_bytes);
    const auto pseudo_bytes = udp.size();
    put16(udp, packet.source_port);
    put16(udp, packet.destination_port);
    put16(udp, udp_bytes);
    put16(udp, 0);
    udp += packet.payload;
    const auto sum = checksum(udp);
    set16(udp, pseudo_bytes + 6, sum == 0 ? 0xffff : sum);

    std::string out("\x45\x00", 2);
    put16(out, static_cast<std::uint32_t>(ip_header_bytes) + udp_bytes);
    put16(out, 0);
    put16(out, dont_fragment);
    out += static_cast<char>(hops);
    out += static_cast<char>(udp_protocol);
    put16(out, 0);
    put32(out, source);
    put32(out, destination);
    set16(out, 10, checksum(out));
    return out.append(udp, pseudo_bytes);
}

std::optional<Udp4Packet> read_udp4_packet(std::string_view bytes) {
    if (bytes.size() < ip_header_bytes) return std::nullopt;
    const auto first = static_cast<std::uint8_t>(bytes[0]);
    const std::size_t header = (first & 0xfU) * 4U, total = get16(bytes, 2);
    if (first >> 4U != 4 || header < ip_header_bytes || static_cast<std::uint8_t>(bytes[9]) != udp_protocol ||
        (get16(bytes, 6) & fragment_bits) != 0 || total > bytes.size() || total < header + udp_header_bytes)
        return std::nullopt;
    const auto udp = bytes.substr(header, total - header); // what is behind is Ethernet's padding
    const std::size_t udp_bytes = get16(udp, 4);
    if (udp_bytes < udp_header_bytes || udp_bytes > udp.size()) return std::nullopt;
    return Udp4Packet{IpAddress::v4(get32(bytes, 12)), IpAddress::v4(get32(bytes, 16)), get16(udp, 0), get16(udp, 2),
                      udp.substr(udp_header_bytes, udp_bytes - udp_header_bytes)};
}

} // namespace offhook::phone
