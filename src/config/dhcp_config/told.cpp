#include "config/dhcp_config/told.hpp"

#include "base/text.hpp"
#include "config/dhcp_config/offer_values.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace offhook::config {
namespace {

constexpr std::size_t option_bytes_max = 255; // DHCPv4; DHCPv6 has two bytes for it, and phones the rule's bytes_max
constexpr std::uint16_t option_vendor_43 = 43;
constexpr std::uint16_t option_vendor_125 = 125;
constexpr std::uint16_t option_vendor_v6 = 17;

std::string one_line(std::string_view text) { return printable(text, 200); }

/// What other servers' languages cannot hold, or the next person's editor would break.
Result<void> check_plain(std::string_view text, const std::string& where) {
    if (is_plain_text(text)) return {};
    return fail(ErrorCode::invalid,
                "only printable ASCII can be written into a DHCP server's configuration; write other characters as %XX",
                where);
}

bool is_wanted(const DhcpConfigRequest& request, const OfferRule& rule) {
    const auto method = request.version == DhcpVersion::v4 ? OfferMethod::dhcp4 : OfferMethod::dhcp6;
    if (rule.method != method) return false;
    return request.options.empty() ||
           std::find(request.options.begin(), request.options.end(), rule.option) != request.options.end();
}

std::string label_of(const OfferRule& rule) {
    return rule.sub_option == 0 ? fmt::format("option {}", rule.option)
                                : fmt::format("option {}, sub-option {}", rule.option, rule.sub_option);
}

/// Why a rule that is wanted is not for these values; empty: it is.
std::string why_not(const OfferRule& rule, const FamilyToTell& family, DhcpVersion version) {
    const auto& schemes = rule.schemes;
    if (!schemes.empty() && std::find(schemes.begin(), schemes.end(), family.values.scheme) == schemes.end())
        return "it is for " + join(schemes, ", ") + " alone";
    if (rule.value.find("<mac>") != std::string::npos || rule.value.find("<model>") != std::string::npos)
        return "it names the single phone, which this configuration does not know";
    const bool is_only_host =
        rule.value.find("<url>") == std::string::npos &&
        (rule.value.find("<host>") != std::string::npos || rule.value.find("<address>") != std::string::npos);
    if (is_only_host && !is_host_alone(family.values.url).value_or(true))
        return "this option carries neither port nor path, and the URL has one";
    if (rule.value.find("<address>") != std::string::npos) {
        if (family.values.address == IpAddress()) return "it needs the server's address: --address";
        if (family.values.address.is_v4() != (version == DhcpVersion::v4))
            return version == DhcpVersion::v4 ? "the server's address is not an IPv4 one"
                                              : "the server's address is not an IPv6 one";
    }
    return {};
}

/// The place of a rule's value: that of the option, which all its sub-options share.
ToldOption& place_of(ToldPhones& phones, const OfferRule& rule, std::uint32_t enterprise) {
    for (ToldOption& option : phones.options)
        if (option.code == rule.option && option.enterprise == enterprise) return option;
    phones.options.push_back({rule.option, ToldOption::Kind::text, {}, enterprise, {}, {}});
    return phones.options.back();
}

void append_sub(ToldOption& option, const OfferRule& rule, const std::string& value, DhcpVersion version) {
    const unsigned width = version == DhcpVersion::v6 ? 2 : 1;
    option.subs.emplace_back(rule.sub_option, value);
    std::string block;
    for (const auto& [code, content] : option.subs)
        block += big_endian(code, width) + big_endian(static_cast<std::uint32_t>(content.size()), width) + content;
    option.kind = ToldOption::Kind::binary;
    if (version == DhcpVersion::v6)
        option.bytes = big_endian(option.enterprise, 4) + block;
    else if (option.code == option_vendor_125)
        option.bytes =
            big_endian(option.enterprise, 4) + big_endian(static_cast<std::uint32_t>(block.size()), 1) + block;
    else
        option.bytes = block;
}

bool has_enterprise(const OfferRule& rule, DhcpVersion version) {
    return rule.option == (version == DhcpVersion::v4 ? option_vendor_125 : option_vendor_v6);
}

/// The operator's text is checked before the pack's template is filled in: what is wrong is then his to correct.
Result<void> add_rule(ToldPhones& phones, const OfferRule& rule, const FamilyToTell& family,
                      const DhcpConfigRequest& request) {
    const DhcpVersion version = request.version;
    const std::string label = label_of(rule);
    auto leave_out = [&](std::string_view why) {
        phones.left_out.push_back(fmt::format("{}: {}", label, one_line(why)));
        return Result<void>();
    };
    if (const auto why = why_not(rule, family, version); !why.empty()) return leave_out(why);
    std::uint32_t enterprise = 0;
    if (has_enterprise(rule, version)) {
        if (!rule.enterprise && family.discovery.enterprises.empty()) return leave_out("no enterprise number is known");
        if (version == DhcpVersion::v6 && request.enterprise)
            enterprise = *request.enterprise;
        else
            enterprise = rule.enterprise ? *rule.enterprise : family.discovery.enterprises.front();
    }
    const bool is_block = rule.sub_option != 0 && (has_enterprise(rule, version) ||
                                                   (version == DhcpVersion::v4 && rule.option == option_vendor_43));
    const auto value = expand(rule, family.values);
    if (!value) return fail(value.error().code, value.error().message, fmt::format("{}, {}", family.name, label));
    const std::string where = fmt::format("{}, {}", family.name, label);
    if (rule.form == OfferForm::text)
        if (const auto plain = check_plain(*value, where); !plain) return plain;

    ToldOption& option = place_of(phones, rule, enterprise);
    if (!option.bytes.empty() && !is_block) return leave_out("an earlier rule of the family has this option already");
    if (is_block) {
        append_sub(option, rule, *value, version);
    } else {
        option.bytes = *value;
        option.kind = rule.form == OfferForm::text        ? ToldOption::Kind::text
                      : rule.form == OfferForm::addresses ? ToldOption::Kind::addresses
                                                          : ToldOption::Kind::binary;
    }
    if (version == DhcpVersion::v4 && option.bytes.size() > option_bytes_max)
        return fail(ErrorCode::too_large,
                    fmt::format("{} bytes; a DHCP option holds {}, and phones do not join split ones",
                                option.bytes.size(), option_bytes_max),
                    where);
    std::string shown = rule.form == OfferForm::addresses ? family.values.address.text() : *value;
    if (shown.ends_with('\0')) shown.pop_back();
    const std::string doubt = doubt_of(rule.confidence);
    option.comment += fmt::format("{}{}{}{}{}", option.comment.empty() ? "" : "; ",
                                  is_block ? fmt::format("sub-option {} {}", rule.sub_option, one_line(shown))
                                           : one_line(rule.summary),
                                  rule.form == OfferForm::text_nul ? ", a NUL behind it" : "",
                                  is_block && !rule.summary.empty() ? " (" + one_line(rule.summary) + ")" : "",
                                  doubt.empty() ? "" : "; not certain: " + doubt);
    return {};
}

bool is_family_name(std::string_view name) {
    return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
        return ascii_digit(c) || c == '-' || c == '_' || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
    });
}

Result<ToldPhones> tell(const FamilyToTell& family, const DhcpConfigRequest& request) {
    if (!is_family_name(family.name))
        return fail(ErrorCode::invalid, "a family's name is letters, digits, '-' and '_'", printable(family.name));
    const auto& discovery = family.discovery;
    ToldPhones phones{std::string(dhcp_config_prefix) + family.name,
                      one_line(family.title),
                      family.ouis,
                      discovery.shared_ouis,
                      discovery.dhcp_class_prefixes,
                      discovery.enterprises,
                      {},
                      {},
                      {}};
    for (const std::string& doubt : discovery.dhcp_doubts) phones.doubts.push_back(one_line(doubt));
    const bool has_block = std::any_of(discovery.offers.begin(), discovery.offers.end(), [](const OfferRule& rule) {
        return rule.method == OfferMethod::dhcp6 && has_enterprise(rule, DhcpVersion::v6);
    });
    if (request.version == DhcpVersion::v6 && request.enterprise && has_block) {
        phones.enterprises = {*request.enterprise};
        std::erase_if(phones.doubts, [](const std::string& doubt) { return doubt.starts_with("enterprise "); });
    }
    for (const std::string& prefix : phones.class_prefixes)
        if (const auto plain = check_plain(prefix, family.name + ", class"); !plain)
            return tl::unexpected(plain.error());
    if (phones.ouis.empty() && phones.class_prefixes.empty() && phones.enterprises.empty()) {
        phones.left_out.emplace_back("nothing tells these phones from other devices");
        return phones;
    }
    if (family.values.url.empty()) {
        phones.left_out.emplace_back("no listener of the server is one that these phones fetch by");
        return phones;
    }
    if (const auto plain = check_plain(family.values.url, "url"); !plain) return tl::unexpected(plain.error());
    const auto& scheme = family.values.scheme;
    if (scheme.empty())
        return fail(ErrorCode::invalid, "it names no scheme: write http:// or another one before it", "url");
    if (!discovery.schemes.empty() && !discovery.fetches_by(scheme)) {
        phones.left_out.push_back("these phones do not fetch by " + one_line(scheme));
        return phones;
    }
    for (const OfferRule& rule : discovery.offers) {
        if (!is_wanted(request, rule)) continue;
        if (const auto added = add_rule(phones, rule, family, request); !added) return tl::unexpected(added.error());
    }
    std::erase_if(phones.options, [](const ToldOption& option) { return option.bytes.empty(); });
    if (phones.options.empty() && phones.left_out.empty())
        phones.left_out.emplace_back("the pack knows nothing of this kind that these phones take");
    return phones;
}

} // namespace

Result<std::vector<ToldPhones>> what_to_tell(const DhcpConfigRequest& request) {
    std::vector<ToldPhones> all;
    std::string reasons;
    for (const FamilyToTell& family : request.families) {
        auto phones = tell(family, request);
        if (!phones) return tl::unexpected(phones.error());
        for (const std::string& line : phones->left_out) reasons += fmt::format("; {}: {}", family.name, line);
        all.push_back(std::move(*phones));
    }
    if (std::all_of(all.begin(), all.end(), [](const ToldPhones& phones) { return phones.options.empty(); }))
        return fail(ErrorCode::invalid, fmt::format("there is nothing to tell any phone by {}{}",
                                                    request.version == DhcpVersion::v4 ? "DHCPv4" : "DHCPv6", reasons));
    return all;
}

std::string hex_digits(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return out;
}

std::string hex_with_colons(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) out += fmt::format("{}{:02x}", out.empty() ? "" : ":", static_cast<unsigned char>(c));
    return out;
}

std::string big_endian(std::uint32_t value, unsigned bytes_count) {
    std::string out;
    for (unsigned i = bytes_count; i-- > 0;) out += static_cast<char>(value >> (8U * i) & 0xffU);
    return out;
}

std::vector<std::string> addresses_of(const ToldOption& option, DhcpVersion version) {
    const std::size_t width = version == DhcpVersion::v4 ? 4 : 16;
    std::vector<std::string> out;
    for (std::size_t at = 0; at + width <= option.bytes.size(); at += width) {
        std::array<std::uint8_t, 16> bytes{};
        if (width == 4) bytes[10] = bytes[11] = 0xff;
        for (std::size_t i = 0; i < width; ++i) bytes[16 - width + i] = static_cast<std::uint8_t>(option.bytes[at + i]);
        out.push_back(IpAddress(bytes).text());
    }
    return out;
}

bool is_plain_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

} // namespace offhook::config
