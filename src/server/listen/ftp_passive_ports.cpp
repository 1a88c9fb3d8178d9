#include "server/listen/ftp_passive_ports.hpp"

#include "base/assert.hpp"
#include "server/listen/peer_address.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace offhook::server {

namespace asio = boost::asio;

namespace {

constexpr int backlog = 128;
constexpr int batch_connections = 256; // more than the backlog holds
constexpr std::size_t loans_per_port_max = 64;
constexpr std::chrono::milliseconds pause_without_descriptors{100};

bool set(int fd, int level, int name, int value) { return ::setsockopt(fd, level, name, &value, sizeof value) == 0; }

} // namespace

/// One listening socket. Asio watches it only while somebody waits: most connections are there when they are asked for,
/// and then cost no turn of the loop of their own.
class FtpPassivePort : public std::enable_shared_from_this<FtpPassivePort> {
public:
    FtpPassivePort(FtpPassivePorts& owner, net::Loop& loop, const asio::ip::tcp& protocol, net::OwnedFd socket,
                   std::uint16_t port)
        : owner_(&owner), acceptor_(loop.executor()), pause_(loop.executor()), protocol_(protocol),
          socket_(std::move(socket)), port_(port) {}

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] FtpPassivePorts* owner() const { return owner_; }
    [[nodiscard]] const std::vector<FtpLoan*>& loans() const { return loans_; }
    [[nodiscard]] bool is_lent_to(const IpAddress& peer) const {
        return std::any_of(loans_.begin(), loans_.end(), [&](const FtpLoan* loan) { return loan->peer_ == peer; });
    }

    void add(FtpLoan& loan) {
        (void)take_all(); // what is left in the backlog belongs to loans before this one
        loans_.push_back(&loan);
    }
    void remove(FtpLoan& loan) {
        loans_.erase(std::find(loans_.begin(), loans_.end(), &loan));
        if (loans_.empty()) stop_watching();
    }
    enum class Batch : std::uint8_t { taken, out_of_descriptors };
    /// Accepts whatever waits and hands it to whom it belongs.
    Batch take_all() {
        for (int i = 0; i < batch_connections; ++i) {
            sockaddr_storage address{};
            socklen_t length = sizeof address;
            const int listening = watching_ ? acceptor_.native_handle() : socket_.get();
            net::OwnedFd connection(
                ::accept4(listening, reinterpret_cast<sockaddr*>(&address), &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
            if (!connection) {
                if (errno == EAGAIN || errno == EWOULDBLOCK) return Batch::taken;
                if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
                    return Batch::out_of_descriptors;
                continue;
            }
            const auto peer = peer_of(address).address;
            for (auto* loan : loans_)
                if (loan->peer_ == peer && !loan->connection_) {
                    loan->connection_ = std::move(connection);
                    break;
                }
        }
        return Batch::taken;
    }
    void watch() {
        if (watching_ || pausing_) return;
        boost::system::error_code error;
        acceptor_.assign(protocol_, socket_.get(), error);
        if (error) return; // the session's deadline ends its wait
        (void)socket_.release();
        watching_ = true;
        acceptor_.async_wait(asio::ip::tcp::acceptor::wait_read,
                             [self = shared_from_this()](const boost::system::error_code& failure) {
                                 if (!failure) self->ready();
                             });
    }
    void close() {
        owner_ = nullptr;
        stop_watching();
        pause_.cancel();
        socket_.reset();
    }

private:
    void ready() {
        if (!watching_ || owner_ == nullptr) return;
        const auto batch = take_all();
        stop_watching();
        // What cannot be accepted stays readable: without a pause this would go round and round.
        if (batch == Batch::out_of_descriptors) pause();
        const auto before = loans_; // a call back may give its loan back
        bool waits = false;
        for (auto* loan : before) {
            if (std::find(loans_.begin(), loans_.end(), loan) == loans_.end()) continue;
            if (loan->connection_)
                loan->woken_(loan->owner_);
            else
                waits = true;
        }
        if (waits && owner_ != nullptr) watch();
    }
    void pause() {
        pausing_ = true;
        pause_.expires_after(pause_without_descriptors);
        pause_.async_wait([self = shared_from_this()](const boost::system::error_code&) {
            self->pausing_ = false;
            if (self->owner_ != nullptr && !self->loans_.empty()) self->watch();
        });
    }
    void stop_watching() {
        if (!watching_) return;
        watching_ = false;
        boost::system::error_code ignored;
        socket_ = net::OwnedFd(acceptor_.release(ignored));
    }

    FtpPassivePorts* owner_; ///< null: closed
    asio::ip::tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    asio::ip::tcp protocol_;
    net::OwnedFd socket_; ///< while acceptor_ does not have it
    std::uint16_t port_;
    bool watching_ = false;
    bool pausing_ = false;
    std::vector<FtpLoan*> loans_;
};

std::uint16_t FtpLoan::port() const {
    OFFHOOK_ASSERT(port_ != nullptr);
    return port_->port();
}

net::OwnedFd FtpLoan::take() {
    if (port_ != nullptr && !connection_) (void)port_->take_all();
    return std::move(connection_);
}

void FtpLoan::wait() {
    OFFHOOK_ASSERT(port_ != nullptr);
    port_->watch();
}

void FtpLoan::give_back() {
    connection_.reset();
    if (queued_in_ != nullptr) {
        queued_in_->queue_.remove(this);
        queued_in_ = nullptr;
    }
    if (port_ == nullptr) return;
    const auto port = std::move(port_);
    port_ = nullptr;
    port->remove(*this);
    if (port->owner() != nullptr) port->owner()->returned(port);
}

Result<std::unique_ptr<FtpPassivePorts>> FtpPassivePorts::open(net::Loop& loop, std::size_t loops,
                                                               const asio::ip::address& at, const FtpOptions& options) {
    std::unique_ptr<FtpPassivePorts> out(new FtpPassivePorts(loop, at, options));
    out->kernel_picks_ = options.passive_port_first == 0;
    if (out->kernel_picks_) {
        for (std::size_t i = 0; i < options.passive_ports_at_start; ++i)
            if (!out->add(0)) break;
    } else {
        if (options.passive_port_last < options.passive_port_first)
            return fail(ErrorCode::invalid, "the last passive port is below the first");
        for (std::size_t port = options.passive_port_first + loop.index(); port <= options.passive_port_last;
             port += loops)
            (void)out->add(static_cast<std::uint16_t>(port)); // another program may have one of them
    }
    if (out->ports_.empty())
        return fail(ErrorCode::unavailable, "no passive port is free for each loop; a range has at least one a loop");
    return out;
}

FtpPassivePorts::~FtpPassivePorts() { close(); }

void FtpPassivePorts::close() {
    for (const auto& port : ports_) port->close();
    free_.clear();
    ports_.clear();
}

bool FtpPassivePorts::add(std::uint16_t port) {
    asio::ip::tcp::endpoint at(at_, port);
    net::OwnedFd fd(::socket(at.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (!fd) return false;
    const bool v6 = at.address().is_v6();
    // The address in use is what tells that another program listens there; TIME_WAIT of our own does not matter.
    if (!set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1) || (v6 && !set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1)) ||
        !set(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1) ||
        ::bind(fd.get(), at.data(), static_cast<socklen_t>(at.size())) != 0 || ::listen(fd.get(), backlog) != 0)
        return false;
    auto length = static_cast<socklen_t>(at.capacity());
    if (::getsockname(fd.get(), at.data(), &length) != 0) return false;
    ports_.push_back(std::make_shared<FtpPassivePort>(*this, loop_, at.protocol(), std::move(fd), at.port()));
    free_.push_back(ports_.back());
    return true;
}

FtpPassivePorts::Lent FtpPassivePorts::lend(FtpLoan& loan, const IpAddress& peer) {
    loan.give_back();
    auto port = pick(peer);
    if (!port) return Lent::none_free;
    loan.peer_ = peer;
    loan.since_ = loop_.timers().now();
    loan.port_ = port;
    port->add(loan);
    return Lent::yes;
}

std::shared_ptr<FtpPassivePort> FtpPassivePorts::pick(const IpAddress& peer) {
    if (free_.empty() && kernel_picks_ && ports_.size() < options_.passive_ports_max) (void)add(0);
    if (!free_.empty()) {
        auto port = std::move(free_.front());
        free_.pop_front();
        return port;
    }
    for (const auto& port : ports_)
        if (port->loans().size() < loans_per_port_max && !port->is_lent_to(peer)) return port;
    // All are out to this very address. One that nobody came for in time is as good as given back.
    const auto now = loop_.timers().now();
    for (const auto& port : ports_)
        for (auto* loan : port->loans())
            if (loan->peer_ == peer && !loan->connection_ && now - loan->since_ > options_.data_connect_time_max) {
                (void)port->take_all();
                if (loan->connection_) continue;
                loan->port_ = nullptr;
                const auto kept = port;
                kept->remove(*loan);
                return kept;
            }
    return nullptr;
}

void FtpPassivePorts::queue(FtpLoan& loan) {
    OFFHOOK_ASSERT(loan.port_ == nullptr && loan.queued_in_ == nullptr);
    loan.queued_in_ = this;
    queue_.push_back(&loan);
}

void FtpPassivePorts::returned(const std::shared_ptr<FtpPassivePort>& port) {
    if (port->loans().empty()) free_.push_back(port);
    if (queue_.empty()) return;
    auto* first = queue_.front();
    queue_.pop_front();
    first->queued_in_ = nullptr;
    first->woken_(first->owner_);
}

} // namespace offhook::server
