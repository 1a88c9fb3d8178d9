#include "protocol/sntp/message.hpp"

namespace offhook::protocol::sntp {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t seconds_1900_to_1970 = 2'208'988'800;
constexpr std::uint64_t topmost_bit = 1ULL << 63U;
constexpr std::int64_t era_seconds = 1LL << 32U;

/// Requires  as many bytes as it reads.
std::uint64_t read(std::span<const std::byte> bytes, std::size_t at, std::size_t count) {
    std::uint64_t out = 0;
    for (std::size_t i = at; i < at + count; ++i) out = (out << 8U) | std::to_integer<std::uint64_t>(bytes[i]);
    return out;
}

void write(std::array<std::byte, message_bytes>& bytes, std::size_t at, std::size_t count, std::uint64_t value) {
    for (std::size_t i = at + count; i-- > at; value >>= 8U) bytes[i] = static_cast<std::byte>(value & 0xffU);
}

} // namespace

Timestamp Timestamp::from(WallTime time) {
    const auto all_ms = time.time_since_epoch().count() + seconds_1900_to_1970 * 1000;
    const auto seconds = static_cast<std::uint64_t>(all_ms / 1000) & 0xffffffffU;
    const auto rest_ms = static_cast<std::uint64_t>(all_ms % 1000);
    return {(seconds << 32U) | ((rest_ms << 32U) / 1000)};
}

WallTime Timestamp::wall() const {
    auto seconds = static_cast<std::int64_t>(bits >> 32U);
    if ((bits & topmost_bit) == 0) seconds += era_seconds;
    const auto rest_ms = static_cast<std::int64_t>(((bits & 0xffffffffU) * 1000 + (1ULL << 31U)) >> 32U);
    return WallTime(milliseconds((seconds - seconds_1900_to_1970) * 1000 + rest_ms));
}

std::optional<Message> parse(std::span<const std::byte> payload) {
    if (payload.size() < message_bytes) return std::nullopt;
    Message out;
    const auto first = static_cast<std::uint8_t>(read(payload, 0, 1));
    out.leap = static_cast<std::uint8_t>(first >> 6U);
    out.version = (first >> 3U) & 7U;
    out.mode = static_cast<Message::Mode>(first & 7U);
    out.stratum = static_cast<std::uint8_t>(read(payload, 1, 1));
    out.poll = static_cast<std::uint8_t>(read(payload, 2, 1));
    out.precision = static_cast<std::uint8_t>(read(payload, 3, 1));
    out.root_delay = static_cast<std::uint32_t>(read(payload, 4, 4));
    out.root_dispersion = static_cast<std::uint32_t>(read(payload, 8, 4));
    out.reference_id = static_cast<std::uint32_t>(read(payload, 12, 4));
    out.reference.bits = read(payload, 16, 8);
    out.originate.bits = read(payload, 24, 8);
    out.receive.bits = read(payload, 32, 8);
    out.transmit.bits = read(payload, 40, 8);
    return out;
}

std::array<std::byte, message_bytes> serialize(const Message& message) {
    std::array<std::byte, message_bytes> out{};
    const unsigned first =
        (message.leap & 3U) << 6U | (message.version & 7U) << 3U | static_cast<unsigned>(message.mode);
    write(out, 0, 1, first);
    write(out, 1, 1, message.stratum);
    write(out, 2, 1, message.poll);
    write(out, 3, 1, message.precision);
    write(out, 4, 4, message.root_delay);
    write(out, 8, 4, message.root_dispersion);
    write(out, 12, 4, message.reference_id);
    write(out, 16, 8, message.reference.bits);
    write(out, 24, 8, message.originate.bits);
    write(out, 32, 8, message.receive.bits);
    write(out, 40, 8, message.transmit.bits);
    return out;
}

Result<milliseconds> judge_answer(const Message& answer, const Exchange& exchange) {
    if (answer.mode != Message::Mode::server) return fail(ErrorCode::invalid, "it is no server's answer");
    if (answer.originate != exchange.sent_as) return fail(ErrorCode::invalid, "it answers another question");
    if (answer.stratum == 0) return fail(ErrorCode::invalid, "the server wants not to be asked");
    if (answer.leap == 3 || answer.stratum > 15) return fail(ErrorCode::invalid, "the server's own clock is not set");
    if (answer.transmit.bits == 0 || answer.receive.bits == 0)
        return fail(ErrorCode::invalid, "the server tells no time");
    const auto there = answer.receive.wall() - exchange.sent;
    const auto back = answer.transmit.wall() - exchange.received;
    return (there + back) / 2;
}

} // namespace offhook::protocol::sntp
