#pragma once
/// @file  Url: where a phone fetches a file, as an installer or a file on the server writes it.
///
/// Lenient on purpose: phones take what no URL library does (blanks, braces, a literal '%', a bare host), and pass the
/// path on as it stands. Nothing is decoded, encoded or normalised.
/// Shape   [scheme://][user[:password]@]host[:port][/path]. Without a scheme the phone's own setting decides.
///         The last '@' before the path ends the credentials, the first ':' in them the user.
/// Limits  limits::path_bytes_max in all.
/// Source  reference: Polycom 1.1 (URL rules); RFC 3986 3.2.2 for addresses in brackets.
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::protocol {

enum class Scheme : std::uint8_t { ftp, tftp, http, https, ftps };

[[nodiscard]] std::string_view to_text(Scheme scheme);
[[nodiscard]] std::optional<Scheme> scheme_from_text(std::string_view text); ///< in any letter case
[[nodiscard]] std::uint16_t default_port(Scheme scheme);

struct Url {
    struct Credentials {
        std::string user, password;
        friend bool operator==(const Credentials&, const Credentials&) = default;
    };

    std::optional<Scheme> scheme;
    std::optional<Credentials> credentials;
    std::string host;                  ///< name or address, without brackets
    std::optional<std::uint16_t> port; ///< 1..65535
    std::string path;                  ///< as written; empty or with its leading '/'

    /// "http://192.0.2.1:8080", "[2001:db8::1]" in brackets; no credentials, no path.
    [[nodiscard]] std::string origin() const;
    /// The whole, without credentials: for people, logs and reports.
    [[nodiscard]] std::string shown() const { return origin() + path; }

    friend bool operator==(const Url&, const Url&) = default;
};

/// Errors: invalid for an empty text or host, an unknown scheme, a port out of range, a control character, an address
/// in brackets that is not closed; too_large.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// Whether the text is a URL of its own rather than a path below another: it has a "scheme://".
[[nodiscard]] bool names_scheme(std::string_view text);

} // namespace offhook::protocol
