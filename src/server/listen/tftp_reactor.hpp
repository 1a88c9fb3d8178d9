#pragma once
/// @file  TftpReactor: a listener's share on one loop: its request socket, its pool of transfer ports, its transfers.
///
/// The pool's sockets hang on an epoll instance of their own, which the loop watches as one descriptor: a wake-up then
/// costs the loop once, however many sockets have something. A timer wheel with fine ticks serves all transfers; a
/// transfer's slot is moved only when its deadline comes closer, never per packet.
/// Threads  its loop's; the constructor, any.
#include "net/loop.hpp"
#include "net/owned_fd.hpp"
#include "net/timer_wheel.hpp"
#include "protocol/tftp/packet.hpp"
#include "server/listen/connection_counts.hpp"
#include "server/listen/peer_address.hpp"
#include "server/listen/tftp_transfer.hpp"

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace offhook::server {

class TftpReactor {
public:
    /// Everything outlives this.
    TftpReactor(net::Loop& loop, Door& door, ConnectionCounts& counts, const TftpOptions& options, TftpSockets sockets);
    /// Requires  stop() has called back, or start() was never called.
    ~TftpReactor();
    TftpReactor(const TftpReactor&) = delete;
    TftpReactor& operator=(const TftpReactor&) = delete;

    void start();
    /// Takes no more requests, gives transfers options.stop_grace, then breaks them off; calls back once.
    void stop(std::function<void()> stopped);

private:
    struct Peer {
        IpAddress address;
        std::uint16_t port;
        friend bool operator==(const Peer&, const Peer&) = default;
    };
    struct PeerHash {
        std::size_t operator()(const Peer& peer) const noexcept;
    };
    struct Batch; ///< buffers of one recvmmsg

    void wait_for_datagrams();
    void on_readable();
    void receive_from(std::size_t socket_index);
    void receive_batch(std::size_t socket_index, Batch& batch);
    void drain(int socket);
    void on_datagram(std::size_t socket_index, const TftpPeer& peer, std::string_view packet);
    void on_request(const TftpPeer& peer, std::string_view packet);
    void on_packet_of(TftpTransfer& transfer, std::string_view packet);
    /// Whether the request is dealt with: it came again, or must wait.
    [[nodiscard]] bool settle_repeated(const TftpPeer& peer, std::size_t hash);

    void begin_read(TftpTransfer& transfer, const protocol::tftp::Request& request, const FileRequest& file,
                    std::string_view packet);
    void on_brought(const Peer& key, std::uint64_t id, const FileAnswer& answer);
    void answer_read(TftpTransfer& transfer, const protocol::tftp::Request& request, const FileAnswer& answer);
    void begin_write(TftpTransfer& transfer, const protocol::tftp::Request& request, const FileRequest& file);
    void on_committed(const Peer& key, std::uint64_t id, const UploadEnd& end);
    void answer_or_hold(TftpTransfer& transfer, std::chrono::milliseconds hold);
    void give_first_answer(TftpTransfer& transfer);

    void perform(TftpTransfer& transfer, const protocol::tftp::Step& step);
    void take_payload(TftpTransfer& transfer, const protocol::tftp::Step& step);
    void refuse_upload(TftpTransfer& transfer, UploadRefusal why);
    void break_off(TftpTransfer& transfer);
    void erase(TftpTransfer& transfer);
    void watch(TftpTransfer& transfer, Instant deadline);
    void on_time(TftpTransfer& transfer);
    static void on_time_of(void* transfer) noexcept;

    [[nodiscard]] TftpTransfer* find(const Peer& peer, std::uint64_t id);
    [[nodiscard]] TftpTransfer* make_transfer(const TftpPeer& peer, std::size_t hash);
    [[nodiscard]] int pick_socket();
    void send_error(int socket, const TftpPeer& peer, protocol::tftp::ErrorCode code, std::string_view text);

    void tick();
    void on_grace_over();
    static void on_grace_over_of(void* self) noexcept;
    void finish_batch();
    void end_if_stopped();

    net::Loop& loop_;
    Door& door_;
    ConnectionCounts& counts_;
    const TftpOptions& options_;
    TftpSockets sockets_;
    PeerAddress bound_;                              ///< of the requests socket: asked once
    boost::asio::posix::stream_descriptor readable_; ///< the epoll instance of all sockets
    boost::asio::steady_timer ticker_;
    net::TimerWheel wheel_;
    std::unique_ptr<Batch> batch_;
    std::unique_ptr<Batch> drained_; ///< made when first needed
    TftpOutbox outbox_;
    std::unordered_map<Peer, std::unique_ptr<TftpTransfer>, PeerHash> transfers_;
    std::vector<std::unique_ptr<TftpTransfer>> ended_; ///< whose blocks may still be in the outbox
    net::TimerSlot grace_{on_grace_over_of, this};
    SystemRandom random_;
    std::array<std::byte, 256> dice_{};
    std::size_t dice_left_ = 0;
    Instant now_;
    std::uint64_t next_id_ = 1;
    std::size_t callbacks_ = 0; ///< of the door, that are still to come
    std::size_t waits_ = 0;     ///< of ours on the loop, that are still to end
    bool ticking_ = false;
    bool stopping_ = false;
    bool closed_ = false;
    std::function<void()> stopped_;
};

} // namespace offhook::server
