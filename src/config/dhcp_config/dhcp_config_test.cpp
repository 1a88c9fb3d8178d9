#include "config/dhcp_config/dhcp_config.hpp"

#include "config/dhcp_config/test_families.hpp"
#include "config/dhcp_config/told.hpp"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace offhook::config {
namespace {

std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Golden {
    const char* name;
    DhcpServer server;
    DhcpVersion version;
};
constexpr Golden goldens[] = {
    {"kea.json", DhcpServer::kea, DhcpVersion::v4},          {"kea6.json", DhcpServer::kea, DhcpVersion::v6},
    {"isc.conf", DhcpServer::isc, DhcpVersion::v4},          {"isc6.conf", DhcpServer::isc, DhcpVersion::v6},
    {"dnsmasq.conf", DhcpServer::dnsmasq, DhcpVersion::v4},  {"dnsmasq6.conf", DhcpServer::dnsmasq, DhcpVersion::v6},
    {"mikrotik.rsc", DhcpServer::mikrotik, DhcpVersion::v4}, {"windows.ps1", DhcpServer::windows, DhcpVersion::v4}};

/// OFFHOOK_WRITE_GOLDEN=1 writes them anew; read the difference before you commit it.
void expect_golden(const std::string& name, const std::string& text) {
    const std::string path = std::string(OFFHOOK_SOURCE_DIR "/src/config/dhcp_config/golden/") + name;
    if (std::getenv("OFFHOOK_WRITE_GOLDEN") != nullptr) // NOLINT(concurrency-mt-unsafe)
        std::ofstream(path, std::ios::binary) << text;
    EXPECT_EQ(text, read(path)) << name;
}

TEST(DhcpConfig, WritesEveryTargetAsItsGoldenFile) {
    for (const Golden& golden : goldens) {
        const auto text = write_dhcp_config(golden.server, test::request(golden.version));
        ASSERT_TRUE(text.has_value()) << golden.name << ": " << text.error().text();
        expect_golden(golden.name, *text);
    }
}

/// Everything that means something to one of the five languages.
TEST(DhcpConfig, WritesHostileAddressesAsGoldenFiles) {
    for (const Golden& golden : goldens) {
        auto request = test::request(golden.version);
        request.families = {test::panasonic(test::values("http://h/a,b'c\"d\\e$f`g;h#i{MODEL}?j%41}k")),
                            test::polycom(test::values("tftp://192.0.2.1"))};
        const auto text = write_dhcp_config(golden.server, request);
        ASSERT_TRUE(text.has_value()) << golden.name << ": " << text.error().text();
        expect_golden(std::string("hostile-") + golden.name, *text);
    }
}

TEST(DhcpConfig, SaysWhatWasNotRunHere) {
    for (const Golden& golden : goldens) {
        const auto text = write_dhcp_config(golden.server, test::request(golden.version)).value();
        const bool is_marked = text.find("NOT RUN HERE") != std::string::npos;
        EXPECT_EQ(is_marked, golden.server == DhcpServer::mikrotik || golden.server == DhcpServer::windows);
    }
}

TEST(DhcpConfig, TellsOnlyTheOptionsAskedFor) {
    auto request = test::request();
    request.options = {160};
    const auto told = what_to_tell(request).value();
    ASSERT_EQ(told.size(), 3U);
    for (const ToldPhones& phones : told)
        for (const ToldOption& option : phones.options) EXPECT_EQ(option.code, 160) << phones.name;
    EXPECT_TRUE(told[2].options.empty());
}

TEST(DhcpConfig, LeavesOutAndSaysWhy) {
    auto request = test::request();
    request.families[0].values = {};
    request.families[2].values.address = {};
    const auto told = what_to_tell(request).value();
    ASSERT_EQ(told[0].left_out.size(), 1U);
    EXPECT_NE(told[0].left_out[0].find("no listener"), std::string::npos);
    std::string all;
    for (const auto& line : told[2].left_out) all += line + '\n';
    EXPECT_EQ(all, "option 150: it needs the server's address: --address\n"
                   "option 161: it names the single phone, which this configuration does not know\n"
                   "option 66: it is for tftp alone\n");
}

/// A PXE client under the maker's MACs must not be sent to the phones' server.
TEST(DhcpConfig, NeverLetsAMacAloneSpeakForAPxeClient) {
    struct Case {
        DhcpServer server;
        const char* says;
    };
    const Case cases[] = {
        {DhcpServer::kea,
         "(not (substring(option[60].hex,0,9)=='PXEClient') and (substring(pkt4.mac,0,3)==0x0080f0 or"},
        {DhcpServer::isc, "and not (substring(option vendor-class-identifier, 0, 9) = \"PXEClient\")"},
        {DhcpServer::dnsmasq, "dhcp-vendorclass=set:offhook-pxe,\"PXEClient\""},
        {DhcpServer::mikrotik, "RouterOS cannot except those that boot by PXE:\n# bcc342"},
        {DhcpServer::windows, "a policy cannot except those that boot by PXE:\n# bcc342"},
    };
    for (const Case& each : cases) {
        const auto text = write_dhcp_config(each.server, test::request()).value();
        EXPECT_NE(text.find(each.says), std::string::npos) << text;
        if (each.server != DhcpServer::dnsmasq) continue;
        for (auto at = text.find("\ndhcp-option"); at != std::string::npos; at = text.find("\ndhcp-option", at + 1))
            EXPECT_NE(text.substr(at, 90).find(",tag:!offhook-pxe,"), std::string::npos) << text.substr(at, 90);
    }
    for (const auto server : {DhcpServer::mikrotik, DhcpServer::windows}) {
        const auto text = write_dhcp_config(server, test::request()).value();
        EXPECT_EQ(text.find("BCC342*"), std::string::npos) << text;
        EXPECT_EQ(text.find("^BC:C3:42"), std::string::npos) << text;
    }
}

TEST(DhcpConfig, LeavesOutWhatWouldLosePortOrPath) {
    for (const char* url : {"tftp://192.0.2.10:6969", "tftp://192.0.2.10/prov"}) {
        auto request = test::request();
        request.families = {test::odd(test::values(url))};
        const auto told = what_to_tell(request).value();
        for (const ToldOption& option : told[0].options)
            EXPECT_TRUE(option.code == 43 || option.code == 125) << option.code;
        std::size_t said = 0;
        for (const auto& line : told[0].left_out)
            said += line.find("neither port nor path") != std::string::npos ? 1 : 0;
        EXPECT_EQ(said, 4U) << "150, 132, 66 and 150 again";
    }
    auto request = test::request();
    request.families = {test::odd(test::values("tftp://192.0.2.10:69/"))};
    EXPECT_EQ(what_to_tell(request).value()[0].options.size(), 5U);
}

TEST(DhcpConfig, RefusesAUrlWithoutAScheme) {
    auto request = test::request();
    for (auto& family : request.families) family.values.scheme.clear();
    const auto told = what_to_tell(request);
    ASSERT_FALSE(told.has_value());
    EXPECT_NE(told.error().message.find("no scheme"), std::string::npos) << told.error().text();
}

TEST(DhcpConfig, MarksWhatIsNotCertain) {
    auto request = test::request();
    request.families[1].discovery.offers[0].confidence = "B";
    for (const auto server :
         {DhcpServer::kea, DhcpServer::isc, DhcpServer::dnsmasq, DhcpServer::mikrotik, DhcpServer::windows}) {
        const auto text = write_dhcp_config(server, request).value();
        EXPECT_NE(text.find("Not certain: enterprise 258: inferred (I)."), std::string::npos) << text;
        EXPECT_NE(text.find("out of the box; not certain: common knowledge"), std::string::npos) << text;
    }
    const auto six = write_dhcp_config(DhcpServer::isc, test::request(DhcpVersion::v6)).value();
    EXPECT_NE(six.find("{MODEL}.cfg; not certain: inferred (I)"), std::string::npos) << six;
}

TEST(DhcpConfig, TakesAnotherEnterpriseForDhcp6) {
    auto request = test::request(DhcpVersion::v6);
    request.enterprise = 4660;
    const auto told = what_to_tell(request).value();
    EXPECT_EQ(told[0].enterprises, std::vector<std::uint32_t>{4660});
    EXPECT_EQ(told[0].options[0].enterprise, 4660U);
    EXPECT_EQ(told[0].options[0].bytes.substr(0, 4), std::string("\0\0\x12\x34", 4));
    EXPECT_TRUE(told[0].doubts.empty());
    EXPECT_EQ(told[1].enterprises, std::vector<std::uint32_t>{13885}) << "it has no option 17";
    for (const auto server : {DhcpServer::kea, DhcpServer::isc, DhcpServer::dnsmasq})
        EXPECT_EQ(write_dhcp_config(server, request).value().find("258"), std::string::npos);
}

TEST(DhcpConfig, BuildsBlocksOfSubOptions) {
    const auto told = what_to_tell(test::request()).value();
    const auto& options = told[2].options;
    ASSERT_EQ(options.size(), 4U);
    EXPECT_EQ(hex_with_colons(options[0].bytes), "c0:00:02:0a");
    EXPECT_EQ(options[1].bytes, std::string("192.0.2.10\0", 11));
    EXPECT_EQ(options[2].bytes, "B\x11http://192.0.2.10" + std::string("C\x08odd.cfg\0", 10));
    EXPECT_EQ(options[3].bytes, std::string("\0\0\x1d\x66\x13\x01\x11", 7) + "http://192.0.2.10");
    const auto six = what_to_tell(test::request(DhcpVersion::v6)).value();
    ASSERT_EQ(six[0].options.size(), 2U);
    EXPECT_EQ(six[0].options[0].bytes,
              std::string("\0\0\x01\x02\0\x01\0\x27", 8) + "http://192.0.2.10:8080/prov/{MODEL}.cfg");
}

TEST(DhcpConfig, RefusesWhatNoServerCouldHold) {
    struct Case {
        const char* name;
        std::string url;
        ErrorCode code;
        const char* says;
    };
    const Case cases[] = {
        {"not ASCII", "http://h/\xc3\xa4", ErrorCode::invalid, "printable ASCII"},
        {"line break", "http://h/\nx", ErrorCode::invalid, "printable ASCII"},
        {"NUL", std::string("http://h/\0x", 11), ErrorCode::invalid, "printable ASCII"},
        {"DEL", "http://h/\x7f", ErrorCode::invalid, "printable ASCII"},
        {"too long", "http://" + std::string(260, 'h'), ErrorCode::too_large, "255"},
    };
    for (const Case& each : cases)
        for (const Golden& golden : goldens) {
            auto request = test::request(golden.version);
            for (auto& family : request.families) family.values.url = each.url;
            const auto text = write_dhcp_config(golden.server, request);
            ASSERT_FALSE(text.has_value()) << each.name;
            EXPECT_EQ(text.error().code, each.code) << each.name;
            EXPECT_NE(text.error().message.find(each.says), std::string::npos) << text.error().text();
        }
}

TEST(DhcpConfig, RefusesABlockThatDoesNotFit) {
    auto request = test::request();
    request.families = {test::odd(test::values("http://" + std::string(243, 'h')))};
    const auto told = what_to_tell(request);
    ASSERT_FALSE(told.has_value());
    EXPECT_EQ(told.error().code, ErrorCode::too_large);
    EXPECT_NE(told.error().message.find("262 bytes"), std::string::npos) << told.error().text();
}

TEST(DhcpConfig, RefusesToTellEverybody) {
    auto request = test::request();
    request.families = {test::panasonic()};
    request.families[0].ouis.clear();
    request.families[0].discovery.enterprises.clear();
    const auto text = write_dhcp_config(DhcpServer::dnsmasq, request);
    ASSERT_FALSE(text.has_value());
    EXPECT_NE(text.error().message.find("nothing tells these phones from other devices"), std::string::npos);
}

TEST(DhcpConfig, RefusesNamesThatAreNone) {
    for (const char* name : {"", "a b", "x\"y", "\xc3\xa4"}) {
        auto request = test::request();
        request.families[0].name = name;
        EXPECT_FALSE(write_dhcp_config(DhcpServer::kea, request).has_value()) << name;
    }
}

TEST(DhcpConfig, RefusesDhcp6WhereItIsNotKnown) {
    for (const auto server : {DhcpServer::mikrotik, DhcpServer::windows})
        EXPECT_FALSE(write_dhcp_config(server, test::request(DhcpVersion::v6)).has_value());
}

} // namespace
} // namespace offhook::config
