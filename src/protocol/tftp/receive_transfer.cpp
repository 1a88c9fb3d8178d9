#include "protocol/tftp/receive_transfer.hpp"

#include "base/text.hpp"

namespace offhook::protocol::tftp {

ReceiveTransfer::ReceiveTransfer(Mode mode, const Negotiation& agreed, const Timing& timing)
    : mode_(mode), terms_(agreed.terms), packet_(agreed.option_ack.empty() ? ack_packet(0) : agreed.option_ack),
      retransmission_(timing) {
    if (terms_.timeout) retransmission_.be_patient(*terms_.timeout);
}

ReceiveTransfer::ReceiveTransfer(std::string_view file_name, Mode mode, const Wishes& wishes, const Timing& timing)
    : mode_(mode), wishes_(wishes), packet_(request_packet(Opcode::read_request, file_name, mode, wishes)),
      retransmission_(timing), is_client_(true) {}

Step ReceiveTransfer::start(Instant now) {
    retransmission_.sent(now);
    Step step;
    step.packet = packet_;
    return step;
}

Step ReceiveTransfer::received(std::string_view packet, Instant now) {
    if (state_ == State::refused) return {};
    if (const auto block = parse_data(packet)) return on_data(*block, now);
    const auto opcode = opcode_of(packet);
    if (opcode == Opcode::option_ack && is_client_) return on_option_ack(packet, now);
    if (opcode == Opcode::error && state_ != State::complete && state_ != State::finished) {
        const auto error = parse_error(packet);
        peer_error_ = error ? error->code : 0;
        if (error) peer_error_text_ = printable(error->text);
        Step step;
        step.progress = Progress::failed;
        return step;
    }
    return {};
}

Step ReceiveTransfer::on_data(const Block& block, Instant now) {
    const auto expected = static_cast<std::uint16_t>(taken_ + 1);
    if (state_ == State::finished || state_ == State::complete) {
        // The last ACK was lost. Before finish() there is none to repeat.
        Step step;
        if (state_ == State::finished && block.number == static_cast<std::uint16_t>(taken_)) step.packet = packet_;
        return step;
    }
    // DATA for a request with options: the server speaks none of them, and the defaults hold.
    if (block.number == expected) return take(block.payload, now);
    if (taken_ == 0 && state_ == State::opening && is_client_) return {};
    const auto ahead = static_cast<std::uint16_t>(block.number - expected);
    const bool is_gap = ahead < terms_.window_blocks;
    const bool is_last_again = taken_ > 0 && block.number == static_cast<std::uint16_t>(taken_);
    if (is_last_again) return acknowledge();
    if (!is_gap || gap_reported_) return {};
    gap_reported_ = true;
    return taken_ == 0 ? Step{Progress::going_on, packet_, {}, {}} : acknowledge();
}

Step ReceiveTransfer::take(std::string_view payload, Instant now) {
    if (payload.size() > terms_.block_bytes) return refuse(ErrorCode::illegal_operation, "the block is too large");
    state_ = State::receiving;
    heard_ = true;
    gap_reported_ = false;
    ++taken_;
    ++unacknowledged_;
    retransmission_.progressed(now);
    const bool is_last = payload.size() < terms_.block_bytes;
    Step step;
    if (!is_last && unacknowledged_ >= terms_.window_blocks) {
        step = acknowledge();
        retransmission_.sent(now);
    }
    step.payload = payload;
    if (mode_ == Mode::netascii) {
        decoded_.clear();
        decoder_.append(decoded_, payload);
        if (is_last) decoder_.finish(decoded_);
        step.payload = decoded_;
    }
    if (is_last) {
        state_ = State::complete;
        step.progress = Progress::complete;
    }
    return step;
}

Step ReceiveTransfer::on_option_ack(std::string_view packet, Instant now) {
    if (taken_ > 0) return {};
    const auto options = parse_option_ack(packet);
    const auto agreed = options ? agree(wishes_, *options) : std::nullopt;
    if (!agreed) return refuse(ErrorCode::option_refused, "these options were not asked for");
    terms_ = agreed->terms;
    announced_bytes_ = agreed->transfer_bytes;
    if (state_ == State::opening) retransmission_.progressed(now); // repeated: our ACK 0 was lost
    state_ = State::receiving;
    heard_ = true;
    auto step = acknowledge();
    retransmission_.sent(now);
    return step;
}

Step ReceiveTransfer::acknowledge() {
    unacknowledged_ = 0;
    packet_ = ack_packet(static_cast<std::uint16_t>(taken_));
    Step step;
    step.packet = packet_;
    return step;
}

Step ReceiveTransfer::timed_out(Instant now) {
    if (!retransmission_.may_retransmit()) {
        auto step = refuse(ErrorCode::undefined, "no answer");
        return step;
    }
    retransmission_.sent(now);
    gap_reported_ = false;
    if (taken_ > 0) return acknowledge();
    Step step;
    step.packet = packet_;
    return step;
}

Step ReceiveTransfer::repeated_request(Instant) {
    Step step;
    if (taken_ > 0 || state_ != State::opening) return step;
    retransmission_.repeated();
    step.packet = packet_;
    return step;
}

Step ReceiveTransfer::finish() {
    state_ = State::finished;
    return acknowledge();
}

Step ReceiveTransfer::refuse(ErrorCode code, std::string_view text) {
    state_ = State::refused;
    packet_ = error_packet(code, text);
    Step step;
    step.progress = Progress::failed;
    step.packet = packet_;
    return step;
}

} // namespace offhook::protocol::tftp
