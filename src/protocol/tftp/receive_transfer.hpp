#pragma once
/// @file  ReceiveTransfer: the side that takes DATA, as a machine: a server that was written to, a phone that reads.
///
/// The last block's ACK is the promise that the file is safe, so it is not sent until the owner says finish(). After it
/// the machine still answers a repeated last block (it dallies): that ACK may be lost.
/// Limits  five retransmissions to a peer that says nothing.
/// Source  RFC 1350, 2347, 7440.
#include "base/clock.hpp"
#include "protocol/tftp/netascii.hpp"
#include "protocol/tftp/retransmission.hpp"
#include "protocol/tftp/step.hpp"
#include "protocol/tftp/terms.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::protocol::tftp {

class ReceiveTransfer {
public:
    /// A server answers a write request: with the OACK, or with ACK 0.
    ReceiveTransfer(Mode mode, const Negotiation& agreed, const Timing& timing);
    /// A client reads.
    ReceiveTransfer(std::string_view file_name, Mode mode, const Wishes& wishes, const Timing& timing);

    [[nodiscard]] Step start(Instant now);
    [[nodiscard]] Step received(std::string_view packet, Instant now);
    [[nodiscard]] Step timed_out(Instant now);
    [[nodiscard]] Step repeated_request(Instant now);
    [[nodiscard]] Instant deadline() const { return retransmission_.deadline(); }

    /// After Progress::complete: the last ACK. From then on only repeated last blocks are answered.
    [[nodiscard]] Step finish();
    /// At any time: an error, and no more.
    [[nodiscard]] Step refuse(ErrorCode code, std::string_view text);

    [[nodiscard]] bool heard() const { return heard_; }
    [[nodiscard]] const std::optional<std::uint64_t>& announced_bytes() const { return announced_bytes_; }
    [[nodiscard]] const std::optional<std::uint16_t>& peer_error() const { return peer_error_; }
    [[nodiscard]] const std::string& peer_error_text() const { return peer_error_text_; }

private:
    enum class State : std::uint8_t { opening, receiving, complete, finished, refused };

    [[nodiscard]] Step on_data(const Block& block, Instant now);
    [[nodiscard]] Step take(std::string_view payload, Instant now);
    [[nodiscard]] Step on_option_ack(std::string_view packet, Instant now);
    [[nodiscard]] Step acknowledge();

    Mode mode_;
    Terms terms_;
    Wishes wishes_;
    State state_ = State::opening;
    std::string packet_; ///< what was sent last: request, OACK, ACK or error
    Retransmission retransmission_;
    NetasciiDecoder decoder_;
    std::string decoded_;
    std::uint64_t taken_ = 0;          ///< blocks, in order
    std::uint32_t unacknowledged_ = 0; ///< of them
    bool is_client_ = false;
    bool heard_ = false;
    bool gap_reported_ = false; ///< since the last block in order
    std::optional<std::uint64_t> announced_bytes_;
    std::optional<std::uint16_t> peer_error_;
    std::string peer_error_text_;
};

} // namespace offhook::protocol::tftp
