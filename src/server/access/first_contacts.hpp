#pragma once
/// @file  FirstContacts: which phones have had their first complete boot, so that their windows close (design 6).
///
/// A boot is complete when everything that the family's pack calls needed, of the device's and of the site's scope, was
/// served since the window opened. Only phones with an open window come here.
/// Limits   devices_max phones at once; beyond that the one that came first starts counting anew.
/// Threads  any; a phone's connections are spread over loops, so there is one table with a lock.
#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "config/family/family.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace offhook::server {

class FirstContacts {
public:
    /// Called on a loop, so it hands the work to a pool: Store::close_first_contact().
    using Close = std::function<void(MacAddress mac, WallTime opened_until)>;

    explicit FirstContacts(Close close = {}) : close_(std::move(close)) {}

    /// A file went out whole, as far as we can know.
    struct Step {
        MacAddress mac;
        WallTime opened_until;
        const config::Family* family = nullptr;
        const config::Document* document = nullptr;
    };
    void served(const Step& step);
    /// It did not after all.
    void broken_off(MacAddress mac, std::string_view kind);

    static constexpr std::size_t devices_max = 8'192;

private:
    struct Progress {
        WallTime opened_until;
        const config::Family* family = nullptr;
        std::uint64_t missing = 0; // a bit for each of the family's documents
    };

    Close close_;
    std::atomic<std::size_t> size_{0};
    std::mutex lock_; // guards what follows
    std::unordered_map<MacAddress, Progress> booting_;
    std::deque<MacAddress> order_;
};

} // namespace offhook::server
