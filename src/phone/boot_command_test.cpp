#include "phone/boot_command.hpp"

#include "phone/fake_family.hpp"
#include "phone/fake_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
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

} // namespace
} // namespace offhook::phone
