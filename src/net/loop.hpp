#pragma once
/// @file  Loop: one event loop on one thread, with the timers that its sessions share.
///
/// Threads  post() from any; everything else on the loop's own.
#include "base/clock.hpp"
#include "net/loop_timers.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <optional>
#include <thread>
#include <utility>

namespace offhook::net {

class Loop {
public:
    using Executor = boost::asio::io_context::executor_type;

    /// `clock` outlives the loop.
    Loop(std::size_t index, const Clock& clock);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Runs the loop on a thread of its own, pinned to `cpu` if one is given.
    void start(std::optional<int> cpu = std::nullopt);
    /// Lets the thread end as soon as nothing is left to wait for. Whoever opened something closes it first.
    void finish() { work_.reset(); }
    void join();

    [[nodiscard]] std::size_t index() const { return index_; }
    [[nodiscard]] Executor executor() { return context_.get_executor(); }
    [[nodiscard]] boost::asio::io_context& context() { return context_; }
    [[nodiscard]] LoopTimers& timers() { return timers_; }
    [[nodiscard]] const Clock& clock() const { return clock_; }
    [[nodiscard]] bool on_this_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

    template <class F>
    void post(F&& function) {
        boost::asio::post(context_, std::forward<F>(function));
    }

private:
    void run();

    std::size_t index_;
    const Clock& clock_;
    boost::asio::io_context context_{1}; // a concurrency hint of one: no other thread runs it
    boost::asio::executor_work_guard<Executor> work_;
    LoopTimers timers_;
    std::thread thread_;
};

} // namespace offhook::net
