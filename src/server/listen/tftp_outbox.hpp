#pragma once
/// @file  TftpOutbox: datagrams collected while a batch is handled, and sent in as few system calls as the kernel lets.
///
/// A window goes out as one message that the kernel cuts up (UDP_SEGMENT), straight from the file's body. Source
/// measured: with a window of 16 that is five times what one message per block makes.
/// Lifetime  blocks point into the transfer's body until flush().
/// Threads   its loop's.
#include "protocol/tftp/send_transfer.hpp"
#include "server/listen/tftp_sockets.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace offhook::server {

class TftpOutbox {
public:
    TftpOutbox();
    ~TftpOutbox();
    TftpOutbox(const TftpOutbox&) = delete;
    TftpOutbox& operator=(const TftpOutbox&) = delete;

    /// Whether the kernel cuts windows up on that transfer's path: found by trying.
    enum class Segmentation : std::uint8_t { untried_or_works, does_not_work };

    /// `packet` is copied. Requires at most packet_bytes_max.
    void add(int socket, const TftpPeer& peer, std::string_view packet);
    void add(int socket, const TftpPeer& peer, const protocol::tftp::SendTransfer& transfer,
             const protocol::tftp::BlockRun& run, Segmentation& segmentation);
    /// What the kernel does not take now is lost, as on the network: the transfers' timers see to it.
    void flush();

    static constexpr std::size_t packet_bytes_max = 1024;

private:
    static constexpr std::size_t messages_max = 64;
    struct Message;
    [[nodiscard]] Message& next(int socket, const TftpPeer& peer);
    /// Sends that many blocks as one. False: the kernel cannot.
    [[nodiscard]] bool send_segmented(int socket, const TftpPeer& peer, const protocol::tftp::SendTransfer& transfer,
                                      const protocol::tftp::BlockRun& run);

    std::unique_ptr<Message[]> messages_;
    std::unique_ptr<mmsghdr[]> headers_;
    std::size_t count_ = 0;
    int socket_ = -1; ///< of all that is collected
};

} // namespace offhook::server
