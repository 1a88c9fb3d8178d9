#pragma once
/// @file  WakeUp: a coroutine waits until a callback on the same loop says so.
///
/// For what answers by callback (a file from disk, an upload made durable): wake() may come before wait(). Once.
/// Threads  its loop's.
#include "net/as_result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace offhook::net {

class WakeUp {
public:
    explicit WakeUp(const boost::asio::any_io_executor& executor)
        : timer_(executor, boost::asio::steady_timer::time_point::max()) {}

    void wake() {
        woken_ = true;
        timer_.cancel();
    }
    [[nodiscard]] boost::asio::awaitable<void> wait() {
        while (!woken_) (void)co_await timer_.async_wait(as_result);
    }

private:
    boost::asio::steady_timer timer_;
    bool woken_ = false;
};

} // namespace offhook::net
