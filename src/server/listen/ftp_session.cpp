#include "server/listen/ftp_session.hpp"

#include "net/as_result.hpp"
#include "protocol/ftp/ftp_reply.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <exception>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace offhook::server {

namespace asio = boost::asio;
using protocol::FtpLineReader;
using protocol::FtpVerb;

namespace {

/// What can be said of the socket now, as of poll(2).
int events_on(asio::ip::tcp::socket& socket) {
    pollfd asked{socket.native_handle(), POLLIN | POLLRDHUP, 0};
    return ::poll(&asked, 1, 0) > 0 ? asked.revents : 0;
}

} // namespace

FtpSession::FtpSession(FtpShare& share, asio::ip::tcp::socket socket, const PeerAddress& peer)
    : share_(share), stream_(std::move(socket)), peer_(peer), local_(local_of(stream_.socket().native_handle())),
      wake_(share.loop.executor()) {
    place_ = share_.sessions.insert(share_.sessions.end(), this);
    now_ = share_.loop.timers().now();
    login_due_ = now_ + share_.options.login_time_max;
    session_due_ = now_ + share_.options.session_time_max;
}

FtpSession::~FtpSession() {
    share_.sessions.erase(place_);
    share_.counts.leave(peer_.address);
}

asio::awaitable<void> FtpSession::run() {
    try {
        co_await converse();
    } catch (...) {
        net::log_task_failure(std::current_exception()); // watch() may still be using this: it ends below
    }
    deadline_.disarm();
    loan_.give_back();
    data_.reset();
    if (stream_.socket().is_open()) stream_.finish_writing();
    stream_.close();
    while (watching_) co_await woken();
}

asio::awaitable<void> FtpSession::converse() {
    reply(220, "Offhook ready.");
    while (!ended_) {
        std::string_view line;
        const auto progress = reader_.next(line);
        if (progress == FtpLineReader::Progress::line) {
            co_await obey(line);
        } else if (progress == FtpLineReader::Progress::too_long) {
            reply(500, "That line is too long.");
        } else {
            if (share_.stopping) reply(421, "The server is stopping."), end();
            await_command();
            if (!out_.empty() && !send_at_once()) {
                const bool flushed = co_await flush();
                if (!flushed) break;
            }
            if (ended_) break;
            const bool received = co_await receive();
            if (!received) break;
            continue;
        }
        // Each command's reply goes out before the next command is obeyed: what a peer may queue up has a bound.
        await_command();
        if (!out_.empty() && !send_at_once()) {
            const bool flushed = co_await flush();
            if (!flushed) break;
        }
    }
}

void FtpSession::stop() {
    if (phase_ == Phase::idle) {
        if (!stream_.under_tls()) {
            reply(421, "The server is stopping.");
            (void)send_at_once();
        }
        abort();
    }
}

void FtpSession::abort() {
    end();
    cut_transfer();
    stream_.close();
    timed_out_ = true;
    wake();
}

void FtpSession::reply(std::uint16_t code, std::string_view text) { protocol::append_ftp_reply(out_, code, text); }

bool FtpSession::send_at_once() {
    if (stream_.under_tls()) return false;
    const auto sent = ::send(stream_.socket().native_handle(), out_.data(), out_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) out_.erase(0, static_cast<std::size_t>(sent));
    return out_.empty();
}

asio::awaitable<bool> FtpSession::flush() {
    if (out_.empty()) co_return true;
    const std::string text = std::exchange(out_, {});
    const auto put = co_await stream_.write_all(asio::buffer(text));
    co_return !put.error;
}

asio::awaitable<bool> FtpSession::receive() {
    if (watching_) {
        while (watching_) co_await woken();
        co_return !control_gone_;
    }
    if (control_gone_) co_return false;
    const auto room = reader_.room();
    const auto got = co_await stream_.read_some(asio::buffer(room.data(), room.size()));
    if (got.error) co_return false;
    reader_.received(got.bytes);
    now_ = share_.loop.timers().now();
    co_return true;
}

void FtpSession::begin_watch() {
    if (watching_ || control_gone_ || reader_.full()) return;
    if (reader_.holds(FtpVerb::abor)) return cut_transfer();
    watching_ = share_.tasks.spawn(watch()) == net::TaskGroup::Spawned::yes;
}

asio::awaitable<void> FtpSession::watch() {
    for (;;) {
        const auto room = reader_.room();
        if (room.empty()) break;
        const auto got = co_await stream_.read_some(asio::buffer(room.data(), room.size()));
        if (got.error) {
            if (got.error == asio::error::operation_aborted && stream_.socket().is_open()) break; // end_watch()
            control_gone_ = true;
            // An end behind QUIT is meant: what is under way may come to its own.
            if (!data_ || !reader_.holds(FtpVerb::quit)) cut_transfer();
            break;
        }
        reader_.received(got.bytes);
        wake();
        if (!moving()) break;
        if (reader_.holds(FtpVerb::abor)) {
            cut_transfer();
            break;
        }
    }
    watching_ = false;
    wake();
}

asio::awaitable<void> FtpSession::end_watch() {
    if (!watching_) co_return;
    boost::system::error_code ignored;
    stream_.socket().cancel(ignored);
    while (watching_) co_await woken();
}

/// Whether somebody is there to be told how an upload ended. A client that was killed ends both connections as cleanly
/// as one that is done, and the end of the data alone would pass for the end of the file. After QUIT an end is meant.
/// Requires  Phase::transferring, in which watch() reads on.
asio::awaitable<bool> FtpSession::control_stands() {
    // What has come goes through watch() first: QUIT before the end, and under TLS the close_notify.
    while (watching_ && !cut_ && (events_on(stream_.socket()) & POLLIN) != 0) co_await woken();
    if (cut_ || ended_) co_return false;
    const bool hung_up = (events_on(stream_.socket()) & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
    co_return (!control_gone_ && !hung_up) || reader_.holds(FtpVerb::quit);
}

asio::awaitable<void> FtpSession::woken() {
    wake_.expires_at(asio::steady_timer::time_point::max());
    (void)co_await wake_.async_wait(net::as_result);
}

asio::awaitable<void> FtpSession::hold(std::chrono::milliseconds time) {
    if (time <= std::chrono::milliseconds{0}) co_return;
    now_ = share_.loop.timers().now();
    set_deadline(Phase::holding, time);
    while (!timed_out_ && !ended_) co_await woken();
    phase_ = Phase::busy;
}

void FtpSession::on_woken(void* self) noexcept { static_cast<FtpSession*>(self)->wake(); }

void FtpSession::on_deadline(void* self) noexcept { static_cast<FtpSession*>(self)->deadline_passed(); }

void FtpSession::await_command() {
    // One deadline from the last command's end: a byte now and then does not move it.
    if (phase_ == Phase::idle) return;
    now_ = share_.loop.timers().now();
    auto due = std::min(now_ + share_.options.idle_time_max, session_due_);
    if (!login_) due = std::min(due, login_due_);
    set_deadline(Phase::idle, std::chrono::ceil<std::chrono::milliseconds>(due - now_));
}

void FtpSession::set_deadline(Phase phase, std::chrono::milliseconds delay) {
    phase_ = phase;
    timed_out_ = false;
    due_ = now_ + delay;
    // A deadline that moves away, as that of a busy connection always does, is looked at when the old one comes.
    if (deadline_.armed() && armed_for_ <= due_) return;
    armed_for_ = due_;
    share_.loop.timers().arm(deadline_, now_, delay);
}

void FtpSession::deadline_passed() {
    now_ = share_.loop.timers().now();
    if (now_ < due_) {
        armed_for_ = due_;
        return share_.loop.timers().arm(deadline_, now_, std::chrono::ceil<std::chrono::milliseconds>(due_ - now_));
    }
    switch (phase_) {
    case Phase::idle:
        if (!login_) share_.door.refused(Transport::ftp, peer_.address, "no login in time");
        if (!stream_.under_tls()) {
            reply(421, "Nothing came in time.");
            (void)send_at_once();
        }
        return abort();
    case Phase::busy:
        return;
    case Phase::transferring:
        return check_rate();
    case Phase::connecting:
    case Phase::holding:
    case Phase::lingering:
        timed_out_ = true;
        reset_data();
        wake();
        return;
    }
}

void FtpSession::check_rate() {
    // What the peer has acknowledged counts, not what the kernel took: its buffer hides a slow peer at first, and then
    // shows no room for minutes although the peer reads steadily.
    const auto moved = bytes_moved();
    const auto window = std::chrono::duration_cast<std::chrono::duration<double>>(share_.options.data_window);
    const auto least = static_cast<double>(share_.options.data_bytes_per_second_min) * window.count();
    if (static_cast<double>(moved - std::min(moved, window_start_)) < least || now_ > transfer_due_) {
        timed_out_ = true;
        reset_data();
        return wake();
    }
    window_start_ = moved;
    set_deadline(Phase::transferring, share_.options.data_window);
}

std::uint64_t FtpSession::bytes_moved() {
    int waiting = 0;
    if (!data_ || ::ioctl(data_->socket().native_handle(), SIOCOUTQ, &waiting) != 0) return moved_;
    return moved_ - std::min(moved_, static_cast<std::uint64_t>(std::max(waiting, 0)));
}

void FtpSession::cut_transfer() {
    cut_ = true;
    reset_data();
    wake();
}

} // namespace offhook::server
