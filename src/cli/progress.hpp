#pragma once
/// @file  Progress: one line on a terminal's stderr that says how far a long request is.
///
/// Honest: bytes that were sent are counted; after that only the time is known, and only that is shown.
/// Threads  sent() from one thread; a thread of its own draws.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace offhook::cli {

/// "sending 1.2 MB of 3.1 MB, 38 %", then "sent 3.1 MB; the server checks and writes … 12 s".
[[nodiscard]] std::string progress_text(std::uint64_t sent, std::uint64_t total, std::chrono::seconds waited,
                                        std::string_view then);

class Progress {
public:
    enum class Show : std::uint8_t { at_a_terminal, always };

    /// `then` is what the server does when it has everything: "checks and writes".
    explicit Progress(std::string then, Show show = Show::at_a_terminal);
    ~Progress(); ///< wipes the line
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void sent(std::uint64_t bytes, std::uint64_t total);

private:
    void draw();

    const std::string then_;
    std::atomic<std::uint64_t> sent_{0}, total_{0};
    std::mutex lock_; // guards ended_
    std::condition_variable wake_;
    bool ended_ = false;
    std::optional<std::thread> drawer_; // last: it uses all of the above. None where nobody would see it.
};

} // namespace offhook::cli
