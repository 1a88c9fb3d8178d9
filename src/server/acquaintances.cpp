#include "server/acquaintances.hpp"

#include <cstring>

namespace offhook::server {
namespace {

constexpr std::uint64_t ambiguous = 0xffff'ffff'ffffULL; // the broadcast address: no phone has it
constexpr std::chrono::seconds unit{4};

std::uint16_t units(WallTime now) { return static_cast<std::uint16_t>(now.time_since_epoch().count() / 4000); }
std::uint16_t age(std::uint64_t slot, WallTime now) {
    return static_cast<std::uint16_t>(units(now) - static_cast<std::uint16_t>(slot & 0xffffU));
}

} // namespace

Acquaintances::Acquaintances(std::chrono::seconds quiet)
    : quiet_units_(static_cast<std::uint16_t>(quiet / unit)), slots_(std::make_unique<Slots>()) {}

std::size_t Acquaintances::slot_of(const IpAddress& source, std::string_view user_agent) {
    std::uint64_t halves[2];
    std::memcpy(halves, source.bytes().data(), sizeof halves);
    const std::uint64_t mixed =
        (halves[0] ^ (halves[1] * 0x9e37'79b9'7f4a'7c15ULL)) + std::hash<std::string_view>()(user_agent);
    return static_cast<std::size_t>((mixed * 0xbf58'476d'1ce4'e5b9ULL) >> 48U);
}

void Acquaintances::heard(const IpAddress& source, std::string_view user_agent, MacAddress mac, WallTime now) {
    hear(slot_of(source, user_agent), mac, now);
    hear(slot_of(source, any_agent), mac, now);
}

void Acquaintances::hear(std::size_t number, MacAddress mac, WallTime now) {
    std::atomic<std::uint64_t>& slot = (*slots_)[number];
    const std::uint64_t before = slot.load(std::memory_order_relaxed);
    const bool other_lately = before != 0 && before >> 16U != mac.bits() && age(before, now) < quiet_units_;
    const std::uint64_t after = ((other_lately ? ambiguous : mac.bits()) << 16U) | units(now);
    if (after != before) slot.store(after, std::memory_order_relaxed);
}

std::optional<MacAddress> Acquaintances::likely(const IpAddress& source, std::string_view user_agent,
                                                WallTime now) const {
    const std::uint64_t slot = (*slots_)[slot_of(source, user_agent)].load(std::memory_order_relaxed);
    if (slot == 0 || slot >> 16U == ambiguous || age(slot, now) >= quiet_units_) return std::nullopt;
    return MacAddress(slot >> 16U);
}

} // namespace offhook::server
