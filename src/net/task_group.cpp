#include "net/task_group.hpp"

#include "base/assert.hpp"
#include "base/log.hpp"
#include "net/as_result.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace offhook::net {
namespace asio = boost::asio;

TaskGroup::TaskGroup(const asio::any_io_executor& executor, Reporter report)
    : executor_(executor), report_(report ? std::move(report) : Reporter(log_task_failure)),
      last_ended_(executor, asio::steady_timer::time_point::max()) {}

TaskGroup::~TaskGroup() { OFFHOOK_ASSERT(tasks_.empty()); }

TaskGroup::Spawned TaskGroup::spawn(asio::awaitable<void> task) {
    if (closed_) return Spawned::closed;
    const auto place = tasks_.emplace(tasks_.end());
    auto on_end = [this, place](const std::exception_ptr& failure) { ended(place, failure); };
    asio::co_spawn(executor_, std::move(task), asio::bind_cancellation_slot(place->slot(), std::move(on_end)));
    return Spawned::yes;
}

void TaskGroup::cancel() {
    // A task may end, and leave the list, while its own signal is being emitted: step on first.
    for (auto task = tasks_.begin(); task != tasks_.end();) (task++)->emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> TaskGroup::join() {
    close();
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    while (!tasks_.empty()) co_await last_ended_.async_wait(as_result);
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
}

void TaskGroup::ended(Tasks::iterator task, const std::exception_ptr& failure) {
    tasks_.erase(task);
    if (failure) report_(failure);
    if (tasks_.empty()) last_ended_.cancel();
}

void log_task_failure(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        log::error("NET_TASK_FAILED", "{}", error.what());
    } catch (...) {
        log::error("NET_TASK_FAILED", "something that is no std::exception was thrown");
    }
}

} // namespace offhook::net
