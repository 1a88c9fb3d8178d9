/// @file  Both transfer machines fed with whatever a peer may send: they stay within their terms and send a bounded
/// answer to each datagram.
///
/// Shape   first byte: which machine and its terms; then datagrams, each behind a byte that is its length; length 255
///         stands for the deadline passing.
#include "base/assert.hpp"
#include "protocol/tftp/receive_transfer.hpp"
#include "protocol/tftp/send_transfer.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace offhook::protocol::tftp;
using offhook::Instant;

Negotiation terms(unsigned choice) {
    Negotiation out;
    if ((choice & 1U) == 0) return out;
    out.terms.block_bytes = (choice & 2U) != 0 ? 8 : 64;
    out.terms.window_blocks = (choice & 4U) != 0 ? 5 : 1;
    out.option_ack = option_ack_packet({});
    return out;
}

template <class Machine, class Check>
void feed(Machine& machine, std::string_view input, Check&& check) {
    Instant now{std::chrono::hours{1}};
    auto step = machine.start(now);
    check(step);
    while (!input.empty() && step.progress == Progress::going_on) {
        const auto length = static_cast<unsigned char>(input.front());
        input.remove_prefix(1);
        if (length == 255) {
            now = std::max(now, machine.deadline());
            step = machine.timed_out(now);
        } else {
            const auto packet = input.substr(0, length);
            input.remove_prefix(packet.size());
            now += std::chrono::milliseconds{1};
            step = machine.received(packet, now);
        }
        check(step);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(bytes), size);
    if (input.empty()) return 0;
    const auto choice = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    const auto mode = (choice & 8U) != 0 ? Mode::netascii : Mode::octet;
    Wishes wishes;
    wishes.block_bytes = 64;
    wishes.window_blocks = 5;
    static const std::string body(1000, '\n');
    if ((choice & 16U) != 0) {
        auto sender = (choice & 32U) != 0 ? SendTransfer(body, "f", mode, wishes, {})
                                          : SendTransfer(body, mode, terms(choice), {});
        feed(sender, input, [&](const Step& step) {
            OFFHOOK_ASSERT(step.payload.empty() && step.blocks.count <= 5);
            for (std::uint32_t i = 0; i < step.blocks.count; ++i)
                OFFHOOK_ASSERT(sender.block(step.blocks.first + i).size() <= 512);
            OFFHOOK_ASSERT(sender.acknowledged_bytes() <= body.size());
        });
        return 0;
    }
    auto receiver =
        (choice & 32U) != 0 ? ReceiveTransfer("f", mode, wishes, {}) : ReceiveTransfer(mode, terms(choice), {});
    feed(receiver, input, [&](const Step& step) {
        OFFHOOK_ASSERT(step.blocks.count == 0 && step.packet.size() <= 516 && step.payload.size() <= 513);
    });
    if (receiver.heard()) (void)receiver.finish();
    return 0;
}
