#include "net/deadline.hpp"

#include "net/as_result.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace offhook::net {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

asio::awaitable<std::string> answer_after(milliseconds delay, std::string answer) {
    asio::steady_timer timer(co_await asio::this_coro::executor, delay);
    const auto [error] = co_await timer.async_wait(as_result);
    if (error) throw std::runtime_error("cancelled");
    co_return answer;
}

asio::awaitable<void> wait(milliseconds delay) { (void)co_await answer_after(delay, ""); }

asio::awaitable<std::string> fail_after(milliseconds delay) {
    (void)co_await answer_after(delay, "");
    throw std::runtime_error("the operation failed");
}

struct DeadlineStory {
    std::string outcome;
    std::chrono::steady_clock::duration took{};
};

asio::awaitable<void> tell(asio::awaitable<std::string> operation, milliseconds time,
                           std::shared_ptr<DeadlineStory> story) {
    const auto begun = std::chrono::steady_clock::now();
    try {
        const auto result = co_await with_deadline(std::move(operation), time);
        story->outcome = result ? *result : "expired";
    } catch (const std::exception& error) {
        story->outcome = error.what();
    }
    story->took = std::chrono::steady_clock::now() - begun;
}

std::shared_ptr<DeadlineStory> run(asio::awaitable<std::string> operation, milliseconds time) {
    asio::io_context context;
    auto story = std::make_shared<DeadlineStory>();
    asio::co_spawn(context, tell(std::move(operation), time, story), [](const std::exception_ptr&) {});
    context.run();
    return story;
}

TEST(WithDeadline, GivesTheValueWhenTheOperationIsFirst) {
    const auto story = run(answer_after(milliseconds{5}, "value"), std::chrono::seconds{30});
    EXPECT_EQ(story->outcome, "value");
    EXPECT_LT(story->took, std::chrono::seconds{5});
}

TEST(WithDeadline, ExpiresWhenTheTimeIsFirst) {
    const auto story = run(answer_after(std::chrono::seconds{30}, "value"), milliseconds{20});
    EXPECT_EQ(story->outcome, "expired");
    EXPECT_LT(story->took, std::chrono::seconds{5});
    EXPECT_GE(story->took, milliseconds{20});
}

TEST(WithDeadline, RethrowsAFailureAtOnceAndDoesNotWaitForTheTimer) {
    const auto story = run(fail_after(milliseconds{5}), std::chrono::seconds{30});
    EXPECT_EQ(story->outcome, "the operation failed");
    EXPECT_LT(story->took, std::chrono::seconds{5});
}

TEST(WithDeadline, CancelledFromOutsideEndsTheOperationToo) {
    asio::io_context context;
    asio::cancellation_signal signal;
    auto story = std::make_shared<DeadlineStory>();
    asio::co_spawn(context, tell(answer_after(std::chrono::seconds{30}, "value"), std::chrono::seconds{30}, story),
                   asio::bind_cancellation_slot(signal.slot(), [](const std::exception_ptr&) {}));
    asio::steady_timer soon(context, milliseconds{20});
    soon.async_wait([&signal](const boost::system::error_code&) { signal.emit(asio::cancellation_type::terminal); });
    context.run();
    EXPECT_EQ(story->outcome, "cancelled");
    EXPECT_LT(story->took, std::chrono::seconds{5});
}

asio::awaitable<void> tell_void(std::shared_ptr<std::vector<DeadlineOutcome>> outcomes) {
    outcomes->push_back(co_await with_deadline(wait(milliseconds{1}), std::chrono::seconds{30}));
    outcomes->push_back(co_await with_deadline(wait(std::chrono::seconds{30}), milliseconds{5}));
}

TEST(WithDeadline, SaysForAVoidOperationHowItEnded) {
    asio::io_context context;
    auto outcomes = std::make_shared<std::vector<DeadlineOutcome>>();
    asio::co_spawn(context, tell_void(outcomes), [](const std::exception_ptr& failure) { EXPECT_FALSE(failure); });
    context.run();
    EXPECT_EQ(*outcomes, (std::vector{DeadlineOutcome::finished, DeadlineOutcome::expired}));
}

} // namespace
} // namespace offhook::net
