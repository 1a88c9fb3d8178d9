#include "phone/boot_command.hpp"

#include "phone/fake_family.hpp"
#include "phone/fake_rows.hpp"
#include "phone/switch_names.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <sstream>

namespace offhook::phone {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Choice = DiscoveryChoice;

BootOptions polycom() {
    BootOptions options;
    options.family = "polycom", options.model = "SPIP650", options.mac = "0004f2aabbcc";
    return options;
}
BootOptions panasonic() {
    BootOptions options;
    options.family = "panasonic", options.model = "KX-HDV130", options.mac = "0080f0c571eb";
    return options;
}

/// Nothing of it is begun: no interface is made, and nobody is asked.
TEST(BootCommand, RefusesWhatDoesNotFitTogether) {
    struct Case {
        BootOptions options;
        const char *where, *why;
        std::function<void(BootOptions&)> change;
    };
    const Case cases[] = {
        {polycom(), "--family", "no such family", [](auto& o) { o.family = "acme"; }},
        {polycom(), "--family", "has no virtual phone", [](auto& o) { o.family = "other"; }},
        {polycom(), "--model", "no such model", [](auto& o) { o.model = "VVX"; }},
        {polycom(), "--mac", "twelve hexadecimal digits", [](auto& o) { o.mac = "0004f2"; }},
        {polycom(), "--auto", "typed in with --url or looked for",
         [](auto& o) { o.discovery = Choice::all, o.url = "http://h/", o.interface = "eth0"; }},
        {polycom(), "--pnp", "do not look for a server this way", [](auto& o) { o.discovery = Choice::pnp; }},
        {polycom(), "--dhcp6", "do not look for a server this way",
         [](auto& o) { o.discovery = Choice::dhcp6, o.interface = "eth0"; }},
        {polycom(), "--dhcp4", "a network of the phone's own", [](auto& o) { o.discovery = Choice::dhcp4; }},
        {panasonic(), "--auto", "a network of the phone's own", [](auto& o) { o.discovery = Choice::all; }},
        {panasonic(), "--dhcp6", "a network of the phone's own", [](auto& o) { o.discovery = Choice::dhcp6; }},
        {polycom(), "--address", "--interface", [](auto& o) { o.url = "http://h/", o.address = "10.0.0.5/24"; }},
        {polycom(), "--gateway", "--interface", [](auto& o) { o.url = "http://h/", o.gateway = "10.0.0.1"; }},
        {polycom(), "--from", "it belongs to --pnp", [](auto& o) { o.url = "http://h/", o.from = "lo"; }},
        {panasonic(), "--from", "without --interface",
         [](auto& o) { o.discovery = Choice::pnp, o.from = "lo", o.interface = "eth0"; }},
        {polycom(), "--flash", "NAME=VALUE", [](auto& o) { o.flash = {"=1"}; }},
        {polycom(), "--flash", "no switch 'phone.lable'; there are phone.application.version, phone.change.via, ",
         [](auto& o) { o.url = "http://h/", o.flash = {"phone.lable=1"}; }},
        {panasonic(), "--flash", "no switch 'phone.paths'", [](auto& o) { o.flash = {"phone.paths=strict"}; }},
        {polycom(), "--web-port", "polycom phones have no web pages here; linksys-spa phones have",
         [](auto& o) { o.url = "http://h/", o.stay.web_port = 0; }},
        {polycom(), "--ip-mode", "IPv4 only", [](auto& o) { o.url = "http://h/", o.ip_mode = "ipv6"; }},
        {panasonic(), "--ip-mode", "one of ipv4, ipv6, dual", [](auto& o) { o.url = "http://h/", o.ip_mode = "6"; }},
        {panasonic(), "--pnp", "does not look that way",
         [](auto& o) { o.discovery = Choice::pnp, o.ip_mode = "ipv6"; }},
        {panasonic(), "--dhcp6", "does not look that way",
         [](auto& o) { o.discovery = Choice::dhcp6, o.ip_mode = "ipv4", o.interface = "eth0"; }},
        {polycom(), "--change", "--flash sets it",
         [](auto& o) { o.url = "http://h/", o.changes = {"device.prov.serverName=x"}; }},
        {panasonic(), "--change", "the phonebook",
         [](auto& o) { o.url = "http://h/", o.contacts = {"Muster,Eva,1003"}; }},
        {panasonic(), "", "no address to start from", [](auto&) {}},
    };
    const config::Families families{
        std::make_shared<FakeFamily>(),
        std::make_shared<FakeRows>("panasonic", "KX-HDV130", std::vector<std::pair<std::string, std::string>>{}),
        std::make_shared<FakeRows>("other", "X", std::vector<std::pair<std::string, std::string>>{})};
    for (const auto& [base, where, why, change] : cases) {
        BootOptions options = base;
        change(options);
        std::ostringstream out, err;
        const auto run = run_boot(options, families, out, err);
        EXPECT_EQ(run.exit_code, 2) << why;
        EXPECT_FALSE(run.report) << why;
        EXPECT_THAT(out.str(), IsEmpty()) << why;
        EXPECT_THAT(err.str(), HasSubstr(where));
        EXPECT_THAT(err.str(), HasSubstr(why));
    }
}

std::string docs_of_switches() {
    std::ifstream in(OFFHOOK_SOURCE_DIR "/docs/virtual-phone.md");
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The page is where people look them up: what is in no list, or in no table, would be refused or not be found.
TEST(BootCommand, KnowsTheSwitchesThatTheManualLists) {
    const std::string docs = docs_of_switches();
    for (const auto& [title, family] : {std::pair("## Polycom", "polycom"),
                                        {"## Panasonic", "panasonic"},
                                        {"## Linksys", "linksys-spa"},
                                        {"## GENBAND", "genband-ip88"}}) {
        const auto begin = docs.find(title);
        ASSERT_NE(begin, std::string::npos) << title;
        const std::string section = docs.substr(begin, docs.find("\n## ", begin) - begin);
        std::set<std::string> listed;
        if (family != std::string_view("polycom")) listed.insert("phone.DHCP_INFORM"); // said above the sections
        constexpr std::string_view row = "\n| `";
        for (auto at = section.find(row); at != std::string::npos; at = section.find(row, at + 1)) {
            const auto name = section.substr(at + row.size(), section.find('`', at + row.size()) - at - row.size());
            if (name.starts_with(switch_prefix)) listed.insert(name);
        }
        const auto known = switch_names(family);
        EXPECT_EQ(listed, std::set<std::string>(known.begin(), known.end())) << family;
    }
}

} // namespace
} // namespace offhook::phone
