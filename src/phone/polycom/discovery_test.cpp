#include "phone/polycom/discovery.hpp"

#include "base/hex.hpp"
#include "phone/awaited.hpp"
#include "phone/discovery/scripted_clients.hpp"
#include "phone/fake_family.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Use = DhcpMenu::BootServer;
using Type = DhcpMenu::Type;

const MacAddress mac = *MacAddress::from_text("0004f214b89e");
const std::string four_octets("\x0a\x00\x00\x05", 4);

TEST(PolycomDhcpMenu, IsReadFromFlash) {
    Flash flash;
    EXPECT_EQ(read_dhcp_menu(flash).boot_server, Use::custom_then_66);
    EXPECT_EQ(read_dhcp_menu(flash).option, 160);
    flash.parameters = {{"device.dhcp.bootSrvUseOpt", "1"},
                        {"device.dhcp.bootSrvOpt", "128"},
                        {"device.dhcp.bootSrvOptType", "0"},
                        {"device.dhcp.option60Type", "1"},
                        {"device.dhcp.offerTimeout", "600"}};
    const auto menu = read_dhcp_menu(flash);
    EXPECT_EQ(menu.boot_server, Use::custom);
    EXPECT_EQ(menu.option, 128);
    EXPECT_EQ(menu.type, Type::address);
    EXPECT_EQ(menu.vendor_class, DhcpMenu::VendorClass::ascii);
    EXPECT_EQ(menu.offers_wait, std::chrono::seconds(600));
    flash.parameters["device.dhcp.bootSrvUseOpt"] = "Static";
    EXPECT_EQ(read_dhcp_menu(flash).boot_server, Use::static_address);
}

TEST(PolycomDhcpMenu, IgnoresWhatIsOutOfRange) {
    for (const char* option : {"127", "255", "-1", "x", ""}) {
        Flash flash;
        flash.parameters["device.dhcp.bootSrvOpt"] = option;
        EXPECT_EQ(read_dhcp_menu(flash).option, 160) << option;
    }
}

TEST(PolycomOptions, AreChosenByTheMenu) {
    struct Case {
        Use use;
        Type type;
        ScriptedClients::Options4 told;
        const char* address;
    };
    const Case cases[] = {
        {Use::option_66, Type::text, {{66, "10.0.0.3"}, {160, "http://c"}}, "10.0.0.3"},
        {Use::custom, Type::text, {{66, "10.0.0.3"}, {160, "http://c/d"}}, "http://c/d"},
        {Use::custom, Type::address, {{160, four_octets}}, "10.0.0.5"},
        {Use::custom, Type::address, {{160, four_octets + four_octets}}, "10.0.0.5"},
        {Use::custom_then_66, Type::text, {{66, "10.0.0.3"}, {160, "prov.example.net"}}, "prov.example.net"},
        {Use::custom_then_66, Type::text, {{66, "tftp://10.0.0.3/Polycom"}}, "tftp://10.0.0.3/Polycom"},
        {Use::custom_then_66, Type::text, {{66, std::string("10.0.0.3\0", 9)}}, "10.0.0.3"},
        {Use::custom_then_66, Type::text, {{160, four_octets}, {66, "10.0.0.3"}}, "10.0.0.3"},
        {Use::custom_then_66, Type::address, {{160, "http://cc"}, {66, "10.0.0.3"}}, "10.0.0.3"},
        {Use::custom_then_66, Type::text, {{160, "0.0.0.0"}, {66, "10.0.0.3"}}, "10.0.0.3"},
        {Use::custom, Type::text, {{66, "10.0.0.3"}}, nullptr},
        {Use::option_66, Type::text, {{160, "http://c"}}, nullptr},
        {Use::static_address, Type::text, {{66, "10.0.0.3"}, {160, "http://c"}}, nullptr},
        {Use::custom_then_66, Type::text, {{66, ""}}, nullptr},
        {Use::custom_then_66, Type::text, {{66, "a b:c:d\x01"}}, nullptr},
    };
    for (const auto& [use, type, told, address] : cases) {
        DhcpMenu menu;
        menu.boot_server = use, menu.type = type;
        std::vector<std::string> remarks;
        const auto chosen = choose(ScriptedClients::ack(told).ack, menu, remarks);
        EXPECT_EQ(chosen.has_value(), address != nullptr) << (address ? address : "nothing");
        EXPECT_EQ(chosen ? chosen->address : "", address ? address : "");
    }
}

TEST(PolycomOptions, FallBackToSnameWithout66) {
    auto ack = ScriptedClients::ack({}).ack;
    ack.sname = "boot.example.net";
    std::vector<std::string> remarks;
    EXPECT_EQ(choose(ack, {}, remarks)->how, "sname of the DHCP answer");
    ack.set(66, "10.0.0.3");
    EXPECT_EQ(choose(ack, {}, remarks)->address, "10.0.0.3");
}

/// The layout of the guide's example, with our own build dates.
TEST(PolycomVendorClass, IsBinaryAndDiffersByStage) {
    const config::Model model{"SPIP430", "430", 2, 2, {"2345-11402-001"}, {"SPIP_430"}, {}};
    const auto boot = vendor_class({}, Stage::bootrom, model, "2.2.0.0047", "3.2.2.0019");
    EXPECT_EQ(
        to_hex(std::as_bytes(std::span(boot))),
        "0000363d700107506f6c79636f6d0215536f756e64506f696e7449502d535049505f3433300310323334352d31313430322d303031"
        "2c31041d42522f332e322e322e303031392f31382d4a616e2d30372030393a3132051d42522f332e322e322e303031392f31382d"
        "4a616e2d30372030393a3132ff");
    const auto application = vendor_class({}, Stage::application, model, "2.2.0.0047", "3.2.2.0019");
    EXPECT_THAT(application, HasSubstr("SIP/2.2.0.0047/"));
    EXPECT_THAT(application, HasSubstr("BR/3.2.2.0019/"));
    EXPECT_THAT(boot, Not(HasSubstr("SIP/")));
    DhcpMenu ascii;
    ascii.vendor_class = DhcpMenu::VendorClass::ascii;
    EXPECT_EQ(vendor_class(ascii, Stage::bootrom, model, "", ""), "Polycom-SPIP430");
}

class PolycomDiscovery : public testing::Test {
protected:
    PolycomDiscovery() { flash = factory_flash(*family.find_model("SPIP650"), mac); }
    FoundServer look(Stage stage = Stage::bootrom) {
        clients.order.clear();
        clients.asked4.clear();
        return awaited(discover(clients, flash, *family.find_model("SPIP650"), stage, request, recorder));
    }
    FakeFamily family;
    Flash flash;
    ScriptedClients clients{mac};
    DiscoveryRequest request{DiscoveryChoice::all};
    Recorder recorder;
};

TEST_F(PolycomDiscovery, AsksFor66AndItsCustomOption) {
    clients.answers4 = {ScriptedClients::ack({{160, "http://u:secret@10.0.0.1/spip"}})};
    const auto found = look();
    EXPECT_THAT(clients.order, ElementsAre("lease"));
    EXPECT_EQ(found.address, "http://u:secret@10.0.0.1/spip");
    EXPECT_EQ(found.how, "DHCP option 160");
    for (const auto& step : found.steps) EXPECT_EQ(step.find("secret"), std::string::npos);
    EXPECT_THAT(clients.asked4[0].parameter_list, Contains(160));
    EXPECT_THAT(clients.asked4[0].parameter_list, Contains(66));
    EXPECT_EQ(clients.asked4[0].offers_wait, std::chrono::seconds(1));
}

TEST_F(PolycomDiscovery, TellsNoPasswordWhateverOptionItIsIn) {
    clients.answers4 = {ScriptedClients::ack({{66, "u:secret@10.0.0.1"},
                                              {43, "\x01\x12http://u:secret@h/"},
                                              {125, std::string("\x00\x00\x36\x3d\x12u:secret@h", 15)},
                                              {160, "u:sec/secret@10.0.0.1/x y"}})};
    const auto found = look();
    EXPECT_THAT(found.steps, Contains(HasSubstr("option 43 = 20 bytes")));
    for (const auto& step : found.steps) EXPECT_EQ(step.find("secret"), std::string::npos) << step;
}

TEST_F(PolycomDiscovery, InformsWhereALeaseNamesNoServer) {
    clients.answers4 = {ScriptedClients::ack({}), ScriptedClients::ack({{66, "10.0.0.9"}})};
    const auto found = look();
    EXPECT_THAT(clients.order, ElementsAre("lease", "inform"));
    EXPECT_EQ(found.address, "10.0.0.9");
    EXPECT_THAT(found.how, HasSubstr("DHCPINFORM"));
}

TEST_F(PolycomDiscovery, WantsWhatItsMenuSays) {
    using List = std::vector<std::uint8_t>;
    for (const auto& [use, wanted] :
         {std::pair<const char*, List>("0", {66}), {"1", {160}}, {"2", {}}, {"3", {160, 66}}}) {
        flash.parameters["device.dhcp.bootSrvUseOpt"] = use;
        look();
        EXPECT_EQ(clients.asked4.at(0).wanted, wanted) << use;
    }
}

TEST_F(PolycomDiscovery, InformsByTheReleasesRule) {
    struct Case {
        const char* version;
        const char* in_flash;
        bool informs;
    };
    for (const auto& [version, in_flash, informs] :
         {Case{"2.2.0.0047", "http://old", true}, Case{"2.2.0.0047", "", true}, Case{"3.1.8.0070", "http://old", false},
          Case{"3.1.8.0070", "", true}, Case{"3.1.8.0070", "0.0.0.0", true},
          Case{"4.0.15.1047", "http://old", false}}) {
        flash.application->version = version;
        flash.parameters["device.prov.serverName"] = in_flash;
        clients.answers4 = {ScriptedClients::ack({})};
        EXPECT_EQ(look().address, "");
        EXPECT_EQ(clients.order.size(), informs ? 2U : 1U) << version << " " << in_flash;
    }
}

TEST_F(PolycomDiscovery, DoesNotInformWithoutAnAddress) {
    EXPECT_EQ(look().address, "");
    EXPECT_THAT(clients.order, ElementsAre("lease"));
    clients.answers4 = {ScriptedClients::nak()};
    EXPECT_EQ(look().address, "");
    EXPECT_THAT(clients.order, ElementsAre("lease"));
}

TEST_F(PolycomDiscovery, LeasesAndKeepsItsServerWhenThatIsStatic) {
    flash.parameters["device.dhcp.bootSrvUseOpt"] = "2";
    clients.answers4 = {ScriptedClients::ack({{66, "10.0.0.9"}})};
    const auto found = look();
    EXPECT_EQ(found.address, "");
    EXPECT_THAT(clients.order, ElementsAre("lease"));
    EXPECT_THAT(found.steps, Contains(HasSubstr("Boot Server is Static")));
}

TEST_F(PolycomDiscovery, OnlyInformsWhereItsAddressIsSetByHand) {
    request.ipv4 = DiscoveryRequest::Address::by_hand;
    clients.answers4 = {ScriptedClients::ack({{66, "10.0.0.9"}})};
    EXPECT_EQ(look().address, "10.0.0.9");
    EXPECT_THAT(clients.order, ElementsAre("inform"));
}

TEST_F(PolycomDiscovery, SaysWhichProgramAsks) {
    look(Stage::bootrom);
    const auto boot = clients.asked4.at(0).vendor_class;
    look(Stage::application);
    EXPECT_NE(clients.asked4.at(0).vendor_class, boot);
}

} // namespace
} // namespace offhook::phone::polycom
