#include "net/blocking_pool.hpp"

#include "net/task_group.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace offhook::net {
namespace {

namespace asio = boost::asio;

struct NoDefault {
    explicit NoDefault(std::string given) : text(std::move(given)) {}
    std::string text;
};

struct Story {
    std::string value;
    std::string failure;
    std::thread::id job_thread;
    std::thread::id after_thread;
    int void_calls = 0;
};

asio::awaitable<void> use_pool(BlockingPool& pool, Story& story) {
    const auto job = [&story] {
        story.job_thread = std::this_thread::get_id();
        return NoDefault("worked");
    };
    const auto result = co_await pool.run(job);
    story.after_thread = std::this_thread::get_id();
    if (result) story.value = result->text;
    const auto count = [&story] { ++story.void_calls; };
    const auto counted = co_await pool.run(count);
    EXPECT_TRUE(counted);
    const auto bad = []() -> int { throw std::runtime_error("disk full"); };
    try {
        (void)co_await pool.run(bad);
    } catch (const std::exception& error) {
        story.failure = error.what();
    }
}

TEST(BlockingPool, RunsElsewhereAndComesBackWithTheResult) {
    asio::io_context context;
    BlockingPool pool(2);
    Story story;
    asio::co_spawn(context, use_pool(pool, story), [](const std::exception_ptr& failure) { EXPECT_FALSE(failure); });
    context.run();
    EXPECT_EQ(story.value, "worked");
    EXPECT_EQ(story.failure, "disk full");
    EXPECT_EQ(story.void_calls, 1);
    EXPECT_NE(story.job_thread, std::this_thread::get_id());
    EXPECT_EQ(story.after_thread, std::this_thread::get_id());
}

asio::awaitable<void> ask_once(BlockingPool& pool, ErrorCode& code) {
    const auto job = [] { return 1; };
    const auto result = co_await pool.run(job);
    if (!result) code = result.error().code;
}

TEST(BlockingPool, RefusesWhatItsQueueCannotHold) {
    BlockingPool pool(1, 2);
    std::promise<void> release;
    const std::shared_future<void> released = release.get_future().share();
    for (int i = 0; i < 3; ++i) ASSERT_EQ(pool.post([released] { released.wait(); }), BlockingPool::Queued::yes);
    EXPECT_EQ(pool.post([] {}), BlockingPool::Queued::full);
    asio::io_context context;
    auto code = ErrorCode::invalid;
    asio::co_spawn(context, ask_once(pool, code), [](const std::exception_ptr&) {});
    context.run();
    EXPECT_EQ(code, ErrorCode::unavailable);
    release.set_value();
}

asio::awaitable<void> ask_slowly(BlockingPool& pool, std::shared_future<void> released, std::string& got) {
    const auto job = [released] {
        released.wait();
        return std::string("worked");
    };
    const auto result = co_await pool.run(job);
    if (result) got = *result;
}

TEST(BlockingPool, ACallerCancelledMeanwhileGetsItsResultAllTheSame) {
    for (int i = 0; i < 20; ++i) {
        BlockingPool pool(2); // one thread has the job, the other what would be said of the cancellation
        std::promise<void> release;
        const std::shared_future<void> released = release.get_future().share();
        asio::io_context context;
        TaskGroup tasks(context.get_executor(), [](const std::exception_ptr& failure) { EXPECT_FALSE(failure); });
        std::string got;
        tasks.spawn(ask_slowly(pool, released, got));
        context.poll();
        tasks.cancel();
        ASSERT_EQ(pool.post([&release] { release.set_value(); }), BlockingPool::Queued::yes);
        context.run();
        EXPECT_EQ(got, "worked");
    }
}

TEST(BlockingPool, StopWaitsForWhatWasQueuedAndRefusesTheRest) {
    BlockingPool pool(2);
    std::atomic<int> done{0};
    for (int i = 0; i < 100; ++i) ASSERT_EQ(pool.post([&done] { ++done; }), BlockingPool::Queued::yes);
    ASSERT_EQ(pool.post([] { throw std::runtime_error("on purpose"); }), BlockingPool::Queued::yes);
    pool.stop();
    EXPECT_EQ(done, 100);
    EXPECT_EQ(pool.post([] {}), BlockingPool::Queued::full);
    EXPECT_EQ(pool.waiting_and_running(), 0U);
}

} // namespace
} // namespace offhook::net
