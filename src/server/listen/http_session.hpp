#pragma once
/// @file  HttpSession: one connection that is kept, from its first request to its close.
///
/// The common case never comes here: http_acceptor answers a whole request that closes where it stands.
/// Threads  its loop's.
#include "net/loop_timers.hpp"
#include "net/stream.hpp"
#include "server/listen/connection_counts.hpp"
#include "server/listen/http_answer.hpp"
#include "server/listen/http_options.hpp"
#include "server/listen/http_request_head.hpp"
#include "server/listen/http_send.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string_view>
#include <vector>

namespace offhook::server {

/// What the sessions of one listener share on one loop.
struct HttpShare {
    HttpShare(const HttpOptions& given_options, Door& given_door, net::LoopTimers& given_timers, const Clock& clock,
              ConnectionCounts& given_counts, net::TlsContext* given_tls)
        : options(given_options), door(given_door), timers(given_timers), counts(given_counts), tls(given_tls),
          answerer(given_door, clock, given_options), date(clock) {}

    const HttpOptions& options;
    Door& door;
    net::LoopTimers& timers;
    ConnectionCounts& counts;
    net::TlsContext* tls; ///< null: in clear
    HttpAnswerer answerer;
    HttpHeadReader reader; ///< one for all: what it read is used before the next read
    DateLine date;
    std::list<class HttpSession*> sessions;
    bool stopping = false;
};

class HttpSession {
public:
    /// Requires  a place in share.counts, which the session gives back. `share` outlives it.
    HttpSession(HttpShare& share, boost::asio::ip::tcp::socket socket, const HttpPeer& peer);
    ~HttpSession();
    HttpSession(const HttpSession&) = delete;
    HttpSession& operator=(const HttpSession&) = delete;

    /// Before run(): what was received already, and what is still to be sent.
    void received(std::string_view bytes);
    void still_to_send(HttpRemainder remainder) { remainder_ = std::move(remainder); }

    [[nodiscard]] boost::asio::awaitable<void> run();

    /// Ends it at the next pause between two requests; at once if it is in one.
    void stop();
    /// Closes the socket, whatever is under way.
    void abort();

private:
    enum class Phase : std::uint8_t {
        shaking_hands,
        idle,
        receiving, ///< a request's head, or a body that is dropped
        uploading, ///< a body that is kept
        waiting,   ///< for the door, or for a held answer's time
        sending,
        lingering
    };
    enum class Next : std::uint8_t { read, serve, bring, receive_upload, send_rest, linger, close };

    /// The one deadline of whatever the session is doing now, counted from now_.
    void set_deadline(std::chrono::milliseconds delay);
    static void on_deadline(void* self) noexcept;
    void deadline_passed();
    void check_send_rate();
    [[nodiscard]] std::int64_t bytes_acknowledged();

    [[nodiscard]] Next serve_buffered();
    [[nodiscard]] Next wait_for_more();
    [[nodiscard]] Next send(const HttpAnswer& answer, std::size_t head_bytes, std::uint64_t body_bytes);
    [[nodiscard]] Next after_answer(protocol::HttpConnection connection, HttpBody request_body) const;
    [[nodiscard]] protocol::HttpConnection granted() const;
    [[nodiscard]] boost::asio::awaitable<Next> bring();
    [[nodiscard]] boost::asio::awaitable<void> pass(std::chrono::milliseconds time);
    [[nodiscard]] boost::asio::awaitable<Next> shake_hands();
    [[nodiscard]] HttpSent send_now(const HttpAnswer& answer, Next after);
    [[nodiscard]] boost::asio::awaitable<Next> send_rest();

    // http_session_upload.cpp
    enum class Body : std::uint8_t { whole, broken, cut, refused };
    struct Receiving;
    static constexpr std::size_t upload_buffer_bytes = 16 * 1024;
    [[nodiscard]] boost::asio::awaitable<Next> receive_upload();
    [[nodiscard]] boost::asio::awaitable<Body> receive_body(Receiving& receiving);
    [[nodiscard]] Next finish_upload(const HttpAnswer& answer);
    void check_receive_rate();
    [[nodiscard]] boost::asio::awaitable<void> linger();

    [[nodiscard]] std::string_view buffered() const { return {buffer_.data() + begin_, end_ - begin_}; }
    void drop_body();
    void make_room();

    HttpShare& share_;
    net::Stream stream_;
    HttpPeer peer_;
    std::optional<DeviceCertificate> certificate_; ///< what peer_ points to
    std::list<HttpSession*>::iterator place_;
    std::vector<char> buffer_; ///< grows to options.header_bytes_max
    std::size_t begin_ = 0;    ///< buffered bytes not yet used: begin_ to end_
    std::size_t end_ = 0;
    std::uint64_t body_bytes_left_ = 0; ///< of a request's body, to be dropped
    std::uint64_t requests_ = 0;
    HttpRemainder remainder_;
    std::int64_t written_ = 0;      ///< of the remainder
    std::int64_t window_start_ = 0; ///< bytes_acknowledged() when the send window under way began
    std::uint64_t received_ = 0;    ///< of the upload under way, in this window
    Instant send_begun_{};          ///< or the upload's begin
    Instant now_{};                 ///< read once for each time the session wakes up
    Instant due_{};                 ///< when the deadline under way passes
    Instant armed_for_{};           ///< what the slot was armed for: due_ or earlier
    Phase phase_ = Phase::idle;
    net::TimerSlot deadline_{on_deadline, this};
};

} // namespace offhook::server
