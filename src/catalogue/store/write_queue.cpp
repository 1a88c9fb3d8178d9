#include "catalogue/store/write_queue.hpp"

#include "catalogue/limits.hpp"

#include <memory>

namespace offhook::catalogue {

WriteQueue::WriteQueue(Commit commit, std::chrono::milliseconds idle)
    : commit_(std::move(commit)), idle_(idle), thread_([this] { run(); }) {}

WriteQueue::~WriteQueue() {
    {
        const std::scoped_lock guard(lock_);
        closing_ = true;
    }
    arrived_.notify_all();
    thread_.join();
}

WriteResult WriteQueue::submit(WriteWork work, WriteSize size) {
    Write write{std::move(work), size};
    std::unique_lock guard(lock_);
    if (closing_) return fail(ErrorCode::unavailable, "the store is closing");
    if (waiting_.size() - posted_ >= limits::write_queue_max)
        return fail(ErrorCode::unavailable, "too many changes wait to be written; try again");
    waiting_.push_back(&write);
    arrived_.notify_one();
    finished_.wait(guard, [&] { return write.done; });
    if (write.failure) std::rethrow_exception(write.failure);
    return std::move(write.result);
}

Result<void> WriteQueue::post(WriteWork work, std::function<void(Write&)> then) {
    auto write = std::make_unique<Write>();
    write->work = std::move(work);
    write->then = std::move(then);
    const std::scoped_lock guard(lock_);
    if (closing_) return fail(ErrorCode::unavailable, "the store is closing");
    if (posted_ >= limits::uploads_waiting_max) return fail(ErrorCode::unavailable, "too many uploads wait");
    waiting_.push_back(write.release());
    ++posted_;
    arrived_.notify_one();
    return {};
}

/// Nullopt: closing, and nothing waits.
std::optional<std::vector<WriteQueue::Write*>> WriteQueue::next_group() {
    std::unique_lock guard(lock_);
    const bool woken = arrived_.wait_for(guard, idle_, [&] { return closing_ || !waiting_.empty(); });
    if (woken && waiting_.empty()) return std::nullopt;
    std::vector<Write*> group;
    while (!waiting_.empty() && group.size() < limits::group_commit_max) {
        const bool bulk = waiting_.front()->size == WriteSize::bulk;
        if (bulk && !group.empty()) break;
        group.push_back(waiting_.front());
        if (waiting_.front()->then) --posted_;
        waiting_.pop_front();
        if (bulk) break;
    }
    return group;
}

void WriteQueue::run() {
    while (true) {
        std::optional<std::vector<Write*>> next = next_group();
        if (!next) return;
        std::vector<Write*>& group = *next;
        commit_(group);
        std::vector<std::unique_ptr<Write>> posted;
        {
            const std::scoped_lock guard(lock_);
            for (Write* write : group)
                if (write->then)
                    posted.emplace_back(write);
                else
                    write->done = true;
        }
        finished_.notify_all();
        for (const auto& write : posted) write->then(*write);
    }
}

} // namespace offhook::catalogue
