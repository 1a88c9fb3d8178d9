#pragma once
/// @file  TftpTransfers: one phone's transfers by TFTP, with the machines of protocol/tftp over a socket per transfer.
///
/// * Plain RFC 1350 unless options are wished for: there is no evidence that the phones we know negotiate any.
/// * The path goes out as it is written, without the URL's slash in front. TFTP cannot append: it overwrites.
/// * Who answers first from the server's address is the transfer's peer; others are told so (error 5).
/// * The last ACK is repeated, if it is asked for, until another transfer or stage has ended.
/// Source   reference: Polycom 7.3; RFC 1350.
/// Threads  the executor's own.
#include "base/clock.hpp"
#include "phone/transfers.hpp"
#include "protocol/tftp/retransmission.hpp"
#include "protocol/tftp/terms.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <memory>

namespace offhook::phone {

struct TftpSettings {
    std::chrono::milliseconds silence_time = limits::silence_time;
    protocol::tftp::Wishes wishes = {}; ///< transfer_bytes, if set, becomes the size of a put
    /// As phones do: whole seconds.
    protocol::tftp::Timing timing = {std::chrono::milliseconds{1000}, std::chrono::milliseconds{1000},
                                     std::chrono::milliseconds{8000}};
};

class TftpTransfers final : public Transfers {
public:
    TftpTransfers(const boost::asio::any_io_executor& executor, TftpSettings settings);
    ~TftpTransfers() override;

    void start_stage() override;
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> run(TransferRequest request) override;
    [[nodiscard]] boost::asio::awaitable<void> wait(std::chrono::milliseconds time) override;

private:
    class Exchange;
    boost::asio::any_io_executor executor_;
    TftpSettings settings_;
    SystemClock clock_;
    std::unique_ptr<Exchange> last_; ///< which may have to repeat its last ACK
};

} // namespace offhook::phone
