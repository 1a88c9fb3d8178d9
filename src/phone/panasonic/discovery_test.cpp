#include "phone/panasonic/discovery.hpp"

#include "phone/awaited.hpp"
#include "phone/discovery/scripted_clients.hpp"
#include "phone/panasonic/boot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::panasonic {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Choice = DiscoveryChoice;

const MacAddress mac = *MacAddress::from_text("0080f0c571eb");

TEST(PanasonicOptions, AreTakenAsTheGuideSays) {
    struct Case {
        Told told;
        const char* url;
    };
    const Case cases[] = {
        {{"http://a", "http://b", "http://c/", {}}, "http://a/{MODEL}.cfg"},
        {{{}, "http://prov.com/pana", "http://c/", {}}, "http://prov.com/pana/{MODEL}.cfg"},
        {{"http://id:pass@prov.com/", {}, {}, {}}, "http://id:pass@prov.com/{MODEL}.cfg"},
        {{"http://10.0.0.1/pana", {}, {}, "x/{MAC}.cfg"}, "http://10.0.0.1/pana/x/{MAC}.cfg"},
        {{{}, "http://b", {}, "/x.cfg"}, "http://b/x.cfg"},
        {{"10.0.0.9", {}, "10.0.0.1", {}}, "tftp://10.0.0.1/{MODEL}.cfg"},
        {{{}, {}, "10.0.0.1/", "x.cfg"}, "tftp://10.0.0.1/{MODEL}.cfg"},
        {{{}, {}, "http://10.0.0.1/provisioning/", {}}, "http://10.0.0.1/provisioning/{MODEL}.cfg"},
        {{{}, {}, "http://10.0.0.1", {}}, "http://10.0.0.1/{MODEL}.cfg"},
        {{{}, {}, "http://10.0.0.1/pana", {}}, "http://10.0.0.1/pana"},
        {{{}, {}, "http://10.0.0.1/p?mac={mac}", {}}, "http://10.0.0.1/p?mac={mac}"},
    };
    for (const auto& [told, url] : cases) {
        const auto chosen = choose(told, {});
        ASSERT_TRUE(chosen) << url;
        EXPECT_EQ(chosen->url, url);
    }
    EXPECT_FALSE(choose({{}, {}, {}, "x.cfg"}, {}));
}

TEST(PanasonicOptions, CanBeSwitchedOffOneByOne) {
    const Told told{"http://a", "http://b", "http://c/", {}};
    DiscoverySettings settings;
    settings.option_160 = Switch::off;
    EXPECT_EQ(choose(told, settings)->how, "DHCP option 159");
    settings.option_159 = Switch::off;
    EXPECT_EQ(choose(told, settings)->how, "DHCP option 66");
    settings.option_66 = Switch::off;
    EXPECT_FALSE(choose(told, settings));
}

TEST(PanasonicOptions, TakesTheFileFor66OnlyWhereItsSwitchSaysSo) {
    DiscoverySettings settings;
    settings.file_with_66 = Switch::on;
    EXPECT_EQ(choose({{}, {}, "10.0.0.1", "x.cfg"}, settings)->url, "tftp://10.0.0.1/x.cfg");
}

TEST(PanasonicSettings, AreReadFromFlash) {
    Flash flash;
    flash.parameters = {{"IP_ADDR_MODE", "2"},
                        {"SIPPNP_PROV_ENABLE", "N"},
                        {"OPTION66_ENABLE", "y"},
                        {"OPTION159_PROV_ENABLE", "N"},
                        {"CONNECTION_TYPE_IPV6", "2"},
                        {"DHCPV6_OPTION17_PROV_ENABLE", "N"},
                        {"phone.PNP_VENDOR_WORD", "vendor"}};
    const auto settings = read_discovery_settings(flash);
    EXPECT_EQ(settings.ip_mode, IpMode::dual);
    EXPECT_EQ(settings.pnp, Switch::off);
    EXPECT_EQ(settings.option_66, Switch::on);
    EXPECT_EQ(settings.option_159, Switch::off);
    EXPECT_EQ(settings.option_160, Switch::on);
    EXPECT_EQ(settings.dhcp6_option_17, Switch::off);
    EXPECT_EQ(settings.ipv6, DiscoverySettings::Ipv6::other);
    EXPECT_EQ(settings.vendor_word, "vendor");
}

TEST(PanasonicUrl, WantsSchemeHostFileAndAtMost384Characters) {
    const std::string base = "http://10.0.0.1/";
    for (const char* good : {"http://10.0.0.1/{MODEL}.cfg", "tftp://h/x", "http://[2001:db8::1]/p/{MAC}.cfg",
                             "https://id:pass@prov.com:8443/a/b?c={mac}"})
        EXPECT_TRUE(check_url(good)) << good;
    EXPECT_TRUE(check_url(base + std::string(384 - base.size(), 'x')));
    EXPECT_TRUE(check_url(std::string("http://h/x\0\0", 12)));
    for (const std::string& bad :
         {std::string(), std::string("10.0.0.1/x.cfg"), std::string("http://10.0.0.1"), std::string("http://10.0.0.1/"),
          std::string("gopher://h/x"), std::string("ftps://h/x"), std::string("http:///x"),
          std::string("http://h/\x01"), base + std::string(385 - base.size(), 'x')})
        EXPECT_FALSE(check_url(bad)) << bad;
}

TEST(PanasonicUrl, OfKxUtgNeedsNoFileAndNoScheme) {
    const std::pair<std::string, std::string> completed[] = {{"http://h", "http://h/{MODEL}.cfg"},
                                                             {"http://h/", "http://h/{MODEL}.cfg"},
                                                             {"http://h/pana/", "http://h/pana/{MODEL}.cfg"},
                                                             {"http://h/pana/x.cfg", "http://h/pana/x.cfg"},
                                                             {"h", "tftp://h/{MODEL}.cfg"}};
    for (const auto& [told, url] : completed) {
        EXPECT_EQ(check_url(told, Generation::BareAddress::completed), url) << told;
        EXPECT_TRUE(told == url || !check_url(told)) << told;
    }
    EXPECT_FALSE(check_url("", Generation::BareAddress::completed));
    EXPECT_FALSE(check_url("gopher://h", Generation::BareAddress::completed));
}

TEST(PanasonicMacros, AreFourAndTheRestStays) {
    const Macros macros{mac, "KX-HDV130", "01.103"};
    EXPECT_EQ(expand("{MAC}/{mac}/{MODEL}-{fwver}", macros), "0080F0C571EB/0080f0c571eb/KX-HDV130-01.103");
    EXPECT_EQ(expand("{model}{Mac}{{mac}{MAC", macros), "{model}{Mac}{0080f0c571eb{MAC");
}

TEST(PanasonicTypedUrl, NamesADirectoryUnlessItNamesAFile) {
    EXPECT_EQ(typed_url("http://h:8080/"), "http://h:8080/{MODEL}.cfg");
    EXPECT_EQ(typed_url("http://h"), "http://h/{MODEL}.cfg");
    EXPECT_EQ(typed_url("http://h/pana"), "http://h/pana/{MODEL}.cfg");
    EXPECT_EQ(typed_url("http://h/pana/x.cfg"), "http://h/pana/x.cfg");
    EXPECT_EQ(typed_url("http://h/p?mac={mac}"), "http://h/p?mac={mac}");
}

std::string option_17(std::uint32_t enterprise, std::uint16_t code, std::string_view value) {
    return protocol::dhcp6::vendor_options_value(enterprise, code, value);
}

TEST(PanasonicOption17, IsReadOfAnyEnterprise) {
    const auto read = [](std::string_view value) {
        return url_of(ScriptedClients::reply(protocol::dhcp6::vendor_options, value).reply);
    };
    EXPECT_EQ(read(option_17(258, 1, "http://[2001:db8::1]/{MODEL}.cfg")).value_or(""),
              "http://[2001:db8::1]/{MODEL}.cfg");
    EXPECT_TRUE(read(option_17(396, 1, "http://h/x.cfg")));
    EXPECT_FALSE(read(option_17(258, 2, "http://h/x.cfg")));
    EXPECT_FALSE(read(option_17(258, 1, "http://h/")));
    EXPECT_FALSE(read("\x01"));
    EXPECT_FALSE(url_of(protocol::dhcp6::Message{}));
}

class PanasonicDiscovery : public testing::Test {
protected:
    PanasonicDiscovery() { flash = family_boot().factory_flash(model, mac); }
    FoundServer look(DiscoveryRequest request) {
        return awaited(discover(clients, flash, model.name, request, recorder));
    }
    config::Model model{"KX-HDV130", "", 2, 0, {}, {}, {}};
    Flash flash;
    ScriptedClients clients{mac};
    Recorder recorder;
};

TEST_F(PanasonicDiscovery, LeasesThenAsksByPnpThenTakesTheOptions) {
    clients.answers4 = {ScriptedClients::ack({{66, "10.0.0.3"}, {160, "http://10.0.0.1/pana"}})};
    const auto found = look({Choice::all});
    EXPECT_THAT(clients.order, ElementsAre("lease", "pnp"));
    EXPECT_EQ(found.address, "http://10.0.0.1/pana/{MODEL}.cfg");
    EXPECT_EQ(found.how, "DHCP option 160");
    EXPECT_THAT(found.steps, Contains(HasSubstr("option 160 = \"http://10.0.0.1/pana\"")));
    EXPECT_THAT(found.steps, Contains(HasSubstr("no NOTIFY within 5000 ms")));
    EXPECT_TRUE(recorder.told(BootEvent::Kind::discovery, "leased 10.0.0.77"));
    const auto& asked = clients.asked4.at(0).parameter_list;
    for (const std::uint8_t code : {66, 67, 159, 160}) EXPECT_THAT(asked, Contains(code));
    EXPECT_EQ(clients.asked_pnp.at(0).request_uri, "sip:MAC%3a0080F0C571EB@224.0.1.75");
    EXPECT_EQ(clients.asked_pnp.at(0).event, "ua-profile;profile-type=\"device\";vender=\"Panasonic\";"
                                             "model=\"KX-HDV130\";version=\"01.103\"");
}

TEST_F(PanasonicDiscovery, PrefersPnp) {
    clients.answers4 = {ScriptedClients::ack({{160, "http://10.0.0.1/pana"}})};
    clients.answers_pnp = {PnpAnswer{"http://id:secret@10.0.0.2/{MODEL}.cfg", {"no To tag"}}};
    const auto found = look({Choice::all});
    EXPECT_EQ(found.address, "http://id:secret@10.0.0.2/{MODEL}.cfg");
    EXPECT_EQ(found.how, "SIP PnP");
    for (const auto& step : found.steps) EXPECT_EQ(step.find("secret"), std::string::npos) << step;
    EXPECT_THAT(found.steps, Contains("SIP PnP: no To tag"));
}

TEST_F(PanasonicDiscovery, FallsThroughAUrlThatIsTooLongOrNoUrl) {
    const std::string base = "http://10.0.0.2/";
    for (const auto& url : {base + std::string(385 - base.size(), 'x'), std::string("no url at all"), std::string()}) {
        clients.answers4 = {ScriptedClients::ack({{66, "10.0.0.3"}})};
        clients.answers_pnp = {PnpAnswer{url, {}}};
        const auto found = look({Choice::all});
        EXPECT_EQ(found.address, "tftp://10.0.0.3/{MODEL}.cfg");
        EXPECT_THAT(found.steps, Contains(HasSubstr("SIP PnP: the URL is not used: ")));
    }
}

TEST_F(PanasonicDiscovery, LeavesOutOptionsThatAreJunk) {
    const std::string nul("10.0.0.3\0", 9);
    clients.answers4 = {
        ScriptedClients::ack({{160, std::string("\x0a\x00\x00\x01", 4)}, {159, "prov.com"}, {66, nul}})};
    const auto found = look({Choice::dhcp4});
    EXPECT_THAT(clients.order, ElementsAre("lease"));
    EXPECT_EQ(found.address, "tftp://10.0.0.3/{MODEL}.cfg");
    EXPECT_THAT(found.steps, Contains(HasSubstr("option 160 is not used")));
    EXPECT_THAT(found.steps, Contains(HasSubstr("option 159 is not used: it is no URL")));
}

TEST_F(PanasonicDiscovery, FindsNothingInSilenceOrAfterANak) {
    auto found = look({Choice::all});
    EXPECT_EQ(found.address, "");
    EXPECT_THAT(found.steps, Contains("DHCP: nobody answered"));
    clients.answers4 = {ScriptedClients::nak()};
    found = look({Choice::dhcp4});
    EXPECT_EQ(found.address, "");
    EXPECT_THAT(found.steps, Contains("DHCP: 10.0.0.1 refused with a NAK"));
}

TEST_F(PanasonicDiscovery, LeasesForPnpAloneButIgnoresTheOptions) {
    clients.answers4 = {ScriptedClients::ack({{160, "http://10.0.0.1/pana"}})};
    EXPECT_EQ(look({Choice::pnp}).address, "");
    EXPECT_THAT(clients.order, ElementsAre("lease", "pnp"));
    clients.order.clear();
    EXPECT_EQ(look({Choice::pnp, DiscoveryRequest::Address::by_hand}).address, "");
    EXPECT_THAT(clients.order, ElementsAre("pnp"));
}

TEST_F(PanasonicDiscovery, AsksWithAnInformOnlyWhereItsSwitchSaysSo) {
    clients.answers4 = {ScriptedClients::ack({{160, "http://10.0.0.1/pana"}})};
    look({Choice::dhcp4, DiscoveryRequest::Address::by_hand});
    EXPECT_THAT(clients.order, testing::IsEmpty());
    flash.parameters["phone.DHCP_INFORM"] = "Y";
    look({Choice::dhcp4, DiscoveryRequest::Address::by_hand});
    EXPECT_THAT(clients.order, ElementsAre("inform"));
}

TEST_F(PanasonicDiscovery, AsksByDhcp6AloneInIpv6Mode) {
    flash.parameters["IP_ADDR_MODE"] = "1";
    const auto value = option_17(258, 1, "http://[2001:db8::1]/{MODEL}.cfg");
    clients.answers6 = {std::nullopt, ScriptedClients::reply(protocol::dhcp6::vendor_options, value)};
    const auto found = look({Choice::all});
    EXPECT_THAT(clients.order, ElementsAre("solicit", "information"));
    EXPECT_EQ(found.how, "DHCPv6 option 17");
    EXPECT_EQ(found.address, "http://[2001:db8::1]/{MODEL}.cfg");
}

TEST_F(PanasonicDiscovery, GoesThroughAllInDualMode) {
    flash.parameters["IP_ADDR_MODE"] = "2";
    clients.answers4 = {ScriptedClients::ack({})};
    look({Choice::all});
    EXPECT_THAT(clients.order, ElementsAre("lease", "pnp", "solicit", "information"));
    clients.order.clear();
    look({Choice::dhcp6});
    EXPECT_THAT(clients.order, ElementsAre("solicit", "information"));
}

TEST_F(PanasonicDiscovery, KeepsToItsSwitches) {
    flash.parameters["IP_ADDR_MODE"] = "2";
    flash.parameters["SIPPNP_PROV_ENABLE"] = "N";
    flash.parameters["DHCPV6_OPTION17_PROV_ENABLE"] = "N";
    flash.parameters["OPTION160_PROV_ENABLE"] = "N";
    clients.answers4 = {ScriptedClients::ack({{160, "http://10.0.0.1/pana"}})};
    const auto found = look({Choice::all});
    EXPECT_THAT(clients.order, ElementsAre("lease"));
    EXPECT_EQ(found.address, "");
    EXPECT_THAT(found.steps, Contains("option 160 is not used: it is switched off"));
}

} // namespace
} // namespace offhook::phone::panasonic
