#include "protocol/url.hpp"

#include "base/enum_text.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::protocol {
namespace {

constexpr EnumText<Scheme, 5> scheme_text{{{{Scheme::ftp, "ftp"},
                                            {Scheme::tftp, "tftp"},
                                            {Scheme::http, "http"},
                                            {Scheme::https, "https"},
                                            {Scheme::ftps, "ftps"}}}};
constexpr std::string_view scheme_end = "://";

/// host[:port] into `url`. One colon starts a port, more are an IPv6 address without its brackets.
Result<void> read_host(std::string_view text, Url& url) {
    std::string_view port;
    bool has_port = false;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return fail(ErrorCode::invalid, "the address in brackets has no end");
        url.host = text.substr(1, close - 1);
        const auto rest = text.substr(close + 1);
        if (!rest.empty() && rest.front() != ':')
            return fail(ErrorCode::invalid, "only a port can follow an address in brackets");
        has_port = !rest.empty();
        if (has_port) port = rest.substr(1);
    } else if (const auto colon = text.find(':'); colon == std::string_view::npos || text.rfind(':') != colon) {
        url.host = text;
    } else {
        url.host = text.substr(0, colon);
        has_port = true;
        port = text.substr(colon + 1);
    }
    if (url.host.empty()) return fail(ErrorCode::invalid, "no host is named");
    if (!has_port || port.empty()) return {}; // "host:/path" means the usual port (RFC 3986 3.2.3)
    url.port = to_number<std::uint16_t>(port);
    if (!url.port || *url.port == 0) // it is not shown: in "user:pass/word@host" it is half of the password
        return fail(ErrorCode::invalid, "the port is not in 1..65535");
    return {};
}

} // namespace

std::string_view to_text(Scheme scheme) { return scheme_text.to_text(scheme); }

std::optional<Scheme> scheme_from_text(std::string_view text) {
    if (text.size() > 5) return std::nullopt;
    return scheme_text.from_text(to_lower(text));
}

std::uint16_t default_port(Scheme scheme) {
    switch (scheme) {
    case Scheme::ftp:
        return 21;
    case Scheme::tftp:
        return 69;
    case Scheme::http:
        return 80;
    case Scheme::https:
        return 443;
    case Scheme::ftps:
        return 990;
    }
    return 0;
}

std::string Url::origin() const {
    std::string out;
    if (scheme) out = fmt::format("{}{}", protocol::to_text(*scheme), scheme_end);
    out += host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
    if (port) out += fmt::format(":{}", *port);
    return out;
}

bool names_scheme(std::string_view text) {
    const auto end = text.find(scheme_end);
    return end != std::string_view::npos && end < text.find('/') && end > 0;
}

Result<Url> parse_url(std::string_view text) {
    if (text.size() > limits::path_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("an address has at most {} bytes", limits::path_bytes_max));
    if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        return fail(ErrorCode::invalid, "an address holds no control characters");
    Url url;
    if (names_scheme(text)) {
        const auto end = text.find(scheme_end);
        url.scheme = scheme_from_text(text.substr(0, end));
        if (!url.scheme)
            return fail(ErrorCode::invalid,
                        fmt::format("'{}' is none of {}", printable(text.substr(0, end), 20), scheme_text.choices()));
        text.remove_prefix(end + scheme_end.size());
    }
    const auto slash = text.find('/');
    std::string_view authority = text.substr(0, slash);
    if (slash != std::string_view::npos) url.path = text.substr(slash);
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        const auto given = authority.substr(0, at);
        const auto colon = given.find(':');
        url.credentials = Url::Credentials{std::string(given.substr(0, colon)),
                                           colon == std::string_view::npos ? "" : std::string(given.substr(colon + 1))};
        authority.remove_prefix(at + 1);
    }
    if (const auto read = read_host(authority, url); !read) return tl::unexpected(read.error());
    return url;
}

} // namespace offhook::protocol
