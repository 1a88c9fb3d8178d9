#pragma once
/// @file  The head of a request to a phone's pages: bytes to WebRequest.
///
/// Shape   origin form alone: a phone is no proxy. Limits  web_head_bytes_max, 64 fields; a body belongs to none of
/// these pages and is not read. Errors  invalid for what is no HTTP/1 request.
#include "base/result.hpp"
#include "phone/web/web_pages.hpp"

#include <cstddef>
#include <string_view>

namespace offhook::phone {

inline constexpr std::size_t web_head_bytes_max = 8192;

/// `head` ends in the empty line.
[[nodiscard]] Result<WebRequest> read_web_request(std::string_view head);

/// Percent signs undone once, '+' is a blank; what begins no escape stays. nullopt: control characters, which would
/// forge lines.
[[nodiscard]] std::optional<std::string> undo_url_encoding(std::string_view text);

} // namespace offhook::phone
