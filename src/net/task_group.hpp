#pragma once
/// @file  TaskGroup: coroutines that have an owner, who can refuse new ones, cancel the running ones and wait for the
/// last.
///
/// Declare it last in its owner: its tasks use what stands above it. Nothing is ever spawned detached.
/// Errors    what a task throws goes to the reporter given at construction; the other tasks go on.
/// Requires  join() has returned, or nothing was spawned, before the group is destroyed.
/// Threads   the executor's one thread.
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>

namespace offhook::net {

class TaskGroup {
public:
    using Reporter = std::function<void(std::exception_ptr)>;
    enum class Spawned : std::uint8_t { yes, closed };

    /// `report` outlives the tasks; without one, failures are logged as NET_TASK_FAILED.
    explicit TaskGroup(const boost::asio::any_io_executor& executor, Reporter report = {});
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    /// Starts the task on the executor. After close() the task is dropped without having run.
    Spawned spawn(boost::asio::awaitable<void> task);
    /// No more tasks; the running ones go on.
    void close() { closed_ = true; }
    /// Asks every running task to stop, by Asio's terminal cancellation of what it awaits.
    void cancel();
    /// Closes, then waits until the last task has ended. Not cancellable: afterwards nothing is running, whatever
    /// happens.
    [[nodiscard]] boost::asio::awaitable<void> join();

    [[nodiscard]] std::size_t size() const { return tasks_.size(); }

private:
    using Tasks = std::list<boost::asio::cancellation_signal>;
    void ended(Tasks::iterator task, const std::exception_ptr& failure);

    boost::asio::any_io_executor executor_;
    Reporter report_;
    boost::asio::steady_timer last_ended_; ///< never expires: cancelled to wake join()
    Tasks tasks_;
    bool closed_ = false;
};

/// "NET_TASK_FAILED" with the exception's text; what a TaskGroup does without a reporter of its own.
void log_task_failure(const std::exception_ptr& failure);

} // namespace offhook::net
