#include "server/loops/boot_counts.hpp"

#include <functional>

namespace offhook::server {
namespace {

constexpr std::uint64_t count_max = 0xff;

std::uint16_t units(WallTime now) { return static_cast<std::uint16_t>(now.time_since_epoch().count() / 4000); }

} // namespace

BootCounts::BootCounts() : slots_(std::make_unique<Slots>()) {}

BootCounts::Verdict BootCounts::took(MacAddress mac, const config::Document& document, std::uint64_t content,
                                     const config::LoopLimits& limits, WallTime now) {
    const std::uint64_t mixed = (mac.bits() ^ std::hash<const void*>()(&document)) *
                                0x9e37'79b9'7f4a'7c15ULL; // two files of one boot: two slots
    std::atomic<std::uint64_t>& slot = (*slots_)[mixed >> 48U];
    const std::uint64_t who = mixed >> 8U & 0xff'ffffULL;
    const std::uint64_t same = who << 40U | (content & 0xffffU) << 24U;
    const std::uint64_t before = slot.load(std::memory_order_relaxed);
    const auto age = static_cast<std::uint16_t>(units(now) - static_cast<std::uint16_t>(before >> 8U & 0xffffU));
    const bool goes_on = before >> 24U == same >> 24U && age < limits.window / std::chrono::seconds(4);
    std::uint64_t after = same | static_cast<std::uint64_t>(units(now)) << 8U | 1;
    if (goes_on) after = (before & count_max) == count_max ? before : before + 1;
    slot.store(after, std::memory_order_relaxed); // two of one phone at once count as one: it boots one at a time
    return goes_on && (after & count_max) == limits.boots + 1 && after != before ? Verdict::loop : Verdict::usual;
}

} // namespace offhook::server
