#include "server/delivery.hpp"

#include "base/assert.hpp"
#include "base/digest.hpp"
#include "base/hex.hpp"
#include "base/log.hpp"
#include "config/render/render.hpp"
#include "protocol/http_head.hpp"

#include <algorithm>

namespace offhook::server {
namespace {

using catalogue::Proof;

/// Stands in the cache for a file that cannot be made, so that it is tried once per change and not once per request.
const std::shared_ptr<const ReadyFile>& failure() {
    static const auto instance = std::make_shared<const ReadyFile>();
    return instance;
}
bool is_failure(const ReadyFile& file) { return &file == failure().get(); }

constexpr std::size_t token_bytes_min = 16, token_bytes_max = 64; // as catalogue::SiteChange says

/// The first run of exactly twelve hexadecimal digits: how every family writes a MAC into a file's name.
std::optional<MacAddress> mac_in(std::string_view path) {
    std::size_t run = 0;
    for (std::size_t i = 0; i <= path.size(); ++i) {
        if (i < path.size() && hex_digit(path[i]) >= 0) {
            ++run;
            continue;
        }
        if (run == 12) return MacAddress::from_digits(path.substr(i - 12));
        run = 0;
    }
    return std::nullopt;
}

/// A site's token may stand where it does nothing: alone, in a deeper folder, twice, or mistyped. It is a secret all
/// the same, so a path with anything of a token's shape (letters, digits, '-', '_') is not kept.
bool may_hold_token(std::string_view path) {
    while (true) {
        const auto slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        if (segment.size() >= token_bytes_min && segment.size() <= token_bytes_max &&
            segment.find('.') == std::string_view::npos)
            return true;
        if (slash == std::string_view::npos) return false;
        path.remove_prefix(slash + 1);
    }
}

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

} // namespace

/// A request on its way through: what is known so far.
struct Delivery::Asked {
    const FileRequest& request;
    std::string_view path; // behind the site's token
    Proof proof = Proof::mac_alone;
    const catalogue::Site* site = nullptr;
    const catalogue::Device* device = nullptr; // null: a shared file, or a stranger
    const config::Family* family = nullptr;
    const config::Model* model = nullptr;
    std::optional<MacAddress> mac;
    std::optional<config::PathMatch> match;
};

Delivery::Delivery(const config::Families& families, catalogue::EventRing& ring, Acquaintances& acquaintances,
                   const Clock& clock, DeliveryOptions options)
    : families_(families), ring_(ring), acquaintances_(acquaintances), clock_(clock), options_(std::move(options)),
      snapshot_(std::make_shared<const catalogue::Snapshot>()), cache_(options_.cache_bytes_max) {}

void Delivery::publish(std::shared_ptr<const catalogue::Snapshot> snapshot) {
    OFFHOOK_ASSERT(snapshot != nullptr);
    snapshot_ = std::move(snapshot);
}

FileAnswer Delivery::open(const FileRequest& request) {
    Asked asked{request, request.path, Proof::mac_alone, nullptr, nullptr, nullptr, nullptr, {}, {}};
    FileAnswer answer;
    Verdict verdict = identify(asked);
    if (verdict == Verdict::serve && !allowed(asked)) verdict = Verdict::refuse;
    if (verdict == Verdict::serve) {
        answer.file = &ready(asked);
        answer.state = FileAnswer::State::found;
        if (is_failure(**answer.file)) {
            answer = {};
            verdict = Verdict::failed;
        }
    }
    note(asked, verdict);
    answer.ticket.mac = event_.mac;
    answer.ticket.source = request.source;
    answer.ticket.transport = request.transport;
    if (answer.file != nullptr) answer.ticket.kind = asked.match->document->kind;
    return answer;
}

Delivery::Verdict Delivery::identify(Asked& asked) const {
    const auto slash = asked.path.find('/');
    if (slash != std::string_view::npos && slash >= token_bytes_min && slash <= token_bytes_max) {
        if (const auto* site = snapshot_->site_of_token(asked.path.substr(0, slash))) {
            asked.site = site;
            asked.proof = Proof::token;
            asked.path.remove_prefix(slash + 1);
        }
    }
    asked.mac = mac_in(asked.path);
    if (asked.mac && asked.mac->bits() != 0) return identify_device(asked, *asked.mac);
    asked.mac.reset();
    return identify_shared(asked);
}

Delivery::Verdict Delivery::identify_device(Asked& asked, MacAddress mac) const {
    asked.device = snapshot_->find(mac);
    if (asked.device == nullptr) {
        asked.family = config::family_of_oui(families_, mac.oui());
        if (asked.family != nullptr) asked.match = asked.family->match_path(asked.path);
        return Verdict::absent;
    }
    asked.family = config::find_family(families_, asked.device->family);
    if (asked.family == nullptr) return Verdict::absent; // its pack was taken away; the log said so at start
    asked.match = asked.family->match_path(asked.path);
    const catalogue::Site* its_site = snapshot_->site(asked.device->site);
    OFFHOOK_ASSERT(its_site != nullptr);
    if (asked.site != nullptr && asked.site != its_site) return Verdict::refuse; // another customer's token
    asked.site = its_site;
    asked.model = asked.family->find_model(asked.device->model);
    return asked.match && asked.match->document != nullptr ? Verdict::serve : Verdict::absent;
}

/// A file without a MAC belongs to a site: by URL token, else by listener, else by source network, else the default
/// one.
Delivery::Verdict Delivery::identify_shared(Asked& asked) const {
    const FileRequest& request = asked.request;
    if (asked.site == nullptr && request.listener < options_.listeners.size()) {
        const auto& name = options_.listeners[request.listener].site;
        if (name) asked.site = snapshot_->site(*name);
    }
    if (asked.site == nullptr) asked.site = &snapshot_->site_of_source(request.source);
    // Who asks decides between families that use the same name; without a User-Agent the first family has it.
    for (const auto& family : families_) {
        auto match = family->match_path(asked.path);
        if (!match) continue;
        const auto agent = family->match_user_agent(request.user_agent);
        if (asked.family != nullptr && !agent) continue;
        asked.family = family.get();
        asked.match = match;
        asked.model = agent ? family->find_model(agent->model) : nullptr;
        if (agent) break;
    }
    if (!asked.match || asked.match->document == nullptr) return Verdict::absent;
    return asked.match->document->scope == config::DocumentScope::device ? Verdict::absent : Verdict::serve;
}

bool Delivery::allowed(const Asked& asked) const {
    const Proof needed = asked.site->policy.needed(asked.request.source.source_class(), asked.request.privacy);
    return asked.proof >= needed && needed != Proof::never;
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
    event_.outcome = verdict == Verdict::serve    ? Outcome::served
                     : verdict == Verdict::refuse ? Outcome::refused
                     : verdict == Verdict::failed ? Outcome::failed
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

void Delivery::answered(std::uint16_t status, std::uint64_t body_bytes) {
    event_.status = status;
    event_.bytes = body_bytes;
    if (status == 304) event_.outcome = catalogue::Outcome::not_modified;
    ring_.push(event_);
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

Door::Welcome Delivery::admit(Transport, const IpAddress&) { return Welcome::yes; }

void Delivery::bring(const FileRequest& request, std::function<void(const FileAnswer&)> done) { done(open(request)); }

UploadStart Delivery::begin_upload(const UploadRequest&) {
    UploadStart start;
    start.refusal = UploadRefusal::absent;
    return start;
}

LoginAnswer Delivery::log_in(const LoginRequest&) { return {}; }

std::vector<ListedFile> Delivery::list(const FileRequest&) { return {}; }

} // namespace offhook::server
