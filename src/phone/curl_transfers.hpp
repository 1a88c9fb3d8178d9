#pragma once
/// @file  CurlTransfers: one phone's transfers by libcurl over HTTP, HTTPS and FTP, behaving as the phone does.
///
/// * Paths go out as they are written: no dots resolved, no blank or '%' encoded, leading slashes kept.
/// * Credentials only after a challenge, Basic or Digest; FTP logs in at once.
/// * "Pragma: no-cache" and "Accept: */*", as the libcurl of 2004 sent them; no proxy of this machine's environment.
/// * FTP is passive by PASV, never EPSV and never PORT: against a server that does active transfers alone it fails.
///   Over IPv6 libcurl sends EPSV nevertheless: phones that never do ask for TransferRequest::Ip::ipv4.
/// * A stage has connections of its own: none from the stage before, none of another phone's.
/// Source   reference: Polycom 7. TFTP: libcurl never retransmits under an event loop; ours is
///          tftp_transfers.hpp.
/// Threads  the loop's own.
#include "phone/curl_loop.hpp"
#include "phone/transfers.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace offhook::phone {

struct CurlSettings {
    std::chrono::milliseconds connect_time = limits::connect_time;
    std::chrono::milliseconds silence_time = limits::silence_time;
    std::string ca_file;            ///< trusted besides none else; "": the system's authorities
    std::string client_certificate; ///< PEM; "": the phone has none
    std::string client_key;         ///< PEM, not encrypted
};

class CurlTransfers final : public Transfers {
public:
    /// `loop` outlives this.
    CurlTransfers(CurlLoop& loop, CurlSettings settings);
    ~CurlTransfers() override;

    void start_stage() override;
    [[nodiscard]] boost::asio::awaitable<TransferAnswer> run(TransferRequest request) override;
    [[nodiscard]] boost::asio::awaitable<void> wait(std::chrono::milliseconds time) override;

private:
    struct FreeShare {
        void operator()(CURLSH* share) const { curl_share_cleanup(share); }
    };
    CurlLoop& loop_;
    CurlSettings settings_;
    std::unique_ptr<CURLSH, FreeShare> connections_; ///< of this stage
};

} // namespace offhook::phone
