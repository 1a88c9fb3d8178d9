#include "server/loops/loop_guard.hpp"

#include "base/log.hpp"
#include "catalogue/limits.hpp"

#include <algorithm>
#include <cstring>

namespace offhook::server {

using catalogue::ImageHold;
using catalogue::Snapshot;
using catalogue::StoredFile;

namespace {

/// Whether the file of that name that phones get is still the one that is held.
bool is_current(const Snapshot& snapshot, const ImageHold& hold) {
    const auto& files = snapshot.files_named(hold.name); // the latest first
    std::vector<const StoredFile*> newer;
    for (const auto& file : files) {
        const auto replaces = [&](const StoredFile* other) {
            return other->family == file->family && other->site == file->site && other->models == file->models;
        };
        if (file->hash == hold.hash) return std::none_of(newer.begin(), newer.end(), replaces);
        newer.push_back(file.get());
    }
    return false;
}

bool is_stored(const Snapshot& snapshot, const ImageHold& hold) {
    const auto& files = snapshot.files_named(hold.name);
    return std::any_of(files.begin(), files.end(), [&](const auto& file) { return file->hash == hold.hash; });
}

/// The same bytes under another name are another file: those of a bundle may be alike.
bool is_same_file(const ImageHold& a, const ImageHold& b) { return a.name == b.name && a.hash == b.hash; }
bool is_file(const auto& counted, const StoredFile& file) {
    return counted.name == file.name && counted.hash == file.hash;
}

/// A clock that was set back must not keep what is counted for ever.
bool is_within(WallTime time, WallTime now, std::chrono::minutes window) { return time <= now && now - time < window; }

} // namespace

LoopGuard::LoopGuard(Changed changed) : changed_(std::move(changed)) {}

LoopGuard::Stripe& LoopGuard::stripe_of(MacAddress mac) {
    return stripes_[std::hash<MacAddress>()(mac) * 0x9e37'79b9'7f4a'7c15ULL >> 58U];
}
const LoopGuard::Stripe& LoopGuard::stripe_of(MacAddress mac) const {
    return stripes_[std::hash<MacAddress>()(mac) * 0x9e37'79b9'7f4a'7c15ULL >> 58U];
}

void LoopGuard::restore(const std::vector<ImageHold>& holds) {
    for (const ImageHold& hold : holds) {
        Stripe& stripe = stripe_of(hold.mac);
        const std::scoped_lock guard(stripe.lock);
        stripe.held[hold.mac].push_back(hold);
        held_count_.fetch_add(1, std::memory_order_relaxed);
    }
}

LoopGuard::Offer LoopGuard::ask(const ImageRequest& request, const Snapshot& snapshot, WallTime now) {
    Stripe& stripe = stripe_of(request.mac);
    const std::scoped_lock guard(stripe.lock);
    const bool counts = request.role == ImageRequest::Role::image && request.wants == ImageRequest::Wants::content;
    if (is_still_held(stripe, request, snapshot)) {
        // It was led here by something: a newer list, or one that was offered again meanwhile.
        if (counts && request.sender == ImageRequest::Sender::shown) hold_what_leads(stripe, request.mac, now);
        return Offer::held;
    }
    return counts ? count_before(stripe, request, now) : Offer::yes;
}

bool LoopGuard::is_still_held(Stripe& stripe, const ImageRequest& request, const Snapshot& snapshot) {
    const auto found = stripe.held.find(request.mac);
    if (found == stripe.held.end()) return false;
    Holds& holds = found->second;
    const bool leads = request.role == ImageRequest::Role::leads_to_images;
    // What leads to images is held with them: where one has another content now, the phone has to hear of it.
    const bool any_current = std::any_of(holds.begin(), holds.end(), [&](const ImageHold& hold) {
        return hold.fetches != 0 && is_current(snapshot, hold);
    });
    bool is_held = false;
    std::erase_if(holds, [&](const ImageHold& hold) {
        if (hold.name != request.file->name) return false;
        const bool same = hold.hash == request.file->hash;
        is_held = is_held || (same && (!leads || any_current));
        const bool ends = !same || (leads && !any_current);
        if (ends) lift(hold, Change::lifted);
        return ends;
    });
    if (holds.empty()) stripe.held.erase(found);
    return is_held;
}

LoopGuard::Offer LoopGuard::count_before(Stripe& stripe, const ImageRequest& request, WallTime now) {
    const auto found = stripe.counted.find(request.mac);
    if (found == stripe.counted.end()) return Offer::yes;
    auto& files = found->second;
    const auto at = std::find_if(files.begin(), files.end(), [&](const Fetches& each) {
        return each.sender == request.sender && is_file(each, *request.file);
    });
    if (at == files.end()) return Offer::yes;
    std::erase_if(at->times, [&](WallTime time) { return !is_within(time, now, request.limits.window); });
    if (at->times.size() < request.limits.images) return Offer::yes;
    if (request.sender == ImageRequest::Sender::claimed) {
        files.erase(at);
        return Offer::warned;
    }
    if (!has_room()) return Offer::yes;
    hold(stripe, request.mac, *at, now);
    hold_what_leads(stripe, request.mac, now);
    stripe.counted.erase(request.mac);
    return Offer::held_now;
}

bool LoopGuard::has_room() {
    const bool is_full = held_count() >= catalogue::limits::image_holds_max;
    if (is_full && !full_told_.exchange(true))
        log::error("IMAGE_HOLDS_FULL", "{} images are held already: no other loop is ended; `offhook loop list`",
                   catalogue::limits::image_holds_max);
    if (!is_full) full_told_ = false;
    return !is_full;
}

void LoopGuard::hold_what_leads(Stripe& stripe, MacAddress mac, WallTime now) {
    const auto found = stripe.counted.find(mac);
    if (found == stripe.counted.end()) return;
    for (const Fetches& each : found->second)
        if (each.role == ImageRequest::Role::leads_to_images && each.sender == ImageRequest::Sender::shown)
            hold(stripe, mac, each, now);
}

void LoopGuard::lift(const ImageHold& hold, Change change) {
    held_count_.fetch_sub(1, std::memory_order_relaxed);
    if (changed_) changed_(change, hold);
}

void LoopGuard::forget_removed(const Snapshot& snapshot) {
    for (Stripe& stripe : stripes_) {
        const std::scoped_lock guard(stripe.lock);
        for (auto device = stripe.held.begin(); device != stripe.held.end();) {
            Holds& holds = device->second;
            const auto end = [&](auto is_over) {
                std::erase_if(holds, [&](const ImageHold& hold) {
                    if (!is_over(hold)) return false;
                    lift(hold, Change::gone);
                    return true;
                });
            };
            end([&](const ImageHold& hold) { return !is_stored(snapshot, hold); });
            const bool any_image =
                std::any_of(holds.begin(), holds.end(), [](const ImageHold& hold) { return hold.fetches != 0; });
            if (!any_image) end([](const ImageHold&) { return true; });
            device = holds.empty() ? stripe.held.erase(device) : std::next(device);
        }
    }
}

void LoopGuard::hold(Stripe& stripe, MacAddress mac, const Fetches& fetches, WallTime now) {
    const bool leads = fetches.role == ImageRequest::Role::leads_to_images;
    ImageHold hold{mac,
                   fetches.name,
                   fetches.hash,
                   leads ? 0 : static_cast<std::uint32_t>(fetches.times.size()),
                   fetches.times.empty() ? now : fetches.times.front(),
                   now};
    Holds& holds = stripe.held[mac];
    if (std::any_of(holds.begin(), holds.end(), [&](const ImageHold& each) { return is_same_file(each, hold); }))
        return;
    if (changed_) changed_(Change::held, hold);
    holds.push_back(std::move(hold));
    held_count_.fetch_add(1, std::memory_order_relaxed);
}

void LoopGuard::make_room(Stripe& stripe) {
    if (stripe.counted.size() < devices_max / stripes) return;
    const auto last = [](const auto& device) {
        WallTime out{};
        for (const Fetches& each : device.second) out = std::max(out, each.last);
        return out;
    };
    stripe.counted.erase(std::min_element(stripe.counted.begin(), stripe.counted.end(),
                                          [&](const auto& a, const auto& b) { return last(a) < last(b); }));
}

/// What leads to images is not pushed out by them: it is what begins the round.
void LoopGuard::make_room(std::vector<Fetches>& files, ImageRequest::Sender sender) {
    const auto of_sender = [&](const Fetches& each) { return each.sender == sender; };
    if (std::count_if(files.begin(), files.end(), of_sender) < static_cast<std::ptrdiff_t>(files_max)) return;
    const auto goes_before = [&](const Fetches& a, const Fetches& b) {
        if (of_sender(a) != of_sender(b)) return of_sender(a); // claims push out claims alone
        const bool a_stays = a.role == ImageRequest::Role::leads_to_images,
                   b_stays = b.role == ImageRequest::Role::leads_to_images;
        return a_stays != b_stays ? b_stays : a.last < b.last;
    };
    files.erase(std::min_element(files.begin(), files.end(), goes_before));
}

void LoopGuard::fetched(const ImageRequest& request, WallTime now) {
    Stripe& stripe = stripe_of(request.mac);
    const std::scoped_lock guard(stripe.lock);
    if (!stripe.counted.contains(request.mac)) {
        const bool is_full = stripe.counted.size() >= devices_max / stripes;
        if (is_full && request.sender == ImageRequest::Sender::claimed) return;
        make_room(stripe);
    }
    auto& files = stripe.counted[request.mac];
    const bool leads = request.role == ImageRequest::Role::leads_to_images;
    const bool is_another =
        leads && std::any_of(files.begin(), files.end(), [&](const Fetches& each) {
            return each.sender == request.sender && each.name == request.file->name && each.hash != request.file->hash;
        });
    if (is_another) // it is sent for something else now
        std::erase_if(files, [&](const Fetches& each) {
            return each.sender == request.sender &&
                   (each.role == ImageRequest::Role::image || each.name == request.file->name);
        });
    auto at = std::find_if(files.begin(), files.end(), [&](const Fetches& each) {
        return each.sender == request.sender && is_file(each, *request.file);
    });
    if (at == files.end()) {
        make_room(files, request.sender);
        at = files.insert(files.end(), Fetches());
        at->name = request.file->name, at->hash = request.file->hash;
        at->role = request.role, at->sender = request.sender;
    }
    at->file = request.file->id;
    at->last = now;
    if (leads) return;
    if (at->times.size() >= request.limits.images) at->times.erase(at->times.begin());
    at->times.push_back(now);
}

namespace {

std::uint64_t spread(std::uint64_t bits) {
    bits ^= bits >> 31U;
    bits *= 0xbf58'476d'1ce4'e5b9ULL;
    return bits ^ (bits >> 29U);
}
std::uint64_t place_of(MacAddress mac, const IpAddress& source) {
    std::uint64_t halves[2];
    std::memcpy(halves, source.bytes().data(), sizeof halves);
    return spread(spread(spread(mac.bits()) + halves[0]) + halves[1]) | 1U; // zero is an empty slot's
}
std::size_t place_slot(MacAddress mac) { return spread(mac.bits()) >> 48U; }

} // namespace

void LoopGuard::came_from(MacAddress mac, const IpAddress& source) {
    (*places_)[place_slot(mac)].store(place_of(mac, source), std::memory_order_relaxed);
}

bool LoopGuard::is_at(MacAddress mac, const IpAddress& source) const {
    return (*places_)[place_slot(mac)].load(std::memory_order_relaxed) == place_of(mac, source);
}

void LoopGuard::broken_off(MacAddress mac, std::int64_t file) {
    Stripe& stripe = stripe_of(mac);
    const std::scoped_lock guard(stripe.lock);
    const auto found = stripe.counted.find(mac);
    if (found == stripe.counted.end()) return;
    Fetches* latest = nullptr; // a claim that is broken off takes nothing from what was shown
    for (Fetches& each : found->second)
        if (each.file == file && !each.times.empty() && (latest == nullptr || latest->last <= each.last))
            latest = &each;
    if (latest != nullptr) latest->times.pop_back();
}

std::vector<ImageHold> LoopGuard::list() const {
    std::vector<ImageHold> out;
    for (const Stripe& stripe : stripes_) {
        const std::scoped_lock guard(stripe.lock);
        for (const auto& [mac, holds] : stripe.held) out.insert(out.end(), holds.begin(), holds.end());
    }
    std::sort(out.begin(), out.end(), [](const ImageHold& a, const ImageHold& b) {
        return std::pair(a.mac.bits(), std::string_view(a.name)) < std::pair(b.mac.bits(), std::string_view(b.name));
    });
    return out;
}

std::vector<ImageHold> LoopGuard::holds_of(MacAddress mac) const {
    const Stripe& stripe = stripe_of(mac);
    const std::scoped_lock guard(stripe.lock);
    const auto found = stripe.held.find(mac);
    return found == stripe.held.end() ? std::vector<ImageHold>() : found->second;
}

bool LoopGuard::is_held(const ImageHold& hold) const {
    const auto holds = holds_of(hold.mac);
    return std::any_of(holds.begin(), holds.end(), [&](const ImageHold& each) { return is_same_file(each, hold); });
}

std::vector<ImageHold> LoopGuard::release(MacAddress mac, std::string_view name) {
    Stripe& stripe = stripe_of(mac);
    const std::scoped_lock guard(stripe.lock);
    std::vector<ImageHold> out;
    const auto found = stripe.held.find(mac);
    if (found == stripe.held.end()) return out;
    std::erase_if(found->second, [&](const ImageHold& hold) {
        if (!name.empty() && hold.name != name) return false;
        out.push_back(hold);
        return true;
    });
    if (found->second.empty()) stripe.held.erase(found);
    held_count_.fetch_sub(out.size(), std::memory_order_relaxed);
    return out;
}

} // namespace offhook::server
