#pragma once
/// @file  FtpSession: one control connection, its login, and its transfers one after the other.
///
/// One coroutine obeys the commands in order. While a transfer is under way a second one, watch(), reads the control
/// connection, so that ABOR and a peer that went away are noticed; it never writes. All waiting for something else
/// than a socket goes through woken(). One timer slot bounds whatever the session is doing.
/// Limits   a line of 4 KB, replies to it, and one buffer while a transfer needs it.
/// Threads  its loop's.
#include "net/loop.hpp"
#include "net/stream.hpp"
#include "net/task_group.hpp"
#include "protocol/ftp/ftp_address.hpp"
#include "protocol/ftp/ftp_command.hpp"
#include "protocol/ftp/ftp_listing.hpp"
#include "server/door.hpp"
#include "server/listen/connection_counts.hpp"
#include "server/listen/ftp_options.hpp"
#include "server/listen/ftp_passive_ports.hpp"
#include "server/listen/peer_address.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

/// What the sessions of one listener share on one loop.
struct FtpShare {
    const FtpOptions& options;
    Door& door;
    net::Loop& loop;
    ConnectionCounts& counts;
    net::TlsContext* tls; ///< null: AUTH TLS is refused
    net::TaskGroup& tasks;
    std::unique_ptr<FtpPassivePorts> passive;
    std::list<class FtpSession*> sessions;
    bool stopping = false;
};

class FtpSession {
public:
    /// Requires  a place in share.counts, which the session gives back. `share` outlives it.
    FtpSession(FtpShare& share, boost::asio::ip::tcp::socket socket, const PeerAddress& peer);
    ~FtpSession();
    FtpSession(const FtpSession&) = delete;
    FtpSession& operator=(const FtpSession&) = delete;

    [[nodiscard]] boost::asio::awaitable<void> run();

    /// Ends it when no transfer is under way, or after the one that is.
    void stop();
    /// Closes its sockets, whatever is under way.
    void abort();

private:
    using Waiting = boost::asio::awaitable<void>;
    enum class Phase : std::uint8_t { idle, busy, holding, connecting, transferring, lingering };
    enum class Form : std::uint8_t { image, ascii };
    enum class TransferEnd : std::uint8_t { done, no_connection, no_tls, foreign_tls, broken, aborted, too_slow };

    struct Command; ///< a row of the table: what a verb needs, and who obeys it
    static const Command& command_for(protocol::FtpVerb verb);
    [[nodiscard]] Waiting obey(std::string_view line);
    [[nodiscard]] Waiting converse();

    // The control connection: ftp_session.cpp.
    void reply(std::uint16_t code, std::string_view text);
    [[nodiscard]] bool send_at_once();
    [[nodiscard]] boost::asio::awaitable<bool> flush();
    [[nodiscard]] boost::asio::awaitable<bool> receive();
    void begin_watch();
    [[nodiscard]] Waiting watch();
    [[nodiscard]] Waiting end_watch();
    [[nodiscard]] boost::asio::awaitable<bool> control_stands();
    [[nodiscard]] Waiting woken();
    [[nodiscard]] Waiting hold(std::chrono::milliseconds time);
    void wake() { wake_.cancel(); }
    static void on_woken(void* self) noexcept;
    void end() { ended_ = true; }

    // Deadlines: ftp_session.cpp.
    void await_command();
    void set_deadline(Phase phase, std::chrono::milliseconds delay);
    static void on_deadline(void* self) noexcept;
    void deadline_passed();
    void check_rate();
    [[nodiscard]] std::uint64_t bytes_moved();
    [[nodiscard]] bool moving() const { return phase_ == Phase::connecting || phase_ == Phase::transferring; }
    void cut_transfer();
    void reset_data();

    // Commands: ftp_session_commands.cpp.
    void user(std::string_view argument);
    [[nodiscard]] Waiting pass(std::string argument);
    void acct(std::string_view argument);
    void rein(std::string_view argument);
    void quit(std::string_view argument);
    void type(std::string_view argument);
    void mode(std::string_view argument);
    void stru(std::string_view argument);
    void pwd(std::string_view argument);
    void cwd(std::string_view argument);
    void cdup(std::string_view argument);
    void feat(std::string_view argument);
    void opts(std::string_view argument);
    void syst(std::string_view argument);
    void stat(std::string_view argument);
    void help(std::string_view argument);
    void noop(std::string_view argument);
    void abor(std::string_view argument);
    void allo(std::string_view argument);
    void rest(std::string_view argument);
    [[nodiscard]] Waiting auth(std::string argument);
    void pbsz(std::string_view argument);
    void prot(std::string_view argument);
    void log_out();

    // Data connections and transfers: ftp_session_data.cpp, ftp_session_transfers.cpp.
    [[nodiscard]] Waiting pasv(std::string argument);
    [[nodiscard]] Waiting epsv(std::string argument);
    [[nodiscard]] boost::asio::awaitable<bool> borrow_port();
    void port(std::string_view argument);
    void eprt(std::string_view argument);
    void go_active(const protocol::FtpDataAddress& to);
    [[nodiscard]] bool tells_local_address(const IpAddress& peer) const;
    [[nodiscard]] bool ready_for_data();
    void drop_data_setup();
    [[nodiscard]] boost::asio::awaitable<bool> connect_data();
    [[nodiscard]] bool adopt(net::OwnedFd connection);
    [[nodiscard]] boost::asio::awaitable<bool> connect_actively();
    [[nodiscard]] boost::asio::awaitable<TransferEnd> open_data(std::string text);
    [[nodiscard]] boost::asio::awaitable<TransferEnd> send_out(std::string_view body, Form form);
    [[nodiscard]] boost::asio::awaitable<TransferEnd> send_on(std::string_view body, Form form);
    [[nodiscard]] boost::asio::awaitable<TransferEnd> take_in(Upload& upload, UploadRefusal& refusal);
    [[nodiscard]] TransferEnd why_ended() const;
    [[nodiscard]] Waiting close_data(TransferEnd end);
    void reply_to_transfer(TransferEnd end);

    [[nodiscard]] Waiting retr(std::string argument);
    [[nodiscard]] Waiting stor(std::string argument);
    [[nodiscard]] Waiting appe(std::string argument);
    [[nodiscard]] Waiting store(std::string argument, UploadRequest::Mode mode);
    [[nodiscard]] boost::asio::awaitable<UploadEnd> commit(Upload& upload);
    [[nodiscard]] Waiting list(std::string argument);
    [[nodiscard]] Waiting nlst(std::string argument);
    [[nodiscard]] Waiting mlsd(std::string argument);
    [[nodiscard]] Waiting mlst(std::string argument);
    [[nodiscard]] Waiting size(std::string argument);
    [[nodiscard]] Waiting mdtm(std::string argument);
    [[nodiscard]] Waiting send_listing(std::string text);
    [[nodiscard]] std::vector<ListedFile> listed(std::string_view path, std::string& pattern);
    /// Those that the door could not say at once, in a listing of `path` with that pattern.
    [[nodiscard]] Waiting find_sizes(std::string_view path, std::string_view pattern, std::vector<ListedFile>& files);

    /// What the door said to one name.
    struct Found {
        std::shared_ptr<const ReadyFile> file; ///< null: not to be had
        Ticket ticket;
        std::chrono::milliseconds hold{0};
        std::uint16_t status = 550;
    };
    /// Into `found_`.
    [[nodiscard]] Waiting ask(std::string_view path, protocol::FtpVerb verb);
    [[nodiscard]] boost::asio::awaitable<bool> look_up(std::string_view path, protocol::FtpVerb verb);
    [[nodiscard]] Found judge(const FileAnswer& answer, protocol::FtpVerb verb);
    [[nodiscard]] FileRequest request_for(std::string_view path, Verb verb) const;
    /// The name that `argument` means, or nothing and a reply.
    [[nodiscard]] std::optional<std::string> resolved(std::string_view argument);

    FtpShare& share_;
    net::Stream stream_;
    PeerAddress peer_;
    PeerAddress local_; ///< our end
    std::list<FtpSession*>::iterator place_;
    protocol::FtpLineReader reader_;
    std::string out_; ///< replies not yet sent
    bool ended_ = false;
    bool control_gone_ = false;
    bool watching_ = false;

    std::string user_;
    bool user_given_ = false;
    unsigned login_failures_ = 0;
    std::optional<Login> login_;

    std::string directory_; ///< as of resolve_ftp_path()
    Form form_ = Form::ascii;
    std::uint64_t restart_at_ = 0;
    std::optional<std::uint64_t> announced_bytes_;
    protocol::FtpFacts facts_;
    bool buffer_size_given_ = false; ///< PBSZ
    catalogue::Privacy data_privacy_ = catalogue::Privacy::clear;
    bool extended_only_ = false; ///< EPSV ALL

    FtpLoan loan_{on_woken, this};
    std::optional<protocol::FtpDataAddress> active_;
    std::optional<net::Stream> data_;
    std::optional<Found> found_;
    std::uint64_t moved_ = 0;        ///< bytes of the transfer under way, given to or taken from the kernel
    std::uint64_t window_start_ = 0; ///< bytes_moved() when the window under way began
    bool cut_ = false;               ///< the transfer under way is to end: ABOR, or the peer is gone
    bool timed_out_ = false;

    Instant now_{};
    Instant due_{};
    Instant armed_for_{};
    Instant login_due_{};
    Instant session_due_{};
    Instant transfer_due_{};
    Phase phase_ = Phase::busy;
    net::TimerSlot deadline_{on_deadline, this};
    boost::asio::steady_timer wake_; ///< never expires: cancelled to wake woken()
};

} // namespace offhook::server
