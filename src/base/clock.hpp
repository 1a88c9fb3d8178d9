#pragma once
/// @file  Clock: time as something that is handed in, so that tests can push it.
///
/// Threads  SystemClock from any; ManualClock from one at a time.
#include <chrono>
#include <string>

namespace offhook {

using WallTime = std::chrono::sys_time<std::chrono::milliseconds>; ///< what people read; may step
using Instant = std::chrono::steady_clock::time_point;             ///< what deadlines count; never steps

class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual WallTime wall() const = 0;
    [[nodiscard]] virtual Instant instant() const = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] WallTime wall() const override;
    [[nodiscard]] Instant instant() const override;
};

class ManualClock final : public Clock {
public:
    [[nodiscard]] WallTime wall() const override { return wall_; }
    [[nodiscard]] Instant instant() const override { return instant_; }
    void advance(std::chrono::milliseconds by) { wall_ += by, instant_ += by; }
    void set_wall(WallTime to) { wall_ = to; }

private:
    WallTime wall_{std::chrono::seconds{1'767'225'600}}; // 2026-01-01T00:00:00Z
    Instant instant_{std::chrono::hours{1}};
};

/// 2026-01-31T12:34:56.789Z
[[nodiscard]] std::string to_text(WallTime time);

} // namespace offhook
