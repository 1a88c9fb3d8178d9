#pragma once
/// @file  BlockingPool: threads for what blocks (SQL, disk, name lookups), behind a queue that has an end.
///
/// A job is one plain call that owns what it uses; it reports by its result. It cannot be cancelled, only waited for.
/// Threads  any.
#include "base/result.hpp"
#include "net/limits.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace offhook::net {

class BlockingPool {
public:
    enum class Queued : std::uint8_t { yes, full };

    explicit BlockingPool(std::size_t threads, std::size_t queue_jobs_max = limits::blocking_queue_jobs_max);
    /// Waits for every job that was queued.
    ~BlockingPool();
    BlockingPool(const BlockingPool&) = delete;
    BlockingPool& operator=(const BlockingPool&) = delete;

    /// Runs `job` some time on one of the threads. What it throws is logged as NET_TASK_FAILED.
    template <class F>
    [[nodiscard]] Queued post(F job) {
        if (!enter()) return Queued::full;
        boost::asio::post(threads_, [this, job = std::move(job)]() mutable {
            const Leaving leaving{*this};
            guarded(job);
        });
        return Queued::yes;
    }

    /// The job's result, back on the caller's executor. Errors: unavailable when the queue is full; what the job throws
    /// is rethrown to the caller. A caller that is cancelled meanwhile goes on: it is not told, and asks its owner.
    template <class F, class R = std::invoke_result_t<F>>
    [[nodiscard]] boost::asio::awaitable<Result<R>> run(F job) {
        if (!enter()) co_return fail(ErrorCode::unavailable, "too much work is waiting; try again");
        auto call =
            call_here<F, R>(this, std::move(job)); // named first: g++ 12 destroys a coroutine's temporaries twice
        auto running = boost::asio::co_spawn(threads_.get_executor(), std::move(call), boost::asio::use_awaitable);
        // Asio would carry the caller's cancellation onto the pool's thread, where it ends the process.
        co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
        std::optional<std::conditional_t<std::is_void_v<R>, bool, R>> result;
        std::exception_ptr failure;
        try {
            result = co_await std::move(running);
        } catch (...) {
            failure = std::current_exception();
        }
        co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_terminal_cancellation());
        if (failure) std::rethrow_exception(failure);
        if constexpr (std::is_void_v<R>)
            co_return Result<void>{};
        else
            co_return Result<R>(std::move(*result));
    }

    /// Refuses new jobs and waits for those that were queued.
    void stop();
    [[nodiscard]] std::size_t waiting_and_running() const { return jobs_.load(std::memory_order_relaxed); }

private:
    struct Leaving {
        BlockingPool& pool;
        ~Leaving() { pool.jobs_.fetch_sub(1, std::memory_order_acq_rel); }
    };

    [[nodiscard]] bool enter();
    template <class F>
    static void guarded(F& job) {
        try {
            job();
        } catch (...) {
            report_failure();
        }
    }
    static void report_failure();

    template <class F, class R>
    static boost::asio::awaitable<std::optional<std::conditional_t<std::is_void_v<R>, bool, R>>>
    call_here(BlockingPool* pool, F job) {
        const Leaving leaving{*pool};
        if constexpr (std::is_void_v<R>) {
            job();
            co_return true;
        } else {
            co_return job();
        }
    }

    std::size_t jobs_max_;
    std::atomic<std::size_t> jobs_{0}; ///< queued and running
    std::atomic<bool> stopped_{false};
    boost::asio::thread_pool threads_;
};

} // namespace offhook::net
