#include "net/task_group.hpp"

#include "net/as_result.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace offhook::net {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using Log = std::shared_ptr<std::vector<std::string>>;

asio::awaitable<void> sleep_and_say(milliseconds delay, std::string name, Log log) {
    asio::steady_timer timer(co_await asio::this_coro::executor, delay);
    const auto [error] = co_await timer.async_wait(as_result);
    log->push_back(name + (error ? " cancelled" : " done"));
}

asio::awaitable<void> throw_after(milliseconds delay) {
    asio::steady_timer timer(co_await asio::this_coro::executor, delay);
    (void)co_await timer.async_wait(as_result);
    throw std::runtime_error("a task failed");
}

asio::awaitable<void> join_and_say(TaskGroup& group, Log log) {
    co_await group.join();
    log->push_back("joined");
}

struct TaskGroupTest : testing::Test {
    asio::io_context context;
    Log log = std::make_shared<std::vector<std::string>>();
    TaskGroup group{context.get_executor(), [this](const std::exception_ptr& failure) {
                        try {
                            std::rethrow_exception(failure);
                        } catch (const std::exception& error) {
                            log->push_back(error.what());
                        }
                    }};

    void join_later() {
        asio::co_spawn(context, join_and_say(group, log), [](const std::exception_ptr&) {});
    }
};

TEST_F(TaskGroupTest, JoinWaitsForTheLastTask) {
    (void)group.spawn(sleep_and_say(milliseconds{20}, "slow", log));
    (void)group.spawn(sleep_and_say(milliseconds{1}, "fast", log));
    join_later();
    context.run();
    EXPECT_EQ(*log, (std::vector<std::string>{"fast done", "slow done", "joined"}));
}

TEST_F(TaskGroupTest, CancelReachesEveryTask) {
    (void)group.spawn(sleep_and_say(std::chrono::hours{1}, "one", log));
    (void)group.spawn(sleep_and_say(std::chrono::hours{1}, "two", log));
    join_later();
    asio::steady_timer soon(context, milliseconds{5});
    soon.async_wait([this](const boost::system::error_code&) { group.cancel(); });
    context.run();
    EXPECT_EQ(*log, (std::vector<std::string>{"one cancelled", "two cancelled", "joined"}));
}

TEST_F(TaskGroupTest, CancelBeforeATaskHasBegunEndsItAllTheSame) {
    (void)group.spawn(sleep_and_say(std::chrono::hours{1}, "one", log));
    group.cancel();
    join_later();
    context.run();
    EXPECT_EQ(log->back(), "joined");
    EXPECT_EQ(group.size(), 0U);
}

TEST_F(TaskGroupTest, SpawnAfterCloseIsRefusedAndNeverRuns) {
    group.close();
    EXPECT_EQ(group.spawn(sleep_and_say(milliseconds{1}, "late", log)), TaskGroup::Spawned::closed);
    join_later();
    context.run();
    EXPECT_EQ(*log, (std::vector<std::string>{"joined"}));
}

TEST_F(TaskGroupTest, AFailureIsReportedAndTheOthersGoOn) {
    (void)group.spawn(throw_after(milliseconds{1}));
    (void)group.spawn(sleep_and_say(milliseconds{20}, "other", log));
    join_later();
    context.run();
    EXPECT_EQ(*log, (std::vector<std::string>{"a task failed", "other done", "joined"}));
}

TEST_F(TaskGroupTest, JoinOfNothingReturnsAtOnce) {
    join_later();
    context.run();
    EXPECT_EQ(*log, (std::vector<std::string>{"joined"}));
}

} // namespace
} // namespace offhook::net
