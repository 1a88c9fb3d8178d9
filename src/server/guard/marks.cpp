#include "server/guard/marks.hpp"

#include <algorithm>
#include <cstring>

namespace offhook::server {
namespace {

std::uint64_t millis(Instant at) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
}

std::uint64_t mixed_mark(std::uint64_t bits) {
    bits *= 0x9e37'79b9'7f4a'7c15ULL;
    bits ^= bits >> 32U;
    bits *= 0xd6e8'feb8'6659'fd93ULL;
    return bits ^ (bits >> 32U);
}

} // namespace

IpAddress guarded_source(const IpAddress& address) {
    if (address.is_v4()) return address;
    auto bytes = address.bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return IpAddress(bytes);
}

Marks::Marks(std::uint64_t seed) : seed_(seed), slots_(std::make_unique<std::array<Slot, slot_count>>()) {}

std::uint64_t Marks::key_of(const IpAddress& source) const {
    std::uint64_t halves[2];
    const IpAddress whole = guarded_source(source);
    std::memcpy(halves, whole.bytes().data(), sizeof halves);
    return mixed_mark(mixed_mark(halves[0] ^ seed_) ^ halves[1]) | 1U; // never 0
}

Marks::Hold Marks::look_up(const IpAddress& source, Instant now) const {
    const std::uint64_t key = key_of(source);
    for (std::size_t i = 0; i < probe; ++i) {
        const Slot& slot = (*slots_)[((key >> 20U) + i) % slot_count];
        if (slot.key.load(std::memory_order_acquire) != key) continue;
        const std::uint64_t value = slot.value.load(std::memory_order_relaxed);
        return millis(now) < value >> 16U ? static_cast<Hold>(value & 0xffffU) : Hold{0};
    }
    return 0;
}

void Marks::put(const IpAddress& source, Hold hold, Instant until) {
    const std::uint64_t key = key_of(source);
    Slot* place = nullptr;
    for (std::size_t i = 0; i < probe; ++i) {
        Slot& slot = (*slots_)[((key >> 20U) + i) % slot_count];
        const std::uint64_t taken = slot.key.load(std::memory_order_relaxed);
        if (taken == key) {
            place = &slot;
            break;
        }
        const auto end = [](const Slot& one) {
            return one.key.load(std::memory_order_relaxed) == 0 ? 0 : one.value.load(std::memory_order_relaxed);
        };
        if (place == nullptr || end(slot) < end(*place)) place = &slot;
    }
    if (place->key.load(std::memory_order_relaxed) == 0) count_.fetch_add(1, std::memory_order_relaxed);
    if (place->key.load(std::memory_order_relaxed) != key) place->key.store(0, std::memory_order_release);
    place->value.store(millis(until) << 16U | hold, std::memory_order_relaxed);
    place->key.store(key, std::memory_order_release);
}

void Marks::take(const IpAddress& source) {
    const std::uint64_t key = key_of(source);
    for (std::size_t i = 0; i < probe; ++i) {
        Slot& slot = (*slots_)[((key >> 20U) + i) % slot_count];
        if (slot.key.load(std::memory_order_relaxed) != key) continue;
        slot.key.store(0, std::memory_order_release);
        count_.fetch_sub(1, std::memory_order_relaxed);
        return;
    }
}

void Marks::sweep(Instant now) {
    if (is_empty()) return;
    for (Slot& slot : *slots_) {
        if (slot.key.load(std::memory_order_relaxed) == 0) continue;
        if (slot.value.load(std::memory_order_relaxed) >> 16U > millis(now)) continue;
        slot.key.store(0, std::memory_order_release);
        count_.fetch_sub(1, std::memory_order_relaxed);
    }
}

} // namespace offhook::server
