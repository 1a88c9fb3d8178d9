#pragma once
/// @file  TFTP packets: one UDP payload to its fields, and back. No socket, no clock.
///
/// Shape     opcode u16 big-endian; texts end in NUL; block number u16.
/// Limits    limits.hpp. Options beyond what fits make the packet malformed.
/// Lifetime  what is parsed points into the payload.
/// Source    RFC 1350 section 5; options RFC 2347.
#include "base/result.hpp"
#include "protocol/tftp/limits.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace offhook::protocol::tftp {

enum class Opcode : std::uint16_t { read_request = 1, write_request, data, ack, error, option_ack };

enum class ErrorCode : std::uint16_t {
    undefined,
    not_found,
    access_violation,
    disk_full,
    illegal_operation,
    unknown_transfer,
    file_exists,
    no_such_user,
    option_refused
};

enum class Mode : std::uint8_t { octet, netascii };

enum class PacketError : std::uint8_t {
    truncated,
    unknown_opcode,
    text_not_terminated,
    empty_name,
    too_long,
    unknown_mode, ///< "mail" among them
    too_many_options
};

/// What to tell a person; static storage.
[[nodiscard]] std::string_view to_text(PacketError error);

struct Option {
    std::string_view name;  ///< in any letter case
    std::string_view value; ///< as sent
};

/// Options as sent, in order, repeated ones included.
struct OptionList {
    std::array<Option, limits::options_max> entries;
    std::size_t count = 0;
    [[nodiscard]] std::span<const Option> all() const { return {entries.data(), count}; }
};

struct Request {
    Opcode opcode = Opcode::read_request; ///< or write_request
    std::string_view file_name;           ///< as sent: a key to look up, never a path to open
    Mode mode = Mode::octet;
    OptionList options;
};

struct Block {
    std::uint16_t number = 0;
    std::string_view payload;
};

struct PeerError {
    std::uint16_t code = 0;
    std::string_view text; ///< what there is of it: many send it without its NUL
};

[[nodiscard]] std::optional<Opcode> opcode_of(std::string_view packet);

/// Requires an opcode of read_request or write_request. Errors: all of PacketError.
[[nodiscard]] ParseResult<Request, PacketError> parse_request(std::string_view packet);
[[nodiscard]] ParseResult<OptionList, PacketError> parse_option_ack(std::string_view packet);
/// nullopt when the packet is shorter than its header, or is something else.
[[nodiscard]] std::optional<Block> parse_data(std::string_view packet);
[[nodiscard]] std::optional<std::uint16_t> parse_ack(std::string_view packet);
[[nodiscard]] std::optional<PeerError> parse_error(std::string_view packet);

/// In front of a block's payload.
using BlockHeader = std::array<char, 4>;
[[nodiscard]] BlockHeader data_header(std::uint16_t block);
[[nodiscard]] std::string ack_packet(std::uint16_t block);
/// `text` is ours and never a peer's.
[[nodiscard]] std::string error_packet(ErrorCode code, std::string_view text);
[[nodiscard]] std::string request_packet(Opcode opcode, std::string_view file_name, Mode mode,
                                         std::span<const Option> options);
[[nodiscard]] std::string option_ack_packet(std::span<const Option> options);

} // namespace offhook::protocol::tftp
