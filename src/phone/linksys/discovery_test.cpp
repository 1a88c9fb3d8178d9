#include "phone/linksys/discovery.hpp"

#include "phone/awaited.hpp"
#include "phone/discovery/scripted_clients.hpp"
#include "phone/linksys/boot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::linksys {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

const MacAddress mac = *MacAddress::from_text("000e08aabbcc");
const std::string four_octets("\x0a\x00\x00\x05", 4);

TEST(LinksysNames, HaveTheirHyphenWhereTheModelHasIt) {
    struct Case {
        const char *model, *product, *series, *option_60;
    };
    for (const auto& [model, product, series, option_60] :
         {Case{"SPA942", "SPA-942", "942", "LINKSYS SPA-942"}, Case{"SPA2102", "SPA-2102", "2102", "LINKSYS SPA-2102"},
          Case{"SPA8000", "SPA8000", "8000", "LINKSYS SPA8000"}, Case{"SPA504G", "SPA504G", "504G", "LINKSYS SPA504G"},
          Case{"SPA841", "SPA-841", "841", "LINKSYS SPA-841"}}) {
        EXPECT_EQ(product_name(model), product);
        EXPECT_EQ(product_series(model), series);
        EXPECT_EQ(vendor_class(model), option_60);
    }
}

TEST(LinksysOptionOrder, DependsOnFirmwareAndParameter) {
    Flash flash;
    flash.application = StoredImage{"", "5.1.8", "", 0};
    EXPECT_THAT(option_order(flash).options, ElementsAre(66));
    EXPECT_EQ(option_order(flash).fallback, OptionOrder::Fallback::server_itself);
    flash.application->version = "6.1.5(a)";
    EXPECT_THAT(option_order(flash).options, ElementsAre(66));
    flash.application->version = "7.4.8a";
    EXPECT_THAT(option_order(flash).options, ElementsAre(66, 160, 159, 150));
    EXPECT_EQ(option_order(flash).fallback, OptionOrder::Fallback::none);
    flash.parameters["DHCP_Option_To_Use"] = "160, 66,0,255,x,300";
    EXPECT_THAT(option_order(flash).options, ElementsAre(160, 66));
    flash.application->version = "5.1.8";
    EXPECT_THAT(option_order(flash).options, ElementsAre(160, 66));
}

TEST(LinksysOptions, AreTakenInOrder) {
    const OptionOrder old{{66}, OptionOrder::Fallback::server_itself};
    const OptionOrder later{{66, 160, 159, 150}, OptionOrder::Fallback::none};
    struct Case {
        const OptionOrder& order;
        ScriptedClients::Options4 told;
        const char* address;
    };
    const Case cases[] = {
        {old, {{66, "192.0.2.10"}, {160, "http://c"}}, "192.0.2.10"},
        {old, {{160, "http://c"}}, "10.0.0.1"},
        {old, {{66, std::string("boot.example.net\0", 17)}}, "boot.example.net"},
        {old, {{66, std::string("\x01\x02", 2)}}, "10.0.0.1"},
        {later, {{160, "http://c/p"}, {150, four_octets}, {159, "http://d"}}, "http://c/p"},
        {later, {{150, four_octets}, {159, "http://d"}}, "http://d"},
        {later, {{150, four_octets}}, "10.0.0.5"},
        {later, {{150, "192.0.2.9"}}, "192.0.2.9"},
        {later, {{160, "ftp://c"}}, nullptr},
        {later, {}, nullptr},
    };
    for (const auto& [order, told, address] : cases) {
        std::vector<std::string> remarks;
        const auto chosen = choose(ScriptedClients::ack(told).ack, order, remarks);
        EXPECT_EQ(chosen ? chosen->text : "", address ? address : "");
    }
}

TEST(LinksysOptions, PreferSiaddrToTheDhcpServerItself) {
    auto ack = ScriptedClients::ack({}).ack;
    std::vector<std::string> remarks;
    EXPECT_EQ(choose(ack, {{66}, OptionOrder::Fallback::server_itself}, remarks)->how,
              "the DHCP server itself, option 54");
    ack.siaddr = IpAddress::v4(0x0a000009);
    const auto chosen = choose(ack, {{66}, OptionOrder::Fallback::server_itself}, remarks);
    EXPECT_EQ(chosen->text, "10.0.0.9");
    EXPECT_EQ(chosen->how, "siaddr of the DHCP answer");
}

TEST(LinksysDiscovery, SaysWhoItIs) {
    const config::Model model{"SPA942", "", 4, 0, {}, {}, {}};
    ScriptedClients clients(mac);
    clients.answers4 = {ScriptedClients::ack({{66, "192.0.2.10"}})};
    Recorder recorder;
    Flash flash = family_boot().factory_flash(model, mac);
    auto found = awaited(discover(clients, flash, model, {DiscoveryChoice::all}, recorder));
    EXPECT_EQ(found.address, "192.0.2.10");
    EXPECT_EQ(clients.asked4.at(0).vendor_class, "LINKSYS SPA-942");
    EXPECT_EQ(clients.asked4.at(0).host_name, "SipuraSPA");
    EXPECT_THAT(clients.asked4.at(0).parameter_list, Contains(66));
    flash.parameters["HostName"] = "desk1";
    found = awaited(discover(clients, flash, model, {DiscoveryChoice::dhcp4}, recorder));
    EXPECT_EQ(found.address, "");
    EXPECT_EQ(clients.asked4.at(1).host_name, "desk1");
    EXPECT_THAT(found.steps, Contains("DHCP: nobody answered"));
}

} // namespace
} // namespace offhook::phone::linksys
