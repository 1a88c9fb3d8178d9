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
    auto taken = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
    const auto head_bytes = head.size() + date_line.size();
    if (taken == head_bytes + answer.body.size()) return HttpSent::all;
    remainder = whole_of(answer, date_line);
    remainder.head.erase(0, taken);
    taken -= std::min(taken, head_bytes);
    remainder.body.remove_prefix(taken);
    remainder.body_bytes_sent = taken;
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
