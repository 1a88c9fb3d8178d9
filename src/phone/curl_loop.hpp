#pragma once
/// @file  CurlLoop: libcurl's transfers driven by an event loop, as many at once as there are phones.
///
/// Lifetime  outlives the transfers that run on it.
/// Threads   the loop's own.
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <curl/curl.h>

#include <cstdint>
#include <memory>

namespace offhook::phone {

class CurlLoop {
public:
    explicit CurlLoop(const boost::asio::any_io_executor& executor);
    ~CurlLoop();
    CurlLoop(const CurlLoop&) = delete;
    CurlLoop& operator=(const CurlLoop&) = delete;

    enum class Drive : std::uint8_t {
        events, ///< by the sockets' readiness
        /// Looked after every few milliseconds. For FTP: under an event loop libcurl 7.88 opens a data connection only
        /// when its next timer fires, which may be the connection's time-out.
        polling
    };
    /// Performs a prepared easy handle. Cancelled, the transfer is taken out and CURLE_ABORTED_BY_CALLBACK returned.
    [[nodiscard]] boost::asio::awaitable<CURLcode> perform(CURL* easy, Drive drive);
    [[nodiscard]] const boost::asio::any_io_executor& executor() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace offhook::phone
