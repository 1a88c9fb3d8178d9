#include "protocol/ftp/ftp_address.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol {
namespace {

TEST(FtpAddress, WritesPassiveAnswers) {
    EXPECT_EQ(ftp_pasv_text(*IpAddress::from_text("192.0.2.1"), 50069), "Entering Passive Mode (192,0,2,1,195,149).");
    EXPECT_EQ(ftp_pasv_text(*IpAddress::from_text("10.0.0.255"), 1), "Entering Passive Mode (10,0,0,255,0,1).");
    EXPECT_EQ(ftp_epsv_text(50069), "Entering Extended Passive Mode (|||50069|).");
}

TEST(FtpAddress, ReadsPort) {
    const auto read = parse_ftp_port("192,0,2,1,195,149");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->address.text(), "192.0.2.1");
    EXPECT_EQ(read->port, 50069);
    for (const auto* bad : {"", "1,2,3,4,5", "1,2,3,4,5,6,7", "256,0,0,1,1,1", "1,2,3,4,5,-6", "1,2,3,4,5,",
                            "a,b,c,d,e,f", "1, 2,3,4,5,6"})
        EXPECT_FALSE(parse_ftp_port(bad)) << bad;
}

TEST(FtpAddress, ReadsEprt) {
    struct Case {
        const char* argument;
        const char* address;
        int port;
    };
    for (const auto& [argument, address, port] :
         {Case{"|1|192.0.2.1|50069|", "192.0.2.1", 50069}, Case{"|2|2001:db8::1|6|", "2001:db8::1", 6},
          Case{"!1!192.0.2.1!6!", "192.0.2.1", 6}}) {
        const auto read = parse_ftp_eprt(argument);
        ASSERT_TRUE(read) << argument;
        EXPECT_EQ(read->address.text(), address);
        EXPECT_EQ(read->port, port);
    }
    for (const auto* bad : {"", "|", "|1|192.0.2.1|", "|1|192.0.2.1|70000|", "|2|192.0.2.1|6|", "|1|2001:db8::1|6|",
                            "|3|192.0.2.1|6|", "|1|192.0.2.1|6", "|1|192.0.2.1|6|x", "x1|192.0.2.1|6|"})
        EXPECT_FALSE(parse_ftp_eprt(bad)) << bad;
}

} // namespace
} // namespace offhook::protocol
