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
const std::shared_ptr<const ReadyFile>& absence() {
    static const auto instance = std::make_shared<const ReadyFile>();
    return instance;
}

DirectoryQuestion question_of(const Asked& asked, const catalogue::Snapshot& snapshot) {
    const config::Document& document = *asked.match->document;
    const bool own = document.scope == config::DocumentScope::device;
    return {snapshot, *asked.family, document, *asked.site, own ? asked.device : nullptr};
}

} // namespace

Delivery::AtHand Delivery::directory_at_hand(const Asked& asked) {
    AtHand out;
    const config::OtherFile* beside = asked.match->other;
    if (beside != nullptr && beside->role == config::OtherFile::Role::asset)
        if (auto stored = wanted_content(asked)) { // an operator's own file
            out.file = shelf_.find(*stored);
            out.wanted = std::move(*stored);
            return out;
        }
    const DirectoryQuestion question = question_of(asked, *snapshot_);
    const auto* mark = shelf_.usable() ? upload_in(question) : nullptr;
    if (mark == nullptr) {
        out.file = &directory_of(question, {});
    } else {
        out.wanted.upload = mark->id;
        out.wanted.mac = asked.device->mac;
        out.wanted.kind = catalogue::upload_key(question.document.beside);
        out.wanted.media_type = media_type_of(asked.path);
        out.is_part = true;
        if (const auto* uploaded = shelf_.find(out.wanted)) {
            const auto held = *uploaded; // making room for the directory may drop it
            out.file = &directory_of(question, held->body);
        }
    }
    if (out.file != nullptr && *out.file == absence()) out = {{}, nullptr, false, true};
    return out;
}

const std::shared_ptr<const ReadyFile>& Delivery::directory_of(const DirectoryQuestion& question,
                                                               std::optional<std::string_view> uploaded) {
    FileKey key;
    key.document = &question.document;
    key.subject =
        question.device != nullptr ? question.device->mac.bits() : static_cast<std::uint64_t>(question.site.id);
    FileStamp stamp = stamp_of(question.family, question.site, question.device);
    stamp.fleet = std::max(stamp.fleet, phonebook_revision(question)); // each change has the highest of all
    if (uploaded) stamp.upload = upload_in(question)->id;
    FileCache::Entry* entry = cache_.find(key);
    if (entry != nullptr && entry->stamp == stamp) return entry->file;
    auto rendered = render_directory(question, uploaded);
    std::shared_ptr<const ReadyFile> file = absence();
    if (rendered && !rendered->text.empty())
        file = baked(std::move(rendered->text), question.document.directory->media_type());
    if (!rendered) log::error("DELIVERY_RENDER_FAILED", "{}: {}", question.document.kind, rendered.error().text());
    return cache_.put(key, stamp, std::move(file)).file;
}

const std::shared_ptr<const ReadyFile>* Delivery::directory_with(const Pending& pending, const ReadyFile& uploaded) {
    const auto* device = snapshot_->find_lan(pending.wanted.mac);
    const auto* family = device == nullptr ? nullptr : config::find_family(families_, device->family);
    const auto* site = device == nullptr ? nullptr : snapshot_->site(device->site);
    if (family == nullptr || site == nullptr) return nullptr; // taken out since
    const DirectoryQuestion question{*snapshot_, *family, *pending.directory, *site, device};
    const auto* mark = upload_in(question);
    // What was fetched is the phone's last but one where it has sent another since: it is asked for again soon enough.
    const auto& file = directory_of(
        question, mark != nullptr && mark->id == pending.wanted.upload ? std::optional(uploaded.body) : std::nullopt);
    return file == absence() ? nullptr : &file;
}

} // namespace offhook::server
