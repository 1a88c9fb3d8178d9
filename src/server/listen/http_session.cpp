#include "server/listen/http_session.hpp"

#include "net/as_result.hpp"
#include "net/wake_up.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <linux/sockios.h>
#include <sys/ioctl.h>

namespace offhook::server {

namespace asio = boost::asio;
using protocol::HttpConnection;
using protocol::HttpStatus;

namespace {

constexpr std::size_t buffer_bytes_first = 1024; // a phone's request is 200 to 500 bytes
constexpr std::uint64_t linger_bytes_max = 1 << 20;

} // namespace

HttpSession::HttpSession(HttpShare& share, asio::ip::tcp::socket socket, const HttpPeer& peer)
    : share_(share), stream_(std::move(socket)), peer_(peer) {
    place_ = share_.sessions.insert(share_.sessions.end(), this);
}

HttpSession::~HttpSession() {
    share_.sessions.erase(place_);
    share_.counts.leave(peer_.address);
}

void HttpSession::received(std::string_view bytes) {
    buffer_.resize(std::max(bytes.size(), buffer_bytes_first));
    std::copy(bytes.begin(), bytes.end(), buffer_.begin());
    end_ = bytes.size();
}

asio::awaitable<void> HttpSession::run() {
    auto next = Next::close;
    if (share_.tls != nullptr)
        next = co_await shake_hands();
    else
        next = remainder_.bytes() > 0 ? Next::send_rest : serve_buffered();
    while (next != Next::close) {
        if (next == Next::read) {
            const auto got = co_await stream_.read_some(asio::buffer(buffer_.data() + end_, buffer_.size() - end_));
            if (got.error) co_return;
            end_ += got.bytes;
            next = serve_buffered();
        } else if (next == Next::serve) {
            next = serve_buffered();
        } else if (next == Next::send_rest) {
            next = co_await send_rest();
        } else if (next == Next::bring) {
            next = co_await bring();
        } else if (next == Next::receive_upload) {
            next = co_await receive_upload();
        } else {
            co_await linger();
            co_return;
        }
    }
    if (share_.tls != nullptr) stream_.finish_writing();
}

asio::awaitable<HttpSession::Next> HttpSession::shake_hands() {
    now_ = share_.timers.now();
    phase_ = Phase::shaking_hands;
    set_deadline(share_.options.header_time_max); // which the first request's head must keep as well
    const auto error = co_await stream_.start_tls(*share_.tls);
    if (error) {
        if (error != asio::error::operation_aborted)
            share_.door.refused(share_.options.transport, peer_.address,
                                stream_.tls() == nullptr ? error.message() : stream_.tls()->failure_text(error));
        stream_.close();
        co_return Next::close;
    }
    const auto* shown = stream_.tls()->peer_certificate();
    if (shown != nullptr && share_.options.certificate_reader) certificate_ = share_.options.certificate_reader(*shown);
    if (certificate_) peer_.certificate = &*certificate_;
    phase_ = Phase::receiving;
    make_room();
    co_return Next::read;
}

void HttpSession::stop() {
    if (phase_ == Phase::idle || phase_ == Phase::shaking_hands) abort();
}

void HttpSession::abort() { stream_.close(); }

HttpSession::Next HttpSession::serve_buffered() {
    now_ = share_.timers.now();
    for (;;) {
        drop_body();
        if (begin_ == end_) return wait_for_more();
        const auto progress = share_.reader.read(buffered());
        auto next = Next::read;
        if (progress == HeadProgress::needs_more) {
            if (end_ - begin_ < share_.options.header_bytes_max) return wait_for_more();
            const bool in_target = buffered().find('\n') == std::string_view::npos;
            next =
                send(share_.answerer.refuse({in_target ? HttpStatus::uri_too_long : HttpStatus::header_fields_too_large,
                                             "a request head that is too large"},
                                            peer_),
                     end_ - begin_, 0);
        } else if (progress == HeadProgress::refused) {
            next = send(share_.answerer.refuse(share_.reader.refusal(), peer_), share_.reader.head().bytes, 0);
        } else {
            const auto& head = share_.reader.head();
            ++requests_;
            const bool uploads = head.method == HttpMethod::put || head.method == HttpMethod::post;
            if (uploads && (head.framing != HttpFraming::none || head.says_length)) return Next::receive_upload;
            const auto answer = share_.answerer.answer(head, peer_, granted());
            if (answer.later) return Next::bring;
            next = send(answer, head.bytes, head.body_bytes);
        }
        if (next != Next::serve) return next;
        phase_ = Phase::idle;
    }
}

HttpConnection HttpSession::granted() const {
    return share_.stopping || requests_ >= share_.options.requests_per_connection_max ? HttpConnection::close
                                                                                      : HttpConnection::keep_alive;
}

HttpSession::Next HttpSession::wait_for_more() {
    if (share_.stopping && begin_ == end_) return Next::close;
    make_room();
    // A request's head has one deadline from its first byte on: a byte now and then does not move it.
    const bool within_request = begin_ != end_ || body_bytes_left_ != 0;
    if (!within_request) {
        phase_ = Phase::idle;
        set_deadline(share_.options.idle_time_max);
    } else if (phase_ != Phase::receiving) {
        phase_ = Phase::receiving;
        set_deadline(share_.options.header_time_max);
    }
    return Next::read;
}

HttpSession::Next HttpSession::send(const HttpAnswer& answer, std::size_t head_bytes, std::uint64_t body_bytes) {
    begin_ += head_bytes;
    if (answer.request_body == HttpBody::drain) body_bytes_left_ = body_bytes;
    if (answer.hold.count() != 0) {
        remainder_ = whole_of(answer, share_.date.at(now_));
        return Next::send_rest;
    }
    const auto after = after_answer(answer.connection, answer.request_body);
    switch (send_now(answer, after)) {
    case HttpSent::all:
        if (answer.ticket.key_rotation != 0) share_.door.went_out(answer.ticket);
        return after;
    case HttpSent::part:
        return Next::send_rest;
    case HttpSent::broken:
        break;
    }
    if (answer.file != nullptr) share_.door.broken_off(answer.ticket, 0);
    return Next::close;
}

HttpSent HttpSession::send_now(const HttpAnswer& answer, Next after) {
    const auto date = share_.date.at(now_);
    if (stream_.under_tls()) return server::send_now(stream_, answer, date, remainder_);
    const auto followed_by = after == Next::close ? HttpFollowedBy::close : HttpFollowedBy::more;
    return server::send_now(stream_.socket().native_handle(), answer, date, followed_by, remainder_);
}

HttpSession::Next HttpSession::after_answer(HttpConnection connection, HttpBody request_body) const {
    if (connection == HttpConnection::keep_alive) return Next::serve;
    // A socket closed over unread input resets the connection, and the peer may lose the answer.
    return request_body != HttpBody::none || begin_ != end_ ? Next::linger : Next::close;
}

asio::awaitable<HttpSession::Next> HttpSession::bring() {
    phase_ = Phase::waiting;
    deadline_.disarm();
    net::WakeUp brought(stream_.socket().get_executor());
    const std::function<void(const FileAnswer&)> take = [&](const FileAnswer& found) {
        // The head again, from the bytes that are still there: the reader has read others' meanwhile.
        (void)share_.reader.read(buffered());
        const auto& head = share_.reader.head();
        const auto answer = share_.answerer.brought(head, found, granted());
        begin_ += head.bytes;
        if (answer.request_body == HttpBody::drain) body_bytes_left_ = head.body_bytes;
        remainder_ = whole_of(answer, share_.date.at(share_.timers.now()));
        brought.wake();
    };
    share_.answerer.bring(share_.reader.head(), peer_, take);
    co_await brought.wait();
    co_return Next::send_rest;
}

asio::awaitable<void> HttpSession::pass(std::chrono::milliseconds time) {
    phase_ = Phase::waiting;
    deadline_.disarm();
    asio::steady_timer timer(stream_.socket().get_executor(), time);
    (void)co_await timer.async_wait(net::as_result);
}

asio::awaitable<HttpSession::Next> HttpSession::send_rest() {
    if (remainder_.hold.count() != 0) co_await pass(remainder_.hold);
    phase_ = Phase::sending;
    written_ = 0;
    window_start_ = bytes_acknowledged();
    send_begun_ = now_ = share_.timers.now();
    set_deadline(share_.options.send_window);
    std::size_t head_at = 0;
    while (head_at < remainder_.head.size() || !remainder_.body.empty()) {
        const std::array<asio::const_buffer, 2> pieces{
            asio::buffer(remainder_.head.data() + head_at, remainder_.head.size() - head_at),
            asio::buffer(remainder_.body.data(), remainder_.body.size())};
        const auto put = co_await stream_.write_some(pieces);
        if (put.error) {
            if (remainder_.file) share_.door.broken_off(remainder_.ticket, remainder_.body_bytes_sent);
            co_return Next::close;
        }
        const auto of_head = std::min(put.bytes, remainder_.head.size() - head_at);
        head_at += of_head;
        remainder_.body.remove_prefix(put.bytes - of_head);
        remainder_.body_bytes_sent += put.bytes - of_head;
        written_ += static_cast<std::int64_t>(put.bytes);
    }
    if (remainder_.ticket.key_rotation != 0) share_.door.went_out(remainder_.ticket);
    const auto next = after_answer(remainder_.connection, remainder_.request_body);
    remainder_ = {};
    phase_ = Phase::idle;
    co_return next;
}

asio::awaitable<void> HttpSession::linger() {
    phase_ = Phase::lingering;
    stream_.finish_writing();
    now_ = share_.timers.now();
    set_deadline(share_.options.linger_time_max);
    begin_ = end_ = 0;
    make_room();
    for (std::uint64_t dropped = 0; dropped < linger_bytes_max;) {
        const auto got = co_await stream_.read_some(asio::buffer(buffer_.data(), buffer_.size()));
        if (got.error) co_return;
        dropped += got.bytes;
    }
}

void HttpSession::drop_body() {
    const auto dropped = std::min<std::uint64_t>(body_bytes_left_, end_ - begin_);
    begin_ += dropped;
    body_bytes_left_ -= dropped;
}

void HttpSession::make_room() {
    if (begin_ != 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ < buffer_.size()) return;
    buffer_.resize(std::clamp(buffer_.size() * 2, buffer_bytes_first,
                              std::max(buffer_bytes_first, share_.options.header_bytes_max)));
}

void HttpSession::on_deadline(void* self) noexcept { static_cast<HttpSession*>(self)->deadline_passed(); }

void HttpSession::set_deadline(std::chrono::milliseconds delay) {
    due_ = now_ + delay;
    // A deadline that moves away, as that of a busy connection always does, is looked at when the old one comes.
    if (deadline_.armed() && armed_for_ <= due_) return;
    armed_for_ = due_;
    share_.timers.arm(deadline_, now_, delay);
}

void HttpSession::deadline_passed() {
    now_ = share_.timers.now();
    if (now_ < due_) {
        armed_for_ = due_;
        return share_.timers.arm(deadline_, now_, std::chrono::ceil<std::chrono::milliseconds>(due_ - now_));
    }
    if (phase_ == Phase::sending) return check_send_rate();
    if (phase_ == Phase::uploading) return check_receive_rate();
    if (phase_ == Phase::receiving)
        share_.door.refused(share_.options.transport, peer_.address, "too slow with its request");
    if (phase_ == Phase::shaking_hands)
        share_.door.refused(share_.options.transport, peer_.address, "too slow with its TLS handshake");
    abort();
}

void HttpSession::check_send_rate() {
    // What the peer has acknowledged counts, not what the kernel took: its buffer hides a slow peer at first, and then
    // shows no room for minutes although the peer reads steadily.
    const auto acknowledged = bytes_acknowledged();
    const auto window = std::chrono::duration_cast<std::chrono::duration<double>>(share_.options.send_window);
    const auto least = static_cast<double>(share_.options.send_bytes_per_second_min) * window.count();
    if (static_cast<double>(acknowledged - window_start_) < least || now_ - send_begun_ > share_.options.send_time_max)
        return abort(); // send_rest() tells the door
    window_start_ = acknowledged;
    set_deadline(share_.options.send_window);
}

std::int64_t HttpSession::bytes_acknowledged() {
    int waiting = 0;
    if (::ioctl(stream_.socket().native_handle(), SIOCOUTQ, &waiting) != 0) return written_;
    return written_ - waiting;
}

} // namespace offhook::server
