// Phones that go round in circles: what the door counts of what it gives out, and what it does not give out for it.
#include "base/log.hpp"
#include "base/text.hpp"
#include "config/settings/effective.hpp"
#include "server/delivery.hpp"
#include "server/event_texts.hpp"

#include <fmt/format.h>

namespace offhook::server {

/// Whose fetch of an image that is. Most images name nobody, and a boot ROM asks for its own before anything else: the
/// User-Agent may tell, and else the one device that was heard from that address within the hour. Where there are two,
/// as behind a NAT, it is nobody's: no phone is held for another's fetches.
const catalogue::Device* Delivery::fetching_device(const Asked& asked) const {
    if (asked.device != nullptr) return asked.device;
    if (asked.mac || asked.family == nullptr) return nullptr;
    if (const auto* sender = named_by_agent(asked, families_, *snapshot_)) return sender;
    const auto alone = options_.loop_guard->alone_at(asked.request.source, clock_.wall());
    const auto* device = alone ? snapshot_->find(*alone) : nullptr;
    if (device == nullptr || device->family != asked.family->name()) return nullptr;
    return asked.model == nullptr || asked.model->name == device->model ? device : nullptr;
}

bool Delivery::is_proven(const Asked& asked, const catalogue::Device& device) {
    return asked.holder != nullptr && asked.holder->mac == device.mac && !asked.is_anothers;
}

/// A User-Agent, a MAC in a name and an account of a whole site say who he is, and show nothing.
ImageRequest::Sender Delivery::sender_of(const Asked& asked, const catalogue::Device& device) const {
    const bool is_there = options_.loop_guard->is_at(device.mac, asked.request.source);
    return is_proven(asked, device) || is_there ? ImageRequest::Sender::shown : ImageRequest::Sender::claimed;
}

/// Not on behalf of the device: it may have nothing to do with it.
void Delivery::tell_of_claims(const Asked& asked, const ImageRequest& request) {
    log::warning("IMAGE_LOOP",
                 "somebody at {} who says he is {} fetched {} {} times in {} minutes and comes for it again: it is "
                 "offered, for that phone was not heard from there",
                 asked.request.source.text(), request.mac.text(), request.file->name, request.limits.images,
                 request.limits.window.count());
    give_notice(request.mac, fmt::format("{}{}", loop_claimed, request.file->name));
}

Delivery::Withheld Delivery::judge_fetch(const Asked& asked, const WantedContent& wanted) {
    fetch_.reset();
    if (options_.loop_guard == nullptr || wanted.file == nullptr || asked.match->other == nullptr) return Withheld::no;
    const config::OtherFile& other = *asked.match->other;
    if (other.role != config::OtherFile::Role::firmware) return Withheld::no;
    // A boot ROM reads the head of its own and closes, with the whole file in buffers behind it: no fetch that counts.
    if (other.begins_boot) return Withheld::no;
    const auto* device = fetching_device(asked);
    if (device == nullptr) return Withheld::no;
    fetching_ = device->mac;
    ImageRequest request;
    request.mac = device->mac;
    request.file = wanted.file.get();
    request.limits = asked.family->loop_limits();
    if (other.leads_to_images) request.role = ImageRequest::Role::leads_to_images;
    request.sender = sender_of(asked, *device);
    if (asked.request.verb != Verb::get) request.wants = ImageRequest::Wants::facts;
    const auto offer = options_.loop_guard->ask(request, *snapshot_, clock_.wall());
    if (offer == LoopGuard::Offer::held_now)
        give_notice(device->mac, fmt::format("{}{}", loop_held, request.file->name));
    if (offer == LoopGuard::Offer::warned) tell_of_claims(asked, request);
    if (offer == LoopGuard::Offer::held || offer == LoopGuard::Offer::held_now) return Withheld::yes;
    if (asked.request.verb == Verb::get) fetch_ = Fetch{request, wanted.file};
    return Withheld::no;
}

void Delivery::judge_boot(const Asked& asked, const ReadyFile& file) {
    own_.reset();
    const config::Document& document = *asked.match->document;
    if (options_.loop_guard == nullptr || asked.device == nullptr || asked.request.verb != Verb::get) return;
    if (document.content != config::Document::Content::own) return;
    Own own;
    own.taken = {asked.device->mac, &document, std::hash<std::string_view>()(file.entity_tag)};
    own.family = asked.family;
    own.source = asked.request.source;
    if (is_proven(asked, *asked.device)) own.sender = BootLoop::Sender::proven;
    own.bytes = file.body.size();
    own_ = own;
}

namespace {

/// Boots that may withhold something are counted by who showed himself, else by where they came from.
OwnTaken counted_apart(OwnTaken taken, const IpAddress& source, BootLoop::Sender sender) {
    const auto& bytes = source.bytes();
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    taken.from = sender == BootLoop::Sender::proven ? 1 : std::hash<std::string_view>()(text) | 2U;
    return taken;
}

} // namespace

void Delivery::count_for_loops(std::uint16_t status, std::uint64_t body_bytes) {
    const auto now = clock_.wall();
    if (fetch_ && status != 304 && is_whole(event_.transport, status, body_bytes, fetch_->file->bytes))
        options_.loop_guard->fetched(fetch_->request, now);
    fetch_.reset();
    if (own_ && is_whole(event_.transport, status, body_bytes, own_->bytes)) {
        const auto limits = own_->family->loop_limits();
        BootCounts& boots = options_.loop_guard->boots();
        const auto any = boots.took(own_->taken, limits, now);
        const auto shown = boots.took(counted_apart(own_->taken, own_->source, own_->sender), limits, now);
        if ((any || shown) && !asks_often_by_itself(*own_, limits)) {
            if (any) tell_of_boots(*own_, limits);
            if (shown && options_.on_boot_loop)
                options_.on_boot_loop({own_->taken.mac, own_->source, shown->first, shown->times, own_->sender});
        }
    }
    own_.reset();
}

/// One that asks every few minutes because it was told to does not boot for it.
bool Delivery::asks_often_by_itself(const Own& own, const config::LoopLimits& limits) const {
    const auto* device = snapshot_->find(own.taken.mac);
    const auto* site = device == nullptr ? nullptr : snapshot_->site(device->site);
    if (site == nullptr) return true; // gone meanwhile
    static const auto interval = config::find_setting("provisioning.interval").value();
    const Layers layers(*snapshot_, *own.family, *site, device);
    const config::Effective effective(layers.all());
    const auto* stated = effective.find(interval);
    const auto seconds = stated == nullptr ? std::nullopt : to_number<std::int64_t>(stated->value);
    return seconds && *seconds > 0 && std::chrono::seconds(*seconds) * limits.boots <= limits.window;
}

void Delivery::tell_of_boots(const Own& own, const config::LoopLimits& limits) {
    const std::string mac = own.taken.mac.text();
    log::warning("BOOT_LOOP", "{} took the same settings more than {} times in {} minutes; `offhook explain {}`", mac,
                 limits.boots, limits.window.count(), mac);
    give_notice(own.taken.mac, boot_loop);
}

/// What nobody asked for, on a device's timeline.
void Delivery::give_notice(MacAddress mac, std::string_view text) {
    catalogue::TimelineEvent event;
    event.at = clock_.wall();
    event.mac = mac;
    event.transport = catalogue::EventTransport::notify;
    event.verb = catalogue::EventVerb::other;
    event.outcome = catalogue::Outcome::held;
    event.path = text;
    ring_.push(event);
}

void Delivery::tell_of_release(MacAddress mac, std::string_view name) {
    give_notice(mac, fmt::format("{}{}", loop_released, name));
}

void Delivery::tell_of_hold(MacAddress mac, std::string_view name) {
    give_notice(mac, fmt::format("{}{}", loop_held, name));
}

} // namespace offhook::server
