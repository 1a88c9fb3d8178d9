#include "base/random.hpp"
#include "protocol/tftp/receive_transfer.hpp"
#include "protocol/tftp/send_transfer.hpp"

#include <gtest/gtest.h>

#include <map>

namespace offhook::protocol::tftp {
namespace {

using namespace std::string_view_literals;
using std::chrono::milliseconds;

const Instant start{std::chrono::hours{1}};

std::string body_of(std::size_t size) {
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i) out[i] = i % 61 == 60 ? '\n' : static_cast<char>(i * 7 + i / 251);
    return out;
}

Negotiation terms(std::uint32_t block_bytes, std::uint32_t window) {
    Request request;
    const auto block_text = std::to_string(block_bytes);
    const auto window_text = std::to_string(window);
    request.options.entries[request.options.count++] = {"blksize", block_text};
    request.options.entries[request.options.count++] = {"windowsize", window_text};
    return negotiate(request, std::nullopt, {});
}

/// What may happen to a datagram, in hundredths.
struct Weather {
    unsigned loss = 0, duplication = 0, delay = 0;
    milliseconds delay_max{0};
};

/// One sender, one receiver, and the network between them, with a clock of its own.
class Exchange {
public:
    Exchange(SendTransfer& sender, ReceiveTransfer& receiver, const Weather& weather, std::uint64_t seed)
        : sender_(sender), receiver_(receiver), weather_(weather), random_(seed) {}

    /// `opener` sends its request; the other side starts when that arrives, as a server would.
    enum class Opener : std::uint8_t { receiver, sender };
    void run(Opener opener) {
        if (opener == Opener::receiver)
            handle(to_sender, receiver_.start(now_)), receiver_runs_ = true;
        else
            handle(to_receiver, sender_.start(now_)), sender_runs_ = true;
        while (packets < 1'000'000) {
            const bool any_timer = (sender_runs_ && !sender_ended) || (receiver_runs_ && !receiver_ended);
            if (!any_timer && air_.empty()) break;
            Instant next = Instant::max();
            if (!air_.empty()) next = air_.begin()->first;
            if (sender_runs_ && !sender_ended) next = std::min(next, sender_.deadline());
            if (receiver_runs_ && !receiver_ended) next = std::min(next, receiver_.deadline());
            now_ = std::max(now_, next);
            if (!air_.empty() && air_.begin()->first <= now_) {
                const auto [to, packet] = air_.begin()->second;
                air_.erase(air_.begin());
                deliver(to, packet);
            } else if (sender_runs_ && !sender_ended && sender_.deadline() <= now_) {
                handle(to_receiver, sender_.timed_out(now_));
            } else {
                handle(to_sender, receiver_.timed_out(now_));
            }
        }
        elapsed = std::chrono::duration_cast<milliseconds>(now_ - start);
    }

    std::string received;
    bool sender_ended = false, receiver_ended = false, sender_succeeded = false, receiver_succeeded = false;
    std::size_t packets = 0;
    std::size_t data_packets = 0;
    milliseconds elapsed{0};

private:
    enum To : std::uint8_t { to_sender, to_receiver };

    void deliver(To to, const std::string& packet) {
        const auto opcode = opcode_of(packet);
        const bool is_request = opcode == Opcode::read_request || opcode == Opcode::write_request;
        if (to == to_sender) {
            if (is_request)
                handle(to_receiver, sender_runs_ ? sender_.repeated_request(now_) : sender_.start(now_)),
                    sender_runs_ = true;
            else if (!sender_ended)
                handle(to_receiver, sender_.received(packet, now_));
        } else if (is_request) {
            handle(to_sender, receiver_runs_ ? receiver_.repeated_request(now_) : receiver_.start(now_)),
                receiver_runs_ = true;
        } else {
            handle(to_sender, receiver_.received(packet, now_)); // dallies when it has ended
        }
    }
    void handle(To to, const Step& step) {
        if (to == to_sender) received += step.payload;
        if (!step.packet.empty()) send(to, std::string(step.packet));
        for (std::uint32_t i = 0; i < step.blocks.count; ++i) {
            const auto header = sender_.header(step.blocks.first + i);
            const auto payload = sender_.block(step.blocks.first + i);
            ++data_packets;
            send(to, std::string(header.data(), header.size()) + std::string(payload));
        }
        if (step.progress == Progress::going_on) return;
        const bool well = step.progress == Progress::complete;
        if (to == to_receiver) {
            sender_ended = true;
            sender_succeeded = well;
        } else {
            receiver_ended = true;
            receiver_succeeded = well;
            if (well) send(to, std::string(receiver_.finish().packet));
        }
    }
    void send(To to, const std::string& packet) {
        ++packets;
        if (random_.below(100) < weather_.loss) return;
        const unsigned copies = random_.below(100) < weather_.duplication ? 2 : 1;
        for (unsigned i = 0; i < copies; ++i) {
            auto at = now_ + milliseconds{1};
            if (random_.below(100) < weather_.delay)
                at += milliseconds{random_.below(static_cast<std::uint64_t>(weather_.delay_max.count()) + 1)};
            air_.emplace(at, std::pair{to, packet});
        }
    }

    SendTransfer& sender_;
    ReceiveTransfer& receiver_;
    Weather weather_;
    SeededRandom random_;
    Instant now_ = start;
    bool sender_runs_ = false, receiver_runs_ = false;
    std::multimap<Instant, std::pair<To, std::string>> air_;
};

struct Shape {
    std::size_t bytes;
    std::uint32_t block_bytes, window;
    Mode mode;
    bool is_write, has_options;
};

Wishes wishes_of(const Shape& shape) {
    Wishes wishes;
    if (!shape.has_options) return wishes;
    wishes.block_bytes = shape.block_bytes;
    wishes.window_blocks = shape.window;
    return wishes;
}

template <class Check>
void with_exchange(const Shape& shape, const Weather& weather, std::uint64_t seed, Check&& check) {
    const auto body = body_of(shape.bytes);
    const auto agreed = shape.has_options ? terms(shape.block_bytes, shape.window) : Negotiation{};
    const auto wishes = wishes_of(shape);
    const Timing timing;
    auto sender = shape.is_write ? SendTransfer(body, "f", shape.mode, wishes, timing)
                                 : SendTransfer(body, shape.mode, agreed, timing);
    auto receiver =
        shape.is_write ? ReceiveTransfer(shape.mode, agreed, timing) : ReceiveTransfer("f", shape.mode, wishes, timing);
    Exchange exchange(sender, receiver, weather, seed);
    exchange.run(shape.is_write ? Exchange::Opener::sender : Exchange::Opener::receiver);
    check(exchange, body);
}

const Shape shapes[] = {
    {0, 512, 1, Mode::octet, false, false},       {1, 512, 1, Mode::octet, false, false},
    {511, 512, 1, Mode::octet, false, false},     {512, 512, 1, Mode::octet, false, false},
    {513, 512, 1, Mode::octet, true, false},      {3000, 512, 1, Mode::octet, false, false},
    {3000, 512, 1, Mode::octet, true, false},     {3000, 1468, 1, Mode::octet, false, true},
    {2936, 1468, 1, Mode::octet, true, true},     {20'000, 512, 8, Mode::octet, false, true},
    {20'480, 512, 8, Mode::octet, true, true},    {20'480, 512, 40, Mode::octet, false, true},
    {3000, 512, 1, Mode::netascii, false, false}, {9000, 512, 4, Mode::netascii, false, true},
    {9000, 512, 4, Mode::netascii, true, true},
};

TEST(TftpTransfer, OverAQuietNetworkSendsNothingTwice) {
    for (const auto& shape : shapes)
        with_exchange(shape, {}, 1, [&](const Exchange& exchange, const std::string& body) {
            EXPECT_TRUE(exchange.sender_succeeded && exchange.receiver_succeeded) << shape.bytes;
            EXPECT_TRUE(exchange.received == body) << shape.bytes;
            const auto bytes_max = shape.mode == Mode::octet ? body.size() : body.size() * 103 / 100 + 200;
            EXPECT_LE(exchange.data_packets, bytes_max / shape.block_bytes + 1) << shape.bytes;
            EXPECT_LE(exchange.packets, 2 * exchange.data_packets + 4) << shape.bytes;
            EXPECT_LT(exchange.elapsed, milliseconds{200}) << shape.bytes;
        });
}

TEST(TftpTransfer, InAnyWeatherTheBytesAreTheSameOrItFailsCleanly) {
    unsigned runs = 0, successes = 0;
    for (const auto& shape : shapes)
        for (const auto& weather : {Weather{5, 0, 0}, Weather{20, 0, 0}, Weather{0, 30, 0},
                                    Weather{0, 0, 50, milliseconds{5}}, Weather{0, 10, 30, milliseconds{600}},
                                    Weather{10, 10, 20, milliseconds{300}}, Weather{50, 20, 20, milliseconds{50}}})
            for (std::uint64_t seed = 1; seed <= 15; ++seed)
                with_exchange(shape, weather, seed, [&](const Exchange& exchange, const std::string& body) {
                    ++runs;
                    const auto what = testing::Message() << shape.bytes << " bytes, window " << shape.window
                                                         << ", loss " << weather.loss << ", seed " << seed;
                    EXPECT_TRUE(!exchange.receiver_succeeded || exchange.received == body) << what;
                    // Who is told that all arrived must not be wrong.
                    EXPECT_TRUE(!exchange.sender_succeeded || exchange.receiver_succeeded) << what;
                    EXPECT_LE(exchange.packets, 40 * (body.size() / shape.block_bytes + 4)) << what;
                    if (exchange.receiver_succeeded) ++successes;
                    EXPECT_TRUE(exchange.receiver_succeeded || weather.loss > 10) << what;
                });
    EXPECT_GT(successes * 10, runs * 9);
}

TEST(TftpTransfer, ALostPacketCostsAThirdOfASecondAtMost) {
    // Each step of a plain read is lost once, in turn: found by loss of the n-th packet sent.
    for (std::uint64_t seed = 1; seed <= 200; ++seed)
        with_exchange(shapes[5], {2, 0, 0}, seed, [&](const Exchange& exchange, const std::string&) {
            ASSERT_TRUE(exchange.receiver_succeeded);
            const auto lost = exchange.packets > 15 ? exchange.packets - 14 : exchange.packets - 13;
            EXPECT_LE(exchange.elapsed, milliseconds{20 + 800 * static_cast<int>(lost)}) << seed;
        });
}

TEST(TftpTransfer, BlockNumbersWrapToZero) {
    const Shape shape{8 * 70'000 + 3, 8, 64, Mode::octet, false, true};
    with_exchange(shape, {}, 1, [&](const Exchange& exchange, const std::string& body) {
        EXPECT_TRUE(exchange.sender_succeeded && exchange.receiver_succeeded);
        EXPECT_TRUE(exchange.received == body);
    });
    const Shape lossy{8 * 70'000, 8, 16, Mode::octet, false, true};
    with_exchange(lossy, {1, 1, 1, milliseconds{3}}, 7, [&](const Exchange& exchange, const std::string& body) {
        EXPECT_TRUE(exchange.receiver_succeeded);
        EXPECT_TRUE(exchange.received == body);
    });
}

TEST(TftpSendTransfer, NeverAnswersARepeatedAck) {
    const auto body = body_of(3000);
    SendTransfer sender(body, Mode::octet, Negotiation{}, {});
    EXPECT_EQ(sender.start(start).blocks.count, 1U);
    EXPECT_EQ(sender.received(ack_packet(1), start).blocks.first, 2U);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(sender.received(ack_packet(1), start).blocks.count, 0U);
    EXPECT_EQ(sender.received(ack_packet(3), start).blocks.count, 0U) << "not sent yet";
    EXPECT_EQ(sender.timed_out(sender.deadline()).blocks.first, 2U);
}

TEST(TftpSendTransfer, ARepeatedRequestGetsTheFirstAnswerAgainUntilTheTransferIsUnderWay) {
    const auto body = body_of(3000);
    SendTransfer plain(body, Mode::octet, Negotiation{}, {});
    (void)plain.start(start);
    EXPECT_EQ(plain.repeated_request(start).blocks.first, 1U);
    (void)plain.received(ack_packet(1), start);
    EXPECT_EQ(plain.repeated_request(start).blocks.count, 0U);
    SendTransfer agreed(body, Mode::octet, terms(1468, 4), {});
    (void)agreed.start(start);
    EXPECT_EQ(agreed.repeated_request(start).packet, terms(1468, 4).option_ack);
    EXPECT_EQ(agreed.received(ack_packet(1), start).blocks.count, 0U) << "only ACK 0 answers an OACK";
    EXPECT_EQ(agreed.received(ack_packet(0), start).blocks.count, 3U);
    EXPECT_TRUE(agreed.repeated_request(start).packet.empty());
}

TEST(TftpSendTransfer, ASilentPeerGetsFiveRetransmissionsAndNoMore) {
    const auto body = body_of(100'000);
    for (const auto& agreed : {Negotiation{}, terms(65464, 4)}) {
        SendTransfer sender(body, Mode::octet, agreed, {});
        auto step = sender.start(start);
        std::size_t bytes = 0;
        int sent = 0;
        auto before = start;
        while (step.progress == Progress::going_on) {
            ++sent;
            bytes += step.packet.size() + (step.blocks.count == 0 ? 0 : 4 + sender.block(1).size());
            EXPECT_LE(step.blocks.count, 1U);
            EXPECT_GT(sender.deadline(), before);
            before = sender.deadline();
            step = sender.timed_out(sender.deadline());
        }
        EXPECT_EQ(sent, 6);
        EXPECT_LE(bytes, 6U * 516U);
        EXPECT_EQ(step.progress, Progress::failed);
    }
}

TEST(TftpSendTransfer, RestartsBehindAGapOnceAWindow) {
    const auto body = body_of(100 * 512);
    SendTransfer sender(body, Mode::octet, terms(512, 8), {});
    (void)sender.start(start);
    EXPECT_EQ(sender.received(ack_packet(0), start).blocks.count, 8U);
    const auto again = sender.received(ack_packet(3), start);
    EXPECT_EQ(again.blocks.first, 4U);
    EXPECT_EQ(again.blocks.count, 8U);
    EXPECT_EQ(sender.received(ack_packet(3), start).blocks.first, 4U) << "block 4 is missing again";
    EXPECT_EQ(sender.received(ack_packet(3), start).blocks.count, 0U) << "the Sorcerer's Apprentice";
    EXPECT_EQ(sender.received(ack_packet(11), start).blocks.first, 12U);
}

TEST(TftpReceiveTransfer, TheLastAckWaitsForFinish) {
    ReceiveTransfer receiver(Mode::octet, Negotiation{}, {});
    EXPECT_EQ(receiver.start(start).packet, ack_packet(0));
    const auto data = [](std::uint16_t n, std::string_view payload) {
        const auto header = data_header(n);
        return std::string(header.data(), 4) + std::string(payload);
    };
    EXPECT_EQ(receiver.received(data(1, std::string(512, 'a')), start).packet, ack_packet(1));
    const auto datagram = data(2, "b");
    const auto last = receiver.received(datagram, start);
    EXPECT_EQ(last.progress, Progress::complete);
    EXPECT_EQ(last.payload, "b");
    EXPECT_EQ(last.packet, "");
    EXPECT_EQ(receiver.received(data(2, "b"), start).packet, "") << "not safe yet";
    EXPECT_EQ(receiver.finish().packet, ack_packet(2));
    EXPECT_EQ(receiver.received(data(2, "b"), start).packet, ack_packet(2)) << "its ACK may be lost";
}

TEST(TftpReceiveTransfer, RefusesABlockBeyondTheTerms) {
    ReceiveTransfer receiver(Mode::octet, Negotiation{}, {});
    (void)receiver.start(start);
    const auto header = data_header(1);
    const auto step = receiver.received(std::string(header.data(), 4) + std::string(513, 'a'), start);
    EXPECT_EQ(step.progress, Progress::failed);
    EXPECT_EQ(parse_error(step.packet)->code, 4);
}

TEST(TftpReceiveTransfer, AGapIsReportedOnce) {
    ReceiveTransfer receiver(Mode::octet, terms(8, 4), {});
    (void)receiver.start(start);
    const auto data = [](std::uint16_t n) {
        const auto header = data_header(n);
        return std::string(header.data(), 4) + "12345678";
    };
    EXPECT_EQ(receiver.received(data(1), start).packet, "");
    EXPECT_EQ(receiver.received(data(3), start).packet, ack_packet(1));
    EXPECT_EQ(receiver.received(data(4), start).packet, "");
    EXPECT_EQ(receiver.received(data(2), start).packet, "");
    EXPECT_EQ(receiver.received(data(3), start).packet, "");
    EXPECT_EQ(receiver.received(data(4), start).packet, "");
    EXPECT_EQ(receiver.received(data(5), start).packet, ack_packet(5));
}

} // namespace
} // namespace offhook::protocol::tftp
