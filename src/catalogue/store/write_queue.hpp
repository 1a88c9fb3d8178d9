#pragma once
/// @file  WriteQueue: the one thread that writes, and the bounded queue before it.
///
/// Writes that arrive while a commit syncs share the next one (group commit), so that a hundred writers wait for two
/// syncs and not for a hundred; a lone write is not held back. The thread knows no SQL: a Transactions does.
/// What is posted goes the same way, but holds no thread: uploads come by the thousand, from loops that must not wait.
/// Threads submit() and post() from any but the writer's own. Errors  unavailable: the queue is full, or closing.
#include "base/result.hpp"
#include "catalogue/change_set.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace offhook::catalogue {

/// A write's own result: a revision, or the id of what was made.
using WriteResult = Result<std::uint64_t>;
/// Runs inside a transaction; adds to `changes` what it changed. A failed result undoes it.
using WriteWork = std::function<WriteResult(ChangeSet& changes)>;

enum class WriteSize : std::uint8_t { small, bulk }; ///< a bulk write has a transaction of its own

class WriteQueue {
public:
    struct Write {
        WriteWork work;
        WriteSize size = WriteSize::small;
        WriteResult result = fail(ErrorCode::unavailable, "not run"); ///< valid once done, unless `failure`
        std::exception_ptr failure = nullptr;
        bool done = false;
        std::function<void(Write&)> then = {}; ///< nobody waits: called when it is done, and the write deleted
    };
    /// Runs all writes in one transaction and commits; sets result or failure of each. Throws nothing. Also called with
    /// none, where nobody wrote for `idle`: for what the calendar wants done.
    using Commit = std::function<void(std::vector<Write*>& group)>;

    explicit WriteQueue(Commit commit, std::chrono::milliseconds idle = std::chrono::hours(1));
    ~WriteQueue(); ///< finishes what waits, refuses more

    WriteQueue(const WriteQueue&) = delete;
    WriteQueue& operator=(const WriteQueue&) = delete;

    /// Returns when the write is committed or refused. Throws what the write's world threw.
    WriteResult submit(WriteWork work, WriteSize size = WriteSize::small);

    /// Returns at once; `then` is called on the writer's thread with result or failure set. Errors: unavailable when
    /// too many wait, and then `then` is not called.
    Result<void> post(WriteWork work, std::function<void(Write&)> then);

private:
    void run();
    [[nodiscard]] std::optional<std::vector<Write*>> next_group();

    Commit commit_;
    const std::chrono::milliseconds idle_;
    std::mutex lock_; // guards what follows
    std::condition_variable arrived_, finished_;
    std::deque<Write*> waiting_; // on their submitters' stacks, which wait, or ours where nobody does
    std::size_t posted_ = 0;     // of those waiting, how many nobody waits for
    bool closing_ = false;
    std::thread thread_;
};

} // namespace offhook::catalogue
