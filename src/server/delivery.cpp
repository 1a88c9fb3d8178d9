#include "server/delivery.hpp"

#include "base/assert.hpp"
#include "base/digest.hpp"
#include "base/log.hpp"
#include "config/render/render.hpp"
#include "protocol/http_head.hpp"

#include <algorithm>

namespace offhook::server {
namespace {

/// Stands in the cache for a file that cannot be made, so that it is tried once per change and not once per request.
const std::shared_ptr<const ReadyFile>& failure() {
    static const auto instance = std::make_shared<const ReadyFile>();
    return instance;
}
bool is_failure(const ReadyFile& file) { return &file == failure().get(); }

catalogue::EventTransport event_transport(Transport transport) {
    switch (transport) {
    case Transport::http:
        return catalogue::EventTransport::http;
    case Transport::https:
        return catalogue::EventTransport::https;
    case Transport::tftp:
        return catalogue::EventTransport::tftp;
    case Transport::ftp:
        return catalogue::EventTransport::ftp;
    }
    return catalogue::EventTransport::http;
}

catalogue::EventVerb event_verb(Verb verb) {
    return verb == Verb::get    ? catalogue::EventVerb::get
           : verb == Verb::head ? catalogue::EventVerb::head
                                : catalogue::EventVerb::put;
}

DeliveryOptions with_access(DeliveryOptions options, const Clock& clock) {
    if (options.shared_access) return options;
    SystemRandom random;
    options.shared_access = std::make_shared<SharedAccess>(AccessOptions(), clock, random);
    return options;
}

/// Whether a file rendered from settings is meant. One of a device's own has a device to it.
bool is_rendered(const Asked& asked) {
    if (!asked.match || asked.match->document == nullptr) return false;
    return asked.device != nullptr || asked.match->document->scope != config::DocumentScope::device;
}

} // namespace

Delivery::Delivery(const config::Families& families, catalogue::EventRing& ring, Acquaintances& acquaintances,
                   const Clock& clock, DeliveryOptions options)
    : families_(families), ring_(ring), acquaintances_(acquaintances), clock_(clock),
      options_(with_access(std::move(options), clock)), snapshot_(std::make_shared<const catalogue::Snapshot>()),
      access_(families_, options_.listeners, clock_, *options_.shared_access), cache_(options_.cache_bytes_max) {}

void Delivery::publish(std::shared_ptr<const catalogue::Snapshot> snapshot) {
    OFFHOOK_ASSERT(snapshot != nullptr);
    snapshot_ = std::move(snapshot);
}

FileAnswer Delivery::open(const FileRequest& request) {
    Asked asked(request);
    const Judgement judgement = access_.judge(asked, *snapshot_);
    Verdict verdict = judgement.verdict;
    if (verdict == Verdict::serve && !is_rendered(asked)) verdict = Verdict::absent;
    FileAnswer answer;
    if (verdict == Verdict::serve) {
        answer.file = &ready(asked);
        answer.state = FileAnswer::State::found;
        if (is_failure(**answer.file)) {
            answer = {};
            verdict = Verdict::failed;
        }
    }
    if (verdict == Verdict::challenge) {
        answer.state = FileAnswer::State::challenge;
        answer.challenge = judgement.challenge;
    }
    if (verdict != Verdict::serve) answer.hold = judgement.hold;
    note(asked, verdict);
    step_.reset();
    if (verdict == Verdict::serve && asked.site->first_contact_minutes != 0) note_first_contact(asked);
    answer.ticket.mac = event_.mac;
    answer.ticket.source = request.source;
    answer.ticket.transport = request.transport;
    if (answer.file != nullptr) answer.ticket.kind = asked.match->document->kind;
    return answer;
}

const std::shared_ptr<const ReadyFile>& Delivery::ready(const Asked& asked) {
    const config::Document& document = *asked.match->document;
    const bool own = document.scope == config::DocumentScope::device;
    const FileKey key{&document, own ? nullptr : asked.model, asked.request.privacy,
                      own ? asked.device->mac.bits() : static_cast<std::uint64_t>(asked.site->id)};
    FileCache::Entry* entry = cache_.find(key);
    if (entry != nullptr && entry->checked == snapshot_->revision()) return entry->file;

    FileStamp stamp{snapshot_->fleet().revision, asked.site->revision, 0, 0};
    if (own) {
        const catalogue::Group* group = snapshot_->group(asked.device->group);
        stamp.group = group == nullptr ? 0 : group->revision;
        stamp.device = asked.device->revision;
    }
    if (entry == nullptr || entry->stamp != stamp) {
        entry = &cache_.put(key, stamp, make(asked, entry));
    }
    entry->checked = snapshot_->revision();
    return entry->file;
}

std::shared_ptr<const ReadyFile> Delivery::make(const Asked& asked, const FileCache::Entry* before) const {
    const config::Document& document = *asked.match->document;
    const bool own = document.scope == config::DocumentScope::device;
    const Layers layers(*snapshot_, *asked.family, *asked.site, own ? asked.device : nullptr);
    config::Subject subject;
    subject.family = asked.family;
    subject.model = asked.model;
    subject.mac = own ? asked.device->mac : MacAddress();
    subject.model_name = asked.model != nullptr ? std::string_view(asked.model->name)
                         : own                  ? asked.device->model
                                                : std::string_view();
    subject.site_name = asked.site->name;
    subject.wire = asked.request.privacy == catalogue::Privacy::tls ? config::Wire::tls : config::Wire::clear;
    subject.shared = layers.shared();
    subject.all = layers.all();
    auto rendered = config::render(document, subject);
    if (!rendered) {
        log::error("DELIVERY_RENDER_FAILED", "{} for {}: {}", document.kind,
                   own ? subject.mac.text() : asked.site->name, rendered.error().text());
        return failure();
    }
    if (before != nullptr && before->file->text == rendered->text) return before->file; // a change that changes nothing

    auto file = std::make_shared<ReadyFile>();
    file->set_text(std::move(rendered->text));
    file->entity_tag = '"' + content_name(file->text) + '"';
    file->media_type = document.syntax->media_type();
    const protocol::HttpFileFacts facts{file->body.size(), file->entity_tag, file->media_type, file->modified};
    file->http_head_keep_alive = protocol::http_file_head(facts, protocol::HttpConnection::keep_alive);
    file->http_head_close = protocol::http_file_head(facts, protocol::HttpConnection::close);
    return file;
}

/// Fills event_ with all that is known before the answer goes out.
void Delivery::note(const Asked& asked, Verdict verdict) {
    const FileRequest& request = asked.request;
    event_ = {};
    event_.at = clock_.wall();
    event_.source = request.source;
    event_.listener = request.listener;
    event_.transport = event_transport(request.transport);
    event_.verb = event_verb(request.verb);
    event_.acquaintance = asked.device != nullptr ? catalogue::Acquaintance::device : catalogue::Acquaintance::stranger;
    using catalogue::Outcome;
    event_.outcome = verdict == Verdict::serve       ? Outcome::served
                     : verdict == Verdict::refuse    ? Outcome::refused
                     : verdict == Verdict::challenge ? Outcome::challenged
                     : verdict == Verdict::failed    ? Outcome::failed
                                                     : Outcome::absent;
    if (asked.family != nullptr) event_.family = asked.family->name();
    if (asked.match && asked.match->document != nullptr) event_.kind = std::string_view(asked.match->document->kind);
    if (asked.match && asked.match->other != nullptr) event_.kind = std::string_view(asked.match->other->kind);
    const bool masked = !asked.match && may_hold_token(asked.path);
    event_.path = masked ? std::string_view("[not kept: it may hold a token]") : asked.path;
    event_.user_agent = request.user_agent;
    if (asked.mac) {
        event_.mac = asked.device != nullptr ? asked.device->mac : *asked.mac;
        acquaintances_.heard(request.source, request.user_agent, event_.mac, event_.at);
    } else if (const auto likely = acquaintances_.likely(request.source, request.user_agent, event_.at)) {
        event_.mac = *likely;
        if (snapshot_->find(*likely) != nullptr) event_.acquaintance = catalogue::Acquaintance::device;
    }
}

/// Where the window of whoever asked is open, what he gets counts for his first boot.
void Delivery::note_first_contact(const Asked& asked) {
    // A shared file that names no device is put down to who just asked from there: a guess, which closes and never
    // opens.
    const auto* device = asked.device != nullptr ? asked.device : snapshot_->find(event_.mac);
    if (device == nullptr || device->site != asked.site->id || asked.request.verb != Verb::get) return;
    if (device->first_contact_until <= event_.at) return;
    step_ = {device->mac, device->first_contact_until, asked.family, asked.match->document};
}

void Delivery::answered(std::uint16_t status, std::uint64_t body_bytes) {
    event_.status = status;
    event_.bytes = body_bytes;
    if (status == 304) event_.outcome = catalogue::Outcome::not_modified;
    ring_.push(event_);
    // Of a transport's codes for "done" HTTP's 200 and 304 and FTP's 226 are below 400; TFTP has none.
    if (step_ && status < 400 && status != 206) options_.shared_access->first_contacts.served(*step_);
    step_.reset();
}

void Delivery::broken_off(const Ticket& ticket, std::uint64_t bytes_sent) {
    catalogue::TimelineEvent event;
    event.at = clock_.wall();
    event.mac = ticket.mac;
    event.source = ticket.source;
    event.transport = event_transport(ticket.transport);
    event.kind = ticket.kind;
    event.outcome = catalogue::Outcome::broken_off;
    event.bytes = bytes_sent;
    event.acquaintance =
        snapshot_->find(ticket.mac) != nullptr ? catalogue::Acquaintance::device : catalogue::Acquaintance::stranger;
    ring_.push(event);
    options_.shared_access->first_contacts.broken_off(ticket.mac, ticket.kind);
}

void Delivery::refused(Transport transport, const IpAddress& source, std::string_view why) {
    catalogue::TimelineEvent event;
    event.at = clock_.wall();
    event.source = source;
    event.transport = event_transport(transport);
    event.verb = catalogue::EventVerb::other;
    event.outcome = catalogue::Outcome::malformed;
    event.acquaintance = catalogue::Acquaintance::stranger;
    event.status = 400;
    event.path = why;
    ring_.push(event);
}

Door::Welcome Delivery::admit(Transport, const IpAddress& source) { return access_.admit(source); }

void Delivery::bring(const FileRequest& request, std::function<void(const FileAnswer&)> done) { done(open(request)); }

UploadStart Delivery::begin_upload(const UploadRequest&) {
    UploadStart start;
    start.refusal = UploadRefusal::absent;
    return start;
}

LoginAnswer Delivery::log_in(const LoginRequest& request) { return access_.log_in(request, *snapshot_); }

std::vector<ListedFile> Delivery::list(const FileRequest&) { return {}; }

} // namespace offhook::server
