#include "phone/tftp_transfers.hpp"

#include "net/as_result.hpp"
#include "net/deadline.hpp"
#include "phone/received_body.hpp"
#include "protocol/tftp/receive_transfer.hpp"
#include "protocol/tftp/send_transfer.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <optional>
#include <utility>
#include <vector>

namespace offhook::phone {

namespace asio = boost::asio;
namespace tftp = protocol::tftp;
using asio::ip::udp;
using tftp::Progress;

namespace {

constexpr std::size_t datagram_bytes_max = 65536;

FileOutcome of_error(std::uint16_t code) {
    // No answer means "denied": credentials, which would help elsewhere, are unknown to TFTP.
    return static_cast<tftp::ErrorCode>(code) == tftp::ErrorCode::not_found ? FileOutcome::absent
                                                                            : FileOutcome::refused;
}

asio::awaitable<void> until_readable(udp::socket& socket) {
    (void)co_await socket.async_wait(udp::socket::wait_read, net::as_result);
}

} // namespace

/// One transfer: its socket, its machine, and what it received.
class TftpTransfers::Exchange {
public:
    Exchange(const asio::any_io_executor& executor, TransferRequest request, const TftpSettings& settings,
             const Clock& clock)
        : request_(std::move(request)), settings_(settings), clock_(clock), socket_(executor),
          buffer_(datagram_bytes_max) {
        std::string_view name = request_.url.path;
        const bool keeps_slash = request_.tftp_name == TransferRequest::TftpName::with_slash;
        if (name.starts_with('/') && !keeps_slash) name.remove_prefix(1);
        auto wishes = settings.wishes;
        if (request_.direction == Direction::put) {
            if (wishes.transfer_bytes) wishes.transfer_bytes = request_.body.size();
            sender_.emplace(request_.body, name, tftp::Mode::octet, wishes, settings.timing);
        } else {
            receiver_.emplace(name, tftp::Mode::octet, wishes, settings.timing);
        }
    }

    [[nodiscard]] asio::awaitable<TransferAnswer> run() {
        const auto begun = clock_.instant();
        if (co_await open()) co_await converse();
        answer_.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(clock_.instant() - begun);
        answer_.bytes = sender_ ? sender_->acknowledged_bytes() : received_.bytes();
        received_.move_into(answer_);
        co_return std::move(answer_);
    }

    /// After the end: the last ACK again, for whoever has not got it.
    void answer_stragglers() {
        while (receiver_ && receive()) {
            if (from_ == peer_) perform(receiver_->received(datagram(), clock_.instant()));
        }
    }

private:
    /// False: there is nobody to ask.
    asio::awaitable<bool> open() {
        const auto port = request_.url.port.value_or(protocol::default_port(protocol::Scheme::tftp));
        boost::system::error_code error;
        auto address = asio::ip::make_address(request_.address.empty() ? request_.url.host : request_.address, error);
        if (error) {
            udp::resolver resolver(socket_.get_executor());
            const auto [failure, found] = co_await resolver.async_resolve(request_.url.host, "", net::as_result);
            const auto counts = [&](const auto& entry) {
                return request_.ip == TransferRequest::Ip::any || entry.endpoint().address().is_v4();
            };
            const auto first = std::find_if(found.begin(), found.end(), counts);
            if (failure || first == found.end()) co_return fails(FileOutcome::unreachable, "no address for the name");
            address = first->endpoint().address();
        }
        server_ = peer_ = udp::endpoint(address, port);
        socket_.open(server_.protocol(), error);
        if (!error) socket_.bind(udp::endpoint(server_.protocol(), 0), error);
        if (!error) socket_.non_blocking(true, error);
        if (error) co_return fails(FileOutcome::unreachable, error.message());
        co_return true;
    }

    asio::awaitable<void> converse() {
        last_heard_ = clock_.instant();
        perform(sender_ ? sender_->start(last_heard_) : receiver_->start(last_heard_));
        while (!ended_) {
            if (receive()) {
                on_datagram();
                continue;
            }
            const auto now = clock_.instant();
            const auto silent_until = last_heard_ + settings_.silence_time;
            const auto deadline = std::min(sender_ ? sender_->deadline() : receiver_->deadline(), silent_until);
            if (now >= silent_until) {
                (void)say_silence();
            } else if (now >= deadline) {
                waited_in_vain_ = true;
                perform(sender_ ? sender_->timed_out(now) : receiver_->timed_out(now));
            } else {
                auto readable = until_readable(socket_);
                (void)co_await net::with_deadline(std::move(readable),
                                                  std::chrono::ceil<std::chrono::milliseconds>(deadline - now));
            }
        }
    }

    /// The next datagram, if there is one.
    bool receive() {
        boost::system::error_code error;
        received_bytes_ = socket_.receive_from(asio::buffer(buffer_), from_, 0, error);
        return !error;
    }
    [[nodiscard]] std::string_view datagram() const { return {buffer_.data(), received_bytes_}; }

    void on_datagram() {
        const bool is_first = peer_ == server_ && !is_answered_;
        if (is_first && from_.address() == server_.address()) {
            peer_ = from_;
            is_answered_ = true;
        } else if (from_ != peer_) {
            boost::system::error_code ignored;
            const auto packet = tftp::error_packet(tftp::ErrorCode::unknown_transfer, "Unknown transfer ID");
            const bool is_error = tftp::opcode_of(datagram()) == tftp::Opcode::error;
            if (!is_error) socket_.send_to(asio::buffer(packet), from_, 0, ignored);
            return;
        }
        last_heard_ = clock_.instant();
        waited_in_vain_ = false;
        perform(sender_ ? sender_->received(datagram(), last_heard_) : receiver_->received(datagram(), last_heard_));
    }

    void perform(const tftp::Step& step) {
        send(step);
        if (!step.payload.empty() && !received_.take(step.payload)) return stop_early();
        if (step.progress == Progress::going_on) return;
        ended_ = true;
        if (step.progress == Progress::failed) return say_failure();
        if (receiver_) {
            received_.finish();
            send(receiver_->finish());
            if (received_.ended_by_us()) return say_stopped();
        }
        answer_.outcome = sender_ ? FileOutcome::stored : FileOutcome::fetched;
    }

    void send(const tftp::Step& step) {
        boost::system::error_code ignored; // what is not sent is lost, as on the network
        if (!step.packet.empty()) socket_.send_to(asio::buffer(step.packet), peer_, 0, ignored);
        for (std::uint32_t i = 0; i < step.blocks.count; ++i) {
            const auto header = sender_->header(step.blocks.first + i);
            const std::array<asio::const_buffer, 2> pieces{asio::buffer(header),
                                                           asio::buffer(sender_->block(step.blocks.first + i))};
            socket_.send_to(pieces, peer_, 0, ignored);
        }
    }

    void stop_early() {
        ended_ = true;
        const bool is_large = received_.ended_by_us() == FileOutcome::too_large;
        send(receiver_->refuse(is_large ? tftp::ErrorCode::disk_full : tftp::ErrorCode::undefined,
                               is_large ? "Too large" : "Not needed"));
        say_stopped();
    }
    void say_stopped() {
        answer_.outcome = *received_.ended_by_us();
        answer_.detail = answer_.outcome == FileOutcome::too_large
                             ? fmt::format("more than {} bytes", request_.bytes_max)
                             : "the rest is not needed";
    }
    void say_failure() {
        const auto& code = sender_ ? sender_->peer_error() : receiver_->peer_error();
        if (!code) {
            if (waited_in_vain_)
                (void)say_silence();
            else
                (void)fails(FileOutcome::refused, "the server breaks the protocol's rules"); // and was told so
            return;
        }
        const auto& text = sender_ ? sender_->peer_error_text() : receiver_->peer_error_text();
        (void)fails(of_error(*code), fmt::format("TFTP error {}{}{}", *code, text.empty() ? "" : ": ", text));
    }
    bool say_silence() { return fails(is_answered_ ? FileOutcome::timed_out : FileOutcome::unreachable, "no answer"); }
    bool fails(FileOutcome outcome, std::string detail) {
        ended_ = true;
        answer_.outcome = outcome;
        answer_.detail = std::move(detail);
        return false;
    }

    TransferRequest request_;
    const TftpSettings& settings_;
    const Clock& clock_;
    udp::socket socket_;
    std::vector<char> buffer_;
    std::size_t received_bytes_ = 0;
    udp::endpoint server_, peer_, from_;
    bool is_answered_ = false;
    bool ended_ = false;
    bool waited_in_vain_ = false; ///< since the last datagram
    Instant last_heard_;
    std::optional<tftp::SendTransfer> sender_;
    std::optional<tftp::ReceiveTransfer> receiver_;
    ReceivedBody received_{request_};
    TransferAnswer answer_;
};

TftpTransfers::TftpTransfers(const asio::any_io_executor& executor, TftpSettings settings)
    : executor_(executor), settings_(std::move(settings)) {}
TftpTransfers::~TftpTransfers() = default;

void TftpTransfers::start_stage() { last_.reset(); }

asio::awaitable<TransferAnswer> TftpTransfers::run(TransferRequest request) {
    auto exchange = std::make_unique<Exchange>(executor_, std::move(request), settings_, clock_);
    auto answer = co_await exchange->run();
    if (last_) last_->answer_stragglers();
    last_ = std::move(exchange);
    co_return answer;
}

asio::awaitable<void> TftpTransfers::wait(std::chrono::milliseconds time) {
    asio::steady_timer timer(executor_, time);
    (void)co_await timer.async_wait(net::as_result);
    if (last_) last_->answer_stragglers();
}

} // namespace offhook::phone
