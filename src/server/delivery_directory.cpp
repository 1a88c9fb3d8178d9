// The contact directories that Delivery makes, some of them with what the phone itself sent.
#include "base/log.hpp"
#include "config/render/directory.hpp"
#include "server/delivery.hpp"
#include "server/directories.hpp"
#include "server/stored_files.hpp"

#include <algorithm>

namespace offhook::server {
namespace {

/// Stands in the cache for a directory without a contact: a phone out of its box expects that there is none.
const std::shared_ptr<const ReadyFile>& no_directory() {
    static const auto instance = std::make_shared<const ReadyFile>();
    return instance;
}

/// Beyond this many contacts a directory is composed by the pool: a loop has other phones to answer.
constexpr std::size_t contacts_on_loop_max = 200;

std::shared_ptr<const ReadyFile> composed(const DirectoryQuestion& question, std::optional<std::string_view> uploaded) {
    auto rendered = render_directory(question, uploaded);
    if (!rendered) {
        log::error("DELIVERY_RENDER_FAILED", "{}: {}", question.document.kind, rendered.error().text());
        return no_directory();
    }
    if (rendered->text.empty()) return no_directory();
    return baked_file(std::move(rendered->text), question.document.directory->media_type());
}

FileKey key_of(const DirectoryQuestion& question) {
    FileKey key;
    key.document = &question.document;
    key.subject =
        question.device != nullptr ? question.device->mac.bits() : static_cast<std::uint64_t>(question.site.id);
    return key;
}

} // namespace

/// A phonebook holds people's names and numbers, and a name without a MAC is known to everybody. So a directory of
/// many is for who has shown more than where he asks from, or asks from where a phone of the site has just asked.
bool Delivery::may_see_phonebook(const Asked& asked) const {
    if (asked.match->document->scope == config::DocumentScope::device) return true;
    if (asked.proof >= catalogue::Proof::token) return true;
    const WallTime now = clock_.wall();
    const auto likely = acquaintances_.likely(asked.request.source, asked.request.user_agent, now);
    const auto* device = likely ? snapshot_->find(*likely) : nullptr;
    if (device == nullptr || device->site != asked.site->id || device->family != asked.family->name()) return false;
    return asked.site->first_contact_minutes == 0 || device->first_contact_until > now;
}

FileStamp Delivery::directory_stamp(const DirectoryQuestion& question) const {
    FileStamp stamp = stamp_of(question.family, question.site, question.device);
    stamp.fleet = std::max(stamp.fleet, phonebook_revision(question)); // each change has the highest of all
    const auto* mark = shelf_.usable() ? upload_beside(question) : nullptr;
    if (mark != nullptr) stamp.upload = mark->id;
    return stamp;
}

Delivery::AtHand Delivery::directory_at_hand(const Asked& asked) {
    AtHand out;
    const config::OtherFile* beside = asked.match->other;
    if (beside != nullptr && beside->role == config::OtherFile::Role::asset)
        if (auto stored = wanted_content(asked)) { // an operator's own file
            out.file = shelf_.find(*stored);
            out.wanted = std::move(*stored);
            return out;
        }
    const config::Document& document = *asked.match->document;
    const bool own = document.scope == config::DocumentScope::device;
    if (!may_see_phonebook(asked)) return {{}, nullptr, false, true};
    const DirectoryQuestion question{*snapshot_, *asked.family, document, *asked.site, own ? asked.device : nullptr};
    const FileStamp stamp = directory_stamp(question);
    const FileCache::Entry* entry = cache_.find(key_of(question));
    if (entry == nullptr || entry->stamp != stamp) {
        entry = compose_at_hand(question, stamp, out);
        out.wanted.media_type = media_type_of(asked.path);
    }
    if (entry == nullptr) return out;
    out.file = &entry->file;
    if (entry->file == no_directory()) out = {{}, nullptr, false, true};
    return out;
}

/// Null: it takes a disk or more time than a loop has, and `out` says what is to be fetched.
const FileCache::Entry* Delivery::compose_at_hand(const DirectoryQuestion& question, const FileStamp& stamp,
                                                  AtHand& out) {
    const auto* mark = shelf_.usable() ? upload_in(question) : nullptr;
    if (question.device != nullptr) {
        out.wanted.mac = question.device->mac;
        out.wanted.kind = catalogue::upload_key(question.document.beside);
    }
    std::shared_ptr<const ReadyFile> uploaded;
    if (mark != nullptr) {
        out.wanted.upload = mark->id;
        if (const auto* found = shelf_.find(out.wanted)) uploaded = *found; // making room may drop it
    }
    const bool is_large = contacts_about(question, mark == nullptr ? 0 : mark->bytes) > contacts_on_loop_max;
    out.is_part = (mark != nullptr && uploaded == nullptr) || (is_large && shelf_.usable());
    if (out.is_part) return nullptr;
    auto file = composed(question, uploaded != nullptr ? std::optional(uploaded->body) : std::nullopt);
    return &cache_.put(key_of(question), stamp, std::move(file));
}

/// What a directory that was asked for is made of, as the catalogue is by now. Nullopt: what it was for is gone.
std::optional<DirectoryQuestion> Delivery::question_of(const Pending& pending) const {
    const auto* site = snapshot_->site(pending.site);
    const config::Document& document = *pending.directory;
    if (document.scope != config::DocumentScope::device) {
        if (site == nullptr) return std::nullopt;
        return DirectoryQuestion{*snapshot_, *pending.family, document, *site, nullptr};
    }
    const auto* device = snapshot_->find_lan(pending.wanted.mac);
    if (device == nullptr || device->site != pending.site || device->family != pending.family->name())
        return std::nullopt;
    return DirectoryQuestion{*snapshot_, *pending.family, document, *site, device};
}

void Delivery::compose_pending(Pending pending, const std::shared_ptr<const ReadyFile>& uploaded, Done done,
                               unsigned tries) {
    const auto question = question_of(pending);
    const auto* mark = question ? upload_in(*question) : nullptr;
    const std::int64_t wanted = mark == nullptr ? 0 : mark->id;
    if (question && wanted != pending.wanted.upload && tries > 0) { // it has sent another since, or that one went
        pending.wanted.upload = wanted;
        return bring_pending(std::move(pending), std::move(done), tries - 1);
    }
    if (!question || wanted != pending.wanted.upload) return finish_later(std::move(pending), nullptr, std::move(done));
    const FileKey key = key_of(*question);
    const FileStamp stamp = directory_stamp(*question);
    // The question points into the snapshot, which the pool's thread therefore holds.
    const auto make = [question = *question, snapshot = snapshot_, uploaded] {
        return composed(question, uploaded != nullptr ? std::optional(uploaded->body) : std::nullopt);
    };
    const auto* known = cache_.find(key);
    if (known != nullptr && known->stamp == stamp) // somebody else has asked for it
        return finish_later(std::move(pending), known->file, std::move(done));
    const bool is_large = contacts_about(*question, mark == nullptr ? 0 : mark->bytes) > contacts_on_loop_max;
    const auto arrived = [this, key, stamp, pending, done](std::shared_ptr<const ReadyFile> file) {
        if (file != nullptr) cache_.put(key, stamp, file);
        finish(pending, file, done);
    };
    if (is_large && shelf_.make(make, arrived)) return;
    auto file = make();
    cache_.put(key, stamp, file);
    finish_later(std::move(pending), std::move(file), std::move(done));
}

void Delivery::finish(const Pending& pending, const std::shared_ptr<const ReadyFile>& file, const Done& done) {
    event_ = pending.event;
    step_.reset();
    fetch_ = pending.fetch;
    own_.reset();
    const bool is_upload = pending.directory == nullptr && pending.wanted.upload != 0;
    const bool is_closed = is_upload && file != nullptr && !may_be_given(pending.wanted.mac, *file);
    const bool is_there = file != nullptr && file != no_directory() && !is_closed;
    if (!is_there) event_.outcome = file == nullptr ? catalogue::Outcome::failed : catalogue::Outcome::absent;
    FileAnswer answer;
    answer.file = is_there ? &file : nullptr;
    answer.state = is_there ? FileAnswer::State::found : FileAnswer::State::absent;
    answer.ticket = pending.ticket;
    answer.hold = pending.hold;
    done(answer);
}

/// Never from within the call that asked.
void Delivery::finish_later(Pending pending, std::shared_ptr<const ReadyFile> file, Done done) {
    shelf_.parts().post_to_loop([this, pending = std::move(pending), file = std::move(file), done = std::move(done)] {
        finish(pending, file, done);
    });
}

} // namespace offhook::server
