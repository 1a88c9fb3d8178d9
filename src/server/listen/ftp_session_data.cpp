/// Data connections: how they are agreed on, how they come about, how they end.
#include "server/listen/ftp_session.hpp"

#include "base/text.hpp"
#include "net/as_result.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>
#include <netinet/in.h>
#include <sys/socket.h>

namespace offhook::server {

namespace asio = boost::asio;

namespace {

asio::ip::tcp::endpoint endpoint_of(const protocol::FtpDataAddress& to) {
    const auto& bytes = to.address.bytes();
    if (to.address.is_v4()) {
        const asio::ip::address_v4::bytes_type v4{bytes[12], bytes[13], bytes[14], bytes[15]};
        return {asio::ip::address_v4(v4), to.port};
    }
    return {asio::ip::address_v6(bytes), to.port};
}

} // namespace

bool FtpSession::tells_local_address(const IpAddress& peer) const {
    if (!share_.options.public_address) return true;
    const auto& networks = share_.options.local_networks;
    if (networks.empty()) return peer.source_class() != SourceClass::public_net;
    return std::any_of(networks.begin(), networks.end(),
                       [&](const Network& network) { return network.contains(peer); });
}

asio::awaitable<bool> FtpSession::borrow_port() {
    drop_data_setup();
    if (share_.passive->lend(loan_, peer_.address) == FtpPassivePorts::Lent::yes) co_return true;
    now_ = share_.loop.timers().now();
    set_deadline(Phase::holding, share_.options.data_connect_time_max);
    bool lent = false;
    while (!lent && !timed_out_ && !ended_) {
        share_.passive->queue(loan_);
        co_await woken();
        lent = share_.passive->lend(loan_, peer_.address) == FtpPassivePorts::Lent::yes;
    }
    phase_ = Phase::busy;
    if (!lent) reply(425, "No port is free. Try again.");
    co_return lent && !ended_;
}

asio::awaitable<void> FtpSession::pasv(std::string) {
    if (extended_only_) {
        reply(503, "EPSV ALL was said.");
        co_return;
    }
    if (!peer_.address.is_v4()) {
        reply(522, "Use EPSV.");
        co_return;
    }
    const bool lent = co_await borrow_port();
    if (!lent) co_return;
    const auto address = tells_local_address(peer_.address) ? local_.address : *share_.options.public_address;
    reply(227, protocol::ftp_pasv_text(address, loan_.port()));
}

asio::awaitable<void> FtpSession::epsv(std::string argument) {
    const auto word = trim(argument);
    if (equal_ignoring_case(word, "ALL")) {
        extended_only_ = true;
        reply(200, "EPSV only from here on.");
        co_return;
    }
    const auto ours = peer_.address.is_v4() ? "1" : "2";
    if (!word.empty() && word != ours) {
        reply(522, std::string("Network protocol not supported, use (") + ours + ")");
        co_return;
    }
    const bool lent = co_await borrow_port();
    if (lent) reply(229, protocol::ftp_epsv_text(loan_.port()));
}

void FtpSession::port(std::string_view argument) {
    if (extended_only_) return reply(503, "EPSV ALL was said.");
    if (share_.options.active_mode == FtpActiveMode::refused) return reply(502, "Use PASV or EPSV.");
    const auto to = protocol::parse_ftp_port(argument);
    if (!to) return reply(501, "That is no address.");
    go_active(*to);
}

void FtpSession::eprt(std::string_view argument) {
    if (extended_only_) return reply(503, "EPSV ALL was said.");
    if (share_.options.active_mode == FtpActiveMode::refused) return reply(502, "Use PASV or EPSV.");
    const auto to = protocol::parse_ftp_eprt(argument);
    if (!to) return reply(501, "That is no address.");
    go_active(*to);
}

void FtpSession::go_active(const protocol::FtpDataAddress& to) {
    if (to.address != peer_.address || to.port < 1024) {
        share_.door.refused(Transport::ftp, peer_.address, "a data connection to somebody else (bounce)");
        return reply(504, "Only to yourself, and to ports from 1024 on.");
    }
    drop_data_setup();
    active_ = to;
    reply(200, "Noted.");
}

void FtpSession::drop_data_setup() {
    loan_.give_back();
    active_.reset();
}

bool FtpSession::ready_for_data() {
    if (share_.options.tls_use == FtpTlsUse::required && data_privacy_ != catalogue::Privacy::tls) {
        reply(522, "PROT P comes first.");
        return false;
    }
    if (loan_.has_port() || active_) return true;
    reply(425, "PASV or EPSV comes first.");
    return false;
}

bool FtpSession::adopt(net::OwnedFd connection) {
    asio::ip::tcp::socket socket(share_.loop.executor());
    boost::system::error_code error;
    socket.assign(peer_.address.is_v4() ? asio::ip::tcp::v4() : asio::ip::tcp::v6(), connection.get(), error);
    if (error) return false;
    (void)connection.release();
    data_.emplace(std::move(socket));
    return true;
}

asio::awaitable<bool> FtpSession::connect_data() {
    now_ = share_.loop.timers().now();
    set_deadline(Phase::connecting, share_.options.data_connect_time_max);
    if (active_) {
        const bool connected = co_await connect_actively();
        co_return connected;
    }
    auto connection = loan_.take();
    if (!connection) begin_watch();
    while (!connection && !timed_out_ && !cut_ && loan_.has_port()) {
        loan_.wait();
        co_await woken();
        connection = loan_.take();
    }
    drop_data_setup(); // it is free for the next as soon as the connection stands
    co_return connection && !cut_ && adopt(std::move(connection));
}

asio::awaitable<bool> FtpSession::connect_actively() {
    const auto to = endpoint_of(*active_);
    active_.reset();
    asio::ip::tcp::socket socket(share_.loop.executor());
    boost::system::error_code error;
    socket.open(to.protocol(), error);
    if (error) co_return false;
    data_.emplace(std::move(socket));
    begin_watch();
    const auto [failure] = co_await data_->socket().async_connect(to, net::as_result);
    co_return !failure && !cut_;
}

/// Makes the data connection and says 150 with `text`.
asio::awaitable<FtpSession::TransferEnd> FtpSession::open_data(std::string text) {
    const bool connected = co_await connect_data();
    if (!connected) co_return cut_ ? TransferEnd::aborted : TransferEnd::no_connection;
    reply(150, text);
    if (!send_at_once()) {
        const bool flushed = co_await flush();
        if (!flushed) co_return TransferEnd::broken;
    }
    if (data_privacy_ == catalogue::Privacy::tls) {
        begin_watch();
        if (cut_) co_return TransferEnd::aborted;
        const auto error = co_await data_->start_tls(*share_.tls, net::TlsTickets::none);
        if (error) co_return cut_ ? TransferEnd::aborted : TransferEnd::no_tls;
        if (share_.options.tls_reuse == FtpTlsReuse::required && !data_->tls()->continues(*stream_.tls())) {
            share_.door.refused(Transport::ftp, peer_.address, "a data connection of another TLS session");
            co_return TransferEnd::foreign_tls;
        }
    }
    if (cut_) co_return TransferEnd::aborted;
    now_ = share_.loop.timers().now();
    window_start_ = 0;
    transfer_due_ = now_ + share_.options.transfer_time_max;
    set_deadline(Phase::transferring, share_.options.data_window);
    co_return TransferEnd::done;
}

FtpSession::TransferEnd FtpSession::why_ended() const {
    if (timed_out_) return TransferEnd::too_slow;
    return cut_ ? TransferEnd::aborted : TransferEnd::broken;
}

/// The end of the data connection is the end of the file to the peer, so one that failed is reset.
void FtpSession::reset_data() {
    if (!data_ || !data_->socket().is_open()) return;
    boost::system::error_code ignored;
    data_->socket().set_option(asio::socket_base::linger(true, 0), ignored);
    data_->close();
}

asio::awaitable<void> FtpSession::close_data(TransferEnd end) {
    phase_ = Phase::busy;
    drop_data_setup();
    if (!data_) co_return;
    if (end != TransferEnd::done) {
        reset_data();
    } else if (end == TransferEnd::done && data_->under_tls()) {
        data_->finish_writing();
        const bool flushed = co_await flush(); // 226: the peer may wait for it before it closes
        if (!flushed) this->end();
        // A close over the peer's own close_notify would reset the connection, and some stacks drop what they have.
        now_ = share_.loop.timers().now();
        set_deadline(Phase::lingering, share_.options.linger_time_max);
        std::array<char, 256> dropped{};
        for (int reads = 0; reads < 16; ++reads) {
            const auto got = co_await data_->read_some(asio::buffer(dropped));
            if (got.error) break;
        }
        phase_ = Phase::busy;
    }
    data_->close();
    data_.reset();
}

void FtpSession::reply_to_transfer(TransferEnd end) {
    switch (end) {
    case TransferEnd::done:
        return reply(226, "Done.");
    case TransferEnd::no_connection:
        return reply(425, "No data connection came.");
    case TransferEnd::no_tls:
        return reply(425, "No TLS on the data connection came about.");
    case TransferEnd::foreign_tls:
        return reply(522, "The data connection must resume the TLS session of this one.");
    case TransferEnd::broken:
        return reply(426, "The data connection broke.");
    case TransferEnd::aborted:
        return reply(426, "Aborted.");
    case TransferEnd::too_slow:
        return reply(426, "Too slow.");
    }
}

} // namespace offhook::server
