#include "server/listen/tftp_reactor.hpp"

#include "base/assert.hpp"
#include "base/log.hpp"
#include "net/task_group.hpp"
#include "protocol/tftp/name.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <sys/epoll.h>
#include <utility>

namespace offhook::server {

namespace tftp = protocol::tftp;
using tftp::ErrorCode;
using tftp::Progress;
using State = TftpTransfer::State;

namespace {

constexpr std::chrono::milliseconds tick_time{10};
constexpr std::size_t batch_datagrams = 32;
constexpr std::size_t datagram_bytes_max = 65536;
constexpr int ready_sockets_max = 64;
constexpr int rounds_max = 16; // then the loop's other work gets its turn

net::OwnedFd watch_all(const TftpSockets& sockets) {
    net::OwnedFd poll(::epoll_create1(EPOLL_CLOEXEC));
    if (!poll) throw std::runtime_error("no epoll instance for TFTP");
    const auto add = [&poll](int fd, std::uint32_t index) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u32 = index;
        if (::epoll_ctl(poll.get(), EPOLL_CTL_ADD, fd, &event) != 0)
            throw std::runtime_error("a TFTP socket cannot be watched");
    };
    add(sockets.requests.get(), 0);
    for (std::size_t i = 0; i < sockets.transfers.size(); ++i)
        add(sockets.transfers[i].get(), static_cast<std::uint32_t>(i + 1));
    return poll;
}

ErrorCode code_of(UploadRefusal refusal) {
    switch (refusal) {
    case UploadRefusal::none:
    case UploadRefusal::failed:
    case UploadRefusal::wrong_offset:
        return ErrorCode::undefined;
    case UploadRefusal::absent:
    case UploadRefusal::challenge:
        return ErrorCode::access_violation;
    case UploadRefusal::too_large:
    case UploadRefusal::no_room:
        return ErrorCode::disk_full;
    }
    return ErrorCode::undefined;
}

std::string_view text_of(ErrorCode code) {
    switch (code) {
    case ErrorCode::not_found:
        return "File not found";
    case ErrorCode::access_violation:
        return "Access violation";
    case ErrorCode::disk_full:
        return "Too large, or no room left";
    case ErrorCode::illegal_operation:
        return "Illegal TFTP operation";
    case ErrorCode::unknown_transfer:
        return "Unknown transfer ID";
    default:
        return "Not possible now";
    }
}

std::string refusal_packet(ErrorCode code) { return tftp::error_packet(code, text_of(code)); }

} // namespace

struct TftpReactor::Batch {
    // Not a power of two apart, so that the first bytes of all do not share a cache set.
    static constexpr std::size_t stride = datagram_bytes_max + 3 * 64;
    std::unique_ptr<char[]> bytes{new char[batch_datagrams * stride]}; // not touched until a datagram needs it
    std::array<mmsghdr, batch_datagrams> headers{};
    std::array<iovec, batch_datagrams> pieces{};
    std::array<sockaddr_in6, batch_datagrams> names{};
    alignas(cmsghdr) std::array<std::array<char, tftp_control_bytes>, batch_datagrams> controls{};

    void prepare() {
        for (std::size_t i = 0; i < batch_datagrams; ++i) {
            pieces[i] = {bytes.get() + i * stride, datagram_bytes_max};
            auto& header = headers[i].msg_hdr;
            header.msg_name = &names[i];
            header.msg_namelen = sizeof names[i];
            header.msg_iov = &pieces[i];
            header.msg_iovlen = 1;
            header.msg_control = controls[i].data();
            header.msg_controllen = controls[i].size();
            header.msg_flags = 0;
        }
    }
};

std::size_t TftpReactor::PeerHash::operator()(const Peer& peer) const noexcept {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::memcpy(&high, peer.address.bytes().data(), 8);
    std::memcpy(&low, peer.address.bytes().data() + 8, 8);
    auto mixed = (high ^ (low + peer.port * 0x9e3779b97f4a7c15ULL)) * 0xbf58476d1ce4e5b9ULL;
    return mixed ^ (mixed >> 31U);
}

TftpReactor::TftpReactor(net::Loop& loop, Door& door, ConnectionCounts& counts, const TftpOptions& options,
                         TftpSockets sockets)
    : loop_(loop), door_(door), counts_(counts), options_(options), sockets_(std::move(sockets)),
      bound_(local_of(sockets_.requests.get())), readable_(loop.executor(), watch_all(sockets_).release()),
      ticker_(loop.executor()), wheel_(loop.clock().instant(), tick_time), batch_(std::make_unique<Batch>()) {}

TftpReactor::~TftpReactor() = default;

void TftpReactor::start() { wait_for_datagrams(); }

void TftpReactor::wait_for_datagrams() {
    ++waits_;
    readable_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [this](const boost::system::error_code& error) {
                             if (!error) {
                                 try {
                                     on_readable();
                                 } catch (...) {
                                     // Out of memory, say: this batch is lost, the listener is not.
                                     net::log_task_failure(std::current_exception());
                                 }
                                 if (!closed_) wait_for_datagrams();
                             }
                             --waits_; // only now: at zero a stopped listener may go
                             end_if_stopped();
                         });
}

void TftpReactor::on_readable() {
    std::array<epoll_event, ready_sockets_max> events;
    for (int round = 0; round < rounds_max && !closed_; ++round) {
        const int count = ::epoll_wait(readable_.native_handle(), events.data(), ready_sockets_max, 0);
        if (count <= 0 || closed_) return;
        now_ = loop_.clock().instant();
        for (int i = 0; i < count && !closed_; ++i) receive_from(events[static_cast<std::size_t>(i)].data.u32);
    }
}

void TftpReactor::receive_from(std::size_t socket_index) {
    receive_batch(socket_index, *batch_);
    finish_batch();
}

void TftpReactor::receive_batch(std::size_t socket_index, Batch& batch) {
    const int socket = socket_index == 0 ? sockets_.requests.get() : sockets_.transfers[socket_index - 1].get();
    if (socket < 0) return;
    batch.prepare();
    const int count = ::recvmmsg(socket, batch.headers.data(), batch_datagrams, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < count; ++i) {
        const auto& header = batch.headers[static_cast<std::size_t>(i)];
        const auto peer = peer_of(header.msg_hdr);
        if (!peer || peer->port == 0) continue;
        on_datagram(socket_index, *peer, {static_cast<const char*>(header.msg_hdr.msg_iov->iov_base), header.msg_len});
    }
}

// A phone's last ACK and its next request may wait on two sockets: what was sent first is read first.
void TftpReactor::drain(int socket) {
    const auto at = std::find_if(sockets_.transfers.begin(), sockets_.transfers.end(),
                                 [socket](const auto& fd) { return fd.get() == socket; });
    if (at == sockets_.transfers.end()) return;
    if (!drained_) drained_ = std::make_unique<Batch>();
    receive_batch(static_cast<std::size_t>(at - sockets_.transfers.begin()) + 1, *drained_);
}

void TftpReactor::finish_batch() {
    outbox_.flush();
    ended_.clear();
    end_if_stopped();
}

void TftpReactor::on_datagram(std::size_t socket_index, const TftpPeer& peer, std::string_view packet) {
    const auto opcode = tftp::opcode_of(packet);
    const bool is_request = opcode == tftp::Opcode::read_request || opcode == tftp::Opcode::write_request;
    if (socket_index == 0 && is_request) return on_request(peer, packet);
    const int socket = socket_index == 0 ? sockets_.requests.get() : sockets_.transfers[socket_index - 1].get();
    const auto found = transfers_.find({peer.address, peer.port});
    if (found != transfers_.end() && found->second->socket == socket) return on_packet_of(*found->second, packet);
    // Never an error for an error, nor for what is no TFTP.
    // Nor to a phone that has begun anew from its port: it would take the error for its new transfer's answer.
    const bool is_stray = opcode == tftp::Opcode::data || opcode == tftp::Opcode::ack;
    if (is_stray && !stopping_ && found == transfers_.end())
        send_error(socket, peer, ErrorCode::unknown_transfer, text_of(ErrorCode::unknown_transfer));
}

void TftpReactor::on_request(const TftpPeer& peer, std::string_view packet) {
    if (stopping_ || door_.admit(Transport::tftp, peer.address) == Door::Welcome::shut_out) return;
    const auto hash = std::hash<std::string_view>{}(packet);
    if (settle_repeated(peer, hash)) return;
    const auto request = tftp::parse_request(packet);
    if (!request) {
        door_.refused(Transport::tftp, peer.address, to_text(request.error().code));
        if (request.error().code == tftp::PacketError::unknown_mode)
            send_error(pick_socket(), peer, ErrorCode::illegal_operation, text_of(ErrorCode::illegal_operation));
        return;
    }
    tftp::NameScratch scratch;
    const auto name = tftp::tidy_name(request->file_name, scratch);
    if (!name) {
        door_.refused(Transport::tftp, peer.address, "the name asked for is none of a file");
        const auto code =
            request->opcode == tftp::Opcode::read_request ? ErrorCode::not_found : ErrorCode::access_violation;
        return send_error(pick_socket(), peer, code, text_of(code));
    }
    auto* transfer = make_transfer(peer, hash);
    if (transfer == nullptr) return door_.refused(Transport::tftp, peer.address, "too many transfers are under way");
    FileRequest file;
    file.transport = Transport::tftp;
    file.listener = options_.listener;
    file.source_port = peer.port;
    file.source = peer.address;
    file.local = peer.local().value_or(bound_.address);
    file.local_port = bound_.port;
    file.path = *name;
    if (request->opcode == tftp::Opcode::read_request)
        begin_read(*transfer, *request, file, packet);
    else
        begin_write(*transfer, *request, file);
}

bool TftpReactor::settle_repeated(const TftpPeer& peer, std::size_t hash) {
    auto found = transfers_.find({peer.address, peer.port});
    if (found == transfers_.end()) return false;
    if (found->second->socket != sockets_.requests.get()) {
        drain(found->second->socket);
        found = transfers_.find({peer.address, peer.port});
        if (found == transfers_.end()) return false;
    }
    auto& transfer = *found->second;
    if (transfer.state == State::committing) return true; // its Upload must stay until the door has called back
    const bool same = transfer.request_hash == hash;
    if (same && (transfer.state == State::fetching || transfer.state == State::held)) return true;
    if (same && transfer.state == State::under_way) {
        const bool heard = transfer.sender ? transfer.sender->heard() : transfer.receiver->heard();
        if (!heard) {
            perform(transfer, transfer.sender ? transfer.sender->repeated_request(now_)
                                              : transfer.receiver->repeated_request(now_));
            return true;
        }
        if (now_ - transfer.last_heard < options_.repeat_time) return true;
    }
    if (same && transfer.state == State::dallying && now_ - transfer.last_heard < options_.repeat_time) return true;
    // The phone has started anew from the same port, as boot loaders do.
    break_off(transfer);
    return false;
}

TftpTransfer* TftpReactor::make_transfer(const TftpPeer& peer, std::size_t hash) {
    if (counts_.enter(peer.address) == ConnectionCounts::Entry::full) return nullptr;
    try {
        auto& place = transfers_[{peer.address, peer.port}];
        place = std::make_unique<TftpTransfer>(*this, peer, on_time_of);
        place->id = next_id_++;
        place->socket = pick_socket();
        place->request_hash = hash;
        place->begun = place->last_heard = now_;
        return place.get();
    } catch (...) {
        transfers_.erase({peer.address, peer.port});
        counts_.leave(peer.address);
        throw;
    }
}

int TftpReactor::pick_socket() {
    if (sockets_.transfers.empty()) return sockets_.requests.get();
    if (dice_left_ == 0) {
        random_.fill(dice_);
        dice_left_ = dice_.size();
    }
    return sockets_.transfers[std::to_integer<std::size_t>(dice_[--dice_left_]) % sockets_.transfers.size()].get();
}

void TftpReactor::begin_read(TftpTransfer& transfer, const tftp::Request& request, const FileRequest& file,
                             std::string_view packet) {
    const auto answer = door_.open(file);
    if (answer.state != FileAnswer::State::later) return answer_read(transfer, request, answer);
    transfer.state = State::fetching;
    transfer.request = packet;
    ++callbacks_;
    const Peer key{transfer.peer.address, transfer.peer.port};
    door_.bring(file, [this, key, id = transfer.id](const FileAnswer& brought) { on_brought(key, id, brought); });
}

void TftpReactor::on_brought(const Peer& key, std::uint64_t id, const FileAnswer& answer) {
    --callbacks_;
    now_ = loop_.clock().instant();
    if (auto* transfer = find(key, id); transfer != nullptr) {
        const std::string packet = std::move(transfer->request);
        const auto request = tftp::parse_request(packet);
        OFFHOOK_ASSERT(request.has_value());
        transfer->state = State::under_way;
        answer_read(*transfer, *request, answer);
    }
    finish_batch();
}

void TftpReactor::answer_read(TftpTransfer& transfer, const tftp::Request& request, const FileAnswer& answer) {
    if (answer.state != FileAnswer::State::found) {
        door_.answered(static_cast<std::uint16_t>(ErrorCode::not_found), 0);
        transfer.refusal = refusal_packet(ErrorCode::not_found);
        return answer_or_hold(transfer, answer.hold);
    }
    transfer.file = *answer.file;
    transfer.ticket = answer.ticket;
    const auto hold = answer.hold;
    const auto body = transfer.file->body;
    door_.answered(0, body.size());
    tftp::NegotiationLimits bounds;
    bounds.path_block_bytes = [&transfer] { return path_block_bytes(transfer.peer); };
    bounds.window_blocks_max = options_.window_blocks_max;
    transfer.sender.emplace(body, request.mode, tftp::negotiate(request, body.size(), bounds), options_.timing);
    answer_or_hold(transfer, hold);
}

void TftpReactor::begin_write(TftpTransfer& transfer, const tftp::Request& request, const FileRequest& file) {
    tftp::NegotiationLimits bounds;
    bounds.path_block_bytes = [&transfer] { return path_block_bytes(transfer.peer); };
    bounds.window_blocks_max = options_.window_blocks_max;
    const auto agreed = tftp::negotiate(request, std::nullopt, bounds);
    UploadRequest asked;
    asked.file = file;
    asked.file.verb = Verb::put;
    // In netascii the announced size is not the file's.
    if (request.mode == tftp::Mode::octet) asked.bytes = agreed.announced_bytes;
    auto begun = door_.begin_upload(asked);
    if (begun.upload == nullptr) {
        const auto code = code_of(begun.refusal);
        door_.answered(static_cast<std::uint16_t>(code), 0);
        transfer.refusal = refusal_packet(code);
    } else {
        transfer.upload = std::move(begun.upload);
        transfer.receiver.emplace(request.mode, agreed, options_.timing);
    }
    answer_or_hold(transfer, begun.hold);
}

void TftpReactor::answer_or_hold(TftpTransfer& transfer, std::chrono::milliseconds hold) {
    if (hold.count() == 0) return give_first_answer(transfer);
    transfer.state = State::held;
    watch(transfer, now_ + hold);
}

void TftpReactor::give_first_answer(TftpTransfer& transfer) {
    transfer.state = State::under_way;
    if (transfer.sender) return perform(transfer, transfer.sender->start(now_));
    if (transfer.receiver) return perform(transfer, transfer.receiver->start(now_));
    outbox_.add(transfer.socket, transfer.peer, transfer.refusal);
    erase(transfer);
}

void TftpReactor::on_packet_of(TftpTransfer& transfer, std::string_view packet) {
    if (transfer.state == State::fetching || transfer.state == State::held) return;
    transfer.last_heard = now_;
    perform(transfer,
            transfer.sender ? transfer.sender->received(packet, now_) : transfer.receiver->received(packet, now_));
}

void TftpReactor::perform(TftpTransfer& transfer, const tftp::Step& step) {
    if (!step.payload.empty() || (transfer.receiver && step.progress == Progress::complete))
        return take_payload(transfer, step);
    if (!step.packet.empty()) outbox_.add(transfer.socket, transfer.peer, step.packet);
    if (step.blocks.count > 0) {
        outbox_.add(transfer.socket, transfer.peer, *transfer.sender, step.blocks, transfer.segmentation);
        // netascii blocks lie in the machine's own buffer, which its next packet moves
        if (transfer.sender->mode() == tftp::Mode::netascii) outbox_.flush();
    }
    if (step.progress == Progress::failed) return break_off(transfer);
    if (step.progress == Progress::complete) {
        if (transfer.sender && transfer.ticket.key_rotation != 0) door_.went_out(transfer.ticket);
        return erase(transfer);
    }
    if (transfer.state == State::under_way)
        watch(transfer, transfer.sender ? transfer.sender->deadline() : transfer.receiver->deadline());
}

void TftpReactor::take_payload(TftpTransfer& transfer, const tftp::Step& step) {
    if (!step.payload.empty()) {
        const auto refusal = transfer.upload->write(step.payload);
        if (refusal != UploadRefusal::none) return refuse_upload(transfer, refusal);
    }
    if (!step.packet.empty()) outbox_.add(transfer.socket, transfer.peer, step.packet);
    if (step.progress != Progress::complete) return watch(transfer, transfer.receiver->deadline());
    transfer.state = State::committing;
    transfer.timer.disarm();
    ++callbacks_;
    const Peer key{transfer.peer.address, transfer.peer.port};
    transfer.upload->commit([this, key, id = transfer.id](const UploadEnd& end) { on_committed(key, id, end); });
}

void TftpReactor::on_committed(const Peer& key, std::uint64_t id, const UploadEnd& end) {
    --callbacks_;
    now_ = loop_.clock().instant();
    if (auto* transfer = find(key, id); transfer != nullptr) {
        if (end.refusal != UploadRefusal::none) {
            refuse_upload(*transfer, end.refusal);
        } else {
            outbox_.add(transfer->socket, transfer->peer, transfer->receiver->finish().packet);
            transfer->upload->answered(0);
            transfer->upload.reset();
            transfer->state = State::dallying;
            transfer->last_heard = now_;
            watch(*transfer, now_ + options_.dally_time);
        }
    }
    finish_batch();
}

void TftpReactor::refuse_upload(TftpTransfer& transfer, UploadRefusal why) {
    const auto code = code_of(why);
    outbox_.add(transfer.socket, transfer.peer, transfer.receiver->refuse(code, text_of(code)).packet);
    transfer.upload->answered(static_cast<std::uint16_t>(code));
    erase(transfer);
}

void TftpReactor::break_off(TftpTransfer& transfer) {
    // An upload that is dropped without answered() was broken off, and says so itself.
    if (transfer.sender) door_.broken_off(transfer.ticket, transfer.sender->acknowledged_bytes());
    erase(transfer);
}

void TftpReactor::erase(TftpTransfer& transfer) {
    transfer.timer.disarm();
    counts_.leave(transfer.peer.address);
    const auto found = transfers_.find({transfer.peer.address, transfer.peer.port});
    OFFHOOK_ASSERT(found != transfers_.end() && found->second.get() == &transfer);
    ended_.push_back(std::move(found->second));
    transfers_.erase(found);
}

TftpTransfer* TftpReactor::find(const Peer& peer, std::uint64_t id) {
    const auto found = transfers_.find(peer);
    return found != transfers_.end() && found->second->id == id ? found->second.get() : nullptr;
}

void TftpReactor::send_error(int socket, const TftpPeer& peer, ErrorCode code, std::string_view text) {
    outbox_.add(socket, peer, tftp::error_packet(code, text));
}

void TftpReactor::watch(TftpTransfer& transfer, Instant deadline) {
    // A deadline that moves away, as with every ACK, is looked at when the old one comes.
    if (transfer.timer.armed() && deadline >= transfer.armed_for) return;
    transfer.armed_for = deadline;
    wheel_.arm(transfer.timer, now_, std::chrono::ceil<std::chrono::milliseconds>(deadline - now_));
    tick();
}

void TftpReactor::on_time_of(void* transfer) noexcept {
    auto& timed = *static_cast<TftpTransfer*>(transfer);
    try {
        timed.reactor.on_time(timed);
    } catch (...) {
        net::log_task_failure(std::current_exception());
    }
}

void TftpReactor::on_time(TftpTransfer& transfer) {
    if (transfer.state == State::held) return give_first_answer(transfer);
    if (transfer.state == State::dallying) return erase(transfer);
    if (transfer.state != State::under_way) return;
    const auto deadline = transfer.sender ? transfer.sender->deadline() : transfer.receiver->deadline();
    if (now_ - transfer.begun > options_.transfer_time_max) {
        send_error(transfer.socket, transfer.peer, ErrorCode::undefined, "Too slow");
        return break_off(transfer);
    }
    if (deadline > now_) return watch(transfer, deadline);
    perform(transfer, transfer.sender ? transfer.sender->timed_out(now_) : transfer.receiver->timed_out(now_));
}

void TftpReactor::tick() {
    if (std::exchange(ticking_, true)) return;
    ++waits_;
    ticker_.expires_after(tick_time);
    ticker_.async_wait([this](const boost::system::error_code& error) {
        ticking_ = false;
        if (!error && !closed_) {
            now_ = loop_.clock().instant();
            wheel_.advance(now_);
            outbox_.flush();
            ended_.clear();
            if (wheel_.armed() > 0) tick();
        }
        --waits_;
        end_if_stopped();
    });
}

void TftpReactor::stop(std::function<void()> stopped) {
    stopping_ = true;
    stopped_ = std::move(stopped);
    if (!sockets_.transfers.empty()) sockets_.requests.reset();
    now_ = loop_.clock().instant();
    wheel_.arm(grace_, now_, options_.stop_grace);
    tick();
    end_if_stopped();
}

void TftpReactor::on_grace_over_of(void* self) noexcept { static_cast<TftpReactor*>(self)->on_grace_over(); }

void TftpReactor::on_grace_over() {
    std::vector<TftpTransfer*> left;
    for (const auto& [peer, transfer] : transfers_)
        if (transfer->state != State::committing) left.push_back(transfer.get());
    for (auto* transfer : left) {
        send_error(transfer->socket, transfer->peer, ErrorCode::undefined, "The server is stopping");
        break_off(*transfer);
    }
}

void TftpReactor::end_if_stopped() {
    if (!stopping_ || callbacks_ > 0) return;
    const bool only_dallying = std::all_of(transfers_.begin(), transfers_.end(),
                                           [](const auto& entry) { return entry.second->state == State::dallying; });
    if (!only_dallying) return;
    if (!std::exchange(closed_, true)) {
        while (!transfers_.empty()) erase(*transfers_.begin()->second);
        ended_.clear();
        grace_.disarm();
        ticker_.cancel();
        boost::system::error_code ignored;
        readable_.close(ignored);
        sockets_ = {};
    }
    // What waits on the loop still names this object: only after its last handler may it go.
    if (waits_ > 0 || !stopped_) return;
    const auto stopped = std::exchange(stopped_, nullptr);
    stopped();
}

} // namespace offhook::server
