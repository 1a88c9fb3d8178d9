#include "net/blocking_pool.hpp"

#include "net/task_group.hpp"

#include <algorithm>

namespace offhook::net {

BlockingPool::BlockingPool(std::size_t threads, std::size_t queue_jobs_max)
    : jobs_max_(queue_jobs_max + std::clamp<std::size_t>(threads, 1, limits::blocking_threads_max)),
      threads_(std::clamp<std::size_t>(threads, 1, limits::blocking_threads_max)) {}

BlockingPool::~BlockingPool() { stop(); }

void BlockingPool::stop() {
    stopped_.store(true, std::memory_order_release);
    threads_.join();
}

bool BlockingPool::enter() {
    if (stopped_.load(std::memory_order_acquire)) return false;
    if (jobs_.fetch_add(1, std::memory_order_acq_rel) < jobs_max_) return true;
    jobs_.fetch_sub(1, std::memory_order_acq_rel);
    return false;
}

void BlockingPool::report_failure() { log_task_failure(std::current_exception()); }

} // namespace offhook::net
