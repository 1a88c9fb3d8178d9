#pragma once
/// @file  TftpOptions: the bounds of a phone-facing TFTP listener, with defaults for a site behind one NAT address.
#include "protocol/tftp/limits.hpp"
#include "protocol/tftp/retransmission.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace offhook::server {

struct TftpOptions {
    /// Where transfers are answered from.
    enum class Ports : std::uint8_t {
        of_their_own, ///< RFC 1350: one of a pool, chosen at random
        the_listeners ///< through firewalls and NAT without a TFTP helper; some clients may insist on another
    };

    std::uint16_t listener = 0; ///< handed to the door with each request; 0 is the first listener
    Ports ports = Ports::of_their_own;
    std::uint16_t port_first = 0; ///< of the pool; 0: the kernel's ephemeral range
    std::uint16_t port_last = 0;
    std::size_t ports_per_loop = 16; ///< sockets opened beforehand, so that a transfer costs none; 1..256

    std::size_t transfers_max = 20'000; ///< under way at once, all loops
    /// Of one source: an IPv4 address or an IPv6 /64. A whole site may stand behind one, and all its phones boot at
    /// once.
    std::size_t transfers_per_source_max = 4096;

    protocol::tftp::Timing timing;
    std::uint32_t window_blocks_max = protocol::tftp::limits::window_blocks_max;
    std::chrono::milliseconds transfer_time_max{std::chrono::hours{6}}; ///< one transfer, however steadily it trickles
    std::chrono::milliseconds dally_time{5'000};  ///< after an upload's last ACK, which may be lost
    std::chrono::milliseconds repeat_time{1'000}; ///< within it a request that comes again is the network's doing
    std::chrono::milliseconds stop_grace{5'000};  ///< for transfers under way when the server stops
};

} // namespace offhook::server
