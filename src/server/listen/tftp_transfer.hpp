#pragma once
/// @file  TftpTransfer: one transfer of the listener: the machine, the file or upload behind it, and who it is with.
#include "base/clock.hpp"
#include "net/timer_wheel.hpp"
#include "protocol/tftp/receive_transfer.hpp"
#include "protocol/tftp/send_transfer.hpp"
#include "server/door.hpp"
#include "server/listen/tftp_outbox.hpp"
#include "server/listen/tftp_sockets.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace offhook::server {

class TftpReactor;

struct TftpTransfer {
    enum class State : std::uint8_t {
        fetching, ///< the door brings the file from disk
        held,     ///< the answer is ready and waits: the source is guessing
        under_way,
        committing, ///< all is there, and is being made durable
        dallying    ///< the last ACK is sent, and may be lost
    };

    TftpTransfer(TftpReactor& its_reactor, const TftpPeer& its_peer, net::TimerSlot::Callback on_time)
        : reactor(its_reactor), peer(its_peer), timer(on_time, this) {}

    TftpReactor& reactor;
    TftpPeer peer;
    std::uint64_t id = 0; ///< never used twice: for callbacks that come later
    int socket = -1;
    std::size_t request_hash = 0; ///< tells a repeated request from another
    std::string request;          ///< State::fetching: the packet, whose texts the answer needs
    State state = State::under_way;
    Instant begun, last_heard, armed_for;

    std::optional<protocol::tftp::SendTransfer> sender; ///< of a read
    std::shared_ptr<const ReadyFile> file;
    Ticket ticket;
    TftpOutbox::Segmentation segmentation = TftpOutbox::Segmentation::untried_or_works;

    std::optional<protocol::tftp::ReceiveTransfer> receiver; ///< of a write
    std::unique_ptr<Upload> upload;

    std::string refusal; ///< State::held: what is answered if there is neither
    net::TimerSlot timer;
};

} // namespace offhook::server
