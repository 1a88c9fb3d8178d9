#include "cli/kea_control.hpp"

#include "base/clock.hpp"
#include "base/text.hpp"

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace offhook::cli {
namespace {

namespace json = boost::json;

std::string reason() { return std::system_category().message(errno); }

/// Counts the time of one whole exchange, so that an answer in drips ends too.
class Deadline {
public:
    Deadline() : end_(clock_.instant() + kea_answer_time) {}
    /// Errors: unavailable when time is up.
    Result<void> wait_for(int fd, short events) const {
        for (;;) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - clock_.instant()).count();
            if (left <= 0) break;
            pollfd waiting{fd, events, 0};
            const int ready = ::poll(&waiting, 1, static_cast<int>(left));
            if (ready > 0) return {};
            if (ready < 0 && errno != EINTR) return fail(ErrorCode::unavailable, reason());
        }
        return fail(ErrorCode::unavailable, fmt::format("Kea did not answer within {} s", kea_answer_time.count()));
    }

private:
    SystemClock clock_;
    Instant end_;
};

Result<net::OwnedFd> connect_to(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return fail(ErrorCode::invalid, fmt::format("a socket's path is 1 to {} bytes", sizeof address.sun_path - 1));
    std::memcpy(address.sun_path, path.data(), path.size());
    net::OwnedFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return fail(ErrorCode::unavailable, reason());
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return fail(ErrorCode::unavailable,
                    reason() + "; is Kea running, and does its configuration have this as control-socket?");
    return fd;
}

Result<void> send_all(int fd, std::string_view bytes, const Deadline& deadline) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (const auto ready = deadline.wait_for(fd, POLLOUT); !ready) return ready;
        } else if (errno != EINTR) {
            return fail(ErrorCode::unavailable, reason());
        }
    }
    return {};
}

Result<std::string> read_all(int fd, const Deadline& deadline) {
    std::string out;
    std::array<char, 65536> piece;
    for (;;) {
        const auto got = ::recv(fd, piece.data(), piece.size(), 0);
        if (got == 0) return out;
        if (got > 0) {
            out.append(piece.data(), static_cast<std::size_t>(got));
            if (out.size() > kea_answer_bytes_max)
                return fail(ErrorCode::too_large,
                            fmt::format("Kea's answer is longer than {} MiB", kea_answer_bytes_max >> 20U));
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (const auto ready = deadline.wait_for(fd, POLLIN); !ready) return tl::unexpected(ready.error());
        } else if (errno != EINTR) {
            return fail(ErrorCode::unavailable, reason());
        }
    }
}

/// What Kea's result codes mean. Source: its manual, "Control Agent: using the control channel".
Result<void> check_result(std::int64_t result, std::string_view command, const std::string& text) {
    const std::string where = "Kea, " + std::string(command);
    switch (result) {
    case 0:
        return {};
    case 1:
        return fail(ErrorCode::invalid, text.empty() ? "refused (result 1)" : text + " (result 1: refused)", where);
    case 2:
        return fail(ErrorCode::unavailable, text + " (result 2: this Kea does not have the command)", where);
    case 3:
        return fail(ErrorCode::not_found, text + " (result 3: nothing there)", where);
    case 4:
        return fail(ErrorCode::conflict, text + " (result 4: it conflicts with Kea's present state)", where);
    default:
        return fail(ErrorCode::unavailable, fmt::format("{} (result {})", text, result), where);
    }
}

} // namespace

Result<KeaControl::Reply> read_kea_reply(std::string_view command, std::string_view text) {
    const std::string where = "Kea, " + std::string(command);
    json::error_code error;
    json::parse_options options;
    options.max_depth = kea_answer_depth_max;
    auto value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
    if (error) return fail(ErrorCode::invalid, "the answer is no JSON: " + error.message(), where);
    // The control agent answers with a list, the server itself with an object.
    if (value.is_array() && value.get_array().size() == 1) value = json::value(value.get_array()[0]);
    const auto* answer = value.if_object();
    const auto* result = answer == nullptr ? nullptr : answer->if_contains("result");
    if (result == nullptr || !result->is_int64()) return fail(ErrorCode::invalid, "the answer has no result", where);
    const auto* said = answer->if_contains("text");
    KeaControl::Reply reply;
    if (said != nullptr && said->is_string()) reply.text = printable(std::string_view(said->get_string()), 2000);
    if (const auto good = check_result(result->get_int64(), command, reply.text); !good)
        return tl::unexpected(good.error());
    const auto* arguments = answer->if_contains("arguments");
    if (arguments != nullptr && arguments->is_object()) reply.arguments = arguments->get_object();
    return reply;
}

Result<std::string> KeaControl::exchange(const std::string& request) const {
    const Deadline deadline;
    const auto fd = connect_to(socket_path_);
    if (!fd) return tl::unexpected(fd.error());
    if (const auto sent = send_all(fd->get(), request, deadline); !sent) return tl::unexpected(sent.error());
    ::shutdown(fd->get(), SHUT_WR);
    return read_all(fd->get(), deadline);
}

Result<KeaControl::Reply> KeaControl::call(std::string_view command) const {
    auto answer = exchange(json::serialize(json::object{{"command", command}}));
    if (!answer) return fail(answer.error().code, answer.error().message, socket_path_);
    return read_kea_reply(command, *answer);
}

Result<KeaControl::Reply> KeaControl::call(std::string_view command, json::object arguments) const {
    auto answer = exchange(json::serialize(json::object{{"command", command}, {"arguments", std::move(arguments)}}));
    if (!answer) return fail(answer.error().code, answer.error().message, socket_path_);
    return read_kea_reply(command, *answer);
}

} // namespace offhook::cli
