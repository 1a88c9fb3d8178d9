#include "protocol/tftp/send_transfer.hpp"

#include "base/text.hpp"

namespace offhook::protocol::tftp {

SendTransfer::SendTransfer(std::string_view body, Mode mode, const Negotiation& agreed, const Timing& timing)
    : body_(body), source_(body, mode, agreed.terms.block_bytes), terms_(agreed.terms), packet_(agreed.option_ack),
      retransmission_(timing) {
    if (!packet_.empty()) opening_ = Opening::option_ack;
    if (terms_.timeout) retransmission_.be_patient(*terms_.timeout);
}

SendTransfer::SendTransfer(std::string_view body, std::string_view file_name, Mode mode, const Wishes& wishes,
                           const Timing& timing)
    : body_(body), source_(body, mode, limits::block_bytes_default), wishes_(wishes), opening_(Opening::request),
      packet_(request_packet(Opcode::write_request, file_name, mode, wishes)), retransmission_(timing) {}

Step SendTransfer::start(Instant now) {
    if (opening_ == Opening::none) return send_window(now);
    retransmission_.sent(now);
    Step step;
    step.packet = packet_;
    return step;
}

Step SendTransfer::received(std::string_view packet, Instant now) {
    const auto opcode = opcode_of(packet);
    if (!opcode) return {};
    if (*opcode == Opcode::ack) {
        const auto block = parse_ack(packet);
        return block ? on_ack(*block, now) : Step{};
    }
    if (*opcode == Opcode::option_ack && opening_ == Opening::request) return on_option_ack(packet, now);
    if (*opcode == Opcode::error) {
        const auto error = parse_error(packet);
        peer_error_ = error ? error->code : 0;
        if (error) peer_error_text_ = printable(error->text);
        Step step;
        step.progress = Progress::failed;
        return step;
    }
    return {};
}

Step SendTransfer::on_ack(std::uint16_t block, Instant now) {
    if (opening_ != Opening::none) {
        if (block != 0) return {};
        heard_ = true;
        opening_ = Opening::none;
        retransmission_.progressed(now);
        return send_window(now);
    }
    // At most a window is under way, far fewer than 65536 blocks: the difference is unambiguous.
    const auto ahead = static_cast<std::uint16_t>(block - static_cast<std::uint16_t>(acknowledged_));
    if (ahead > sent_ - acknowledged_) return {};
    if (ahead == 0) {
        // A repeated ACK. Within a window it says that the window's first block is missing.
        if (terms_.window_blocks == 1 || gap_answered_ || !heard_) return {};
        gap_answered_ = true;
        sent_ = acknowledged_;
        retransmission_.repeated();
        return send_window(now);
    }
    heard_ = true;
    const bool whole = ahead == sent_ - acknowledged_;
    acknowledged_ += ahead;
    source_.release(acknowledged_);
    retransmission_.progressed(now);
    if (!source_.has(acknowledged_ + 1)) {
        Step step;
        step.progress = Progress::complete;
        return step;
    }
    sent_ = acknowledged_;
    gap_answered_ = !whole && gap_answered_;
    auto step = send_window(now);
    if (!whole) retransmission_.repeated(); // part of it went out before
    return step;
}

Step SendTransfer::on_option_ack(std::string_view packet, Instant now) {
    const auto options = parse_option_ack(packet);
    const auto agreed = options ? agree(wishes_, *options) : std::nullopt;
    if (!agreed) return fail(ErrorCode::option_refused, "these options were not asked for");
    heard_ = true;
    opening_ = Opening::none;
    terms_ = agreed->terms;
    source_ = BlockSource(body_, source_.mode(), terms_.block_bytes);
    retransmission_.progressed(now);
    return send_window(now);
}

Step SendTransfer::send_window(Instant now) {
    Step step;
    step.blocks.first = acknowledged_ + 1;
    while (step.blocks.count < terms_.window_blocks && source_.has(acknowledged_ + step.blocks.count + 1))
        ++step.blocks.count;
    sent_ = acknowledged_ + step.blocks.count;
    retransmission_.sent(now);
    return step;
}

Step SendTransfer::send_again() {
    Step step;
    if (opening_ != Opening::none)
        step.packet = packet_;
    else
        step.blocks = {acknowledged_ + 1, static_cast<std::uint32_t>(sent_ - acknowledged_)};
    return step;
}

Step SendTransfer::timed_out(Instant now) {
    if (!retransmission_.may_retransmit()) return fail(ErrorCode::undefined, "no answer");
    retransmission_.sent(now);
    gap_answered_ = false;
    return send_again();
}

Step SendTransfer::repeated_request(Instant now) {
    if (heard_) return {};
    (void)now;
    retransmission_.repeated();
    return send_again();
}

Step SendTransfer::fail(ErrorCode code, std::string_view text) {
    packet_ = error_packet(code, text);
    Step step;
    step.progress = Progress::failed;
    step.packet = packet_;
    return step;
}

} // namespace offhook::protocol::tftp
