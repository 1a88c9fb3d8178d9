#pragma once
/// @file  HTTP request targets, as phones really send them, to the name of a file.
///
/// Shape   "/a/b.cfg?x=y", "http://host:port/a/b.cfg", or, from sloppy clients, "a/b.cfg". The result is a key to look
/// up and
///         never a path to open: percent signs undone once, back-slashes turned, doubled slashes and "." removed, ".."
///         resolved, no slash in front. A percent sign that begins no escape stays, as do blanks, braces and bytes over
///         127.
/// Limits  limits::path_bytes_max for the name.
/// Source  RFC 9112 section 3.2; observed clients.
#include "base/limits.hpp"
#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace offhook::protocol {

enum class HttpTargetError : std::uint8_t {
    empty,
    control_character, ///< NUL, line breaks and the like, escaped or not: they would forge lines in logs
    escapes_root,      ///< more ".." than there is to leave
    too_long,
    unknown_scheme, ///< neither http nor https
    no_path         ///< "*"
};

/// What to tell a person; static storage.
[[nodiscard]] std::string_view to_text(HttpTargetError error);

struct HttpTarget {
    std::string_view path;  ///< into the scratch space, or the target itself when nothing had to change
    std::string_view query; ///< what stands behind the first '?', as sent
};

using HttpTargetScratch = std::array<char, limits::path_bytes_max>;

/// Lifetime: the result points into `target` and `scratch`.
[[nodiscard]] ParseResult<HttpTarget, HttpTargetError> parse_http_target(std::string_view target,
                                                                         HttpTargetScratch& scratch);

} // namespace offhook::protocol
