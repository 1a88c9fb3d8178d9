#pragma once
/// @file  Loops: one Loop per processor that we may use.
///
/// Threads  any, except that run_on_all() blocks and must not be called on a loop.
#include "base/clock.hpp"
#include "net/loop.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace offhook::net {

/// The processors this process may run on. Source: sched_getaffinity(2), which obeys taskset and cgroup cpusets.
[[nodiscard]] std::vector<int> allowed_processors();

class Loops {
public:
    enum class Pinning : std::uint8_t { none, one_processor_each };
    enum class Reached : std::uint8_t { all, stopped };

    /// `count` 0 means one per allowed processor. `clock` outlives the loops.
    explicit Loops(const Clock& clock, std::size_t count = 0);
    ~Loops();
    Loops(const Loops&) = delete;
    Loops& operator=(const Loops&) = delete;

    void start(Pinning pinning = Pinning::none);

    /// Calls `function` once on every loop and waits for the last: how a write becomes visible before it is
    /// acknowledged. Errors: `stopped` when the loops no longer run; nothing was called then.
    Reached run_on_all(const std::function<void(Loop&)>& function);
    /// The same without waiting; `done` is called on whichever loop was last.
    Reached post_to_all(std::function<void(Loop&)> function, std::function<void()> done);

    /// Waits until everything that was posted has run and everything that was opened is closed, then ends the threads.
    void stop();

    [[nodiscard]] std::size_t size() const { return loops_.size(); }
    [[nodiscard]] Loop& operator[](std::size_t index) { return *loops_[index]; }

private:
    std::vector<std::unique_ptr<Loop>> loops_;
    std::mutex mutex_; ///< guards running_, and that nothing is posted behind stop()'s back
    bool running_ = false;
};

} // namespace offhook::net
