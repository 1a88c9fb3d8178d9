#include "protocol/dhcp6/message.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol::dhcp6 {
namespace {

using namespace std::string_view_literals;

IpAddress address(std::string_view text) { return *IpAddress::from_text(text); }

std::string relayed(std::string_view inside, unsigned char type = 12, std::string_view interface = "p1") {
    std::string out{static_cast<char>(type), '\0'};
    for (int i = 0; i < 32; ++i) out += static_cast<char>(i);
    if (!interface.empty()) out += "\0\x12\0"sv, out += static_cast<char>(interface.size()), out += interface;
    out += "\0\x09"sv;
    out += static_cast<char>(inside.size() >> 8U);
    out += static_cast<char>(inside.size() & 0xffU);
    out += inside;
    return out;
}

// An Information-request: client id (DUID-LL), what it asks for, a vendor class.
constexpr auto information_request_bytes = "\x0b\x12\x34\x56"
                                           "\0\1\0\x0a\0\3\0\1\0\x80\xf0\xc5\x71\xeb"
                                           "\0\6\0\4\0\x11\0\x3b"
                                           "\0\x10\0\x0b\0\0\1\2\0\5KXHDV"sv;

TEST(Dhcp6Message, AcceptsWhatClientsAndRelaysSend) {
    struct Case {
        std::string name, datagram;
        Type type;
        std::size_t relays, options;
    };
    std::string deep(information_request_bytes);
    for (std::size_t i = 0; i < relays_max; ++i) deep = relayed(deep);
    for (const auto& [name, datagram, type, relays, options] : {
             Case{"bare", std::string("\x0b\0\0\1"sv), Type::information_request, 0, 0},
             Case{"with options", std::string(information_request_bytes), Type::information_request, 0, 3},
             Case{"empty option", std::string("\1\0\0\1\0\x0e\0\0"sv), Type::solicit, 0, 1},
             Case{"a code twice", std::string("\7\0\0\1\0\x11\0\4\0\0\1\2\0\x11\0\4\0\0\1\3"sv), Type::reply, 0, 2},
             Case{"relayed", relayed(information_request_bytes), Type::information_request, 1, 3},
             Case{"relayed back", relayed("\7\0\0\1"sv, 13), Type::reply, 1, 0},
             Case{"eight relays", deep, Type::information_request, 8, 3},
         }) {
        Message message;
        ASSERT_EQ(message.read(datagram), MessageError::none) << name;
        EXPECT_EQ(message.type, type) << name;
        EXPECT_EQ(message.relays.size(), relays) << name;
        EXPECT_EQ(message.options.all().size(), options) << name;
        std::string written;
        message.write(written);
        EXPECT_EQ(written, datagram) << name;
    }
}

TEST(Dhcp6Message, RejectsWhatIsNone) {
    struct Case {
        std::string name, datagram;
        MessageError error;
    };
    std::string crowd("\1\0\0\1"sv);
    for (std::size_t i = 0; i <= options_max; ++i) crowd += "\0\x0e\0\0"sv;
    std::string deep(information_request_bytes);
    for (std::size_t i = 0; i <= relays_max; ++i) deep = relayed(deep, 12, "");
    std::string without = relayed("");
    without.resize(without.size() - 4);
    std::string twice = relayed("\x0b\0\0\1"sv);
    twice += "\0\x09\0\4\x0b\0\0\1"sv;
    for (const auto& [name, datagram, error] : {
             Case{"nothing", "", MessageError::too_short},
             Case{"three bytes", std::string("\1\0\0"sv), MessageError::too_short},
             Case{"type 0", std::string("\0\0\0\1"sv), MessageError::unknown_type},
             Case{"type 14", std::string("\x0e\0\0\1"sv), MessageError::unknown_type},
             Case{"half a header", std::string("\1\0\0\1\0\1\0"sv), MessageError::bad_option},
             Case{"beyond the end", std::string("\1\0\0\1\0\1\0\3ab"sv), MessageError::bad_option},
             Case{"too many", crowd, MessageError::bad_option},
             Case{"too large", std::string("\1\0\0\1"sv) + std::string(datagram_bytes_max, '\0'),
                  MessageError::too_large},
             Case{"half a relay", relayed("").substr(0, 33), MessageError::too_short},
             Case{"a relay of nothing", without, MessageError::bad_option},
             Case{"a relay of an empty message", relayed(""), MessageError::too_short},
             Case{"a relay of two messages", twice, MessageError::bad_option},
             Case{"nine relays", deep, MessageError::too_many_relays},
             Case{"a reply on its way up", relayed("\7\0\0\1"sv, 12), MessageError::unknown_type},
             Case{"a request on its way down", relayed(information_request_bytes, 13), MessageError::unknown_type},
             Case{"up inside of down", relayed(relayed(information_request_bytes), 13), MessageError::unknown_type},
         }) {
        Message message;
        EXPECT_EQ(message.read(datagram), error) << name;
        EXPECT_EQ(message.type, Type::none) << name;
    }
}

TEST(Dhcp6Message, AReplyGoesBackThroughItsRelays) {
    Message request;
    ASSERT_EQ(request.read(relayed(relayed(information_request_bytes, 12, "inner"), 12, "outer")), MessageError::none);
    ASSERT_EQ(request.relays.size(), 2U);
    EXPECT_EQ(request.relays[0].options.option(interface_id), "outer");
    EXPECT_EQ(request.relays[1].options.option(interface_id), "inner");
    EXPECT_FALSE(request.relays[0].options.option(relay_message));
    EXPECT_EQ(request.relays[0].link_address, address("1:203:405:607:809:a0b:c0d:e0f"));
    EXPECT_EQ(request.relays[0].peer_address, address("1011:1213:1415:1617:1819:1a1b:1c1d:1e1f"));
    Message reply;
    reply.type = Type::reply;
    reply.transaction = request.transaction;
    reply.relays = request.relays;
    reply.options.add(server_id, "us");
    std::string written;
    reply.write(written);
    EXPECT_EQ(written, relayed(relayed("\7\x12\x34\x56\0\2\0\2us"sv, 13, "inner"), 13, "outer"));
}

TEST(Dhcp6Message, AsksForWhatOption6Names) {
    Message message;
    ASSERT_EQ(message.read(information_request_bytes), MessageError::none);
    EXPECT_TRUE(message.asks_for(vendor_options));
    EXPECT_TRUE(message.asks_for(boot_file_url));
    EXPECT_FALSE(message.asks_for(dns_servers));
    EXPECT_EQ(message.transaction, 0x123456U);
    ASSERT_EQ(message.read("\x0b\0\0\1"sv), MessageError::none);
    EXPECT_FALSE(message.asks_for(vendor_options)); // without option 6 nothing is
    ASSERT_EQ(message.read("\x0b\0\0\1\0\6\0\3\0\x3b\0"sv), MessageError::none);
    EXPECT_TRUE(message.asks_for(boot_file_url)); // half a code at its end counts for nothing
    EXPECT_FALSE(message.asks_for(0));
    const std::uint16_t codes[] = {vendor_options, 0x1234};
    EXPECT_EQ(option_request_value(codes), "\0\x11\x12\x34"sv);
}

TEST(Dhcp6Options, WhatAnEarlierReadLeftIsGone) {
    Options options;
    ASSERT_TRUE(options.read("\0\1\0\1a\0\1\0\1b"sv));
    EXPECT_EQ(options.option(1), "a");
    ASSERT_EQ(options.all().size(), 2U);
    EXPECT_EQ(options.all()[1].value, "b");
    EXPECT_FALSE(options.read("\0\1\0\1a\0"sv));
    EXPECT_FALSE(options.option(1));
    EXPECT_TRUE(options.read(""));
}

TEST(Dhcp6Duid, TellsTheMacWhereItHoldsOne) {
    struct Case {
        std::string_view duid;
        std::optional<std::uint64_t> mac;
    };
    for (const auto& [duid, mac] : {
             Case{"\0\3\0\1\0\x80\xf0\xc5\x71\xeb"sv, 0x0080f0c571eb},
             Case{"\0\1\0\1\x2b\x11\x22\x33\0\x04\xf2\xab\xcd\xef"sv, 0x0004f2abcdef},
             Case{""sv, {}},
             Case{"\0\3\0\1"sv, {}},
             Case{"\0\3\0\1\0\x80\xf0\xc5\x71"sv, {}},
             Case{"\0\3\0\1\0\x80\xf0\xc5\x71\xeb\0"sv, {}},
             Case{"\0\3\0\x1b\0\x80\xf0\xc5\x71\xeb"sv, {}}, // another hardware
             Case{"\0\1\0\1\0\x80\xf0\xc5\x71\xeb"sv, {}},   // no time
             Case{"\0\2\0\0\1\2serial"sv, {}},
             Case{"\0\4"
                  "0123456789abcdef"sv,
                  {}},
         }) {
        const auto found = mac_of_duid(duid);
        ASSERT_EQ(found.has_value(), mac.has_value()) << duid.size();
        if (mac) {
            EXPECT_EQ(found->bits(), *mac);
        }
    }
    EXPECT_EQ(duid_ll(MacAddress(0x0080f0c571eb)), "\0\3\0\1\0\x80\xf0\xc5\x71\xeb"sv);
}

TEST(Dhcp6Values, IaNaReadsAsWritten) {
    IaNa ia{7, 1800, 2880, {}, Status::no_binding};
    ia.addresses = {{address("2001:db8::100"), 3600, 5400, {}}, {address("2001:db8::101"), 0, 0, Status::not_on_link}};
    const auto again = parse_ia_na(ia_na_value(ia));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->id, 7U);
    EXPECT_EQ(again->t1, 1800U);
    EXPECT_EQ(again->t2, 2880U);
    EXPECT_EQ(again->status, Status::no_binding);
    ASSERT_EQ(again->addresses.size(), 2U);
    EXPECT_EQ(again->addresses[0].address, address("2001:db8::100"));
    EXPECT_EQ(again->addresses[0].preferred, 3600U);
    EXPECT_EQ(again->addresses[0].valid, 5400U);
    EXPECT_FALSE(again->addresses[0].status);
    EXPECT_EQ(again->addresses[1].status, Status::not_on_link);
}

TEST(Dhcp6Values, RejectsWhatIsNoIaNa) {
    const std::string head(12, '\0');
    for (const auto& bad : {
             std::string(11, '\0'),
             head + std::string("\0\5\0\x17"sv) + std::string(23, '\0'), // an address without its times
             head + std::string("\0\5\0\x1a"sv) + std::string(24, '\0') + "ab",
             head + std::string("\0\x0d\0\1\0"sv), // half a status
             head + std::string("\0\5"sv),
         })
        EXPECT_FALSE(parse_ia_na(bad)) << bad.size();
    EXPECT_TRUE(parse_ia_na(head));
}

TEST(Dhcp6Values, StatusesOfLaterDocumentsAreFailures) {
    EXPECT_EQ(parse_status(status_value(Status::no_addresses, "none left")), Status::no_addresses);
    EXPECT_EQ(parse_status("\0\6"sv), Status::unspecified_failure);
    EXPECT_FALSE(parse_status("\0"sv));
}

TEST(Dhcp6Values, VendorBlocks) {
    const std::string_view words[] = {"KX-HDV130", ""};
    const auto written = vendor_class_value(258, words);
    EXPECT_EQ(written, "\0\0\1\2\0\x09KX-HDV130\0\0"sv);
    const auto read = parse_vendor_class(written);
    ASSERT_TRUE(read && read->pieces.size() == 2U);
    EXPECT_EQ(read->enterprise, 258U);
    EXPECT_EQ(read->pieces[0].value, "KX-HDV130");
    EXPECT_FALSE(parse_vendor_class("\0\0\1"sv));
    EXPECT_FALSE(parse_vendor_class("\0\0\1\2\0\2a"sv));
    EXPECT_FALSE(parse_vendor_class("\0\0\1\2\0"sv));
    EXPECT_TRUE(parse_vendor_class("\0\0\1\2"sv)); // some say whose they are, and no more

    EXPECT_EQ(vendor_options_value(258, 1, "url"), "\0\0\1\2\0\1\0\3url"sv);
    const auto options = parse_vendor_options("\0\0\1\2\0\1\0\3url\1\2\0\0"sv);
    ASSERT_TRUE(options && options->pieces.size() == 2U);
    EXPECT_EQ(options->pieces[0].code, 1);
    EXPECT_EQ(options->pieces[0].value, "url");
    EXPECT_EQ(options->pieces[1].code, 0x0102);
    EXPECT_FALSE(parse_vendor_options("\0\0\1\2\0\1\0\4url"sv));
    EXPECT_FALSE(parse_vendor_options("\0\0\1\2\0\1\0"sv));
    EXPECT_FALSE(parse_vendor_options("\0\0"sv));
}

TEST(Dhcp6Values, AddressesNumbersAndDomains) {
    const IpAddress servers[] = {address("2001:db8::53"), address("fe80::1")};
    const auto written = addresses_value(servers);
    EXPECT_EQ(written.size(), 32U);
    EXPECT_EQ(parse_addresses(written), std::vector<IpAddress>(std::begin(servers), std::end(servers)));
    EXPECT_TRUE(parse_addresses(written.substr(1)).empty());
    EXPECT_EQ(short_value(0x1234), "\x12\x34"sv);
    EXPECT_EQ(long_value(0x01020304), "\1\2\3\4"sv);
    EXPECT_EQ(domain_value("example.net"), "\7example\3net\0"sv);
    EXPECT_EQ(domain_value("example."), "\7example\0"sv);
    for (const auto& bad : {std::string(), std::string("."), std::string("a..b"), std::string(64, 'a'),
                            std::string(127, 'a') + "." + std::string(127, 'b')})
        EXPECT_FALSE(domain_value(bad)) << bad;
    std::string longest;
    for (int i = 0; i < 126; ++i) longest += "a.";
    EXPECT_TRUE(domain_value(longest + "a"));
    EXPECT_FALSE(domain_value(longest + "ab"));
}

} // namespace
} // namespace offhook::protocol::dhcp6
