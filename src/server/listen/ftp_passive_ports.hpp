#pragma once
/// @file  FtpPassivePorts: a loop's listening sockets for data connections, opened ahead and lent out.
///
/// To bind and close one for each transfer is slow once TIME_WAIT sockets pile up on the ports: measured, 340 sessions
/// a second instead of 9,200. A port may be lent to several sessions if their peers' addresses differ, as the address
/// of who connects tells whose it is; a connection from any other address is closed. Threads  its loop's.
#include "base/ip_address.hpp"
#include "base/result.hpp"
#include "net/loop.hpp"
#include "net/owned_fd.hpp"
#include "server/listen/ftp_options.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <vector>

namespace offhook::server {

class FtpPassivePort;
class FtpPassivePorts;

/// What stands on a session's side of a lent port. Declared in the session, which outlives the loan.
class FtpLoan {
public:
    using Callback = void (*)(void* owner) noexcept;
    /// `woken` is called when something has come that the session waited for: a connection, or a free port.
    FtpLoan(Callback woken, void* owner) : woken_(woken), owner_(owner) {}
    ~FtpLoan() { give_back(); }
    FtpLoan(const FtpLoan&) = delete;
    FtpLoan& operator=(const FtpLoan&) = delete;

    [[nodiscard]] bool has_port() const { return port_ != nullptr; }
    [[nodiscard]] std::uint16_t port() const;
    /// The data connection if the peer has made it; nothing otherwise.
    [[nodiscard]] net::OwnedFd take();
    /// Calls back once when the connection is there. Requires  has_port().
    void wait();
    void give_back();

private:
    friend class FtpPassivePort;
    friend class FtpPassivePorts;

    Callback woken_;
    void* owner_;
    IpAddress peer_;
    Instant since_{};
    std::shared_ptr<FtpPassivePort> port_;
    net::OwnedFd connection_;
    FtpPassivePorts* queued_in_ = nullptr; ///< while it waits for a port
};

class FtpPassivePorts {
public:
    /// Opens its share of the ports. Everything outlives this. Errors: unavailable when no port of the range is free.
    [[nodiscard]] static Result<std::unique_ptr<FtpPassivePorts>>
    open(net::Loop& loop, std::size_t loops, const boost::asio::ip::address& at, const FtpOptions& options);
    ~FtpPassivePorts();
    FtpPassivePorts(const FtpPassivePorts&) = delete;
    FtpPassivePorts& operator=(const FtpPassivePorts&) = delete;

    enum class Lent : std::uint8_t { yes, none_free };
    /// A loan given out longer ago than options.data_connect_time_max and not in use is taken back when all are out.
    [[nodiscard]] Lent lend(FtpLoan& loan, const IpAddress& peer);
    /// After none_free: calls back when one is given back, in order. give_back() ends the wait.
    void queue(FtpLoan& loan);

    /// After the last loan has been given back, on the loop.
    void close();

    [[nodiscard]] std::size_t ports() const { return ports_.size(); }

private:
    friend class FtpLoan;
    FtpPassivePorts(net::Loop& loop, const boost::asio::ip::address& at, const FtpOptions& options)
        : loop_(loop), at_(at), options_(options) {}
    [[nodiscard]] bool add(std::uint16_t port);
    [[nodiscard]] std::shared_ptr<FtpPassivePort> pick(const IpAddress& peer);
    void returned(const std::shared_ptr<FtpPassivePort>& port);

    net::Loop& loop_;
    boost::asio::ip::address at_;
    const FtpOptions& options_;
    bool kernel_picks_ = true;
    std::vector<std::shared_ptr<FtpPassivePort>> ports_;
    std::deque<std::shared_ptr<FtpPassivePort>> free_; ///< lent to nobody, longest first
    std::list<FtpLoan*> queue_;
};

} // namespace offhook::server
