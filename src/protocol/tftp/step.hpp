#pragma once
/// @file  Step: what a transfer wants done after it was told of a datagram or of time.
#include "protocol/tftp/packet.hpp"

#include <cstdint>
#include <string_view>

namespace offhook::protocol::tftp {

enum class Progress : std::uint8_t {
    going_on,
    complete, ///< all is there, and no packet is needed for it any more. Receiving: finish() or refuse() is due
    failed    ///< the peer gave up, broke the rules, or said nothing for too long
};

/// Blocks that are next to each other.
struct BlockRun {
    std::uint64_t first = 0;
    std::uint32_t count = 0;
};

/// Lifetime  of the texts: until the transfer's next call; a payload's, no longer than the datagram it came in.
struct Step {
    Progress progress = Progress::going_on;
    std::string_view packet;  ///< to be sent; empty: none
    BlockRun blocks;          ///< to be sent, by SendTransfer::header() and block()
    std::string_view payload; ///< received: of the file, in order
};

} // namespace offhook::protocol::tftp
