#include "server/listen/tftp_outbox.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <netinet/udp.h>

namespace offhook::server {

namespace {
constexpr std::size_t segments_max = 64; // UDP_MAX_SEGMENTS of kernels before 6.9
constexpr std::size_t segmented_bytes_max = 65'000;
} // namespace

struct TftpOutbox::Message {
    sockaddr_in6 name;
    std::array<iovec, 2> pieces;
    protocol::tftp::BlockHeader header;
    alignas(cmsghdr) std::array<char, tftp_control_bytes> control;
    std::array<char, packet_bytes_max> packet;
};

TftpOutbox::TftpOutbox()
    : messages_(std::make_unique<Message[]>(messages_max)), headers_(std::make_unique<mmsghdr[]>(messages_max)) {}
TftpOutbox::~TftpOutbox() = default;

TftpOutbox::Message& TftpOutbox::next(int socket, const TftpPeer& peer) {
    if (count_ == messages_max || socket != socket_) flush();
    socket_ = socket;
    auto& message = messages_[count_];
    auto& header = headers_[count_].msg_hdr;
    ++count_;
    message.name = peer.name;
    header = {};
    header.msg_name = &message.name;
    header.msg_namelen = peer.name_bytes();
    header.msg_iov = message.pieces.data();
    header.msg_controllen = put_local_address(peer, message.control.data());
    if (header.msg_controllen != 0) header.msg_control = message.control.data();
    return message;
}

void TftpOutbox::add(int socket, const TftpPeer& peer, std::string_view packet) {
    OFFHOOK_ASSERT(packet.size() <= packet_bytes_max);
    auto& message = next(socket, peer);
    std::memcpy(message.packet.data(), packet.data(), packet.size());
    message.pieces[0] = {message.packet.data(), packet.size()};
    headers_[count_ - 1].msg_hdr.msg_iovlen = 1;
}

void TftpOutbox::add(int socket, const TftpPeer& peer, const protocol::tftp::SendTransfer& transfer,
                     const protocol::tftp::BlockRun& run, Segmentation& segmentation) {
    auto left = run;
    const auto segment_bytes = transfer.block(run.first).size() + sizeof(protocol::tftp::BlockHeader);
    const auto at_once = static_cast<std::uint32_t>(std::min(segments_max, segmented_bytes_max / segment_bytes));
    if (left.count > 1 && at_once > 1) flush(); // order is kept
    while (segmentation == Segmentation::untried_or_works && left.count > 1 && at_once > 1) {
        const protocol::tftp::BlockRun part{left.first, std::min(left.count, at_once)};
        if (!send_segmented(socket, peer, transfer, part)) {
            segmentation = Segmentation::does_not_work;
            break;
        }
        left.first += part.count;
        left.count -= part.count;
    }
    for (; left.count > 0; ++left.first, --left.count) {
        auto& message = next(socket, peer);
        const auto payload = transfer.block(left.first);
        message.header = transfer.header(left.first);
        message.pieces[0] = {message.header.data(), message.header.size()};
        message.pieces[1] = {const_cast<char*>(payload.data()), payload.size()}; // sendmmsg only reads
        headers_[count_ - 1].msg_hdr.msg_iovlen = 2;
    }
}

bool TftpOutbox::send_segmented(int socket, const TftpPeer& peer, const protocol::tftp::SendTransfer& transfer,
                                const protocol::tftp::BlockRun& run) {
    std::array<protocol::tftp::BlockHeader, segments_max> block_headers;
    std::array<iovec, 2 * segments_max> pieces;
    for (std::uint32_t i = 0; i < run.count; ++i) {
        const auto payload = transfer.block(run.first + i);
        block_headers[i] = transfer.header(run.first + i);
        pieces[2 * i] = {block_headers[i].data(), block_headers[i].size()};
        pieces[2 * i + 1] = {const_cast<char*>(payload.data()), payload.size()};
    }
    alignas(cmsghdr) std::array<char, tftp_control_bytes> control{};
    auto name = peer.name;
    msghdr message{};
    message.msg_name = &name;
    message.msg_namelen = peer.name_bytes();
    message.msg_iov = pieces.data();
    message.msg_iovlen = 2 * static_cast<std::size_t>(run.count);
    message.msg_control = control.data();
    message.msg_controllen = put_local_address(peer, control.data());
    cmsghdr header{};
    header.cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
    header.cmsg_level = SOL_UDP;
    header.cmsg_type = UDP_SEGMENT;
    const auto segment =
        static_cast<std::uint16_t>(transfer.block(run.first).size() + sizeof(protocol::tftp::BlockHeader));
    std::memcpy(control.data() + message.msg_controllen, &header, sizeof header);
    std::memcpy(control.data() + message.msg_controllen + CMSG_LEN(0), &segment, sizeof segment);
    message.msg_controllen += CMSG_SPACE(sizeof(std::uint16_t));
    if (::sendmsg(socket, &message, MSG_NOSIGNAL) >= 0) return true;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == EPERM;
}

void TftpOutbox::flush() {
    std::size_t at = 0;
    while (at < count_) {
        const int sent = count_ - at == 1
                             ? (::sendmsg(socket_, &headers_[at].msg_hdr, MSG_NOSIGNAL) >= 0 ? 1 : -1)
                             : ::sendmmsg(socket_, &headers_[at], static_cast<unsigned>(count_ - at), MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        at += static_cast<std::size_t>(std::max(sent, 1)); // the one that cannot be sent must not hold up the rest
    }
    count_ = 0;
}

} // namespace offhook::server
