#include "catalogue/store/write_queue.hpp"

#include "catalogue/limits.hpp"

namespace offhook::catalogue {

WriteQueue::WriteQueue(Commit commit) : commit_(std::move(commit)), thread_([this] { run(); }) {}

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
    if (waiting_.size() >= limits::write_queue_max)
        return fail(ErrorCode::unavailable, "too many changes wait to be written; try again");
    waiting_.push_back(&write);
    arrived_.notify_one();
    finished_.wait(guard, [&] { return write.done; });
    if (write.failure) std::rethrow_exception(write.failure);
    return std::move(write.result);
}

std::vector<WriteQueue::Write*> WriteQueue::next_group() {
    std::unique_lock guard(lock_);
    arrived_.wait(guard, [&] { return closing_ || !waiting_.empty(); });
    std::vector<Write*> group;
    while (!waiting_.empty() && group.size() < limits::group_commit_max) {
        const bool bulk = waiting_.front()->size == WriteSize::bulk;
        if (bulk && !group.empty()) break;
        group.push_back(waiting_.front());
        waiting_.pop_front();
        if (bulk) break;
    }
    return group;
}

void WriteQueue::run() {
    while (true) {
        std::vector<Write*> group = next_group();
        if (group.empty()) return; // closing, and nothing waits
        commit_(group);
        {
            const std::scoped_lock guard(lock_);
            for (Write* write : group) write->done = true;
        }
        finished_.notify_all();
    }
}

} // namespace offhook::catalogue
