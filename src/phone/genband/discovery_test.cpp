#include "phone/genband/discovery.hpp"

#include "phone/awaited.hpp"
#include "phone/discovery/scripted_clients.hpp"
#include "phone/genband/boot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::genband {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

const MacAddress mac = *MacAddress::from_text("b40edc0a1b2c");
const std::string four_octets("\x0a\x00\x00\x05", 4);

TEST(GenbandBase, IsAWholeHttpUrl) {
    EXPECT_EQ(check_base("http://10.0.0.5/lg/", 443).value_or(""), "http://10.0.0.5/lg");
    EXPECT_EQ(check_base("https://prov.example.com/lg", 443).value_or(""), "https://prov.example.com/lg");
    EXPECT_EQ(check_base("https://u:p@prov.example.com/lg", 8443).value_or(""), "https://u:p@prov.example.com:8443/lg");
    EXPECT_EQ(check_base("https://prov.example.com:99", 8443).value_or(""), "https://prov.example.com:99");
    for (const char* bad : {"10.0.0.5", "tftp://10.0.0.5", "ftp://10.0.0.5", "", "http://"})
        EXPECT_FALSE(check_base(bad, 443)) << bad;
}

TEST(GenbandDecision, FollowsTheGuidesOrder) {
    Memory both;
    both.type = Memory::Type::http;
    both.https_url = "http://memory/lg";
    both.tftp_server = "10.0.0.8";
    Memory tftp_only = both;
    tftp_only.type = Memory::Type::tftp;
    Memory no_http = both;
    no_http.dhcp_get_http = Switch::off;
    Memory no_tftp;
    no_tftp.dhcp_get_tftp = Switch::off;
    Memory other_option;
    other_option.http_option = 161;
    Memory broken;
    broken.type = Memory::Type::http;
    broken.https_url = "memory";
    struct Case {
        const Memory& memory;
        ScriptedClients::Options4 told;
        const char* base;
    };
    const Case cases[] = {
        {both, {{160, "http://10.0.0.5/lg"}, {150, four_octets}}, "http://10.0.0.5/lg"},
        {both, {{150, four_octets}, {66, "10.0.0.6"}}, "http://memory/lg"},
        {both, {{160, ""}}, "http://memory/lg"},
        {both, {{160, "10.0.0.5"}}, "http://memory/lg"},
        {no_http, {{160, "http://10.0.0.5/lg"}}, "http://memory/lg"},
        {tftp_only, {{150, four_octets}, {66, "10.0.0.6"}}, "tftp://10.0.0.5"},
        {tftp_only, {{150, std::string("\x0a\x00", 2)}, {66, "10.0.0.6"}}, "tftp://10.0.0.6"},
        {tftp_only, {{66, std::string("10.0.0.6\0", 9)}}, "tftp://10.0.0.6"},
        {tftp_only, {{66, "http://10.0.0.6"}}, "tftp://10.0.0.8"},
        {tftp_only, {}, "tftp://10.0.0.8"},
        {no_tftp, {{150, four_octets}, {66, "10.0.0.6"}}, nullptr},
        {no_tftp, {{160, "https://10.0.0.5"}}, "https://10.0.0.5"},
        {other_option, {{160, "http://10.0.0.5"}}, nullptr},
        {other_option, {{160, "http://10.0.0.5"}, {161, "http://10.0.0.7"}}, "http://10.0.0.7"},
        {broken, {}, nullptr},
    };
    for (const auto& [memory, told, base] : cases) {
        std::vector<std::string> remarks;
        const auto ack = ScriptedClients::ack(told).ack;
        const auto address = decide(&ack, memory, remarks);
        EXPECT_EQ(address ? address->base : "", base ? base : "");
    }
    std::vector<std::string> remarks;
    EXPECT_EQ(decide(nullptr, both, remarks)->base, "http://memory/lg");
    EXPECT_FALSE(decide(nullptr, broken, remarks));
    EXPECT_THAT(remarks, Contains(HasSubstr("https_url in memory is not used")));
}

TEST(GenbandMemory, IsReadFromFlash) {
    Flash flash;
    flash.parameters = {{"PROVISION.type", "1"},
                        {"PROVISION.https_url", " http://h "},
                        {"PROVISION.https_port", "0"},
                        {"LAN.tftp_server_address", "10.0.0.8"},
                        {"PROVISION.dhcp_get_http", "Disable"},
                        {"phone.http_option", "161"}};
    const auto memory = read_memory(flash);
    EXPECT_EQ(memory.type, Memory::Type::http);
    EXPECT_EQ(memory.https_url, "http://h");
    EXPECT_EQ(memory.https_port, 443);
    EXPECT_EQ(memory.tftp_server, "10.0.0.8");
    EXPECT_EQ(memory.dhcp_get_http, Switch::off);
    EXPECT_EQ(memory.dhcp_get_tftp, Switch::on);
    EXPECT_EQ(memory.http_option, 161);
}

TEST(GenbandDiscovery, AsksForItsListAndGoesOnWithItsMemory) {
    const config::Model model{"IP8830", "", 24, 0, {}, {}, {}};
    Flash flash = family_boot().factory_flash(model, mac);
    flash.parameters["LAN.tftp_server_address"] = "10.0.0.8";
    ScriptedClients clients(mac);
    Recorder recorder;
    clients.answers4 = {ScriptedClients::nak()};
    const auto found = awaited(discover(clients, flash, model, {DiscoveryChoice::all}, recorder));
    EXPECT_THAT(clients.asked4.at(0).parameter_list, ElementsAre(1, 2, 3, 6, 42, 66, 150, 160));
    EXPECT_EQ(clients.asked4.at(0).vendor_class, "");
    EXPECT_EQ(found.address, "tftp://10.0.0.8");
    EXPECT_EQ(found.how, "tftp_server_address in memory");
    EXPECT_THAT(found.steps, Contains(HasSubstr("refused with a NAK")));
}

} // namespace
} // namespace offhook::phone::genband
