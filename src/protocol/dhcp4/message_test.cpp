#include "protocol/dhcp4/message.hpp"

#include "base/hex.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol::dhcp4 {
namespace {

using namespace std::string_view_literals;

const IpAddress nobody = IpAddress::v4(0);

/// 240 bytes: a request of 00:04:f2:ab:cd:ef, xid 0x01020304, without any option.
std::string head() {
    std::string out(240, '\0');
    out[0] = 1, out[1] = 1, out[2] = 6;
    out.replace(4, 4, "\1\2\3\4"sv);
    out.replace(28, 6, "\x00\x04\xf2\xab\xcd\xef"sv);
    out.replace(236, 4, "\x63\x82\x53\x63"sv);
    return out;
}

std::string with_fields(std::string_view sname, std::string_view file, std::string_view options) {
    std::string out = head();
    out.replace(44, sname.size(), sname);
    out.replace(108, file.size(), file);
    return out.append(options);
}

TEST(Dhcp4Message, ReadsTheFixedPart) {
    std::string datagram = with_fields("server"sv, "boot.cfg"sv, "\x35\x01\x03\xff"sv);
    datagram[3] = 2, datagram[9] = 7, datagram[10] = static_cast<char>(0x80);
    datagram.replace(12, 4, "\x0a\0\0\1"sv);
    datagram.replace(24, 4, "\x0a\0\0\xfe"sv);
    Message message;
    ASSERT_EQ(message.read(datagram), MessageError::none);
    EXPECT_EQ(message.op, Message::Op::request);
    EXPECT_EQ(message.type(), Type::request);
    EXPECT_EQ(message.xid, 0x01020304U);
    EXPECT_EQ(message.hops, 2);
    EXPECT_EQ(message.secs, 7);
    EXPECT_TRUE(message.broadcast);
    EXPECT_EQ(message.ciaddr.text(), "10.0.0.1");
    EXPECT_EQ(message.yiaddr, nobody);
    EXPECT_EQ(message.giaddr.text(), "10.0.0.254");
    EXPECT_EQ(message.mac()->text(), "0004f2abcdef");
    EXPECT_EQ(message.sname, "server");
    EXPECT_EQ(message.file, "boot.cfg");
}

TEST(Dhcp4Message, AcceptsWhatClientsSend) {
    struct Case {
        const char* name;
        std::string_view options, vendor_class;
    };
    for (const auto& [name, options, vendor_class] : {
             Case{"plain",
                  "\x35\x01\x01\x3c\x03"
                  "abc\xff"sv,
                  "abc"},
             Case{"pads anywhere",
                  "\0\0\x35\x01\x01\0\x3c\x03"
                  "abc\0\0\xff\0\0"sv,
                  "abc"},
             Case{"no end",
                  "\x35\x01\x01\x3c\x03"
                  "abc"sv,
                  "abc"},
             Case{"junk behind the end",
                  "\x35\x01\x01\x3c\x03"
                  "abc\xff\x3c\x01x"sv,
                  "abc"},
             Case{"last option cut short",
                  "\x35\x01\x01\x3c\x03"
                  "abc\x42\x09pq"sv,
                  "abc"},
             Case{"last length missing",
                  "\x35\x01\x01\x3c\x03"
                  "abc\x42"sv,
                  "abc"},
             Case{"two pieces",
                  "\x3c\x01"
                  "a\x35\x01\x01\x3c\x02"
                  "bc\xff"sv,
                  "abc"},
             Case{"empty value", "\x35\x01\x01\x3c\0\xff"sv, ""},
             Case{"odd overload is none",
                  "\x35\x01\x01\x3c\x03"
                  "abc\x34\x02\x01\x01\xff"sv,
                  "abc"},
         }) {
        Message message;
        ASSERT_EQ(message.read(head().append(options)), MessageError::none) << name;
        EXPECT_EQ(message.type(), Type::discover) << name;
        EXPECT_EQ(message.option(dhcp4::vendor_class), vendor_class) << name;
        EXPECT_FALSE(message.option(tftp_server)) << name;
        EXPECT_FALSE(message.option(overload)) << name;
    }
}

TEST(Dhcp4Message, RejectsWhatIsNone) {
    std::string long_hardware = head() + "\x35\x01\x01\xff", wrong_op = long_hardware, wrong_cookie = long_hardware;
    long_hardware[2] = 17, wrong_op[0] = 3, wrong_cookie[237] = 0;
    std::string many = head() + "\x35\x01\x01";
    for (std::size_t i = 0; i < options_max; ++i) many.append("\x0c\x00"sv);
    struct Case {
        const char* name;
        std::string datagram;
        MessageError error;
    };
    for (const Case& row : {
             Case{"empty", "", MessageError::too_short},
             Case{"cut in the cookie", head().substr(0, 239), MessageError::too_short},
             Case{"too large", head() + "\x35\x01\x01" + std::string(1300, '\0'), MessageError::too_large},
             Case{"op", wrong_op, MessageError::wrong_op},
             Case{"cookie", wrong_cookie, MessageError::no_cookie},
             Case{"hardware", long_hardware, MessageError::bad_hardware},
             Case{"bootp", head() + "\xff", MessageError::no_type},
             Case{"type 0", head().append("\x35\x01\x00\xff"sv), MessageError::bad_option},
             Case{"type 9", head().append("\x35\x01\x09\xff"sv), MessageError::bad_option},
             Case{"type of two bytes", head().append("\x35\x02\x01\x01\xff"sv), MessageError::bad_option},
             Case{"two types", head().append("\x35\x01\x01\x35\x01\x01\xff"sv), MessageError::bad_option},
             Case{"too many options", many, MessageError::bad_option},
         }) {
        Message message;
        EXPECT_EQ(message.read(row.datagram), row.error) << row.name;
    }
}

TEST(Dhcp4Message, FollowsOverloadFileFirst) {
    // Source RFC 2131 4.1 and RFC 3396 5: options, then file, then sname; an option may go on from one to the next.
    Message message;
    ASSERT_EQ(message.read(with_fields("\x42\x01"
                                       "c\xff"sv,
                                       "\x42\x01"
                                       "b\x34\x01\x01\xff"sv,
                                       "\x35\x01\x05\x34\x01\x03\x42\x01"
                                       "a\xff"sv)),
              MessageError::none);
    EXPECT_EQ(message.option(tftp_server), "abc");
    EXPECT_EQ(message.sname, "");
    EXPECT_EQ(message.file, "");

    ASSERT_EQ(message.read(with_fields("name"sv,
                                       "\x42\x01"
                                       "b\x34\x01\x03\xff"sv,
                                       "\x35\x01\x05\x34\x01\x01\xff"sv)),
              MessageError::none);
    EXPECT_EQ(message.option(tftp_server), "b");
    EXPECT_EQ(message.sname, "name") << "an overload inside of file says nothing";
}

TEST(Dhcp4Message, FieldsMayFillTheirWholeWidth) {
    Message message;
    ASSERT_EQ(message.read(with_fields(std::string(64, 's'), std::string(128, 'f'), "\x35\x01\x05\xff"sv)),
              MessageError::none);
    EXPECT_EQ(message.sname, std::string(64, 's'));
    EXPECT_EQ(message.file, std::string(128, 'f'));
    std::string out;
    message.write(out);
    ASSERT_EQ(message.read(out), MessageError::none);
    EXPECT_EQ(message.sname, std::string(63, 's')) << "what we write ends in a NUL";
}

Message reply() {
    Message message;
    message.op = Message::Op::reply;
    message.xid = 7;
    message.set_mac(MacAddress(0x0004f2abcdef));
    return message;
}

std::string_view options_of(const std::string& datagram) { return std::string_view(datagram).substr(240); }

TEST(Dhcp4Message, WritesTypeFirstServerNextRelayLast) {
    Message message = reply();
    message.set(relay_information, "\1\1x"sv);
    message.set(tftp_server, "u");
    message.set_number32(lease_time, 3600);
    message.set_address(server_id, IpAddress::v4(0x0a000001));
    message.set_type(Type::ack);
    std::string out;
    message.write(out);
    EXPECT_EQ(out.size(), reply_bytes_least);
    constexpr auto expected = "\x35\x01\x05\x36\x04\x0a\0\0\1\x42\x01u\x33\x04\0\0\x0e\x10\x52\x03\1\1x\xff\0"sv;
    EXPECT_EQ(options_of(out).substr(0, expected.size()), expected);
}

TEST(Dhcp4Message, SplitsLongOptionsAndJoinsThemAgain) {
    for (const std::size_t bytes : {0U, 1U, 254U, 255U, 256U, 510U, 511U}) {
        Message message = reply();
        message.set_type(Type::ack);
        message.set(tftp_server, std::string(bytes, 'u'));
        std::string out;
        message.write(out, datagram_bytes_max);
        Message again;
        ASSERT_EQ(again.read(out), MessageError::none);
        EXPECT_EQ(again.option(tftp_server), std::string(bytes, 'u'));
    }
}

TEST(Dhcp4Message, LeavesOutWhatDoesNotFitAndSaysSo) {
    Message message = reply();
    message.set_type(Type::ack);
    message.set(tftp_server, std::string(200, 'u'));
    message.set(boot_file, std::string(200, 'f'));
    message.set(host_name, "small");
    message.set(relay_information, std::string(60, 'r'));
    std::string out;
    std::vector<std::uint8_t> left_out;
    message.write(out, reply_bytes_max, &left_out);
    EXPECT_LE(out.size(), reply_bytes_max);
    EXPECT_EQ(left_out, std::vector<std::uint8_t>{boot_file});
    Message again;
    ASSERT_EQ(again.read(out), MessageError::none);
    EXPECT_TRUE(again.option(tftp_server) && again.option(host_name) && again.option(relay_information));
    // To the byte: the fixed part, 53, 66 and END.
    Message exact = reply();
    exact.set_type(Type::ack);
    exact.set(tftp_server, std::string(100, 'u'));
    left_out.clear();
    exact.write(out, 240 + 3 + 102 + 1, &left_out);
    EXPECT_TRUE(left_out.empty());
    exact.write(out, 240 + 3 + 102, &left_out);
    EXPECT_EQ(left_out, std::vector<std::uint8_t>{tftp_server});
}

TEST(Dhcp4Message, SetReplacesAndUnsetRemoves) {
    Message message = reply();
    message.set(tftp_server, "first");
    message.set(boot_file, "file");
    message.set(tftp_server, "2nd");
    EXPECT_EQ(message.option(tftp_server), "2nd");
    message.set(tftp_server, "rather longer");
    EXPECT_EQ(message.option(tftp_server), "rather longer");
    EXPECT_EQ(message.option(boot_file), "file");
    ASSERT_EQ(message.options().size(), 2U);
    EXPECT_EQ(message.options()[0].code, tftp_server) << "a replaced option keeps its place";
    message.unset(tftp_server);
    EXPECT_FALSE(message.option(tftp_server));
    EXPECT_EQ(message.option(boot_file), "file");
}

TEST(Dhcp4Message, ReadsValuesByTheirKind) {
    Message message = reply();
    message.set(dhcp4::vendor_class, "abc\0\0"sv);
    message.set(dns_servers, "\x0a\0\0\1\x0a\0\0\2"sv);
    message.set(router, "\x0a\0\0"sv);
    message.set_number32(lease_time, 0xfffffffe);
    EXPECT_EQ(message.text(dhcp4::vendor_class), "abc");
    EXPECT_EQ(message.address(dns_servers)->text(), "10.0.0.1");
    EXPECT_EQ(message.addresses(dns_servers).size(), 2U);
    EXPECT_FALSE(message.address(router));
    EXPECT_TRUE(message.addresses(router).empty());
    EXPECT_EQ(message.number32(lease_time), 0xfffffffe);
    EXPECT_FALSE(message.number32(dns_servers));
    EXPECT_FALSE(message.text(host_name) || message.address(host_name) || message.number32(host_name));
    EXPECT_TRUE(message.asks_for(tftp_server)) << "without a list a client wants all";
    message.set(parameter_list, "\x01\x42"sv);
    EXPECT_TRUE(message.asks_for(tftp_server));
    EXPECT_FALSE(message.asks_for(160));
}

TEST(Dhcp4Message, OnlyEthernetHasAMac) {
    Message message = reply();
    EXPECT_TRUE(message.mac());
    message.hardware_bytes = 16;
    EXPECT_FALSE(message.mac());
    message.set_mac(MacAddress(1));
    message.hardware_type = 6;
    EXPECT_FALSE(message.mac());
}

TEST(Dhcp4Message, ReadingForgetsWhatWasThere) {
    Message message;
    ASSERT_EQ(message.read(with_fields("s"sv, "f"sv, "\x35\x01\x01\x3c\x01q\xff"sv)), MessageError::none);
    ASSERT_EQ(message.read(head() + "\x35\x01\x03\xff"), MessageError::none);
    EXPECT_FALSE(message.option(dhcp4::vendor_class));
    EXPECT_EQ(message.sname + message.file, "");
    ASSERT_EQ(message.read(head()), MessageError::no_type);
    EXPECT_EQ(message.type(), Type::none);
}

TEST(Dhcp4SubOptions, StopAtEndAndJunk) {
    struct Case {
        std::string_view value;
        std::size_t count;
    };
    // The second is what Snom documents for option 43.
    for (const auto& [value, count] :
         {Case{""sv, 0}, Case{"\x42\x0chttp://test\0\x43\x12snom/settings.php\0"sv, 2}, Case{"\1\1a\xff\2\1b"sv, 1},
          Case{"\0\1\1a\0"sv, 1}, Case{"\1\1a\2\5b"sv, 1}, Case{"\1"sv, 0}, Case{"\1\0\2\0"sv, 2}})
        EXPECT_EQ(sub_options(value).size(), count);
    std::string out;
    append_sub_option(out, 66, "http://test\0"sv);
    append_sub_option(out, 9, std::string(300, 'x'));
    const auto read = sub_options(out);
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(read[0].code, 66);
    EXPECT_EQ(read[0].value, "http://test\0"sv);
    EXPECT_EQ(read[1].value.size(), 255U);
}

TEST(Dhcp4EnterpriseBlocks, ReadSeveralAndStopAtJunk) {
    std::string value;
    append_enterprise_block(value, 13885, "\1\1a"sv);
    append_enterprise_block(value, 258, "");
    value += '\xff';
    const auto blocks = enterprise_blocks(value);
    ASSERT_EQ(blocks.size(), 2U);
    EXPECT_EQ(blocks[0].enterprise, 13885U);
    EXPECT_EQ(blocks[0].data, "\1\1a");
    EXPECT_EQ(blocks[1].enterprise, 258U);
    EXPECT_TRUE(enterprise_blocks("\0\0\x36\x3d"sv).empty());
    EXPECT_TRUE(enterprise_blocks("\0\0\x36\x3d\x05"
                                  "abcd"sv)
                    .empty());
}

TEST(Dhcp4UserClass, IsAListOrBareText) {
    struct Case {
        std::string_view value, expected;
    };
    for (const auto& [value, expected] :
         {Case{"Thomson ST2030S"sv, "Thomson ST2030S"}, Case{"\x03one\x03two"sv, "one"}, Case{"\x03one"sv, "one"},
          Case{"abc\0"sv, "abc"}, Case{""sv, ""}, Case{"\x03one\0"sv, "\x03one"}})
        EXPECT_EQ(user_class_of(value), expected);
}

} // namespace
} // namespace offhook::protocol::dhcp4
