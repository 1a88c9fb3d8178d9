#include "server/delivery.hpp"

#include "base/assert.hpp"
#include "base/digest.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "config/render/render.hpp"
#include "config/render/sealing.hpp"
#include "protocol/http_head.hpp"
#include "server/event_texts.hpp"
#include "server/introduction.hpp"
#include "server/listing.hpp"
#include "server/sealed_uploads.hpp"
#include "server/stored_files.hpp"

#include <algorithm>

namespace offhook::server {
namespace {

/// Stands in the cache for a file that cannot be made, so that it is tried once per change and not once per request.
const std::shared_ptr<const ReadyFile>& failure() {
    static const auto instance = std::make_shared<const ReadyFile>();
    return instance;
}
bool is_failure(const ReadyFile& file) { return &file == failure().get(); }

/// The same for a sealed file that this phone does not have, or has no key for.
const std::shared_ptr<const ReadyFile>& absence() {
    static const auto instance = std::make_shared<const ReadyFile>();
    return instance;
}
bool is_absence(const ReadyFile& file) { return &file == absence().get(); }

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

/// Whether it is a name that may be served: a stored file's, or a document's; one of a device's own has a device to it.
bool is_served(const Asked& asked) {
    if (!asked.match) return false;
    if (asked.match->document == nullptr) return true;
    return asked.device != nullptr || asked.match->document->scope != config::DocumentScope::device;
}

/// Whether the asker may be told what opens his sealed files: over TLS to who has shown more than a URL, or within his
/// first-contact window, as the site's policy has let him in.
bool may_be_introduced(const Asked& asked, WallTime now) {
    if (asked.request.privacy == catalogue::Privacy::tls && asked.proof >= catalogue::Proof::credentials) return true;
    return asked.device != nullptr && asked.site->first_contact_minutes != 0 && asked.device->first_contact_until > now;
}

/// Whether it is a stored file that may bring the phone's key, while own files are sealed.
bool is_stored_introduction(const Asked& asked, const catalogue::Snapshot& snapshot) {
    const config::OtherFile* other = asked.match->other;
    if (other == nullptr || !may_bring_key(*asked.family, *other)) return false;
    const Layers layers(snapshot, *asked.family, *asked.site, asked.device, asked.model);
    return has_sealed_files(config::Effective(layers.all()));
}

constexpr std::string_view sealed_media_type = "application/octet-stream";
/// The directory that is asked for; null: it is no directory.
const config::Document* directory_in(const Asked& asked) {
    const auto* document = asked.match->document;
    return document != nullptr && document->content == config::Document::Content::directory ? document : nullptr;
}

/// Ways in which phones reach this server: addresses, ports and schemes of ours, so few.
constexpr std::size_t origins_max = 1024;

/// "http://192.0.2.1:8080", from our end of the connection; empty where it is not known.
std::string origin_of(const FileRequest& request) {
    if (request.local == IpAddress() || request.local == IpAddress::v4(0) || request.local_port == 0) return {};
    constexpr std::pair<std::string_view, std::uint16_t> schemes[] = {
        {"http", 80}, {"https", 443}, {"tftp", 69}, {"ftp", 21}};
    const auto& [scheme, usual_port] = schemes[static_cast<std::size_t>(request.transport)];
    const std::string host = request.local.text();
    std::string out = std::string(scheme) + "://" + (request.local.is_v4() ? host : '[' + host + ']');
    if (request.local_port != usual_port) out += ':' + std::to_string(request.local_port);
    return out;
}

/// The revision of what is stated for the asker's model; 0 where nothing is, or where the file says nothing of it.
catalogue::Revision model_stamp(const Asked& asked, const catalogue::Snapshot& snapshot) {
    const bool own = asked.match->document->scope == config::DocumentScope::device;
    if (asked.match->document->content == config::Document::Content::shared) return 0;
    const std::string_view model = own                      ? std::string_view(asked.device->model)
                                   : asked.model != nullptr ? std::string_view(asked.model->name)
                                                            : std::string_view();
    const auto* stated = snapshot.model_layer(asked.family->name(), model);
    return stated == nullptr ? 0 : stated->revision;
}

/// What tells the origins of files apart: a file for somebody who showed the site's token names it in its URLs, so that
/// the phone comes back with it, and nobody else may get that file.
std::string origin_key_of(const Asked& asked) {
    std::string out = origin_of(asked.request);
    if (!asked.token.empty()) out.append("/").append(asked.token);
    return out;
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
    shelf_.publish(*snapshot_);
}

void Delivery::use_storage(const StorageParts& parts) {
    shelf_.use(parts);
    uploads_.use(parts);
}

FileAnswer Delivery::open(const FileRequest& request) {
    Asked asked(request);
    const Judgement judgement = access_.judge(asked, *snapshot_);
    Verdict verdict = judgement.verdict;
    if (verdict == Verdict::serve && !is_served(asked)) verdict = Verdict::absent;
    FileAnswer answer;
    pending_.reset();
    fetch_.reset();
    fetching_ = {};
    own_.reset();
    const config::Document* directory = verdict == Verdict::serve ? directory_in(asked) : nullptr;
    if (verdict == Verdict::serve && (asked.match->document == nullptr || directory != nullptr)) {
        AtHand at_hand = directory != nullptr ? directory_at_hand(asked) : stored_at_hand(asked);
        const bool is_upload = directory == nullptr && at_hand.wanted.upload != 0;
        if (at_hand.is_absent ||
            (is_upload && at_hand.file != nullptr && !may_be_given(asked.device->mac, **at_hand.file))) {
            verdict = Verdict::absent;
        } else if (is_stored_introduction(asked, *snapshot_) && !may_be_introduced(asked, clock_.wall())) {
            verdict = Verdict::refuse;
        } else if (directory == nullptr && judge_fetch(asked, at_hand.wanted) == Withheld::yes) {
            verdict = Verdict::held;
        } else {
            answer.file = at_hand.file;
            answer.state = answer.file != nullptr ? FileAnswer::State::found : FileAnswer::State::later;
            if (answer.file == nullptr) put_off(asked, std::move(at_hand), directory);
        }
    } else if (verdict == Verdict::serve) {
        answer.file = &ready(asked);
        answer.state = FileAnswer::State::found;
        if (is_failure(**answer.file) || is_absence(**answer.file)) {
            verdict = is_failure(**answer.file) ? Verdict::failed : Verdict::absent;
            answer = {};
        } else if ((*answer.file)->is_introduction && !may_be_introduced(asked, clock_.wall())) {
            verdict = Verdict::refuse;
            answer = {};
        } else {
            judge_boot(asked, **answer.file);
        }
    }
    if (verdict == Verdict::challenge) {
        answer.state = FileAnswer::State::challenge;
        answer.challenge = judgement.challenge;
    }
    if (verdict != Verdict::serve || judgement.holds_found) answer.hold = judgement.hold;
    note(asked, verdict);
    note_serial(asked);
    step_.reset();
    if (verdict == Verdict::serve && asked.site->first_contact_minutes != 0 && answer.file != nullptr)
        note_first_contact(asked, (*answer.file)->body.size());
    answer.ticket.mac = event_.mac;
    answer.ticket.source = request.source;
    answer.ticket.transport = request.transport;
    if (answer.file != nullptr && (*answer.file)->ends_key_rotation && asked.device != nullptr &&
        request.verb == Verb::get)
        answer.ticket.key_rotation = asked.device->revision;
    if (fetch_) answer.ticket.image = fetch_->file->id;
    if (answer.file != nullptr || pending_)
        answer.ticket.kind = asked.match->document != nullptr ? asked.match->document->kind : asked.match->other->kind;
    if (pending_) keep_pending(request, answer);
    return answer;
}

void Delivery::put_off(const Asked& asked, AtHand at_hand, const config::Document* directory) {
    pending_.emplace().wanted = std::move(at_hand.wanted);
    if (!at_hand.is_part) return;
    pending_->directory = directory;
    pending_->family = asked.family;
    pending_->site = asked.site->id;
}

void Delivery::keep_pending(const FileRequest& request, const FileAnswer& answer) {
    pending_->event = event_;
    pending_->ticket = answer.ticket;
    pending_->hold = answer.hold;
    pending_->path = request.path;
    pending_->source = request.source;
    pending_->source_port = request.source_port;
    pending_->fetch = std::move(fetch_);
    fetch_.reset();
}

const std::shared_ptr<const ReadyFile>& Delivery::ready(const Asked& asked) {
    const config::Document& document = *asked.match->document;
    const bool own = document.scope == config::DocumentScope::device;
    FileKey key{&document, own ? nullptr : asked.model, asked.request.privacy,
                own ? asked.device->mac.bits() : static_cast<std::uint64_t>(asked.site->id)};
    if (document.names_origin) key.origin = origin_number(origin_key_of(asked));
    FileCache::Entry* entry = cache_.find(key);
    if (entry != nullptr && entry->checked == snapshot_->revision()) return entry->file;

    FileStamp stamp = stamp_of(*asked.family, *asked.site, own ? asked.device : nullptr);
    stamp.model = model_stamp(asked, *snapshot_);
    stamp.directory = named_directory(*snapshot_, *asked.family, document, *asked.site, own ? asked.device : nullptr);
    if (entry == nullptr || entry->stamp != stamp) {
        entry = &cache_.put(key, stamp, make(asked, entry));
    }
    entry->checked = snapshot_->revision();
    return entry->file;
}

FileStamp Delivery::stamp_of(const config::Family& family, const catalogue::Site& site,
                             const catalogue::Device* device) const {
    FileStamp stamp;
    stamp.fleet = snapshot_->fleet().revision;
    stamp.site = site.revision;
    if (device == nullptr) return stamp;
    const catalogue::Group* group = snapshot_->group(device->group);
    stamp.group = group == nullptr ? 0 : group->revision;
    stamp.device = device->revision;
    const auto* of_model = snapshot_->model_layer(family.name(), device->model);
    stamp.model = of_model == nullptr ? 0 : of_model->revision;
    return stamp;
}

namespace {

std::shared_ptr<ReadyFile> bake(std::string text, std::string_view media_type) {
    auto file = std::make_shared<ReadyFile>();
    file->set_text(std::move(text));
    file->entity_tag = '"' + content_name(file->text) + '"';
    file->media_type = media_type;
    const protocol::HttpFileFacts facts{file->body.size(), file->entity_tag, file->media_type, file->modified};
    file->http_head_keep_alive = protocol::http_file_head(facts, protocol::HttpConnection::keep_alive);
    file->http_head_close = protocol::http_file_head(facts, protocol::HttpConnection::close);
    return file;
}

/// A file is made once for each state of the catalogue, so this is said once for each.
void warn_of_left_out(std::string_view kind, std::string_view whose, const std::vector<config::LeftOut>& left_out) {
    if (left_out.empty()) return;
    const config::LeftOut& first = left_out.front();
    log::warning("DELIVERY_PARAMETER_LEFT_OUT", "{} for {} is without {} ({}, set by {}): {}{}", kind, whose,
                 first.parameter, first.setting, config::to_text(first.origin), first.reason,
                 left_out.size() == 1 ? std::string()
                                      : "; and without " + std::to_string(left_out.size() - 1) + " more");
}

std::shared_ptr<const ReadyFile> introduction(config::Rendered rendered, std::string_view media_type) {
    auto file = bake(std::move(rendered.text), media_type);
    file->ends_key_rotation = rendered.ends_key_rotation;
    file->is_introduction = true;
    return file;
}

std::shared_ptr<const ReadyFile> sealed_file(config::Rendered rendered) {
    auto file = bake(std::move(rendered.sealed), sealed_media_type);
    file->ends_key_rotation = rendered.ends_key_rotation;
    return file;
}

} // namespace

std::shared_ptr<const ReadyFile> baked_file(std::string text, std::string_view media_type) {
    return bake(std::move(text), media_type);
}

std::shared_ptr<const ReadyFile> Delivery::make(const Asked& asked, const FileCache::Entry* before) const {
    const config::Document& document = *asked.match->document;
    const bool own = document.scope == config::DocumentScope::device;
    const Layers layers(*snapshot_, *asked.family, *asked.site, own ? asked.device : nullptr, asked.model);
    config::Subject subject;
    subject.family = asked.family;
    subject.model = asked.model;
    subject.mac = own ? asked.device->mac : MacAddress();
    subject.model_name = asked.model != nullptr ? std::string_view(asked.model->name)
                         : own                  ? asked.device->model
                                                : std::string_view();
    subject.site_name = asked.site->name;
    subject.wire = asked.request.privacy == catalogue::Privacy::tls ? config::Wire::tls : config::Wire::clear;
    const std::string origin = document.names_origin ? origin_of(asked.request) : std::string();
    subject.origin = origin;
    if (document.names_origin) subject.token = asked.token;
    subject.directory = named_directory(*snapshot_, *asked.family, document, *asked.site, own ? asked.device : nullptr);
    subject.shared = layers.shared();
    subject.all = layers.all();
    if (!config::check_twin(document, layers.all())) return absence();
    auto rendered = config::render(document, subject);
    if (!rendered) {
        log::error("DELIVERY_RENDER_FAILED", "{} for {}: {}", document.kind,
                   own ? subject.mac.text() : asked.site->name, rendered.error().text());
        return failure();
    }
    warn_of_left_out(document.kind, own ? subject.mac.text() : asked.site->name, rendered->left_out);
    if (before != nullptr && before->file->text == rendered->served() &&
        before->file->ends_key_rotation == rendered->ends_key_rotation &&
        before->file->is_introduction == rendered->is_introduction)
        return before->file; // a change that changes nothing

    if (rendered->seal != nullptr) return sealed_file(std::move(*rendered));
    if (rendered->is_introduction) return introduction(std::move(*rendered), document.syntax->media_type());
    return baked_file(std::move(rendered->text), document.syntax->media_type());
}

std::uint32_t Delivery::origin_number(const std::string& origin) {
    const auto found = std::find(origins_.begin(), origins_.end(), origin);
    if (found == origins_.end() && origins_.size() >= origins_max) { // somebody has very many addresses
        origins_.clear();
        cache_ = FileCache(options_.cache_bytes_max);
    }
    const auto at = found != origins_.end() && !origins_.empty() ? found : origins_.insert(origins_.end(), origin);
    return static_cast<std::uint32_t>(at - origins_.begin()) + 1;
}

const catalogue::Device* named_by_agent(const Asked& asked, const config::Families& families,
                                        const catalogue::Snapshot& snapshot) {
    if (asked.request.user_agent.empty()) return nullptr;
    for (const auto& family : families) {
        if (asked.family != nullptr && asked.family != family.get()) continue;
        const auto agent = family->match_user_agent(asked.request.user_agent);
        if (agent && agent->mac) return snapshot.find_lan(*agent->mac);
        if (agent && !agent->serial.empty()) return snapshot.find_serial(family->name(), agent->serial);
    }
    return nullptr;
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
                     : verdict == Verdict::held      ? Outcome::held
                                                     : Outcome::absent;
    if (asked.family != nullptr) event_.family = asked.family->name();
    // A name may be both: what we make of it is served, what it is besides is sent.
    const bool other =
        asked.match && asked.match->other != nullptr && (asked.match->document == nullptr || request.verb == Verb::put);
    if (other)
        event_.kind = std::string_view(asked.match->other->kind);
    else if (asked.match)
        event_.kind = std::string_view(asked.match->document->kind);
    const bool masked = !asked.match && may_hold_token(asked.path);
    event_.path = masked ? std::string_view("[not kept: it may hold a token]") : asked.path;
    event_.user_agent = request.user_agent;
    if (asked.mac) {
        event_.mac = asked.device != nullptr ? asked.device->mac : *asked.mac;
        acquaintances_.heard(request.source, request.user_agent, event_.mac, event_.at);
        if (options_.loop_guard != nullptr) options_.loop_guard->heard(request.source, event_.mac, event_.at);
        const bool took_its_own = verdict == Verdict::serve && asked.device != nullptr && request.verb == Verb::get &&
                                  asked.match && asked.match->document != nullptr &&
                                  asked.match->document->scope == config::DocumentScope::device;
        if (took_its_own && options_.loop_guard != nullptr) options_.loop_guard->came_from(event_.mac, request.source);
    } else if (const auto* sender = named_by_agent(asked, families_, *snapshot_)) {
        event_.mac = sender->mac;
        event_.acquaintance = catalogue::Acquaintance::device;
    } else if (fetching_.bits() != 0) {
        event_.mac = fetching_;
        event_.acquaintance = catalogue::Acquaintance::device;
    } else if (const auto likely = acquaintances_.likely(request.source, request.user_agent, event_.at)) {
        event_.mac = *likely;
        if (snapshot_->find(*likely) != nullptr) event_.acquaintance = catalogue::Acquaintance::device;
    }
}

/// Not what its phone could not open.
bool Delivery::may_be_given(MacAddress mac, const ReadyFile& upload) {
    const auto* device = seal_of_upload(upload.body) == nullptr ? nullptr : snapshot_->find(mac);
    if (device == nullptr || opens_with(file_keys_of(*snapshot_, families_, *device), upload.body)) return true;
    if (closed_told_.size() < told_max && closed_told_.insert(mac).second)
        log::warning("UPLOAD_NOT_OPENED",
                     "{}: what it has sent sealed opens with none of its keys, and is kept from it", mac.text());
    return false;
}

/// The certificate is believed; that the same phone's agent tells another serial number is said once.
void Delivery::note_serial(const Asked& asked) {
    const auto* certificate = asked.request.certificate;
    if (certificate == nullptr || certificate->serial.empty() || asked.family == nullptr) return;
    if (asked.family->name() != certificate->family || !snapshot_->find(certificate->mac)) return;
    const auto agent = asked.family->match_user_agent(asked.request.user_agent);
    if (!agent || agent->serial.empty() || equal_ignoring_case(agent->serial, certificate->serial)) return;
    if (serials_told_.size() >= told_max || !serials_told_.insert(certificate->mac).second) return;
    log::warning("CERTIFICATE_SERIAL_DIFFERS", "{}: its certificate has the serial number {}, its User-Agent {}",
                 certificate->mac.text(), printable(certificate->serial, 40), printable(agent->serial, 40));
}

/// Where the window of whoever asked is open, what he gets counts for his first boot.
void Delivery::note_first_contact(const Asked& asked, std::uint64_t body_bytes) {
    // A shared file that names no device is put down to who just asked from there: a guess, which closes and never
    // opens.
    const auto* device = asked.device != nullptr ? asked.device : snapshot_->find(event_.mac);
    if (device == nullptr || device->site != asked.site->id || asked.request.verb != Verb::get) return;
    if (device->first_contact_until <= event_.at || asked.match->document == nullptr) return;
    if (asked.device != nullptr) { // what only says where the sealed file is does not stand for it
        const Layers layers(*snapshot_, *asked.family, *asked.site, asked.device);
        if (config::is_stub(*asked.match->document, layers.all())) return;
    }
    step_bytes_ = body_bytes;
    step_ = {device->mac, device->first_contact_until, asked.family, asked.match->document};
}

/// "Done" is 200 and 304 in HTTP, 226 in FTP, and 0 in TFTP, whose other codes are errors. What is taken up in the
/// middle (206, or 226 after REST) is not the whole file.
bool Delivery::is_whole(catalogue::EventTransport transport, std::uint16_t status, std::uint64_t body_bytes,
                        std::uint64_t whole_bytes) {
    if (transport == catalogue::EventTransport::tftp) return status == 0;
    if (transport == catalogue::EventTransport::ftp) return status == 226 && body_bytes == whole_bytes;
    return status < 400 && status != 206;
}

void Delivery::answered(std::uint16_t status, std::uint64_t body_bytes) {
    event_.status = status;
    event_.bytes = body_bytes;
    if (status == 304) event_.outcome = catalogue::Outcome::not_modified;
    ring_.push(event_);
    count_for_loops(status, body_bytes);
    if (step_ && is_whole(event_.transport, status, body_bytes, step_bytes_))
        options_.shared_access->first_contacts.served(*step_);
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
    if (ticket.image != 0 && options_.loop_guard != nullptr) options_.loop_guard->broken_off(ticket.mac, ticket.image);
}

void Delivery::went_out(const Ticket& ticket) {
    if (options_.end_key_rotation) options_.end_key_rotation(ticket.mac, ticket.key_rotation);
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

Door::Welcome Delivery::admit(Transport transport, const IpAddress& source) { return access_.admit(transport, source); }

Delivery::AtHand Delivery::stored_at_hand(const Asked& asked) {
    AtHand out;
    auto wanted = wanted_content(asked);
    out.is_absent = !wanted;
    if (!wanted) return out;
    out.file = shelf_.find(*wanted);
    out.wanted = std::move(*wanted);
    return out;
}

std::optional<WantedContent> Delivery::wanted_content(const Asked& asked) const {
    if (!shelf_.usable()) return std::nullopt;
    const config::OtherFile& other = *asked.match->other;
    WantedContent wanted;
    wanted.media_type = media_type_of(asked.path);
    if (other.role == config::OtherFile::Role::upload) {
        if (asked.device == nullptr) return std::nullopt;
        // HEAD says 200 where GET says 404, on purpose: Polycom asks its log's size by HEAD before it appends, and what
        // is in a log is nobody's business but the operator's.
        if (!other.upload.served_back && asked.request.verb != Verb::head) return std::nullopt;
        const auto* mark = snapshot_->upload(asked.device->mac, other.kind);
        if (mark == nullptr) return std::nullopt;
        wanted.upload = mark->id;
        wanted.mac = asked.device->mac;
        wanted.kind = catalogue::upload_key(other.kind);
        return wanted;
    }
    StoredQuestion question{asked.family, asked.model, asked.site, &*asked.match, asked.path};
    if (question.model == nullptr && asked.device == nullptr) {
        // A boot ROM without a User-Agent that just asked for its master file.
        const auto likely =
            acquaintances_.likely(asked.request.source, asked.request.user_agent, clock_.wall()).value_or(MacAddress());
        const auto* device = snapshot_->find(likely);
        if (device != nullptr && device->family == asked.family->name())
            question.model = asked.family->find_model(device->model);
    }
    wanted.file = find_stored_file(*snapshot_, question);
    if (wanted.file == nullptr && !other.lists.empty()) wanted.composed = compose_version(asked, question);
    if (wanted.file == nullptr && wanted.composed == nullptr) return std::nullopt;
    return wanted;
}

/// By what is stated for the site and the model; where the name tells the device, for that.
std::shared_ptr<const ComposedVersion> Delivery::compose_version(const Asked& asked,
                                                                 const StoredQuestion& question) const {
    const auto* model = config::model_of(*asked.family, *asked.match);
    const Layers layers(*snapshot_, *asked.family, *asked.site, asked.device, model != nullptr ? model : asked.model);
    return composed_version(*snapshot_, question, config::Effective(layers.all()));
}

void Delivery::bring(const FileRequest& request, std::function<void(const FileAnswer&)> done) {
    // The request was judged when it was opened; judging twice would count a Digest answer twice.
    const bool opened = pending_ && pending_->path == request.path && pending_->source == request.source &&
                        pending_->source_port == request.source_port;
    if (!opened) {
        const FileAnswer answer = open(request);
        if (!pending_) return answer_later(answer, std::move(done));
    }
    Pending pending = std::move(*pending_);
    pending_.reset();
    bring_pending(std::move(pending), std::move(done), 3);
}

void Delivery::bring_pending(Pending pending, Done done, unsigned tries) {
    if (pending.directory != nullptr && pending.wanted.upload == 0)
        return compose_pending(std::move(pending), nullptr, std::move(done), tries);
    const WantedContent wanted = pending.wanted;
    if (const auto* found = pending.directory != nullptr ? shelf_.find(wanted) : nullptr; found != nullptr) {
        const auto uploaded = *found; // making room may drop it
        return compose_pending(std::move(pending), uploaded, std::move(done), tries);
    }
    shelf_.fetch(wanted, [this, pending = std::move(pending), done = std::move(done),
                          tries](const std::shared_ptr<const ReadyFile>* file) mutable {
        if (file == nullptr && pending.wanted.upload != 0 && tries > 0) {
            // A newer one may have come while we looked for this one.
            const std::string_view kind =
                pending.directory != nullptr ? std::string_view(pending.directory->beside) : pending.ticket.kind;
            const auto* mark = snapshot_->upload(pending.wanted.mac, kind);
            if (mark != nullptr && mark->id != pending.wanted.upload) {
                pending.wanted.upload = mark->id;
                return bring_pending(std::move(pending), std::move(done), tries - 1);
            }
        }
        const auto fetched = file == nullptr ? nullptr : *file;
        if (fetched != nullptr && pending.directory != nullptr)
            return compose_pending(std::move(pending), fetched, std::move(done), tries);
        finish(pending, fetched, done);
    });
}

/// An answer that needs no fetching after all, given on the loop's next turn.
void Delivery::answer_later(const FileAnswer& answer, std::function<void(const FileAnswer&)> done) {
    if (!shelf_.usable()) return done(answer);
    auto file = answer.file == nullptr ? nullptr : *answer.file;
    shelf_.parts().post_to_loop([this, now = answer, file = std::move(file), challenge = std::string(answer.challenge),
                                 event = event_, done = std::move(done)]() mutable {
        event_ = event;
        if (file != nullptr) now.file = &file;
        now.challenge = challenge;
        done(now);
    });
}

UploadStart Delivery::begin_upload(const UploadRequest& request) {
    Asked asked(request.file);
    const Judgement judgement = access_.judge(asked, *snapshot_);
    Verdict verdict = judgement.verdict;
    const bool may_be_sent = asked.device != nullptr && asked.match && asked.match->other != nullptr &&
                             asked.match->other->role == config::OtherFile::Role::upload;
    if (verdict == Verdict::serve && !may_be_sent) verdict = Verdict::absent;
    fetching_ = {};
    note(asked, verdict);
    UploadStart start;
    start.refusal = verdict == Verdict::challenge ? UploadRefusal::challenge : UploadRefusal::absent;
    start.challenge = judgement.challenge;
    start.hold = judgement.hold;
    if (verdict != Verdict::serve) return start;
    start = {};
    const config::OtherFile& file = *asked.match->other;
    start =
        uploads_.begin(request, {asked.device->mac, &file, snapshot_->upload(asked.device->mac, file.kind), event_});
    if (start.upload == nullptr) event_.outcome = catalogue::Outcome::failed;
    return start;
}

LoginAnswer Delivery::log_in(const LoginRequest& request) {
    LoginAnswer answer = access_.log_in(request, *snapshot_);
    if (!answer.login) refused(Transport::ftp, request.source, ftp_login_failed);
    return answer;
}

std::optional<ListedFile> Delivery::facts_of(const FileRequest& request) {
    Asked asked(request);
    const auto judgement = access_.judge(asked, *snapshot_, Access::Trace::none);
    if (judgement.verdict != Verdict::serve || !is_served(asked)) return std::nullopt;
    ListedFile out;
    if (directory_in(asked) != nullptr) {
        const AtHand at_hand = directory_at_hand(asked);
        if (at_hand.is_absent) return std::nullopt;
        out.is_size_open = at_hand.is_part;
        out.bytes = at_hand.file != nullptr          ? (*at_hand.file)->body.size()
                    : at_hand.wanted.file != nullptr ? at_hand.wanted.file->bytes
                                                     : 0;
        return out;
    }
    if (asked.match->document != nullptr) {
        const ReadyFile& file = *ready(asked);
        if (is_failure(file) || is_absence(file)) return std::nullopt;
        if (file.is_introduction && !may_be_introduced(asked, clock_.wall())) return std::nullopt;
        out.bytes = file.body.size();
        return out;
    }
    const auto wanted = wanted_content(asked);
    if (!wanted) return std::nullopt;
    if (is_stored_introduction(asked, *snapshot_) && !may_be_introduced(asked, clock_.wall())) return std::nullopt;
    if (wanted->composed != nullptr) {
        out.is_size_open = true;
        return out;
    }
    const auto* mark = wanted->file != nullptr ? nullptr : snapshot_->upload(wanted->mac, asked.match->other->kind);
    out.bytes = wanted->file != nullptr ? wanted->file->bytes : mark->bytes;
    out.modified = wanted->file != nullptr ? wanted->file->stored_at : mark->stored_at;
    return out;
}

std::vector<ListedFile> Delivery::list(const FileRequest& directory) {
    const bool of_device = directory.login != nullptr && directory.login->kind == Login::Kind::device;
    const auto* device = of_device ? snapshot_->find(directory.login->mac) : nullptr;
    const auto names = nameable_files(*snapshot_, families_, device);
    return list_directory(directory.path, names, [&](const std::string& name) {
        FileRequest each = directory;
        each.path = name;
        each.verb = Verb::head; // a log's size is no secret from its phone
        return facts_of(each);
    });
}

} // namespace offhook::server
