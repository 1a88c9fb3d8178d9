#pragma once
/// @file  ClientTransaction: when a request that is no INVITE is sent again, and when it has failed (RFC 3261 17.1.2).
///
/// A step machine without a socket: whoever owns it sends `send` steps, hands in responses, and asks for its deadline.
/// UDP     timer E: T1, doubling up to T2, after a provisional response every T2; timer F: 64 T1; timer K: T4.
/// Stream  no repeats, timer F alone.
#include "base/clock.hpp"
#include "protocol/sip/limits.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace offhook::protocol::sip {

struct TransactionTiming {
    std::chrono::milliseconds t1 = limits::t1;
    std::chrono::milliseconds t2 = limits::t2;
    std::chrono::milliseconds t4 = limits::t4;
    unsigned sends_max = 11; ///< in all; RFC 3261 fits 11 into 64 T1. Fewer for a peer nobody vouches for
};

class ClientTransaction {
public:
    enum class Wire : std::uint8_t { datagrams, stream };
    enum class State : std::uint8_t { trying, proceeding, completed, timed_out };
    enum class Act : std::uint8_t { nothing, send, timed_out };

    /// Counts from the first send, which the caller does now.
    ClientTransaction(Wire wire, Instant now, TransactionTiming timing = {});
    /// A response of this transaction came. True for the first final one; what follows is a repeat.
    bool responded(std::uint16_t status, Instant now);
    /// Call when deadline() has come; a call before it does nothing.
    [[nodiscard]] Act tick(Instant now);
    /// nullopt: it may be forgotten.
    [[nodiscard]] std::optional<Instant> deadline() const { return deadline_; }
    [[nodiscard]] State state() const { return state_; }

private:
    TransactionTiming timing_;
    Wire wire_;
    State state_ = State::trying;
    unsigned sent_ = 1;
    std::chrono::milliseconds interval_;
    Instant gives_up_;
    std::optional<Instant> repeat_at_;
    std::optional<Instant> deadline_;
};

} // namespace offhook::protocol::sip
