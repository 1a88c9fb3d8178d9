/// @file  What dhcp6_scapy.py talks to: reads a datagram in hexadecimal per line, says what it is and how we write it.
///
///   in   0b123456...
///   out  TYPE TRANSACTION RELAYS CODE,CODE,... HEX          or: error NAME
///   in   make                                       out  messages that we made, in hexadecimal, then an empty line
#include "base/hex.hpp"
#include "protocol/dhcp6/message.hpp"

#include <iostream>

namespace {

using namespace offhook;
using namespace offhook::protocol::dhcp6;

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

void say(const Message& message) {
    std::string written;
    message.write(written);
    std::cout << hex(written) << '\n';
}

Message reply() {
    Message out;
    out.type = Type::reply;
    out.transaction = 0xabcdef;
    out.options.add(client_id, duid_ll(MacAddress(0x0080f0c571eb)));
    out.options.add(server_id, duid_ll(MacAddress(0x020000000001)));
    out.options.add(vendor_options, vendor_options_value(258, 1, "http://[2001:db8::1]/{MODEL}.cfg"));
    out.options.add(boot_file_url, "http://[2001:db8::1]/boot");
    const IpAddress dns[] = {*IpAddress::from_text("2001:db8::53")};
    out.options.add(dns_servers, addresses_value(dns));
    out.options.add(sntp_servers, addresses_value(dns));
    out.options.add(domain_list, *domain_value("example.net"));
    out.options.add(information_refresh_time, long_value(3600));
    const IaNa ia{7, 1800, 2880, {{*IpAddress::from_text("2001:db8::100"), 3600, 5400, {}}}, Status::success};
    out.options.add(ia_na, ia_na_value(ia));
    out.options.add(status_code, status_value(Status::success, "done"));
    return out;
}

void make() {
    auto message = reply();
    say(message);
    for (std::uint8_t hops = 2; hops-- > 0;) {
        auto& relay = message.relays.emplace_back();
        relay.hops = hops;
        relay.link_address = *IpAddress::from_text("2001:db8:1::1");
        relay.peer_address = *IpAddress::from_text("fe80::280:f0ff:fec5:71eb");
        relay.options.add(interface_id, "eth0");
    }
    say(message);
    Message request;
    request.type = Type::information_request;
    request.transaction = 1;
    request.options.add(client_id, duid_ll(MacAddress(0x0080f0c571eb)));
    const std::uint16_t wanted[] = {vendor_options, boot_file_url};
    request.options.add(option_request, option_request_value(wanted));
    request.options.add(elapsed_time, short_value(0));
    const std::string_view words[] = {"KX-HDV130"};
    request.options.add(vendor_class, vendor_class_value(258, words));
    say(request);
    std::cout << std::endl;
}

void describe(std::string_view line) {
    Message message;
    const auto error = message.read(bytes_of(line));
    if (error != MessageError::none) {
        std::cout << "error " << message_error_text.to_text(error) << std::endl;
        return;
    }
    std::cout << static_cast<int>(message.type) << ' ' << message.transaction << ' ' << message.relays.size() << ' ';
    for (const auto& option : message.options.all()) std::cout << option.code << ',';
    std::cout << ' ';
    std::string written;
    message.write(written);
    std::cout << hex(written) << std::endl;
}

} // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        if (line == "make")
            make();
        else
            describe(line);
    }
}
