#pragma once
/// @file  TftpListener: the phone-facing TFTP listener on one address, on every loop.
///
/// Reads and writes, octet and netascii, with blksize, tsize, timeout and windowsize (RFC 1350, 2347 to 2349, 7440).
/// It amplifies nothing: until a peer has answered it gets an OACK, an error, or one block of 512 bytes, and that six
/// times at most.
/// Threads  open, start and stop on one that is no loop's.
#include "base/result.hpp"
#include "net/loops.hpp"
#include "server/listen/connection_counts.hpp"
#include "server/listen/listener.hpp"
#include "server/listen/tftp_options.hpp"

#include <boost/asio/ip/udp.hpp>
#include <memory>
#include <string>
#include <vector>

namespace offhook::server {

class Door;
class TftpReactor;

class TftpListener final : public Listener {
public:
    /// Binds; takes nothing yet. `doors` has one for each loop, in order; it is called on that loop only. Both outlive
    /// this. Errors: those of open_tftp_sockets.
    [[nodiscard]] static Result<std::unique_ptr<TftpListener>> open(net::Loops& loops, const std::vector<Door*>& doors,
                                                                    const boost::asio::ip::udp::endpoint& at,
                                                                    const TftpOptions& options = {});
    ~TftpListener() override;
    TftpListener(const TftpListener&) = delete;
    TftpListener& operator=(const TftpListener&) = delete;

    /// Requires  running loops.
    void start() override;
    /// Returns when the last transfer has ended: TftpOptions::stop_grace and a moment at most, or as long as the door
    /// takes to commit an upload.
    void stop() override;

    [[nodiscard]] const boost::asio::ip::udp::endpoint& bound() const { return bound_; }
    [[nodiscard]] std::string address() const override;
    [[nodiscard]] std::size_t connections() const override { return counts_.total(); }

private:
    TftpListener(net::Loops& loops, const boost::asio::ip::udp::endpoint& bound, const TftpOptions& options);

    net::Loops& loops_;
    boost::asio::ip::udp::endpoint bound_;
    TftpOptions options_;
    ConnectionCounts counts_;
    std::vector<std::unique_ptr<TftpReactor>> reactors_; ///< one a loop
    bool started_ = false;
};

} // namespace offhook::server
