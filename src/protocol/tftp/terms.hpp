#pragma once
/// @file  Terms: what the options of a request come to, on either side.
///
/// An option that is unknown, or whose value is unusable, is left out of the answer and the transfer goes on without it
/// (RFC 2347): servers that refuse with error 8 break phones that ask for nonsense. An option given twice: the first
/// counts.
/// Source  RFC 2348 (blksize), 2349 (timeout, tsize), 7440 (windowsize).
#include "protocol/tftp/packet.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace offhook::protocol::tftp {

struct Terms {
    std::uint32_t block_bytes = limits::block_bytes_default;
    std::uint32_t window_blocks = 1;
    std::optional<std::chrono::seconds> timeout; ///< as the client wants it
};

struct Negotiation {
    Terms terms;
    std::optional<std::uint64_t> announced_bytes; ///< write request: tsize
    /// The OACK to answer with; empty: no option was accepted, answer as without any.
    std::string option_ack;
};

struct NegotiationLimits {
    /// What a datagram to that peer carries; asked only when more than block_bytes_ethernet is wanted. Empty: no bound.
    std::function<std::uint32_t()> path_block_bytes = {};
    std::uint32_t window_blocks_max = limits::window_blocks_max;
};

/// The server's side. `file_bytes` answers tsize of a read request; nullopt leaves it out, and so does netascii, whose
/// size on the wire nobody knows yet.
[[nodiscard]] Negotiation negotiate(const Request& request, std::optional<std::uint64_t> file_bytes,
                                    const NegotiationLimits& bounds);

/// What a client asks for.
struct Wishes {
    std::optional<std::uint32_t> block_bytes;
    std::optional<std::uint32_t> window_blocks;
    std::optional<std::uint64_t> transfer_bytes; ///< tsize; 0 asks the server for it
    std::optional<std::chrono::seconds> timeout;
};

[[nodiscard]] std::string request_packet(Opcode opcode, std::string_view file_name, Mode mode, const Wishes& wishes);

struct Agreement {
    Terms terms;
    std::optional<std::uint64_t> transfer_bytes; ///< tsize as the server says it
};

/// The client's side of an OACK. Errors: nullopt when the server grants what was not asked for, or more: to be refused
/// with error 8.
[[nodiscard]] std::optional<Agreement> agree(const Wishes& wishes, const OptionList& granted);

} // namespace offhook::protocol::tftp
