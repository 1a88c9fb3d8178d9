#include "cli/progress.hpp"

#include "base/clock.hpp"
#include "cli/output.hpp"

#include <fmt/format.h>

#include <iostream>
#include <unistd.h>

namespace offhook::cli {
namespace {

constexpr std::chrono::milliseconds first_after{500}; // what is quicker needs no line
constexpr std::chrono::milliseconds redraw_every{200};
constexpr std::string_view wipe = "\r\033[K";

} // namespace

std::string progress_text(std::uint64_t sent, std::uint64_t total, std::chrono::seconds waited, std::string_view then) {
    if (total == 0) return fmt::format("asking … {} s", waited.count());
    if (sent < total)
        return fmt::format("sending {} of {}, {} %", bytes_text(sent), bytes_text(total), sent * 100 / total);
    return fmt::format("sent {}; the server {} … {} s", bytes_text(total), then, waited.count());
}

Progress::Progress(std::string then, Show show) : then_(std::move(then)) {
    if (show == Show::always || ::isatty(STDERR_FILENO) == 1) drawer_.emplace([this] { draw(); });
}

Progress::~Progress() {
    if (!drawer_) return;
    {
        const std::scoped_lock guard(lock_);
        ended_ = true;
    }
    wake_.notify_one();
    drawer_->join();
}

void Progress::sent(std::uint64_t bytes, std::uint64_t total) {
    total_.store(total, std::memory_order_relaxed);
    sent_.store(bytes, std::memory_order_relaxed);
}

void Progress::draw() {
    const SystemClock clock;
    const Instant start = clock.instant();
    std::unique_lock guard(lock_);
    auto pause = first_after;
    bool drawn = false;
    while (!wake_.wait_for(guard, pause, [this] { return ended_; })) {
        const auto waited = std::chrono::duration_cast<std::chrono::seconds>(clock.instant() - start);
        std::cerr << wipe
                  << progress_text(sent_.load(std::memory_order_relaxed), total_.load(std::memory_order_relaxed),
                                   waited, then_)
                  << std::flush;
        drawn = true;
        pause = redraw_every;
    }
    if (drawn) std::cerr << wipe << std::flush;
}

} // namespace offhook::cli
