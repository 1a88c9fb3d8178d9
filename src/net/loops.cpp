#include "net/loops.hpp"

#include "base/assert.hpp"
#include "net/limits.hpp"

#include <algorithm>
#include <atomic>
#include <latch>
#include <sched.h>

namespace offhook::net {

std::vector<int> allowed_processors() {
    std::vector<int> processors;
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) == 0)
        for (int i = 0; i < CPU_SETSIZE; ++i)
            if (CPU_ISSET(static_cast<unsigned>(i), &set)) processors.push_back(i);
    if (processors.empty()) processors.push_back(0);
    return processors;
}

Loops::Loops(const Clock& clock, std::size_t count) {
    if (count == 0) count = allowed_processors().size();
    count = std::min(count, limits::loops_max);
    for (std::size_t i = 0; i < count; ++i) loops_.push_back(std::make_unique<Loop>(i, clock));
}

Loops::~Loops() { stop(); }

void Loops::start(Pinning pinning) {
    const std::lock_guard lock(mutex_);
    OFFHOOK_ASSERT(!running_);
    running_ = true;
    const auto processors = allowed_processors();
    for (const auto& loop : loops_) {
        if (pinning == Pinning::one_processor_each)
            loop->start(processors[loop->index() % processors.size()]);
        else
            loop->start();
    }
}

Loops::Reached Loops::run_on_all(const std::function<void(Loop&)>& function) {
    for (const auto& loop : loops_) OFFHOOK_ASSERT(!loop->on_this_thread());
    std::latch done(1);
    const auto reached = post_to_all([&function](Loop& loop) { function(loop); }, [&done] { done.count_down(); });
    if (reached == Reached::all) done.wait();
    return reached;
}

Loops::Reached Loops::post_to_all(std::function<void(Loop&)> function, std::function<void()> done) {
    struct Round {
        std::function<void(Loop&)> function;
        std::function<void()> done;
        std::atomic<std::size_t> left{0};
    };
    /// Counts down even when the function throws, which the loop then logs: a round always ends.
    struct Arrival {
        Round& round;
        ~Arrival() {
            if (round.left.fetch_sub(1, std::memory_order_acq_rel) == 1) round.done();
        }
    };
    const std::lock_guard lock(mutex_);
    if (!running_) return Reached::stopped;
    const auto round = std::make_shared<Round>();
    round->function = std::move(function);
    round->done = std::move(done);
    round->left = loops_.size();
    for (const auto& loop : loops_) {
        loop->post([round, &target = *loop] {
            const Arrival arrival{*round};
            round->function(target);
        });
    }
    return Reached::all;
}

void Loops::stop() {
    {
        const std::lock_guard lock(mutex_);
        if (!running_) return;
        running_ = false;
    }
    for (const auto& loop : loops_) loop->finish();
    for (const auto& loop : loops_) loop->join();
}

} // namespace offhook::net
