#pragma once
/// @file  Netlink: requests to the kernel's routing tables (interfaces, addresses, routes), and their answers.
///
/// Shape    nlmsghdr, a fixed part, attributes of length, type and value padded to four bytes, in the host's order.
/// Limits   an answer of a dump <= 1 MiB; the kernel is given five seconds.
/// Errors   errno as the kernel says it, 0 for success: callers know what it means for what they asked.
/// Source   netlink(7), rtnetlink(7).
#include "base/result.hpp"
#include "net/owned_fd.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone::netlink {

class Request {
public:
    /// `flags` beside NLM_F_REQUEST.
    Request(std::uint16_t type, std::uint16_t flags);

    /// The part that every message of its type begins with: ifinfomsg, ifaddrmsg, rtmsg.
    template <class T>
    void fixed(const T& part) {
        append({reinterpret_cast<const char*>(&part), sizeof part});
    }
    void add(std::uint16_t type, std::string_view value);
    void add_number(std::uint16_t type, std::uint32_t value);
    void add_byte(std::uint16_t type, std::uint8_t value);
    void add_text(std::uint16_t type, std::string_view text); ///< NUL-ended
    /// What is added until end_nest() stands inside.
    [[nodiscard]] std::size_t begin_nest(std::uint16_t type);
    void end_nest(std::size_t begun);

    /// The whole message with its length and `sequence`.
    [[nodiscard]] std::string bytes(std::uint32_t sequence) const;
    [[nodiscard]] std::uint16_t type() const { return type_; }

private:
    void append(std::string_view bytes); // padded
    std::string body_;
    std::uint16_t type_, flags_;
};

/// What follows the fixed part: attributes of an answer. Lifetime: views into `bytes`.
class Attributes {
public:
    explicit Attributes(std::string_view bytes) : bytes_(bytes) {}
    /// The first of that type.
    [[nodiscard]] std::optional<std::string_view> find(std::uint16_t type) const;
    [[nodiscard]] std::optional<std::uint32_t> number(std::uint16_t type) const;
    [[nodiscard]] std::string text(std::uint16_t type) const; ///< "" where there is none

private:
    std::string_view bytes_;
};

/// A socket belongs for ever to the network namespace that its thread was in when it was opened.
class Socket {
public:
    [[nodiscard]] static Result<Socket> open();
    /// Errors: errno; 0 when the kernel did it.
    [[nodiscard]] int perform(const Request& request);
    /// The bodies (behind nlmsghdr) of all answers of `answer_type`. Errors: errno in `error`.
    struct Dump {
        int error = 0;
        std::vector<std::string> bodies;
    };
    [[nodiscard]] Dump dump(const Request& request, std::uint16_t answer_type);

private:
    explicit Socket(net::OwnedFd fd) : fd_(std::move(fd)) {}
    [[nodiscard]] int send(const Request& request, std::uint16_t more_flags);
    net::OwnedFd fd_;
    std::uint32_t sequence_ = 0;
};

/// The fixed part of a body; nullopt: the body is shorter.
template <class T>
[[nodiscard]] std::optional<T> fixed_part(std::string_view body) {
    if (body.size() < sizeof(T)) return std::nullopt;
    T part;
    std::char_traits<char>::copy(reinterpret_cast<char*>(&part), body.data(), sizeof part);
    return part;
}
[[nodiscard]] constexpr std::size_t padded(std::size_t bytes) { return (bytes + 3) & ~std::size_t{3}; }
template <class T>
[[nodiscard]] Attributes attributes_behind(std::string_view body) {
    return Attributes(body.size() < padded(sizeof(T)) ? std::string_view{} : body.substr(padded(sizeof(T))));
}

} // namespace offhook::phone::netlink
