#pragma once
/// @file  ByteReader and its counterparts: big-endian numbers and addresses, out of bytes and into them.
///
/// The reader is sticky: beyond the end it gives zeros, and says so once asked at the end.
#include "base/ip_address.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace offhook::protocol::dhcp6 {

class ByteReader {
public:
    explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}
    [[nodiscard]] std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    [[nodiscard]] std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    [[nodiscard]] std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    [[nodiscard]] std::uint64_t u48() { return number(6); }
    [[nodiscard]] std::string_view take(std::size_t bytes) {
        if (bytes_.size() < bytes) {
            overran_ = true;
            bytes_ = {};
            return {};
        }
        const auto out = bytes_.substr(0, bytes);
        bytes_.remove_prefix(bytes);
        return out;
    }
    [[nodiscard]] IpAddress address() {
        std::array<std::uint8_t, 16> out{};
        const auto bytes = take(out.size());
        for (std::size_t i = 0; i < bytes.size(); ++i) out[i] = static_cast<std::uint8_t>(bytes[i]);
        return IpAddress(out);
    }
    [[nodiscard]] std::string_view rest() const { return bytes_; }
    [[nodiscard]] bool overran() const { return overran_; }

private:
    std::uint64_t number(std::size_t bytes) {
        std::uint64_t out = 0;
        for (const char c : take(bytes)) out = out << 8U | static_cast<unsigned char>(c);
        return out;
    }

    std::string_view bytes_;
    bool overran_ = false;
};

inline void put_number(std::string& out, std::uint64_t number, unsigned bytes) {
    while (bytes-- > 0) out += static_cast<char>(number >> (8U * bytes) & 0xffU);
}
inline void put_u16(std::string& out, std::uint16_t number) { put_number(out, number, 2); }
inline void put_u32(std::string& out, std::uint32_t number) { put_number(out, number, 4); }
inline void put_address(std::string& out, const IpAddress& address) {
    for (const auto byte : address.bytes()) out += static_cast<char>(byte);
}

} // namespace offhook::protocol::dhcp6
