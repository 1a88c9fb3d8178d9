#include "phone/network/netlink.hpp"

#include <cerrno>
#include <cstring>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <utility>

namespace offhook::phone::netlink {
namespace {

constexpr std::size_t receive_bytes = 64 * 1024;
constexpr std::size_t dump_bytes_max = 1 << 20;
constexpr timeval patience{5, 0};

template <class T>
std::string_view as_bytes(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// One message of a datagram: its header and body; nullopt at the end, or where a length is nonsense.
struct Piece {
    nlmsghdr header;
    std::string_view body;
};
std::optional<Piece> take_message(std::string_view& rest) {
    const auto header = fixed_part<nlmsghdr>(rest);
    if (!header || header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > rest.size()) return std::nullopt;
    const Piece piece{*header, rest.substr(sizeof(nlmsghdr), header->nlmsg_len - sizeof(nlmsghdr))};
    rest.remove_prefix(std::min(rest.size(), padded(header->nlmsg_len)));
    return piece;
}

int error_of(std::string_view body) {
    const auto error = fixed_part<nlmsgerr>(body);
    return error ? -error->error : EPROTO;
}

} // namespace

Request::Request(std::uint16_t type, std::uint16_t flags) : type_(type), flags_(flags) {}

void Request::append(std::string_view bytes) {
    body_ += bytes;
    body_.resize(padded(body_.size()));
}

void Request::add(std::uint16_t type, std::string_view value) {
    const rtattr header{static_cast<unsigned short>(sizeof(rtattr) + value.size()), type};
    body_ += as_bytes(header);
    append(value);
}
void Request::add_number(std::uint16_t type, std::uint32_t value) { add(type, as_bytes(value)); }
void Request::add_byte(std::uint16_t type, std::uint8_t value) { add(type, as_bytes(value)); }
void Request::add_text(std::uint16_t type, std::string_view text) { add(type, std::string(text) + '\0'); }

std::size_t Request::begin_nest(std::uint16_t type) {
    const auto begun = body_.size();
    add(type, {});
    return begun;
}
void Request::end_nest(std::size_t begun) {
    const auto length = static_cast<unsigned short>(body_.size() - begun);
    std::memcpy(body_.data() + begun, &length, sizeof length);
}

std::string Request::bytes(std::uint32_t sequence) const {
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + body_.size());
    header.nlmsg_type = type_;
    header.nlmsg_flags = flags_ | NLM_F_REQUEST;
    header.nlmsg_seq = sequence;
    return std::string(as_bytes(header)) + body_;
}

std::optional<std::string_view> Attributes::find(std::uint16_t type) const {
    auto rest = bytes_;
    while (const auto header = fixed_part<rtattr>(rest)) {
        if (header->rta_len < sizeof(rtattr) || header->rta_len > rest.size()) break;
        if ((header->rta_type & NLA_TYPE_MASK) == type)
            return rest.substr(sizeof(rtattr), header->rta_len - sizeof(rtattr));
        rest.remove_prefix(std::min(rest.size(), padded(header->rta_len)));
    }
    return std::nullopt;
}
std::optional<std::uint32_t> Attributes::number(std::uint16_t type) const {
    const auto value = find(type);
    return value ? fixed_part<std::uint32_t>(*value) : std::nullopt;
}
std::string Attributes::text(std::uint16_t type) const {
    const auto value = find(type).value_or(std::string_view{});
    return std::string(value.substr(0, value.find('\0')));
}

Result<Socket> Socket::open() {
    net::OwnedFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!fd)
        return fail(ErrorCode::unavailable,
                    std::string("the kernel's routing tables cannot be reached: ") + std::strerror(errno));
    (void)::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return Socket(std::move(fd));
}

int Socket::send(const Request& request, std::uint16_t more_flags) {
    auto bytes = request.bytes(++sequence_);
    nlmsghdr header{};
    std::memcpy(&header, bytes.data(), sizeof header);
    header.nlmsg_flags |= more_flags;
    std::memcpy(bytes.data(), &header, sizeof header);
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    const auto sent =
        ::sendto(fd_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
    return sent < 0 ? errno : 0;
}

int Socket::perform(const Request& request) {
    if (const int error = send(request, NLM_F_ACK); error != 0) return error;
    std::string buffer(receive_bytes, '\0');
    for (;;) {
        const auto got = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got < 0 ? errno : EPROTO;
        std::string_view rest(buffer.data(), static_cast<std::size_t>(got));
        while (const auto piece = take_message(rest))
            if (piece->header.nlmsg_seq == sequence_ && piece->header.nlmsg_type == NLMSG_ERROR)
                return error_of(piece->body);
    }
}

Socket::Dump Socket::dump(const Request& request, std::uint16_t answer_type) {
    Dump out;
    out.error = send(request, NLM_F_DUMP);
    std::string buffer(receive_bytes, '\0');
    std::size_t taken = 0;
    while (out.error == 0) {
        const auto got = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            out.error = got < 0 ? errno : EPROTO;
            break;
        }
        taken += static_cast<std::size_t>(got);
        if (taken > dump_bytes_max) out.error = EMSGSIZE;
        std::string_view rest(buffer.data(), static_cast<std::size_t>(got));
        while (const auto piece = take_message(rest)) {
            if (piece->header.nlmsg_seq != sequence_) continue;
            if (piece->header.nlmsg_type == NLMSG_DONE) return out;
            if (piece->header.nlmsg_type == NLMSG_ERROR) {
                out.error = error_of(piece->body);
                return out;
            }
            if (piece->header.nlmsg_type == answer_type) out.bodies.emplace_back(piece->body);
        }
    }
    return out;
}

} // namespace offhook::phone::netlink
