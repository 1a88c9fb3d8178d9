#include "server/loops/boot_counts.hpp"

#include <functional>

namespace offhook::server {
namespace {

constexpr std::uint64_t count_bits = 0xff, count_max = 0xfe, said = 0xff; // of a window that is said to be a loop
constexpr std::chrono::milliseconds unit{4000};

} // namespace

BootCounts::BootCounts() : slots_(std::make_unique<Slots>()) {}

std::optional<BootCounts::Round> BootCounts::took(const OwnTaken& taken, const config::LoopLimits& limits,
                                                  WallTime now) {
    const auto units = now.time_since_epoch() / unit;
    const std::uint64_t mixed =
        (taken.mac.bits() ^ std::hash<const void*>()(taken.document) ^ taken.from * 0xbf58'476d'1ce4'e5b9ULL) *
        0x9e37'79b9'7f4a'7c15ULL; // two files of one boot: two slots
    std::atomic<std::uint64_t>& slot = (*slots_)[mixed >> 48U];
    const std::uint64_t who = mixed >> 8U & 0xff'ffffULL;
    const std::uint64_t same = who << 40U | (taken.content & 0xffffU) << 24U;
    const std::uint64_t before = slot.load(std::memory_order_relaxed);
    const auto age = static_cast<std::uint16_t>(static_cast<std::uint16_t>(units) -
                                                static_cast<std::uint16_t>(before >> 8U & 0xffffU));
    const bool goes_on = before >> 24U == same >> 24U && age < limits.window / unit;
    std::uint64_t after = same | static_cast<std::uint64_t>(static_cast<std::uint16_t>(units)) << 8U | 1;
    if (goes_on) after = (before & count_bits) >= count_max ? before : before + 1;
    const std::uint64_t times = after & count_bits;
    const bool is_loop = goes_on && times != said && times > limits.boots && age >= limits.boots * limits.boot / unit;
    if (is_loop) after |= said;
    slot.store(after, std::memory_order_relaxed); // two of one phone at once count as one: it boots one at a time
    if (!is_loop) return std::nullopt;
    return Round{WallTime((units - age + 1) * unit), static_cast<std::uint32_t>(times)};
}

} // namespace offhook::server
