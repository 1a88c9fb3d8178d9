#include "base/ip_address.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace offhook {
namespace {

constexpr std::uint8_t mask_of(unsigned bits) { return static_cast<std::uint8_t>(0xff00U >> std::min(bits, 8U)); }

} // namespace

std::optional<IpAddress> IpAddress::from_text(std::string_view text) {
    if (text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
    const std::string terminated(text);
    std::array<std::uint8_t, 16> bytes{};
    if (::inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return IpAddress(bytes);
    std::array<std::uint8_t, 4> quad{};
    if (::inet_pton(AF_INET, terminated.c_str(), quad.data()) != 1) return std::nullopt;
    bytes[10] = bytes[11] = 0xff;
    std::copy(quad.begin(), quad.end(), bytes.begin() + 12);
    return IpAddress(bytes);
}

SourceClass IpAddress::source_class() const {
    const auto in = [this](std::size_t at, std::uint8_t value, std::uint8_t mask) {
        return (bytes_[at] & mask) == value;
    };
    if (is_v4()) {
        if (bytes_[12] == 127) return SourceClass::loopback;
        const bool rfc1918 =
            bytes_[12] == 10 || (bytes_[12] == 172 && in(13, 16, 0xf0)) || (bytes_[12] == 192 && bytes_[13] == 168);
        const bool link_local = bytes_[12] == 169 && bytes_[13] == 254;
        return rfc1918 || link_local ? SourceClass::private_net : SourceClass::public_net;
    }
    std::array<std::uint8_t, 16> one{};
    one[15] = 1;
    if (bytes_ == one) return SourceClass::loopback;
    const bool unique_local = in(0, 0xfc, 0xfe);
    const bool link_local = bytes_[0] == 0xfe && in(1, 0x80, 0xc0);
    return unique_local || link_local ? SourceClass::private_net : SourceClass::public_net;
}

std::string IpAddress::text() const {
    std::array<char, INET6_ADDRSTRLEN> out{};
    if (is_v4())
        ::inet_ntop(AF_INET, bytes_.data() + 12, out.data(), out.size());
    else
        ::inet_ntop(AF_INET6, bytes_.data(), out.data(), out.size());
    return out.data();
}

std::optional<Network> Network::from_text(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = IpAddress::from_text(text.substr(0, slash));
    if (!address) return std::nullopt;
    const unsigned width = address->is_v4() ? 32 : 128;
    unsigned prefix = width;
    if (slash != std::string_view::npos) {
        const auto given = to_number<unsigned>(text.substr(slash + 1));
        if (!given || *given > width) return std::nullopt;
        prefix = *given;
    }
    Network out;
    out.first_ = *address;
    out.prefix_bits_ = prefix + (128 - width);
    for (unsigned bit = out.prefix_bits_; bit < 128; ++bit)
        if ((address->bytes()[bit / 8] >> (7U - bit % 8)) & 1U) return std::nullopt;
    return out;
}

bool Network::contains(const IpAddress& address) const {
    const auto& a = first_.bytes();
    const auto& b = address.bytes();
    const std::size_t whole = prefix_bits_ / 8;
    if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
    if (whole == 16) return true;
    const std::uint8_t mask = mask_of(prefix_bits_ % 8);
    return (a[whole] & mask) == (b[whole] & mask);
}

std::string Network::text() const {
    const unsigned shown = first_.is_v4() && prefix_bits_ >= 96 ? prefix_bits_ - 96 : prefix_bits_;
    return first_.text() + "/" + std::to_string(shown);
}

} // namespace offhook
