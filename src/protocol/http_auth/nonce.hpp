#pragma once
/// @file  Nonces that need no memory: whoever has the key can tell that he made one, and when.
///
/// Shape   64 hexadecimal digits: milliseconds (8 bytes), a number that no other nonce has (8), HMAC-SHA256 over both,
///         cut to 16.
/// Threads any; the key never changes.
/// Source  RFC 7616 section 3.3, "nonce"; RFC 2104.
#include "base/clock.hpp"
#include "base/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::protocol {

class NonceCodec {
public:
    struct Nonce {
        Instant made;
        std::uint64_t number = 0;
    };

    /// The key is random: a nonce is good for one process's life.
    explicit NonceCodec(Random& random);

    [[nodiscard]] std::string make(const Nonce& nonce) const;
    /// nullopt: not ours.
    [[nodiscard]] std::optional<Nonce> read(std::string_view text) const;

private:
    static constexpr std::size_t facts_bytes = 16, seal_bytes = 16;
    using Facts = std::array<std::byte, facts_bytes>;
    using Seal = std::array<std::byte, seal_bytes>;

    [[nodiscard]] Seal seal(const Facts& facts) const;

    std::array<std::byte, 32> key_{};
};

} // namespace offhook::protocol
