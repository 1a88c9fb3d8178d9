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
/// Of content that comes in pieces.
class RunningSha256 {
public:
    RunningSha256();
    ~RunningSha256();
    RunningSha256(RunningSha256&& other) noexcept;
    RunningSha256& operator=(RunningSha256&& other) noexcept;
    void add(std::string_view bytes);
    /// Of all that was added. Ends it: add no more.
    [[nodiscard]] Sha256 finish();

private:
    void* context_;
};

/// 32 hexadecimal digits: the first half of the SHA-256, enough to name content.
[[nodiscard]] std::string content_name(std::string_view text);

} // namespace offhook
