#include "server/listen/http_send.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

namespace offhook::server {

std::string_view DateLine::at(Instant now) {
    if (now >= valid_until_) {
        const auto wall = clock_.wall();
        const auto into_second = wall - std::chrono::floor<std::chrono::seconds>(wall);
        line_ = protocol::http_date_line(wall);
        valid_until_ = now + std::chrono::seconds{1} - into_second;
    }
    return {line_.data(), line_.size()};
}

namespace {

constexpr int records_at_once = 16; // then the loop's other connections get their turn

void keep_rest(const HttpAnswer& answer, std::string_view date_line, std::size_t taken, HttpRemainder& remainder) {
    remainder = whole_of(answer, date_line);
    const auto head_bytes = remainder.head.size();
    remainder.head.erase(0, taken);
    taken -= std::min(taken, head_bytes);
    remainder.body.remove_prefix(taken);
    remainder.body_bytes_sent = taken;
}

} // namespace

HttpSent send_now(int fd, const HttpAnswer& answer, std::string_view date_line, HttpFollowedBy next,
                  HttpRemainder& remainder) {
    const auto head = answer.head();
    std::array<iovec, 3> pieces{iovec{const_cast<char*>(head.data()), head.size()},
                                iovec{const_cast<char*>(date_line.data()), date_line.size()},
                                iovec{const_cast<char*>(answer.body.data()), answer.body.size()}};
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = answer.body.empty() ? 2 : 3;
    const int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (next == HttpFollowedBy::close ? MSG_MORE : 0);
    ssize_t sent = 0;
    do sent = ::sendmsg(fd, &message, flags);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return HttpSent::broken;
    const auto taken = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
    if (taken == head.size() + date_line.size() + answer.body.size()) return HttpSent::all;
    keep_rest(answer, date_line, taken, remainder);
    return HttpSent::part;
}

HttpSent send_now(net::Stream& stream, const HttpAnswer& answer, std::string_view date_line, HttpRemainder& remainder) {
    using boost::asio::buffer;
    using boost::asio::const_buffer;
    const auto head = answer.head();
    std::array<const_buffer, 3> pieces{buffer(head.data(), head.size()), buffer(date_line.data(), date_line.size()),
                                       buffer(answer.body.data(), answer.body.size())};
    const auto all = head.size() + date_line.size() + answer.body.size();
    std::size_t taken = 0;
    for (int i = 0; i < records_at_once && taken < all; ++i) {
        const auto put = stream.write_now(pieces);
        if (put.error) return HttpSent::broken;
        if (put.bytes == 0) break;
        taken += put.bytes;
        auto left = put.bytes;
        for (auto& piece : pieces) {
            const auto of_this = std::min(left, piece.size());
            piece += of_this;
            left -= of_this;
        }
    }
    if (taken == all) return HttpSent::all;
    keep_rest(answer, date_line, taken, remainder);
    return HttpSent::part;
}

HttpRemainder whole_of(const HttpAnswer& answer, std::string_view date_line) {
    HttpRemainder whole;
    whole.head.assign(answer.head()).append(date_line);
    if (answer.file != nullptr) whole.file = *answer.file;
    whole.body = answer.body;
    whole.ticket = answer.ticket;
    whole.connection = answer.connection;
    whole.request_body = answer.request_body;
    whole.hold = answer.hold;
    return whole;
}

} // namespace offhook::server
