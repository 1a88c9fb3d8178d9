#pragma once
/// @file  PnpSockets: the socket that hears the multicast, and the one that answers; and datagrams in batches.
///
/// The first is bound to the group and joined per interface, so it takes nothing that is addressed to a PBX beside us;
/// the second has a port of its own, because what comes back to 5060 would go to the PBX.
/// Source  measured on Linux: bound to 0.0.0.0 we would take the PBX's packets; without IP_MULTICAST_ALL=0 the group of
///         an interface that another program joined; ip(7).
#include "base/result.hpp"
#include "net/owned_fd.hpp"
#include "server/discovery/pnp_responder.hpp"

#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <memory>
#include <span>

namespace offhook::server {

struct PnpSockets {
    net::OwnedFd group, answers;
    std::uint16_t group_port = 0, answer_port = 0; ///< as bound

    /// Errors: unavailable for a port in use, saying whose it may be and what to do; forbidden without the right.
    [[nodiscard]] static Result<PnpSockets> open(const boost::asio::ip::udp::endpoint& at, std::uint16_t answer_port);
};

enum class Membership : std::uint8_t { join, leave };
/// 0, or what errno says. Joining what is joined is no error.
[[nodiscard]] int change_membership(int group_socket, Membership change, unsigned interface);

/// Buffers of one recvmmsg.
class PnpInbox {
public:
    static constexpr std::size_t datagrams_max = 32;
    PnpInbox();
    ~PnpInbox();
    /// What is there now; empty: nothing. Views live until the next call. Too large ones are left out.
    [[nodiscard]] std::span<const PnpArrival> receive(int socket);

private:
    struct Buffers;
    std::unique_ptr<Buffers> buffers_;
    std::vector<PnpArrival> arrivals_;
};

/// Datagrams collected while a batch is handled, and sent together. What the kernel does not take now is lost, as on
/// the network.
class PnpOutbox {
public:
    PnpOutbox();
    ~PnpOutbox();
    void add(int socket, const PnpDatagram& datagram); ///< copied
    void flush(int socket);

private:
    static constexpr std::size_t datagrams_max = 64;
    struct Message;
    std::unique_ptr<Message[]> messages_;
    std::size_t count_ = 0;
};

} // namespace offhook::server
