#include "server/uploads.hpp"

#include "base/assert.hpp"
#include "base/log.hpp"

#include <utility>

namespace offhook::server {
namespace {

using catalogue::Outcome;
using catalogue::UploadDraft;
using catalogue::UploadOutcome;
using Append = config::UploadRules::Append;

UploadEnd end_of(const UploadOutcome& outcome) {
    using State = UploadOutcome::State;
    UploadEnd out;
    out.created = outcome.created;
    out.refusal = outcome.state == State::stored         ? UploadRefusal::none
                  : outcome.state == State::unknown      ? UploadRefusal::absent
                  : outcome.state == State::wrong_offset ? UploadRefusal::wrong_offset
                  : outcome.state == State::no_room      ? UploadRefusal::no_room
                                                         : UploadRefusal::failed;
    return out;
}

/// What of a request and the pack's rules becomes of the stored content.
struct Plan {
    UploadDraft::Mode mode = UploadDraft::Mode::replace;
    std::optional<std::uint64_t> offset;
    UploadRefusal refusal = UploadRefusal::none;
};

Plan plan_of(const UploadRequest& request, const UploadSubject& subject) {
    const auto& rules = subject.file->upload;
    const std::uint64_t stored = subject.stored == nullptr ? 0 : subject.stored->bytes;
    Plan plan;
    if (request.bytes && *request.bytes > rules.bytes_max) plan.refusal = UploadRefusal::too_large;
    if (request.mode == UploadRequest::Mode::append) {
        plan.offset = request.offset;
        if (plan.offset && *plan.offset != stored) plan.refusal = UploadRefusal::wrong_offset;
        if (rules.append == Append::never && !(plan.offset && *plan.offset == 0))
            plan.refusal = UploadRefusal::wrong_offset; // a part of what is always sent whole
        if (rules.append != Append::never) plan.mode = UploadDraft::Mode::append;
    } else if (rules.append == Append::by_default) {
        // FTP and TFTP have a word for what they mean; a plain PUT has none.
        const Transport transport = request.file.transport;
        if (transport == Transport::http || transport == Transport::https) plan.mode = UploadDraft::Mode::append;
    }
    return plan;
}

std::string_view transport_text(Transport transport) {
    return transport == Transport::http    ? "http"
           : transport == Transport::https ? "https"
           : transport == Transport::tftp  ? "tftp"
                                           : "ftp";
}

/// A commit on its way through threads: whoever has the answer last brings it back to the loop.
struct Commit {
    StorageParts parts;
    UploadDraft draft;
    std::unique_ptr<catalogue::BlobDraft> file;
    std::function<void(UploadOutcome)> on_loop;

    static void end(const std::shared_ptr<Commit>& commit, UploadOutcome outcome) {
        commit->parts.bring_back([commit, outcome] { commit->on_loop(outcome); });
    }
    static void store(const std::shared_ptr<Commit>& commit) {
        const bool taken = commit->parts.store->put_upload(
            std::move(commit->draft), [commit](const UploadOutcome& outcome) { end(commit, outcome); });
        if (!taken) end(commit, {});
    }
    /// On a thread of the pool.
    static void sync(const std::shared_ptr<Commit>& commit) {
        try {
            if (commit->draft.mode == UploadDraft::Mode::append) {
                commit->draft.content = commit->file->text(); // bounded by the pack's loader: what grows stays a row
            } else {
                commit->draft.bytes = commit->file->bytes();
                commit->draft.blob = commit->parts.store->blobs().keep(*commit->file);
            }
            commit->file.reset();
            store(commit);
        } catch (const std::exception& error) {
            log::error("UPLOAD_NOT_STORED", "{}", error.what());
            end(commit, {});
        }
    }
};

} // namespace

class Uploads::UnderWay final : public Upload {
public:
    UnderWay(Uploads& all, const UploadRequest& request, UploadSubject subject, const Plan& plan)
        : all_(all), event_(subject.event), bytes_max_(subject.file->upload.bytes_max) {
        draft_.mac = subject.mac;
        draft_.kind = subject.file->kind;
        draft_.mode = plan.mode;
        draft_.offset = plan.offset;
        draft_.bytes_max = bytes_max_;
        draft_.transport = transport_text(request.file.transport);
        draft_.source = request.file.source.text();
        ++all_.count_;
        draft_mac_ = subject.mac;
    }
    ~UnderWay() override {
        give_back_memory();
        --all_.count_;
        if (counted_) {
            const auto mine = all_.of_device_.find(draft_mac_);
            if (--mine->second == 0) all_.of_device_.erase(mine);
        }
        if (answered_) return;
        event_.outcome = Outcome::broken_off;
        push();
    }
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;

    UploadRefusal write(std::string_view bytes) override {
        OFFHOOK_ASSERT(!committing_);
        if (refusal_ != UploadRefusal::none) return refusal_;
        if (bytes.empty()) return UploadRefusal::none;
        // Only here: whoever may name a device could else take its places with requests that nothing follows.
        if (!counted_ && all_.is_full(draft_mac_)) return refuse(UploadRefusal::failed);
        if (!std::exchange(counted_, true)) ++all_.of_device_[draft_mac_];
        bytes_ += bytes.size();
        if (bytes_ > bytes_max_) return refuse(UploadRefusal::too_large);
        const bool fits = bytes_ <= memory_each_max && all_.memory_ + bytes.size() <= memory_max;
        if (file_ == nullptr && fits) {
            draft_.content += bytes;
            held_ += bytes.size();
            all_.memory_ += bytes.size();
            return UploadRefusal::none;
        }
        try {
            if (file_ == nullptr) {
                file_ = all_.parts_.store->blobs().begin();
                file_->add(draft_.content);
                give_back_memory();
            }
            file_->add(bytes);
        } catch (const std::exception& error) { // the disk is full, most likely
            log::error("UPLOAD_NOT_STORED", "{} of {}: {}", draft_.kind, draft_.mac.text(), error.what());
            return refuse(UploadRefusal::no_room);
        }
        return UploadRefusal::none;
    }

    void commit(std::function<void(UploadEnd)> done) override {
        OFFHOOK_ASSERT(!committing_);
        committing_ = true;
        auto commit = std::make_shared<Commit>();
        commit->parts = all_.parts_;
        commit->draft = std::move(draft_);
        commit->file = std::move(file_);
        commit->on_loop = [this, done = std::move(done),
                           alive = std::weak_ptr<int>(alive_)](const UploadOutcome& outcome) {
            if (alive.expired()) return; // its session was cut off; it is stored or not all the same
            const UploadEnd end = end_of(outcome);
            refusal_ = end.refusal;
            done(end);
        };
        if (refusal_ != UploadRefusal::none) return Commit::end(commit, {});
        if (commit->file == nullptr) return Commit::store(commit);
        const auto queued = all_.parts_.pool->post([commit] { Commit::sync(commit); });
        if (queued == net::BlockingPool::Queued::full) Commit::end(commit, {});
    }

    void answered(std::uint16_t status) override {
        answered_ = true;
        event_.status = status;
        event_.outcome = refusal_ == UploadRefusal::none && committing_ ? Outcome::served : Outcome::failed;
        push();
    }

private:
    UploadRefusal refuse(UploadRefusal refusal) {
        refusal_ = refusal;
        give_back_memory();
        file_.reset();
        return refusal;
    }
    void give_back_memory() {
        all_.memory_ -= std::exchange(held_, 0);
        draft_.content = std::string();
    }
    void push() {
        event_.bytes = bytes_;
        all_.ring_.push(event_);
    }

    Uploads& all_;
    catalogue::TimelineEvent event_;
    const std::uint64_t bytes_max_;
    UploadDraft draft_;
    MacAddress draft_mac_; // the draft goes away with the commit
    std::unique_ptr<catalogue::BlobDraft> file_;
    std::uint64_t bytes_ = 0;
    std::size_t held_ = 0; // of all_.memory_
    UploadRefusal refusal_ = UploadRefusal::none;
    bool committing_ = false, answered_ = false;
    bool counted_ = false; // in of_device_
    std::shared_ptr<int> alive_ = std::make_shared<int>();
};

bool Uploads::is_full(MacAddress mac) const {
    const auto mine = of_device_.find(mac);
    return mine != of_device_.end() && mine->second >= count_per_device_max;
}

UploadStart Uploads::begin(const UploadRequest& request, UploadSubject subject) {
    UploadStart start;
    const Plan plan = plan_of(request, subject);
    start.refusal = plan.refusal;
    if (start.refusal != UploadRefusal::none) return start;
    if (parts_.store == nullptr || count_ >= count_max || is_full(subject.mac)) {
        start.refusal = UploadRefusal::failed;
        return start;
    }
    start.upload = std::make_unique<UnderWay>(*this, request, std::move(subject), plan);
    return start;
}

} // namespace offhook::server
