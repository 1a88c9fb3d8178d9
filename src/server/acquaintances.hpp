#pragma once
/// @file  Acquaintances: which device a request without a MAC most likely came from.
///
/// A phone's image and shared-file requests name no device, but the same phone has just asked, from the same address
/// and with the same User-Agent, for a file that does. A guess, which opens nothing: it names the device in the
/// timeline, chooses the model that a boot ROM without a User-Agent gets its firmware for, and lets a shared file count
/// for the boot that ends a first-contact window.
/// Shape    one table for all loops, because a phone's connections are spread over them. A slot holds the MAC and the
///          time it was heard; two phones behind one address with one User-Agent make the slot ambiguous until both are
///          quiet.
/// Limits   slots_max slots; a newer pair takes an older one's slot.
/// Threads  any, without a lock: a slot is one word.
#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace offhook::server {

class Acquaintances {
public:
    /// Whoever was heard less than `quiet` ago was heard lately.
    explicit Acquaintances(std::chrono::seconds quiet = std::chrono::seconds(60));

    void heard(const IpAddress& source, std::string_view user_agent, MacAddress mac, WallTime now);
    /// Nullopt: nobody lately, or more than one.
    [[nodiscard]] std::optional<MacAddress> likely(const IpAddress& source, std::string_view user_agent,
                                                   WallTime now) const;
    /// The same of an address alone, for those that say no User-Agent there.
    [[nodiscard]] std::optional<MacAddress> likely(const IpAddress& source, WallTime now) const {
        return likely(source, any_agent, now);
    }

private:
    static constexpr std::string_view any_agent = "\n"; // which no header holds
    void hear(std::size_t slot, MacAddress mac, WallTime now);
    static constexpr std::size_t slots_max = 1U << 16U;
    using Slots = std::array<std::atomic<std::uint64_t>, slots_max>;

    static std::size_t slot_of(const IpAddress& source, std::string_view user_agent);

    std::uint16_t quiet_units_;
    std::unique_ptr<Slots> slots_; // MAC in the high 48 bits, time in units of 4 s in the low 16
};

} // namespace offhook::server
