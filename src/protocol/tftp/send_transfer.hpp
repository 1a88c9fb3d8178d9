#pragma once
/// @file  SendTransfer: the side that sends DATA, as a machine: a server that was read from, a phone that writes.
///
/// Only time makes it send a block again, never a repeated ACK (RFC 1123 4.2.3.1, the Sorcerer's Apprentice), except
/// once per window when the receiver says that it misses a part of it (RFC 7440 section 4). Block numbers wrap from
/// 65535 to 0.
/// Limits  five retransmissions to a peer that says nothing.
/// Source  RFC 1350, 2347, 7440.
#include "base/clock.hpp"
#include "protocol/tftp/block_source.hpp"
#include "protocol/tftp/retransmission.hpp"
#include "protocol/tftp/step.hpp"
#include "protocol/tftp/terms.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::protocol::tftp {

class SendTransfer {
public:
    /// A server answers a read request: with the OACK, or with block 1. `body` outlives this.
    SendTransfer(std::string_view body, Mode mode, const Negotiation& agreed, const Timing& timing);
    /// A client writes.
    SendTransfer(std::string_view body, std::string_view file_name, Mode mode, const Wishes& wishes,
                 const Timing& timing);

    [[nodiscard]] Step start(Instant now);
    /// A datagram from the transfer's peer.
    [[nodiscard]] Step received(std::string_view packet, Instant now);
    /// To be called when deadline() has passed.
    [[nodiscard]] Step timed_out(Instant now);
    /// The peer has sent its request again: the first answer once more, unless it has got further.
    [[nodiscard]] Step repeated_request(Instant now);
    [[nodiscard]] Instant deadline() const { return retransmission_.deadline(); }

    /// Whether the peer has answered anything yet: until then it may not exist.
    [[nodiscard]] bool heard() const { return heard_; }
    [[nodiscard]] BlockHeader header(std::uint64_t block) const {
        return data_header(static_cast<std::uint16_t>(block));
    }
    [[nodiscard]] std::string_view block(std::uint64_t number) const { return source_.block(number); }
    [[nodiscard]] Mode mode() const { return source_.mode(); }
    [[nodiscard]] std::uint64_t acknowledged_bytes() const { return source_.body_bytes_until(acknowledged_); }
    /// Why it failed: what the peer said.
    [[nodiscard]] const std::optional<std::uint16_t>& peer_error() const { return peer_error_; }
    [[nodiscard]] const std::string& peer_error_text() const { return peer_error_text_; }

private:
    enum class Opening : std::uint8_t { none, option_ack, request };

    [[nodiscard]] Step on_ack(std::uint16_t block, Instant now);
    [[nodiscard]] Step on_option_ack(std::string_view packet, Instant now);
    [[nodiscard]] Step send_window(Instant now);
    [[nodiscard]] Step send_again();
    [[nodiscard]] Step fail(ErrorCode code, std::string_view text);

    std::string_view body_;
    BlockSource source_;
    Terms terms_;
    Wishes wishes_;
    Opening opening_ = Opening::none; ///< what still waits for its answer
    std::string packet_;              ///< OACK or request; later, the last error
    Retransmission retransmission_;
    std::uint64_t acknowledged_ = 0;
    std::uint64_t sent_ = 0;
    bool heard_ = false;
    bool gap_answered_ = false; ///< of the window under way
    std::optional<std::uint16_t> peer_error_;
    std::string peer_error_text_;
};

} // namespace offhook::protocol::tftp
