#pragma once
/// @file  Families for the tests of this room, as packs would say them: one of each kind of asker and of each form.
#include "config/dhcp_config/dhcp_config.hpp"

namespace offhook::config::test {

inline OfferRule rule(OfferMethod method, std::uint16_t option, std::string value, std::string summary,
                      OfferForm form = OfferForm::text) {
    OfferRule out;
    out.method = method;
    out.option = option;
    out.form = form;
    out.value = std::move(value);
    out.summary = std::move(summary);
    return out;
}

inline OfferRule sub_rule(OfferMethod method, std::uint16_t option, std::uint16_t sub, std::string value,
                          OfferForm form = OfferForm::text) {
    OfferRule out = rule(method, option, std::move(value), "", form);
    out.sub_option = sub;
    return out;
}

inline OfferValues values(std::string url = "http://192.0.2.10:8080/prov") {
    OfferValues out;
    out.url = std::move(url);
    out.host = "192.0.2.10";
    out.scheme = out.url.substr(0, out.url.find(':'));
    out.address = IpAddress::v4(0xc000020a);
    return out;
}

/// Known by OUI, and by its number in DHCPv6.
inline FamilyToTell panasonic(OfferValues said = values()) {
    FamilyToTell out{"panasonic", "Panasonic KX", {0x0080f0, 0xbcc342}, {}, std::move(said)};
    out.discovery.offers = {rule(OfferMethod::dhcp4, 160, "<url>/{MODEL}.cfg", "the provisioning URL, asked for first"),
                            rule(OfferMethod::dhcp4, 159, "<url>/{MODEL}.cfg", "the same, where 160 is switched off"),
                            rule(OfferMethod::dhcp4, 66, "<url>/{MODEL}.cfg", "the same, last"),
                            sub_rule(OfferMethod::dhcp6, 17, 1, "<url>/{MODEL}.cfg"),
                            rule(OfferMethod::dhcp6, 59, "<url>/{MODEL}.cfg", "the boot file's URL"),
                            rule(OfferMethod::pnp, 0, "<url>/{MODEL}.cfg", "not for DHCP")};
    out.discovery.enterprises = {258};
    out.discovery.offers[3].enterprise = 258;
    out.discovery.offers[3].confidence = "I";
    out.discovery.dhcp_doubts = {"enterprise 258: inferred (I)"};
    out.discovery.shared_ouis = {0xbcc342};
    return out;
}

/// Known by OUI, by text in option 60, and by an enterprise number.
inline FamilyToTell polycom(OfferValues said = values()) {
    FamilyToTell out{"polycom", "Polycom SoundPoint IP", {0x0004f2}, {}, std::move(said)};
    out.discovery.dhcp_class_prefixes = {"Polycom"};
    out.discovery.enterprises = {13885};
    out.discovery.offers = {rule(OfferMethod::dhcp4, 160, "<url>", "the custom option as it is out of the box"),
                            rule(OfferMethod::dhcp4, 66, "<url>", "the boot server")};
    return out;
}

/// Addresses, a NUL, sub-options, and what cannot be told.
inline FamilyToTell odd(OfferValues said = values("http://192.0.2.10")) {
    FamilyToTell out{"odd", "Odd phones", {}, {}, std::move(said)};
    out.discovery.dhcp_class_prefixes = {"odd'\"\\ phone"};
    out.discovery.offers = {rule(OfferMethod::dhcp4, 150, "<address>", "TFTP servers", OfferForm::addresses),
                            rule(OfferMethod::dhcp4, 132, "<host>", "with a NUL", OfferForm::text_nul),
                            sub_rule(OfferMethod::dhcp4, 43, 66, "<url>"),
                            sub_rule(OfferMethod::dhcp4, 43, 67, "odd.cfg", OfferForm::text_nul),
                            sub_rule(OfferMethod::dhcp4, 125, 1, "<url>"),
                            rule(OfferMethod::dhcp4, 161, "<url>/<mac>.cfg", "one phone's"),
                            rule(OfferMethod::dhcp4, 66, "<host>", "for TFTP"),
                            rule(OfferMethod::dhcp4, 150, "<host>", "again")};
    out.discovery.offers[4].enterprise = 7526;
    out.discovery.offers[6].schemes = {"tftp"};
    return out;
}

inline DhcpConfigRequest request(DhcpVersion version = DhcpVersion::v4) {
    DhcpConfigRequest out;
    out.version = version;
    out.families = {panasonic(), polycom(), odd()};
    return out;
}

} // namespace offhook::config::test
