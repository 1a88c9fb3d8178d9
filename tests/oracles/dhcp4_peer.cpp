/// @file  What dhcp4_scapy.py talks to: reads a datagram in hexadecimal per line, says what it is and how we write it.
///
///   in   0101060012...
///   out  TYPE XID CODE=HEX,CODE=HEX,... HEX          or: error NAME
#include "base/hex.hpp"
#include "protocol/dhcp4/message.hpp"

#include <iostream>

namespace {

using namespace offhook;
using namespace offhook::protocol::dhcp4;

std::string hex(std::string_view bytes) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const unsigned char byte : bytes) out += digits[byte >> 4U], out += digits[byte & 0xfU];
    return out;
}

std::string bytes_of(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        out += static_cast<char>(hex_digit(text[i]) << 4 | hex_digit(text[i + 1]));
    return out;
}

} // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        Message message;
        const auto error = message.read(bytes_of(line));
        if (error != MessageError::none) {
            std::cout << "error " << message_error_text.to_text(error) << std::endl;
            continue;
        }
        std::string written;
        message.write(written, datagram_bytes_max);
        std::cout << static_cast<int>(message.type()) << ' ' << message.xid << ' ';
        for (const auto& option : message.options()) std::cout << int{option.code} << '=' << hex(option.value) << ',';
        std::cout << ' ' << hex(written) << std::endl;
    }
}
