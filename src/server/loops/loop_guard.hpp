#pragma once
/// @file  LoopGuard: which device fetched the same image again and again, and is not offered it any more.
///
/// A phone that takes an image, does not keep it and comes back for it would do so for ever, and with it every phone of
/// the building. What it asks for then is answered as absent, which leaves it with what it has. Only that device and
/// that content: another one is offered at once, and an operator releases a held one. Of settings it is the change that
/// is withheld: change_guard.hpp.
///
/// Shape    stripes of a table with a lock each; only devices that fetched an image within their family's window are in
///          it, by its name and content: one content may have many names. What is held is kept beside, and in the
///          catalogue: `changed` writes it. What claims to be a device is counted apart, and holds nothing.
///
/// Limits   devices_max devices are counted at once, files_max files of each; beyond that the one that was quiet for
///          longest starts anew; what leads to images stays. limits::image_holds_max are held.
///
/// Threads  any; a phone's connections are spread over loops.
#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "catalogue/image_hold.hpp"
#include "catalogue/snapshot.hpp"
#include "config/family/family.hpp"
#include "server/acquaintances.hpp"
#include "server/loops/boot_counts.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace offhook::server {

/// A firmware file that a known device asks for. Lifetime: views.
struct ImageRequest {
    MacAddress mac; ///< its wired port's
    const catalogue::StoredFile* file = nullptr;
    config::LoopLimits limits;
    enum class Role : std::uint8_t { image, leads_to_images } role = Role::image;
    enum class Wants : std::uint8_t { content, facts } wants = Wants::content; ///< facts: HEAD
    /// shown: by its own credentials or certificate, or it is where that device last took its own settings. A claim,
    /// which a User-Agent and a MAC in a name are, holds nothing: anybody could keep another's phone from its image.
    enum class Sender : std::uint8_t { shown, claimed } sender = Sender::shown;
};

class LoopGuard {
public:
    enum class Change : std::uint8_t { held, lifted, gone };
    /// A hold that began, or that ended because there is another content, or because it is stored no more. Called on a
    /// loop, and with a lock held: it hands the work on, and asks the guard nothing.
    using Changed = std::function<void(Change change, const catalogue::ImageHold& hold)>;

    explicit LoopGuard(Changed changed = {});
    LoopGuard(const LoopGuard&) = delete;
    LoopGuard& operator=(const LoopGuard&) = delete;

    /// What the catalogue holds: at a start, before the first request.
    void restore(const std::vector<catalogue::ImageHold>& holds);

    enum class Offer : std::uint8_t {
        yes,
        held,     ///< and was before
        held_now, ///< it has had it as often as its family may
        warned    ///< somebody who says that he is it has: it goes out, and is said once in so many
    };
    [[nodiscard]] Offer ask(const ImageRequest& request, const catalogue::Snapshot& snapshot, WallTime now);
    /// It went out whole, as far as we can know.
    void fetched(const ImageRequest& request, WallTime now);
    /// It did not after all.
    void broken_off(MacAddress mac, std::int64_t file);

    /// A device took its own settings from there: where it is, until it takes them from elsewhere.
    void came_from(MacAddress mac, const IpAddress& source);
    [[nodiscard]] bool is_at(MacAddress mac, const IpAddress& source) const;

    /// Ends the holds of what is stored no more, and of what led to it.
    void forget_removed(const catalogue::Snapshot& snapshot);

    [[nodiscard]] BootCounts& boots() { return boots_; }

    /// Whose requests come from there: remembered for an hour.
    void heard(const IpAddress& source, MacAddress mac, WallTime now) { neighbours_.heard(source, {}, mac, now); }
    /// The one that was heard from there within the last hour; nullopt: nobody, or more than one.
    [[nodiscard]] std::optional<MacAddress> alone_at(const IpAddress& source, WallTime now) const {
        return neighbours_.likely(source, {}, now);
    }

    /// By MAC and name.
    [[nodiscard]] std::vector<catalogue::ImageHold> list() const;
    [[nodiscard]] std::vector<catalogue::ImageHold> holds_of(MacAddress mac) const;
    [[nodiscard]] bool is_held(const catalogue::ImageHold& hold) const;
    [[nodiscard]] std::size_t held_count() const { return held_count_.load(std::memory_order_relaxed); }
    /// What was held of that name, or all of the device where it is empty; it is counted anew.
    std::vector<catalogue::ImageHold> release(MacAddress mac, std::string_view name);

    static constexpr std::size_t devices_max = 16'384;
    static constexpr std::size_t files_max = 34; // a version file's, itself and one more

private:
    struct Fetches { // of one file by one device
        std::int64_t file = 0;
        std::string name, hash;
        ImageRequest::Role role = ImageRequest::Role::image;
        ImageRequest::Sender sender = ImageRequest::Sender::shown;
        std::vector<WallTime> times; // oldest first, as many as the limit
        WallTime last{};
    };
    using Holds = std::vector<catalogue::ImageHold>;
    struct Stripe {
        mutable std::mutex lock; // guards what follows
        std::unordered_map<MacAddress, std::vector<Fetches>> counted;
        std::unordered_map<MacAddress, Holds> held;
    };

    [[nodiscard]] Stripe& stripe_of(MacAddress mac);
    [[nodiscard]] const Stripe& stripe_of(MacAddress mac) const;
    [[nodiscard]] bool is_still_held(Stripe& stripe, const ImageRequest& request, const catalogue::Snapshot& snapshot);
    [[nodiscard]] Offer count_before(Stripe& stripe, const ImageRequest& request, WallTime now);
    void hold(Stripe& stripe, MacAddress mac, const Fetches& fetches, WallTime now);
    void hold_what_leads(Stripe& stripe, MacAddress mac, WallTime now);
    [[nodiscard]] bool has_room();
    void lift(const catalogue::ImageHold& hold, Change change);
    static void make_room(Stripe& stripe);
    static void make_room(std::vector<Fetches>& files, ImageRequest::Sender sender);

    static constexpr std::size_t stripes = 64;
    Changed changed_;
    std::array<Stripe, stripes> stripes_;
    std::atomic<std::size_t> held_count_{0};
    BootCounts boots_;
    Acquaintances neighbours_{std::chrono::hours(1)};
    std::atomic<bool> full_told_{false};
    // Where devices are: a digest of the MAC and the address in a slot of the MAC's. A newer device takes an older
    // one's slot, which then is not known to be anywhere.
    static constexpr std::size_t places_max = 1U << 16U;
    using Places = std::array<std::atomic<std::uint64_t>, places_max>;
    std::unique_ptr<Places> places_ = std::make_unique<Places>();
};

} // namespace offhook::server
