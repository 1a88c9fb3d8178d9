#include "server/syslog/syslog_lines.hpp"

#include "server/test_house.hpp"

namespace offhook::server {
namespace {

using catalogue::Acquaintance;
using catalogue::Outcome;
using catalogue::TimelineEvent;

const MacAddress spa_mac(0x000e08aabbccULL);
const MacAddress module_mac(0x00405a000001ULL);
const auto phone_address = *IpAddress::from_text("192.0.2.50");

class SyslogLinesTest : public testing::Test {
protected:
    SyslogLinesTest() {
        catalogue::SnapshotBuilder builder;
        catalogue::Site site;
        site.id = catalogue::default_site;
        site.name = "default";
        site.revision = 1;
        builder.add(std::move(site));
        auto device = device_of(spa_mac, line_rows("1001"));
        device.family = "linksys-spa";
        device.model = "SPA942";
        device.wifi_mac = module_mac;
        builder.add(std::make_shared<const catalogue::Device>(std::move(device)));
        lines.publish(builder.build(1));
    }
    std::vector<TimelineEvent> events() {
        std::vector<TimelineEvent> out;
        ring.drain([&](const TimelineEvent& event) { out.push_back(event); });
        return out;
    }
    void say(std::string_view payload, const IpAddress& from = phone_address) { lines.received(3, from, payload); }

    catalogue::EventRing ring{256};
    Acquaintances acquaintances;
    ManualClock clock;
    SeededRandom random{1};
    SyslogOptions options{5, 12};
    SyslogLines lines{house_families(), ring, acquaintances, clock, random, options};
};

TEST_F(SyslogLinesTest, TellOfADeviceByTheMacInThem) {
    say("<134>SPA-942 00:0e:08:aa:bb:cc -- Requesting resync tftp://192.0.2.10:69/spa942.cfg");
    say("<13>Nov 21 20:05:09 desk SPA-942 00:0e:08:aa:bb:cc -- Successful resync "
        "http://192.0.2.10:80/000e08aabbcc.xml");
    say("<165>1 - h p - - - SPA-942 000e08aabbcc -- Resync failed: corrupt file");
    const auto told = events();
    ASSERT_EQ(told.size(), 3U);
    for (const auto& event : told) {
        EXPECT_EQ(event.mac, spa_mac);
        EXPECT_EQ(event.source, phone_address);
        EXPECT_EQ(event.listener, 3);
        EXPECT_EQ(event.transport, catalogue::EventTransport::syslog);
        EXPECT_EQ(event.acquaintance, Acquaintance::device);
        EXPECT_EQ(event.family.view(), "linksys-spa");
    }
    EXPECT_EQ(told[0].path.view(), "Requesting resync tftp://192.0.2.10:69/spa942.cfg");
    EXPECT_EQ(told[0].user_agent.view(), "SPA-942 00:0e:08:aa:bb:cc");
    EXPECT_EQ(told[0].kind.view(), "asks");
    EXPECT_EQ(told[1].kind.view(), "fetched");
    EXPECT_EQ(told[1].outcome, Outcome::served);
    EXPECT_EQ(told[2].kind.view(), "malformed");
    EXPECT_EQ(told[2].outcome, Outcome::failed);
    EXPECT_EQ(told[2].path.view(), "Resync failed: corrupt file");
}

TEST_F(SyslogLinesTest, UnderTheMacOfADevicesWiFiModuleAreThatDevices) {
    say("<134>SPA-942 00:40:5a:00:00:01 -- Resync failed: corrupt file");
    const auto told = events();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].mac, spa_mac);
    EXPECT_EQ(told[0].acquaintance, Acquaintance::device);
}

TEST_F(SyslogLinesTest, OfAStrangerAreAStrangersContact) {
    say("<134>SPA-942 00:0e:08:00:00:01 -- Resync failed: file not found");
    const auto told = events();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].mac.bits(), 0x000e08000001U);
    EXPECT_EQ(told[0].acquaintance, Acquaintance::stranger);
}

TEST_F(SyslogLinesTest, WithoutAMacAreTheOneDevicesThatHasJustFetchedFromThere) {
    say("<134>SPA-942 -- Resync failed: corrupt file");
    EXPECT_TRUE(events().empty()) << "nobody has";
    acquaintances.heard(phone_address, "Linksys/SPA-942-5.1.8 (88019FA42805)", spa_mac, clock.wall());
    say("<134>SPA-942 -- Resync failed: corrupt file");
    const auto told = events();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].mac, spa_mac);
    say("<134>SPA-942 -- Resync failed: corrupt file", *IpAddress::from_text("192.0.2.51"));
    EXPECT_TRUE(events().empty()) << "another address";
    acquaintances.heard(phone_address, "", MacAddress(0x000e08000002ULL), clock.wall());
    say("<134>SPA-942 -- Resync failed: corrupt file");
    EXPECT_TRUE(events().empty()) << "two phones behind one address";
}

TEST_F(SyslogLinesTest, ThatNoPackKnowsLeaveNothingBehind) {
    const std::string_view rows[] = {"",
                                     "<134>",
                                     "<134>SPA-942 00:0e:08:aa:bb:cc -- I am well",
                                     "<134>sshd[1]: 00:0e:08:aa:bb:cc",
                                     "<134>SPA-942 00:11:22:33:44:55 -- Resync failed: corrupt file",
                                     "<134>SPA-942 00:00:00:00:00:00 -- Resync failed: corrupt file"};
    for (const auto row : rows) {
        clock.advance(std::chrono::seconds(2));
        say(row);
        EXPECT_TRUE(events().empty()) << row;
    }
}

TEST_F(SyslogLinesTest, ThatAreHostileAreCutAndEscapedAndLoseTheirAccounts) {
    std::string bytes = "<134>SPA-942 00:0e:08:aa:bb:cc -- Requesting resync http://u:secret@h/\x1b[2J\xff";
    bytes += '\0';
    say(bytes + std::string(50'000, 'y'));
    const auto told = events();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].path.view().substr(0, 42), "Requesting resync http://h/\\x1b[2J\\xff\\x00");
    EXPECT_LE(told[0].path.view().size(), 63U);
}

TEST_F(SyslogLinesTest, OfOneSourceAndOfAllAreBounded) {
    const auto line = "<134>SPA-942 00:0e:08:aa:bb:cc -- Resync failed: corrupt file";
    for (unsigned i = 0; i < 100; ++i) say(line);
    EXPECT_EQ(events().size(), 5U);
    for (std::uint32_t i = 0; i < 100; ++i) say(line, IpAddress::v4(0x0a000000U + i));
    EXPECT_EQ(events().size(), 7U) << "twelve in all";
    clock.advance(std::chrono::seconds(2));
    say(line);
    EXPECT_EQ(events().size(), 1U);
}

TEST(MacInLine, IsTheFirstThatStandsAlone) {
    const std::pair<std::string_view, std::uint64_t> rows[] = {{"SPA-942 00:0e:08:aa:bb:cc -- x", 0x000e08aabbcc},
                                                               {"00-0E-08-AA-BB-CC", 0x000e08aabbcc},
                                                               {"x 000e08aabbcc.xml", 0x000e08aabbcc},
                                                               {"a000e08aabbcc", 0},
                                                               {"000e08aabbccd", 0},
                                                               {"00:0e:08:aa:bb", 0},
                                                               {"00:0e-08:aa:bb:cc", 0},
                                                               {"00:0e:08:aa:bb:cc0", 0},
                                                               {"", 0},
                                                               {"00:00:00:00:00:00 000e08aabbcc", 0x000e08aabbcc}};
    for (const auto& [text, bits] : rows) {
        const auto mac = mac_in_line(text);
        EXPECT_EQ(mac ? mac->bits() : 0, bits) << text;
    }
}

} // namespace
} // namespace offhook::server
