#include "net/loop.hpp"

#include "base/log.hpp"

#include <exception>
#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>

namespace offhook::net {

Loop::Loop(std::size_t index, const Clock& clock)
    : index_(index), clock_(clock), work_(context_.get_executor()), timers_(context_.get_executor(), clock) {}

Loop::~Loop() {
    finish();
    join();
}

void Loop::start(std::optional<int> cpu) {
    thread_ = std::thread([this] { run(); });
    ::pthread_setname_np(thread_.native_handle(), fmt::format("loop-{}", index_).substr(0, 15).c_str());
    if (!cpu) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<unsigned>(*cpu), &set);
    if (const int error = ::pthread_setaffinity_np(thread_.native_handle(), sizeof set, &set); error != 0)
        log::warning("NET_LOOP_NOT_PINNED", "loop {} runs on any processor: {} was refused", index_, *cpu);
}

void Loop::join() {
    if (thread_.joinable()) thread_.join();
}

void Loop::run() {
    for (;;) {
        try {
            context_.run();
            return;
        } catch (const std::exception& error) {
            // Sessions and tasks catch their own; one that did not must not take the other phones down with it.
            log::error("NET_LOOP_HANDLER_FAILED", "loop {}: {}", index_, error.what());
        }
    }
}

} // namespace offhook::net
