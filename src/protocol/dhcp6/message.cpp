#include "protocol/dhcp6/message.hpp"

#include "base/assert.hpp"
#include "protocol/dhcp6/bytes.hpp"

namespace offhook::protocol::dhcp6 {
namespace {

constexpr std::size_t option_header_bytes = 4;
constexpr std::size_t message_header_bytes = 4;
constexpr std::size_t relay_header_bytes = 34;

bool is_relay(std::uint8_t type) {
    return type == static_cast<std::uint8_t>(Type::relay_forward) ||
           type == static_cast<std::uint8_t>(Type::relay_reply);
}

/// What a server sends, and so what comes back in RELAY-REPL.
bool is_servers(Type type) { return type == Type::advertise || type == Type::reply || type == Type::reconfigure; }

std::uint8_t relay_type_around(Type type) {
    return static_cast<std::uint8_t>(is_servers(type) ? Type::relay_reply : Type::relay_forward);
}

/// Reads one relay's header and options, and leaves `bytes` at the message inside.
MessageError read_relay(std::string_view& bytes, Relay& out) {
    if (bytes.size() < relay_header_bytes) return MessageError::too_short;
    ByteReader in(bytes);
    (void)in.u8();
    out.hops = in.u8();
    out.link_address = in.address();
    out.peer_address = in.address();
    Options all;
    if (!all.read(in.rest())) return MessageError::bad_option;
    std::optional<std::string_view> inside;
    for (const auto& [code, value] : all.all()) {
        if (code != relay_message) {
            out.options.add(code, value);
            continue;
        }
        if (inside) return MessageError::bad_option; // there is one message in a relay's
        inside = value;
    }
    if (!inside) return MessageError::bad_option;
    // The view into `all` ends with it; the same bytes stand in the datagram, as far from its end.
    const auto at = bytes.size() - in.rest().size();
    const auto position = all.position_of(*inside);
    bytes = bytes.substr(at + position, inside->size());
    return MessageError::none;
}

} // namespace

bool Options::read(std::string_view bytes) {
    clear();
    if (bytes.size() > datagram_bytes_max) return false;
    bytes_ = bytes;
    std::size_t at = 0;
    while (at < bytes.size()) {
        ByteReader in(bytes.substr(at));
        const auto code = in.u16();
        const auto length = in.u16();
        if (in.overran() || in.rest().size() < length || pieces_.size() == options_max) {
            clear();
            return false;
        }
        pieces_.push_back({code, static_cast<std::uint32_t>(at + option_header_bytes), length});
        at += option_header_bytes + length;
    }
    return true;
}

void Options::write(std::string& out) const { out += bytes_; }

std::optional<std::string_view> Options::option(std::uint16_t code) const {
    for (const auto& piece : pieces_)
        if (piece.code == code) return std::string_view(bytes_).substr(piece.at, piece.bytes);
    return std::nullopt;
}

std::vector<Options::Option> Options::all() const {
    std::vector<Option> out;
    out.reserve(pieces_.size());
    for (const auto& piece : pieces_)
        out.push_back({piece.code, std::string_view(bytes_).substr(piece.at, piece.bytes)});
    return out;
}

std::size_t Options::position_of(std::string_view value) const {
    OFFHOOK_ASSERT(value.data() >= bytes_.data() && value.data() + value.size() <= bytes_.data() + bytes_.size());
    return static_cast<std::size_t>(value.data() - bytes_.data());
}

void Options::add(std::uint16_t code, std::string_view value) {
    OFFHOOK_ASSERT(value.size() <= 0xffff);
    put_u16(bytes_, code);
    put_u16(bytes_, static_cast<std::uint16_t>(value.size()));
    pieces_.push_back({code, static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(value.size())});
    bytes_ += value;
}

void Options::clear() {
    bytes_.clear();
    pieces_.clear();
}

MessageError Message::read(std::string_view datagram) {
    type = Type::none;
    transaction = 0;
    options.clear();
    relays.clear();
    if (datagram.size() > datagram_bytes_max) return MessageError::too_large;
    std::optional<std::uint8_t> relayed_as;
    while (!datagram.empty() && is_relay(static_cast<std::uint8_t>(datagram.front()))) {
        const auto relay_type = static_cast<std::uint8_t>(datagram.front());
        if (relayed_as && *relayed_as != relay_type) return MessageError::unknown_type;
        relayed_as = relay_type;
        if (relays.size() == relays_max) return MessageError::too_many_relays;
        if (const auto error = read_relay(datagram, relays.emplace_back()); error != MessageError::none) return error;
    }
    if (datagram.size() < message_header_bytes) return MessageError::too_short;
    const auto number = static_cast<std::uint8_t>(datagram.front());
    if (number == 0 || number > static_cast<std::uint8_t>(Type::information_request)) return MessageError::unknown_type;
    // What a client says travels in RELAY-FORW, what a server says in RELAY-REPL, and neither in the other.
    if (relayed_as && *relayed_as != relay_type_around(static_cast<Type>(number))) return MessageError::unknown_type;
    ByteReader in(datagram);
    transaction = in.u32() & 0xffffffU;
    if (!options.read(in.rest())) return MessageError::bad_option;
    type = static_cast<Type>(number);
    return MessageError::none;
}

void Message::write(std::string& out) const {
    std::string inside;
    put_u32(inside, std::uint32_t{static_cast<std::uint8_t>(type)} << 24U | (transaction & 0xffffffU));
    options.write(inside);
    for (auto relay = relays.rbegin(); relay != relays.rend(); ++relay) {
        std::string around;
        around += static_cast<char>(relay_type_around(type));
        around += static_cast<char>(relay->hops);
        put_address(around, relay->link_address);
        put_address(around, relay->peer_address);
        relay->options.write(around);
        OFFHOOK_ASSERT(inside.size() <= 0xffff);
        put_u16(around, relay_message);
        put_u16(around, static_cast<std::uint16_t>(inside.size()));
        around += inside;
        inside = std::move(around);
    }
    out += inside;
}

bool Message::asks_for(std::uint16_t code) const {
    const auto asked = options.option(option_request);
    if (!asked) return false;
    ByteReader in(*asked);
    while (in.rest().size() >= 2)
        if (in.u16() == code) return true;
    return false;
}

} // namespace offhook::protocol::dhcp6
