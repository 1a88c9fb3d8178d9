#pragma once
/// @file  IpAddress and Network: who asks, and from where, without a socket library.
///
/// Shape   sixteen bytes; IPv4 is kept as ::ffff:a.b.c.d, so one rule serves both and a v4 peer of a v6 socket is
/// itself. Source  RFC 4291 2.5.5.2 (mapped addresses), RFC 1918, RFC 4193, RFC 3927, RFC 6598.
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook {

/// Where a request comes from, as site policy knows it.
enum class SourceClass : std::uint8_t {
    loopback,    ///< 127.0.0.0/8, ::1
    private_net, ///< RFC 1918, RFC 4193, link-local
    public_net   ///< everything else, RFC 6598 shared space included: other customers live there
};

class IpAddress {
public:
    constexpr IpAddress() = default; ///< ::
    constexpr explicit IpAddress(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}
    /// `host_order` as in 0x7f000001.
    [[nodiscard]] static constexpr IpAddress v4(std::uint32_t host_order) {
        IpAddress out;
        out.bytes_[10] = out.bytes_[11] = 0xff;
        for (unsigned i = 0; i < 4; ++i) out.bytes_[12 + i] = static_cast<std::uint8_t>(host_order >> (24U - 8U * i));
        return out;
    }
    /// Dotted quad or any RFC 4291 text form; no zone, no brackets. Errors: nullopt.
    [[nodiscard]] static std::optional<IpAddress> from_text(std::string_view text);

    [[nodiscard]] constexpr bool is_v4() const {
        for (unsigned i = 0; i < 10; ++i)
            if (bytes_[i] != 0) return false;
        return bytes_[10] == 0xff && bytes_[11] == 0xff;
    }
    [[nodiscard]] SourceClass source_class() const;
    [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
    [[nodiscard]] std::string text() const; ///< 192.0.2.1 or 2001:db8::1

    friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;

private:
    std::array<std::uint8_t, 16> bytes_{};
};

/// An address with a prefix length: "10.1.0.0/16", "2001:db8::/32"; a bare address is a network of one.
class Network {
public:
    /// Errors: nullopt for no address, a prefix out of range, or bits set behind the prefix (10.1.2.3/16 is a slip).
    [[nodiscard]] static std::optional<Network> from_text(std::string_view text);
    [[nodiscard]] bool contains(const IpAddress& address) const;
    [[nodiscard]] unsigned prefix_bits() const { return prefix_bits_; } ///< of 128; an IPv4 /24 counts 120
    [[nodiscard]] std::string text() const;

    friend constexpr auto operator<=>(const Network&, const Network&) = default;

private:
    IpAddress first_;
    unsigned prefix_bits_ = 0;
};

} // namespace offhook
