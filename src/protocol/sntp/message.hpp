#pragma once
/// @file  SNTP messages: one UDP payload to its fields and back, and what a client makes of an answer.
///
/// No socket, no clock. Shape  48 bytes, big-endian; what follows (extensions, a digest) is not looked at.
/// Units   a timestamp is seconds since 1900 in its upper 32 bits, their fraction in the lower; one without the topmost
///         bit is of the era that begins in 2036 (RFC 4330 3).
/// Errors  parse: nullopt for less than 48 bytes. judge_answer: invalid, and why the answer does not count.
/// Source  RFC 4330 sections 3 to 5; RFC 5905 section 7.3.
#include "base/clock.hpp"
#include "base/result.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace offhook::protocol::sntp {

inline constexpr std::size_t message_bytes = 48;
inline constexpr std::uint16_t server_port = 123;

struct Timestamp {
    std::uint64_t bits = 0; ///< 0: not known

    [[nodiscard]] static Timestamp from(WallTime time);
    [[nodiscard]] WallTime wall() const;
    friend bool operator==(const Timestamp&, const Timestamp&) = default;
};

struct Message {
    std::uint8_t leap = 0;    ///< 3: the server's own clock is not set
    std::uint8_t version = 4; ///< 1 to 4
    enum class Mode : std::uint8_t { reserved, active, passive, client, server, broadcast, control, own };
    Mode mode = Mode::client;
    std::uint8_t stratum = 0; ///< 0: the server wants to be left alone, 1 to 15: how far it is from a clock
    std::uint8_t poll = 0, precision = 0;
    std::uint32_t root_delay = 0, root_dispersion = 0, reference_id = 0;
    Timestamp reference, originate, receive, transmit;

    friend bool operator==(const Message&, const Message&) = default;
};

[[nodiscard]] std::optional<Message> parse(std::span<const std::byte> payload);
[[nodiscard]] std::array<std::byte, message_bytes> serialize(const Message& message);

/// When a client sent its question, what it wrote into it as the time (anything, for it comes back), and when the
/// answer came: by the client's own clock.
struct Exchange {
    Timestamp sent_as;
    WallTime sent, received;
};
/// How much the server's clock is ahead of the client's.
[[nodiscard]] Result<std::chrono::milliseconds> judge_answer(const Message& answer, const Exchange& exchange);

} // namespace offhook::protocol::sntp
