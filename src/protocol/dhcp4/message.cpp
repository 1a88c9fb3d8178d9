#include "protocol/dhcp4/message.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <cstring>

namespace offhook::protocol::dhcp4 {

namespace {

constexpr std::size_t op_at = 0, sname_at = 44, sname_bytes = 64, file_at = 108, file_bytes = 128, cookie_at = 236,
                      options_at = 240;
constexpr std::string_view cookie("\x63\x82\x53\x63", 4);
constexpr std::size_t value_bytes_max = 4096, piece_bytes_max = 255;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < count; ++i) out = out << 8U | byte_at(bytes, at + i);
    return out;
}

void put_number(std::string& out, std::uint32_t value, std::size_t count) {
    for (std::size_t i = count; i-- > 0;) out += static_cast<char>(value >> (8U * i) & 0xffU);
}

void put_address(std::string& out, const IpAddress& address) {
    const auto& bytes = address.bytes();
    out.append(reinterpret_cast<const char*>(bytes.data()) + 12, 4);
}

/// Up to the first NUL: the fields sname and file.
std::string_view field_text(std::string_view field) {
    return field.substr(0, std::min(field.find('\0'), field.size()));
}

void put_field(std::string& out, std::string_view text, std::size_t bytes) {
    const auto used = std::min(text.size(), bytes - 1); // a NUL ends it: RFC 2131 2
    out.append(text.data(), used).append(bytes - used, '\0');
}

struct RawOption {
    std::uint8_t code;
    std::string_view value;
};

/// What was found in the three places that may hold options, piece by piece.
struct RawOptions {
    std::array<RawOption, options_max> pieces;
    std::size_t count = 0;
    std::uint8_t overload = 0; ///< 1: file, 2: sname, 3: both

    /// False: more than we keep.
    bool read(std::string_view area) {
        std::size_t at = 0;
        while (at < area.size()) {
            const std::uint8_t code = byte_at(area, at++);
            if (code == pad) continue;
            if (code == end || at == area.size()) break;
            const std::size_t bytes = byte_at(area, at++);
            if (bytes > area.size() - at) break; // cut short at the end: dropped
            const std::string_view value = area.substr(at, bytes);
            at += bytes;
            if (code == Code::overload) {
                if (bytes == 1) overload = byte_at(value, 0);
                continue;
            }
            if (count == pieces.size()) return false;
            pieces[count++] = {code, value};
        }
        return true;
    }
};

bool is_first(std::uint8_t code) { return code == message_type || code == server_id; }

std::size_t written_bytes(std::size_t value_bytes) {
    return value_bytes + 2 * std::max<std::size_t>(1, (value_bytes + piece_bytes_max - 1) / piece_bytes_max);
}

void put_option(std::string& out, std::uint8_t code, std::string_view value) {
    do { // an empty value is an option too
        const std::string_view piece = value.substr(0, piece_bytes_max);
        out += static_cast<char>(code);
        out += static_cast<char>(piece.size());
        out += piece;
        value.remove_prefix(piece.size());
    } while (!value.empty());
}

} // namespace

Message::Message()
    : ciaddr(IpAddress::v4(0)), yiaddr(IpAddress::v4(0)), siaddr(IpAddress::v4(0)), giaddr(IpAddress::v4(0)) {}

MessageError Message::read(std::string_view datagram) {
    bytes_.clear(), pieces_.clear();
    if (datagram.size() < options_at) return MessageError::too_short;
    if (datagram.size() > datagram_bytes_max) return MessageError::too_large;
    const std::uint8_t op_byte = byte_at(datagram, op_at);
    if (op_byte != 1 && op_byte != 2) return MessageError::wrong_op;
    if (datagram.substr(cookie_at, cookie.size()) != cookie) return MessageError::no_cookie;
    op = static_cast<Op>(op_byte);
    hardware_type = byte_at(datagram, 1), hardware_bytes = byte_at(datagram, 2), hops = byte_at(datagram, 3);
    if (hardware_bytes > chaddr.size()) return MessageError::bad_hardware;
    xid = number_at(datagram, 4, 4), secs = static_cast<std::uint16_t>(number_at(datagram, 8, 2));
    broadcast = (byte_at(datagram, 10) & 0x80U) != 0;
    ciaddr = IpAddress::v4(number_at(datagram, 12, 4)), yiaddr = IpAddress::v4(number_at(datagram, 16, 4));
    siaddr = IpAddress::v4(number_at(datagram, 20, 4)), giaddr = IpAddress::v4(number_at(datagram, 24, 4));
    std::memcpy(chaddr.data(), datagram.data() + 28, chaddr.size());

    RawOptions raw;
    if (!raw.read(datagram.substr(options_at))) return MessageError::bad_option;
    const std::uint8_t overloaded = raw.overload; // not what an option 52 inside of `file` says
    const std::string_view file_field = datagram.substr(file_at, file_bytes);
    const std::string_view sname_field = datagram.substr(sname_at, sname_bytes);
    file.clear(), sname.clear();
    if ((overloaded & 1U) == 0)
        file = field_text(file_field);
    else if (!raw.read(file_field))
        return MessageError::bad_option;
    if ((overloaded & 2U) == 0)
        sname = field_text(sname_field);
    else if (!raw.read(sname_field))
        return MessageError::bad_option;

    std::array<bool, 256> is_joined{};
    for (std::size_t i = 0; i < raw.count; ++i) {
        const std::uint8_t code = raw.pieces[i].code;
        if (is_joined[code]) continue;
        is_joined[code] = true;
        const auto at = static_cast<std::uint32_t>(bytes_.size());
        for (std::size_t j = i; j < raw.count; ++j)
            if (raw.pieces[j].code == code) bytes_ += raw.pieces[j].value;
        pieces_.push_back({code, at, static_cast<std::uint32_t>(bytes_.size()) - at});
    }
    const auto type_value = option(message_type);
    if (!type_value) return MessageError::no_type;
    if (type_value->size() != 1 || type() == Type::none) return MessageError::bad_option;
    return MessageError::none;
}

void Message::write(std::string& out, std::size_t bytes_max, std::vector<std::uint8_t>* left_out) const {
    out.clear();
    out += static_cast<char>(op);
    out += static_cast<char>(hardware_type);
    out += static_cast<char>(hardware_bytes);
    out += static_cast<char>(hops);
    put_number(out, xid, 4);
    put_number(out, secs, 2);
    put_number(out, broadcast ? 0x8000U : 0U, 2);
    for (const IpAddress* address : {&ciaddr, &yiaddr, &siaddr, &giaddr}) put_address(out, *address);
    out.append(reinterpret_cast<const char*>(chaddr.data()), chaddr.size());
    put_field(out, sname, sname_bytes);
    put_field(out, file, file_bytes);
    out += cookie;
    // What a client cannot do without, and what a relay finds its port by, always goes in.
    const auto relay = option(relay_information);
    std::size_t used = out.size() + 1 + (relay ? written_bytes(relay->size()) : 0);
    for (const std::uint8_t code : {message_type, server_id})
        if (const auto value = option(code)) {
            put_option(out, code, *value);
            used += written_bytes(value->size());
        }
    for (const Piece& piece : pieces_) {
        if (is_first(piece.code) || piece.code == relay_information) continue;
        const std::size_t needed = written_bytes(piece.bytes);
        if (used + needed > bytes_max) {
            if (left_out != nullptr) left_out->push_back(piece.code);
            continue;
        }
        put_option(out, piece.code, std::string_view(bytes_).substr(piece.at, piece.bytes));
        used += needed;
    }
    if (relay) put_option(out, relay_information, *relay);
    out += static_cast<char>(end);
    if (op == Op::reply && out.size() < reply_bytes_least) out.resize(reply_bytes_least, '\0');
}

Type Message::type() const {
    const auto value = option(message_type);
    if (!value || value->size() != 1) return Type::none;
    const std::uint8_t number = byte_at(*value, 0);
    return number <= static_cast<std::uint8_t>(Type::inform) ? static_cast<Type>(number) : Type::none;
}

void Message::set_type(Type type) {
    const char byte = static_cast<char>(type);
    set(message_type, {&byte, 1});
}

std::optional<MacAddress> Message::mac() const {
    if (hardware_type != 1 || hardware_bytes != 6) return std::nullopt;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 6; ++i) bits = bits << 8U | chaddr[i];
    return MacAddress(bits);
}

void Message::set_mac(MacAddress mac) {
    hardware_type = 1, hardware_bytes = 6;
    chaddr.fill(0);
    for (unsigned i = 0; i < 6; ++i) chaddr[i] = static_cast<std::uint8_t>(mac.bits() >> (40U - 8U * i));
}

std::optional<std::string_view> Message::option(std::uint8_t code) const {
    for (const Piece& piece : pieces_)
        if (piece.code == code) return std::string_view(bytes_).substr(piece.at, piece.bytes);
    return std::nullopt;
}

std::vector<Message::Option> Message::options() const {
    std::vector<Option> out;
    out.reserve(pieces_.size());
    for (const Piece& piece : pieces_)
        out.push_back({piece.code, std::string_view(bytes_).substr(piece.at, piece.bytes)});
    return out;
}

void Message::set(std::uint8_t code, std::string_view value) {
    OFFHOOK_ASSERT(code != pad && code != end && code != overload && value.size() <= value_bytes_max);
    const auto bytes = static_cast<std::uint32_t>(value.size());
    const auto old = std::find_if(pieces_.begin(), pieces_.end(), [&](const Piece& p) { return p.code == code; });
    if (old != pieces_.end() && bytes <= old->bytes) {
        std::memmove(bytes_.data() + old->at, value.data(), bytes);
        old->bytes = bytes;
        return;
    }
    const Piece piece{code, static_cast<std::uint32_t>(bytes_.size()), bytes};
    bytes_.append(value.data(), value.size());
    if (old != pieces_.end())
        *old = piece;
    else
        pieces_.push_back(piece);
}

void Message::set_addresses(std::uint8_t code, std::span<const IpAddress> v4) {
    std::string value;
    for (const IpAddress& address : v4) put_address(value, address);
    set(code, value);
}

void Message::set_number32(std::uint8_t code, std::uint32_t value) {
    std::string bytes;
    put_number(bytes, value, 4);
    set(code, bytes);
}

void Message::unset(std::uint8_t code) {
    std::erase_if(pieces_, [&](const Piece& piece) { return piece.code == code; });
}

std::optional<std::string_view> Message::text(std::uint8_t code) const {
    auto value = option(code);
    while (value && !value->empty() && value->back() == '\0') value->remove_suffix(1);
    return value;
}

std::optional<IpAddress> Message::address(std::uint8_t code) const {
    const auto value = option(code);
    if (!value || value->empty() || value->size() % 4 != 0) return std::nullopt;
    return IpAddress::v4(number_at(*value, 0, 4));
}

std::vector<IpAddress> Message::addresses(std::uint8_t code) const {
    std::vector<IpAddress> out;
    const auto value = option(code);
    if (!value || value->size() % 4 != 0) return out;
    for (std::size_t at = 0; at < value->size(); at += 4) out.push_back(IpAddress::v4(number_at(*value, at, 4)));
    return out;
}

std::optional<std::uint32_t> Message::number32(std::uint8_t code) const {
    const auto value = option(code);
    if (!value || value->size() != 4) return std::nullopt;
    return number_at(*value, 0, 4);
}

bool Message::asks_for(std::uint8_t code) const {
    const auto list = option(parameter_list);
    return !list || list->find(static_cast<char>(code)) != std::string_view::npos;
}

std::vector<SubOption> sub_options(std::string_view value) {
    std::vector<SubOption> out;
    std::size_t at = 0;
    while (at < value.size()) {
        const std::uint8_t code = byte_at(value, at++);
        if (code == pad) continue;
        if (code == end || at == value.size()) break;
        const std::size_t bytes = byte_at(value, at++);
        if (bytes > value.size() - at) break;
        out.push_back({code, value.substr(at, bytes)});
        at += bytes;
    }
    return out;
}

void append_sub_option(std::string& out, std::uint8_t code, std::string_view value) {
    value = value.substr(0, piece_bytes_max);
    out += static_cast<char>(code);
    out += static_cast<char>(value.size());
    out += value;
}

std::vector<EnterpriseBlock> enterprise_blocks(std::string_view value) {
    std::vector<EnterpriseBlock> out;
    while (value.size() >= 5) {
        const std::size_t bytes = byte_at(value, 4);
        if (bytes > value.size() - 5) break;
        out.push_back({number_at(value, 0, 4), value.substr(5, bytes)});
        value.remove_prefix(5 + bytes);
    }
    return out;
}

void append_enterprise_block(std::string& out, std::uint32_t enterprise, std::string_view data) {
    data = data.substr(0, piece_bytes_max);
    put_number(out, enterprise, 4);
    out += static_cast<char>(data.size());
    out += data;
}

std::string_view user_class_of(std::string_view value) {
    std::size_t at = 0;
    while (at < value.size()) { // a list, only if its lengths come out even: anything else is the bare text
        const std::size_t bytes = byte_at(value, at);
        if (bytes == 0 || bytes > value.size() - at - 1) break;
        at += 1 + bytes;
    }
    if (!value.empty() && at == value.size()) return value.substr(1, byte_at(value, 0));
    while (!value.empty() && value.back() == '\0') value.remove_suffix(1);
    return value;
}

} // namespace offhook::protocol::dhcp4
