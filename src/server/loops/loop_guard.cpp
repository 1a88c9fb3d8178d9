#include "server/loops/loop_guard.hpp"

#include "catalogue/limits.hpp"

#include <algorithm>

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
    if (is_still_held(stripe, request, snapshot)) return Offer::held;
    if (request.role != ImageRequest::Role::image || request.wants != ImageRequest::Wants::content) return Offer::yes;
    return is_over(stripe, request, now) ? Offer::held_now : Offer::yes;
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
        const bool same = hold.hash == request.file->hash;
        is_held = is_held || (same && (!leads || any_current));
        const bool ends = same ? leads && !any_current : hold.name == request.file->name;
        if (ends) {
            held_count_.fetch_sub(1, std::memory_order_relaxed);
            if (changed_) changed_(Change::lifted, hold);
        }
        return ends;
    });
    if (holds.empty()) stripe.held.erase(found);
    return is_held;
}

bool LoopGuard::is_over(Stripe& stripe, const ImageRequest& request, WallTime now) {
    const auto found = stripe.counted.find(request.mac);
    if (found == stripe.counted.end()) return false;
    const auto at = std::find_if(found->second.begin(), found->second.end(),
                                 [&](const Fetches& each) { return each.hash == request.file->hash; });
    if (at == found->second.end()) return false;
    std::erase_if(at->times, [&](WallTime time) { return !is_within(time, now, request.limits.window); });
    if (at->times.size() < request.limits.images) return false;
    if (held_count() >= catalogue::limits::image_holds_max) return false;
    for (const Fetches& each : found->second)
        if (each.hash == request.file->hash || each.role == ImageRequest::Role::leads_to_images)
            hold(stripe, request.mac, each, now);
    stripe.counted.erase(found);
    return true;
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
    if (std::any_of(holds.begin(), holds.end(), [&](const ImageHold& each) { return each.hash == hold.hash; })) return;
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

void LoopGuard::fetched(const ImageRequest& request, WallTime now) {
    Stripe& stripe = stripe_of(request.mac);
    const std::scoped_lock guard(stripe.lock);
    if (!stripe.counted.contains(request.mac)) make_room(stripe);
    auto& files = stripe.counted[request.mac];
    auto at =
        std::find_if(files.begin(), files.end(), [&](const Fetches& each) { return each.hash == request.file->hash; });
    if (at == files.end()) {
        if (files.size() >= files_max)
            files.erase(std::min_element(files.begin(), files.end(),
                                         [](const Fetches& a, const Fetches& b) { return a.last < b.last; }));
        at = files.insert(files.end(), Fetches());
        at->name = request.file->name, at->hash = request.file->hash, at->role = request.role;
    }
    at->file = request.file->id;
    at->last = now;
    if (request.role == ImageRequest::Role::leads_to_images) return;
    if (at->times.size() >= request.limits.images) at->times.erase(at->times.begin());
    at->times.push_back(now);
}

void LoopGuard::broken_off(MacAddress mac, std::int64_t file) {
    Stripe& stripe = stripe_of(mac);
    const std::scoped_lock guard(stripe.lock);
    const auto found = stripe.counted.find(mac);
    if (found == stripe.counted.end()) return;
    for (Fetches& each : found->second)
        if (each.file == file && !each.times.empty()) each.times.pop_back();
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
    return std::any_of(holds.begin(), holds.end(), [&](const ImageHold& each) { return each.hash == hold.hash; });
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
