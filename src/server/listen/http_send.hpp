#pragma once
/// @file  Sending one answer: at once as far as the socket takes it, and what is left over.
#include "base/clock.hpp"
#include "net/stream.hpp"
#include "protocol/http_head.hpp"
#include "server/listen/http_answer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace offhook::server {

/// The date line of the answers of one loop, made once a second.
class DateLine {
public:
    explicit DateLine(const Clock& clock) : clock_(clock) {}
    /// `now` as read from the clock's instant(); a wall clock that was set shows within a second.
    [[nodiscard]] std::string_view at(Instant now);

private:
    const Clock& clock_;
    Instant valid_until_{};
    std::array<char, protocol::http_date_line_bytes> line_{};
};

/// What of an answer the socket did not take at once. Holds the file, so that its text stays.
struct HttpRemainder {
    std::string head; ///< what is left of head and date line
    std::shared_ptr<const ReadyFile> file;
    std::string_view body; ///< what is left, into the file
    Ticket ticket;
    protocol::HttpConnection connection = protocol::HttpConnection::close;
    HttpBody request_body = HttpBody::none;
    std::uint64_t body_bytes_sent = 0;
    std::chrono::milliseconds hold{0}; ///< not before this time has passed

    [[nodiscard]] std::size_t bytes() const { return head.size() + body.size(); }
};

enum class HttpSent : std::uint8_t { all, part, broken };

/// What the caller does after the last byte. Before a close the kernel holds the data back, so that it travels with the
/// FIN.
enum class HttpFollowedBy : std::uint8_t { more, close };

/// The whole answer, unsent: what is to be held, or came from disk.
[[nodiscard]] HttpRemainder whole_of(const HttpAnswer& answer, std::string_view date_line);

/// Sends head, date line and body on a non-blocking socket; fills `remainder` when the socket takes only a part.
[[nodiscard]] HttpSent send_now(int fd, const HttpAnswer& answer, std::string_view date_line, HttpFollowedBy next,
                                HttpRemainder& remainder);

/// The same through a stream under TLS.
[[nodiscard]] HttpSent send_now(net::Stream& stream, const HttpAnswer& answer, std::string_view date_line,
                                HttpRemainder& remainder);

} // namespace offhook::server
