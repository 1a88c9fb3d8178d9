#include "config/family/discovery.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::config {
namespace {

constexpr std::size_t option_60_bytes_max = 255;

constexpr EnumText<OfferWord, 6> word_text{{{{OfferWord::url, "url"},
                                             {OfferWord::host, "host"},
                                             {OfferWord::address, "address"},
                                             {OfferWord::scheme, "scheme"},
                                             {OfferWord::mac, "mac"},
                                             {OfferWord::model, "model"}}}};

Result<std::string> value_of(OfferWord word, const OfferValues& values) {
    std::string text;
    switch (word) {
    case OfferWord::url:
        text = values.url;
        break;
    case OfferWord::host:
        text = values.host;
        break;
    case OfferWord::address:
        if (values.address != IpAddress()) text = values.address.text();
        break;
    case OfferWord::scheme:
        text = values.scheme;
        break;
    case OfferWord::mac:
        text = values.mac;
        break;
    case OfferWord::model:
        text = values.model;
        break;
    }
    if (text.empty()) return fail(ErrorCode::invalid, fmt::format("<{}> is not known here", word_text.to_text(word)));
    return text;
}

/// In binary, as the method's options hold addresses.
Result<std::string> packed(const OfferRule& rule, const IpAddress& address) {
    const bool four = rule.method == OfferMethod::dhcp4;
    if (address == IpAddress() || address.is_v4() != four)
        return fail(ErrorCode::invalid, fmt::format("there is no {} address to tell", four ? "IPv4" : "IPv6"));
    const auto& bytes = address.bytes();
    return std::string(bytes.begin() + (four ? 12 : 0), bytes.end());
}

} // namespace

Result<std::vector<OfferPiece>> offer_pieces(std::string_view text) {
    const auto wrong = [&](std::string_view message) {
        return fail(ErrorCode::invalid, fmt::format("template '{}': {}", printable(text, 80), message));
    };
    if (text.empty()) return wrong("it is empty");
    if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; }))
        return wrong("it holds a blank or a character that is no printable ASCII");
    std::vector<OfferPiece> pieces;
    while (!text.empty()) {
        const auto open = text.find('<');
        const auto literal = text.substr(0, open);
        if (literal.find('>') != std::string_view::npos) return wrong("a '>' closes nothing");
        if (!literal.empty()) pieces.push_back({std::nullopt, literal});
        if (open == std::string_view::npos) break;
        const auto close = text.find('>', open);
        if (close == std::string_view::npos) return wrong("a '<' is never closed");
        const auto name = text.substr(open + 1, close - open - 1);
        const auto word = word_text.from_text(name);
        if (!word) return wrong(fmt::format("no word '<{}>'; there are {}", printable(name, 40), word_text.choices()));
        pieces.push_back({word, {}});
        text.remove_prefix(close + 1);
    }
    return pieces;
}

Result<void> check_offer_template(std::string_view text) {
    if (const auto pieces = offer_pieces(text); !pieces) return tl::unexpected(pieces.error());
    return {};
}

Result<std::string> expand(const OfferRule& rule, const OfferValues& values) {
    std::string out;
    if (rule.form == OfferForm::addresses) {
        auto bytes = packed(rule, values.address);
        if (!bytes) return bytes;
        out = std::move(*bytes);
    } else {
        const auto pieces = offer_pieces(rule.value);
        if (!pieces) return tl::unexpected(pieces.error());
        for (const OfferPiece& piece : *pieces) {
            if (!piece.word) {
                out += piece.literal;
                continue;
            }
            const auto value = value_of(*piece.word, values);
            if (!value) return value;
            out += *value;
        }
        if (rule.form == OfferForm::text_nul) out += '\0';
    }
    if (out.size() > rule.bytes_max)
        return fail(ErrorCode::too_large,
                    fmt::format("the value has {} bytes, the phone takes {}", out.size(), rule.bytes_max));
    return out;
}

bool Discovery::matches_class(std::string_view option_60) const {
    while (option_60.ends_with('\0')) option_60.remove_suffix(1);
    if (option_60.empty() || option_60.size() > option_60_bytes_max) return false;
    return std::any_of(dhcp_classes.begin(), dhcp_classes.end(), [&](const Pattern& pattern) {
        Captures ignored;
        return pattern.match(option_60, ignored);
    });
}

std::string doubt_of(std::string_view confidence) {
    if (confidence == "I") return "inferred (I)";
    if (confidence == "B") return "common knowledge, not measured (B)";
    return {};
}

bool Discovery::matches_enterprise(std::uint32_t enterprise) const {
    return std::find(enterprises.begin(), enterprises.end(), enterprise) != enterprises.end();
}

bool Discovery::matches_vendor(std::string_view pnp_vendor) const {
    return std::any_of(pnp_vendors.begin(), pnp_vendors.end(),
                       [&](const std::string& vendor) { return equal_ignoring_case(vendor, pnp_vendor); });
}

bool Discovery::fetches_by(std::string_view scheme) const {
    return std::find(schemes.begin(), schemes.end(), scheme) != schemes.end();
}

} // namespace offhook::config
