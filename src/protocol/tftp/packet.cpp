#include "protocol/tftp/packet.hpp"

#include "base/text.hpp"

namespace offhook::protocol::tftp {
namespace {

using Failure = ParseError<PacketError>;

std::uint16_t number_at(std::string_view packet, std::size_t at) {
    return static_cast<std::uint16_t>(static_cast<unsigned char>(packet[at]) << 8U |
                                      static_cast<unsigned char>(packet[at + 1]));
}

void put_number(std::string& out, std::uint16_t number) {
    out += static_cast<char>(number >> 8U);
    out += static_cast<char>(number & 0xffU);
}

void put_text(std::string& out, std::string_view text) {
    out += text;
    out += '\0';
}

/// Reads texts that end in NUL, one after the other.
class TextReader {
public:
    TextReader(std::string_view packet, std::size_t at) : packet_(packet), at_(at) {}
    [[nodiscard]] bool ended() const { return at_ == packet_.size(); }
    [[nodiscard]] std::size_t offset() const { return at_; }

    std::optional<std::string_view> next() {
        const auto end = packet_.find('\0', at_);
        if (end == std::string_view::npos) return std::nullopt;
        const auto text = packet_.substr(at_, end - at_);
        at_ = end + 1;
        return text;
    }
    /// Some clients pad their requests with NULs: options end there.
    [[nodiscard]] bool only_padding_left() const { return packet_.find_first_not_of('\0', at_) == std::string::npos; }

private:
    std::string_view packet_;
    std::size_t at_;
};

std::optional<Failure> read_options(TextReader& in, OptionList& out) {
    while (!in.ended() && !in.only_padding_left()) {
        const auto offset = in.offset();
        const auto name = in.next();
        if (!name) return Failure{PacketError::text_not_terminated, offset};
        const auto value = in.next();
        if (!value) return Failure{PacketError::text_not_terminated, in.offset()};
        if (out.count == out.entries.size()) return Failure{PacketError::too_many_options, offset};
        out.entries[out.count++] = {*name, *value};
    }
    return std::nullopt;
}

} // namespace

std::string_view to_text(PacketError error) {
    switch (error) {
    case PacketError::truncated:
        return "the packet is cut off";
    case PacketError::unknown_opcode:
        return "the packet is no request";
    case PacketError::text_not_terminated:
        return "a text in the request does not end";
    case PacketError::empty_name:
        return "the request names nothing";
    case PacketError::too_long:
        return "the name asked for is too long";
    case PacketError::unknown_mode:
        return "the mode asked for is neither octet nor netascii";
    case PacketError::too_many_options:
        return "the request has too many options";
    }
    return "the packet cannot be read";
}

std::optional<Opcode> opcode_of(std::string_view packet) {
    if (packet.size() < 2) return std::nullopt;
    const auto number = number_at(packet, 0);
    if (number < 1 || number > 6) return std::nullopt;
    return static_cast<Opcode>(number);
}

ParseResult<Request, PacketError> parse_request(std::string_view packet) {
    if (packet.size() < 2) return tl::unexpected(Failure{PacketError::truncated, packet.size()});
    if (packet.size() > limits::request_bytes_max)
        return tl::unexpected(Failure{PacketError::too_long, limits::request_bytes_max});
    const auto opcode = opcode_of(packet);
    if (opcode != Opcode::read_request && opcode != Opcode::write_request)
        return tl::unexpected(Failure{PacketError::unknown_opcode, 0});
    Request out;
    out.opcode = *opcode;
    TextReader in(packet, 2);
    const auto name = in.next();
    if (!name) return tl::unexpected(Failure{PacketError::text_not_terminated, 2});
    if (name->empty()) return tl::unexpected(Failure{PacketError::empty_name, 2});
    if (name->size() > limits::file_name_bytes_max) return tl::unexpected(Failure{PacketError::too_long, 2});
    out.file_name = *name;
    const auto mode_offset = in.offset();
    const auto mode = in.next();
    if (!mode) return tl::unexpected(Failure{PacketError::text_not_terminated, mode_offset});
    if (equal_ignoring_case(*mode, "netascii"))
        out.mode = Mode::netascii;
    else if (!equal_ignoring_case(*mode, "octet"))
        return tl::unexpected(Failure{PacketError::unknown_mode, mode_offset});
    if (const auto failure = read_options(in, out.options)) return tl::unexpected(*failure);
    return out;
}

ParseResult<OptionList, PacketError> parse_option_ack(std::string_view packet) {
    if (packet.size() < 2) return tl::unexpected(Failure{PacketError::truncated, packet.size()});
    if (opcode_of(packet) != Opcode::option_ack) return tl::unexpected(Failure{PacketError::unknown_opcode, 0});
    OptionList out;
    TextReader in(packet, 2);
    if (const auto failure = read_options(in, out)) return tl::unexpected(*failure);
    return out;
}

std::optional<Block> parse_data(std::string_view packet) {
    if (packet.size() < 4 || number_at(packet, 0) != static_cast<std::uint16_t>(Opcode::data)) return std::nullopt;
    return Block{number_at(packet, 2), packet.substr(4)};
}

std::optional<std::uint16_t> parse_ack(std::string_view packet) {
    if (packet.size() < 4 || number_at(packet, 0) != static_cast<std::uint16_t>(Opcode::ack)) return std::nullopt;
    return number_at(packet, 2);
}

std::optional<PeerError> parse_error(std::string_view packet) {
    if (packet.size() < 4 || number_at(packet, 0) != static_cast<std::uint16_t>(Opcode::error)) return std::nullopt;
    const auto text = packet.substr(4);
    return PeerError{number_at(packet, 2), text.substr(0, text.find('\0'))};
}

BlockHeader data_header(std::uint16_t block) {
    return {0, static_cast<char>(Opcode::data), static_cast<char>(block >> 8U), static_cast<char>(block & 0xffU)};
}

std::string ack_packet(std::uint16_t block) {
    std::string out;
    put_number(out, static_cast<std::uint16_t>(Opcode::ack));
    put_number(out, block);
    return out;
}

std::string error_packet(ErrorCode code, std::string_view text) {
    std::string out;
    put_number(out, static_cast<std::uint16_t>(Opcode::error));
    put_number(out, static_cast<std::uint16_t>(code));
    put_text(out, text.substr(0, limits::error_text_bytes_max));
    return out;
}

std::string request_packet(Opcode opcode, std::string_view file_name, Mode mode, std::span<const Option> options) {
    std::string out;
    put_number(out, static_cast<std::uint16_t>(opcode));
    put_text(out, file_name);
    put_text(out, mode == Mode::octet ? "octet" : "netascii");
    for (const auto& [name, value] : options) {
        put_text(out, name);
        put_text(out, value);
    }
    return out;
}

std::string option_ack_packet(std::span<const Option> options) {
    std::string out;
    put_number(out, static_cast<std::uint16_t>(Opcode::option_ack));
    for (const auto& [name, value] : options) {
        put_text(out, name);
        put_text(out, value);
    }
    return out;
}

} // namespace offhook::protocol::tftp
