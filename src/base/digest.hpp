#pragma once
/// @file  Content hashes: entity tags, stored images, "is this the same file?".
///
/// Source  FIPS 180-4 by OpenSSL.
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace offhook {

using Sha256 = std::array<std::byte, 32>;

[[nodiscard]] Sha256 sha256(std::span<const std::byte> bytes);
[[nodiscard]] Sha256 sha256(std::string_view text);
/// 32 hexadecimal digits: the first half of the SHA-256, enough to name content.
[[nodiscard]] std::string content_name(std::string_view text);

} // namespace offhook
