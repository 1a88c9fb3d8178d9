#include "protocol/http_auth/authorization.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "protocol/http_auth/auth_fields.hpp"

#include <algorithm>
#include <array>

namespace offhook::protocol {
namespace {

constexpr std::array<std::string_view, 4> algorithm_names{"MD5", "MD5-sess", "SHA-256", "SHA-256-sess"};
constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

tl::unexpected<ParseError<HttpAuthError>> wrong(HttpAuthError code, std::size_t offset) {
    return tl::unexpected(ParseError<HttpAuthError>{code, offset});
}

std::size_t response_digits(DigestAlgorithm algorithm) {
    return algorithm == DigestAlgorithm::sha256 || algorithm == DigestAlgorithm::sha256_sess ? 64 : 32;
}

/// Strict: whole groups, padding as RFC 4648 section 4 wants it, no bits behind the last byte.
std::optional<std::string> base64_decoded(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    text.remove_suffix(padding);
    std::string out;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : text) {
        const auto digit = base64_digits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = (bits << 6U | static_cast<std::uint32_t>(digit)) & 0xffffU;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        out += static_cast<char>(bits >> held & 0xffU);
    }
    if ((bits & ((1U << held) - 1U)) != 0) return std::nullopt;
    return out;
}

std::string base64_encoded(std::string_view bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j)
            group = group << 8U | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j)
            out += i + j <= bytes.size() ? base64_digits[group >> (18U - 6U * j) & 63U] : '=';
    }
    return out;
}

std::optional<DigestAlgorithm> algorithm_from(const std::string* name) {
    if (name == nullptr) return DigestAlgorithm::md5; // RFC 7616 section 3.3
    for (std::size_t i = 0; i < algorithm_names.size(); ++i)
        if (equal_ignoring_case(*name, algorithm_names[i])) return static_cast<DigestAlgorithm>(i);
    return std::nullopt;
}

bool all_hex(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return hex_digit(c) >= 0; });
}

ParseResult<HttpCredentials, HttpAuthError> parse_basic(std::string_view text, std::size_t offset) {
    const auto clear = base64_decoded(text);
    if (!clear) return wrong(HttpAuthError::malformed, offset);
    const auto colon = clear->find(':');
    const bool controls = std::any_of(clear->begin(), clear->end(),
                                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (colon == std::string::npos || controls) return wrong(HttpAuthError::malformed, offset);
    if (clear->size() > auth_value_bytes_max) return wrong(HttpAuthError::too_long, offset);
    return HttpCredentials(BasicCredentials{clear->substr(0, colon), clear->substr(colon + 1)});
}

ParseResult<HttpCredentials, HttpAuthError> parse_digest(std::string_view list, std::size_t offset) {
    const auto fields = AuthFields::parse(list, offset);
    if (!fields) return tl::unexpected(fields.error());
    DigestCredentials out;
    const std::pair<std::string_view, std::string*> needed[] = {{"username", &out.user},
                                                                {"realm", &out.realm},
                                                                {"nonce", &out.nonce},
                                                                {"uri", &out.uri},
                                                                {"response", &out.response}};
    for (const auto& [name, place] : needed) {
        const auto* value = fields->find(name);
        if (value == nullptr) return wrong(HttpAuthError::missing, offset);
        *place = *value;
    }
    const auto algorithm = algorithm_from(fields->find("algorithm"));
    const auto* hashed = fields->find("userhash");
    if (!algorithm || (hashed != nullptr && !equal_ignoring_case(*hashed, "false")))
        return wrong(HttpAuthError::unsupported, offset);
    out.algorithm = *algorithm;
    out.response = to_lower(out.response);
    if (out.response.size() != response_digits(out.algorithm) || !all_hex(out.response))
        return wrong(HttpAuthError::malformed, offset);
    if (const auto* cnonce = fields->find("cnonce")) out.cnonce = *cnonce;
    const bool session = out.algorithm == DigestAlgorithm::md5_sess || out.algorithm == DigestAlgorithm::sha256_sess;
    if (const auto* qop = fields->find("qop")) {
        if (!equal_ignoring_case(*qop, "auth")) return wrong(HttpAuthError::unsupported, offset);
        const auto* nc = fields->find("nc");
        if (nc == nullptr || out.cnonce.empty()) return wrong(HttpAuthError::missing, offset);
        if (nc->size() != 8 || !all_hex(*nc)) return wrong(HttpAuthError::malformed, offset);
        out.nc = *nc;
        out.qop = DigestQop::auth;
    } else if (session && out.cnonce.empty()) {
        return wrong(HttpAuthError::missing, offset);
    }
    return HttpCredentials(std::move(out));
}

/// The scheme's name off the front, and where the rest begins.
bool take_scheme(std::string_view field, std::string_view scheme, std::size_t& rest) {
    if (!starts_with_ignoring_case(field, scheme)) return false;
    rest = scheme.size();
    if (rest == field.size() || field[rest] != ' ') return false;
    while (rest < field.size() && field[rest] == ' ') ++rest;
    return true;
}

void append_quoted(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += "=\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

} // namespace

std::string_view to_text(DigestAlgorithm algorithm) { return algorithm_names[static_cast<std::size_t>(algorithm)]; }

std::uint32_t DigestCredentials::count() const {
    std::uint32_t out = 0;
    for (const char c : nc) out = out << 4U | static_cast<std::uint32_t>(hex_digit(c));
    return out;
}

ParseResult<HttpCredentials, HttpAuthError> parse_authorization(std::string_view field) {
    if (field.size() > auth_field_bytes_max) return wrong(HttpAuthError::too_long, 0);
    std::size_t rest = 0;
    if (take_scheme(field, "Basic", rest)) return parse_basic(trim(field.substr(rest)), rest);
    if (take_scheme(field, "Digest", rest)) return parse_digest(field.substr(rest), rest);
    return wrong(HttpAuthError::unknown_scheme, 0);
}

std::string to_text(const HttpCredentials& credentials) {
    if (const auto* basic = std::get_if<BasicCredentials>(&credentials))
        return "Basic " + base64_encoded(basic->user + ":" + basic->password);
    const auto& digest = std::get<DigestCredentials>(credentials);
    std::string out = "Digest ";
    append_quoted(out, "username", digest.user);
    append_quoted(out, ", realm", digest.realm);
    append_quoted(out, ", nonce", digest.nonce);
    append_quoted(out, ", uri", digest.uri);
    out += ", algorithm=";
    out += to_text(digest.algorithm);
    if (digest.qop == DigestQop::auth) out += ", qop=auth, nc=" + digest.nc;
    if (!digest.cnonce.empty()) append_quoted(out, ", cnonce", digest.cnonce);
    append_quoted(out, ", response", digest.response);
    return out;
}

void append_challenge(std::string& out, const DigestChallenge& challenge) {
    out += "WWW-Authenticate: Digest ";
    append_quoted(out, "realm", challenge.realm);
    if (challenge.qop == DigestQop::auth) out += ", qop=\"auth\"";
    append_quoted(out, ", nonce", challenge.nonce);
    if (challenge.age == NonceAge::stale) out += ", stale=true";
    out += ", algorithm=";
    out += to_text(challenge.algorithm);
    out += "\r\n";
}

void append_basic_challenge(std::string& out, std::string_view realm) {
    out += "WWW-Authenticate: Basic ";
    append_quoted(out, "realm", realm);
    out += "\r\n";
}

ParseResult<DigestChallenge, HttpAuthError> parse_digest_challenge(std::string_view field) {
    if (field.size() > auth_field_bytes_max) return wrong(HttpAuthError::too_long, 0);
    std::size_t rest = 0;
    if (!take_scheme(field, "Digest", rest)) return wrong(HttpAuthError::unknown_scheme, 0);
    const auto fields = AuthFields::parse(field.substr(rest), rest);
    if (!fields) return tl::unexpected(fields.error());
    const auto* realm = fields->find("realm");
    const auto* nonce = fields->find("nonce");
    if (realm == nullptr || nonce == nullptr) return wrong(HttpAuthError::missing, rest);
    const auto algorithm = algorithm_from(fields->find("algorithm"));
    if (!algorithm) return wrong(HttpAuthError::unsupported, rest);
    DigestChallenge out{*realm, *nonce, *algorithm, DigestQop::none, NonceAge::good};
    if (const auto* qop = fields->find("qop")) {
        for (const std::string_view word : split(*qop, ','))
            if (equal_ignoring_case(trim(word), "auth")) out.qop = DigestQop::auth;
        if (out.qop == DigestQop::none) return wrong(HttpAuthError::unsupported, rest);
    }
    const auto* stale = fields->find("stale");
    if (stale != nullptr && equal_ignoring_case(*stale, "true")) out.age = NonceAge::stale;
    return out;
}

} // namespace offhook::protocol
