#pragma once
/// @file  with_deadline: an awaitable operation that gets so much time and no more.
///
/// For slow paths (start-up, administration, the virtual phone). A phone-facing session owns a slot in its loop's timer
/// wheel instead: a timer per operation costs a fifth of a small transfer.
///
/// When the time is over the operation is cancelled and waited for, so nothing of it is running afterwards. It must
/// therefore honour Asio's cancellation, as every Asio operation does.
/// Errors  the operation's own exception is rethrown. Cancelled from outside, the operation is cancelled and decides.
/// Source  not `op || timer`: when the operation fails that waits for the timer (asio issue 900). Boost 1.81 has no
///         cancel_after.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <tuple>
#include <utility>

namespace offhook::net {

enum class DeadlineOutcome : std::uint8_t { finished, expired };

/// The operation's value, or nullopt when the time was over first. Requires a T that can be default-constructed.
template <class T>
[[nodiscard]] boost::asio::awaitable<std::optional<T>> with_deadline(boost::asio::awaitable<T> operation,
                                                                     std::chrono::milliseconds time) {
    namespace asio = boost::asio;
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, time);
    auto group = asio::experimental::make_parallel_group(asio::co_spawn(executor, std::move(operation), asio::deferred),
                                                         timer.async_wait(asio::deferred));
    auto waiting = group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    auto result = co_await std::move(waiting);
    auto& [order, failure, value, timer_error] = result;
    if (order[0] == 1 && !timer_error) co_return std::nullopt;
    if (failure) std::rethrow_exception(failure);
    co_return std::optional<T>(std::move(value));
}

[[nodiscard]] inline boost::asio::awaitable<DeadlineOutcome> with_deadline(boost::asio::awaitable<void> operation,
                                                                           std::chrono::milliseconds time) {
    namespace asio = boost::asio;
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, time);
    auto group = asio::experimental::make_parallel_group(asio::co_spawn(executor, std::move(operation), asio::deferred),
                                                         timer.async_wait(asio::deferred));
    auto waiting = group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    auto result = co_await std::move(waiting);
    auto& [order, failure, timer_error] = result;
    if (order[0] == 1 && !timer_error) co_return DeadlineOutcome::expired;
    if (failure) std::rethrow_exception(failure);
    co_return DeadlineOutcome::finished;
}

} // namespace offhook::net
