#pragma once
/// @file  Discovery: what a pack says of how its phones look for a boot server (families/X/discovery.toml).
///
/// Who asks    option 60 patterns, enterprise numbers (binary option 60, 124, DHCPv6 16 and 17), Event vendors of SIP
///             PnP; the OUI counts for the rest.
/// What to say offers: by DHCP option, DHCPv6 option or PnP, each a template in which `<...>` stands for what the
/// server
///             fills in; braces and dollars are the phone's own macros and pass untouched.
/// What a phone takes, in which order, is code of phone/: its switches and orders are behaviour, not data.
#include "base/enum_text.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/result.hpp"
#include "config/family/pattern.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

enum class OfferMethod : std::uint8_t { pnp, dhcp4, dhcp6 };
inline constexpr EnumText<OfferMethod, 3> offer_method_text{
    {{{OfferMethod::pnp, "pnp"}, {OfferMethod::dhcp4, "dhcp4"}, {OfferMethod::dhcp6, "dhcp6"}}}};

/// How a value stands in its option.
enum class OfferForm : std::uint8_t {
    text,      ///< as it is
    text_nul,  ///< with a NUL behind it
    addresses, ///< IPv4 or IPv6 addresses in binary; the template must be <address>
};
inline constexpr EnumText<OfferForm, 3> offer_form_text{
    {{{OfferForm::text, "text"}, {OfferForm::text_nul, "text_nul"}, {OfferForm::addresses, "addresses"}}}};

/// What the templates' words stand for.
struct OfferValues {
    std::string url;    ///< <url>: scheme://[user:password@]host[:port][/path][/token], no slash at its end
    std::string host;   ///< <host>: of the url, without port
    IpAddress address;  ///< <address>: of the server, on the interface that was asked
    std::string scheme; ///< <scheme>
    std::string mac;    ///< <mac>: 12 lower-case digits; "" where not known: an offer that needs it is left out
    std::string model;  ///< <model>: as the catalogue has it; "" where not known
};

/// One thing that these phones can be told.
struct OfferRule {
    OfferMethod method = OfferMethod::pnp;
    std::uint16_t option = 0; ///< of DHCP; 0 for PnP
    std::optional<std::uint32_t>
        enterprise;               ///< DHCPv4 125, DHCPv6 17: in whose block; the asker's own where it said one
    std::uint16_t sub_option = 0; ///< inside of 43, 125, or DHCPv6 17; 0: none
    OfferForm form = OfferForm::text;
    std::string value;                ///< template: "<url>/{MODEL}.cfg"
    std::vector<std::string> schemes; ///< only where the url has one of these; empty: any that the family fetches by
    std::size_t bytes_max = 255;      ///< of the expanded value
    std::string confidence;           ///< the reference's mark
    std::string summary;              ///< for the comments of generated configurations
};

/// Of a mark that no guide and no phone stands behind: "inferred (I)"; empty for the others.
[[nodiscard]] std::string doubt_of(std::string_view confidence);

struct Discovery {
    std::vector<Pattern> dhcp_classes;      ///< of option 60 as text
    std::vector<std::uint32_t> enterprises; ///< 13885
    std::vector<std::uint32_t> shared_ouis; ///< those of the family's OUIs in which other devices live too
    std::vector<std::string> dhcp_doubts;   ///< classes that nobody has seen: "enterprise 258: inferred (I)"
    std::vector<std::string>
        dhcp_class_prefixes;              ///< the same as dhcp_classes for other DHCP servers: literal beginnings
    std::vector<std::string> pnp_vendors; ///< of the Event header; any letter case
    std::vector<std::string> schemes;     ///< what the phones fetch by, the best first: "http", "https", "tftp", "ftp"
    std::size_t url_bytes_max = 255;      ///< of an expanded URL in PnP
    std::vector<std::string> notify_events; ///< what makes these phones fetch anew, the usual one first: "check-sync"
    std::vector<OfferRule> offers;          ///< in the pack's order

    [[nodiscard]] bool matches_class(std::string_view option_60) const; ///< text, NULs at its end removed
    [[nodiscard]] bool matches_enterprise(std::uint32_t enterprise) const;
    [[nodiscard]] bool matches_vendor(std::string_view pnp_vendor) const;
    [[nodiscard]] bool fetches_by(std::string_view scheme) const;
};

/// What `<...>` in a template can be.
enum class OfferWord : std::uint8_t { url, host, address, scheme, mac, model };
struct OfferPiece {
    std::optional<OfferWord> word; ///< else
    std::string_view literal;      ///< a view into the template
};
/// A template taken apart. Errors: invalid for a word that does not exist, a bracket that is none's, a blank.
[[nodiscard]] Result<std::vector<OfferPiece>> offer_pieces(std::string_view text);

/// The rule's value with its words filled in, as bytes for the wire; a NUL behind it counts.
/// Errors: invalid for a word that has no value ("mac" of nobody) or an address of the other family, too_large beyond
/// bytes_max, saying both lengths.
[[nodiscard]] Result<std::string> expand(const OfferRule& rule, const OfferValues& values);
/// The words of a template, for checks: errors: invalid for one that does not exist.
[[nodiscard]] Result<void> check_offer_template(std::string_view text);

} // namespace offhook::config
