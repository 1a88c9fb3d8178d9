#include "server/file_shelf.hpp"

#include "base/digest.hpp"
#include "base/log.hpp"
#include "protocol/http_head.hpp"

#include <chrono>
#include <new>
#include <thread>

namespace offhook::server {
namespace {

using catalogue::BlobMapping;

void bake(ReadyFile& file, std::string_view hash, std::string_view media_type, std::optional<WallTime> stored_at) {
    file.entity_tag = '"' + std::string(hash.substr(0, 32)) + '"';
    file.media_type = media_type;
    file.modified = stored_at;
    const protocol::HttpFileFacts facts{file.body.size(), file.entity_tag, file.media_type, file.modified};
    file.http_head_keep_alive = protocol::http_file_head(facts, protocol::HttpConnection::keep_alive);
    file.http_head_close = protocol::http_file_head(facts, protocol::HttpConnection::close);
}

void set_mapping(ReadyFile& file, std::shared_ptr<const BlobMapping> mapping) {
    file.body = mapping->bytes();
    file.mapping = std::move(mapping);
}

/// On a thread of the pool. Null: gone, or the disk failed.
std::shared_ptr<const ReadyFile> load(catalogue::Store& store, const WantedContent& wanted) {
    try {
        auto file = std::make_shared<ReadyFile>();
        if (wanted.file != nullptr) {
            auto mapping = store.blobs().map(wanted.file->hash);
            if (mapping == nullptr) {
                log::error("FILE_MISSING", "{} {}: its content is gone from DIR/blobs", wanted.file->name,
                           wanted.file->version);
                return nullptr;
            }
            set_mapping(*file, std::move(mapping));
            bake(*file, wanted.file->hash, wanted.media_type, wanted.file->stored_at);
            return file;
        }
        if (wanted.composed != nullptr) {
            file->set_text(write_composed(store, *wanted.composed));
            if (file->text.empty()) return nullptr;
            bake(*file, content_name(file->text), "text/plain", {});
            return file;
        }
        auto content = store.read_upload(wanted.upload);
        if (!content) return nullptr;
        if (content->mapping != nullptr)
            set_mapping(*file, std::move(content->mapping));
        else
            file->set_text(std::move(content->text));
        bake(*file, content->record.hash, wanted.media_type, content->record.stored_at);
        return file;
    } catch (const std::exception& error) {
        log::error("CONTENT_NOT_READ", "{}", error.what());
        return nullptr;
    }
}

} // namespace

void StorageParts::bring_back(const std::function<void()>& work) const {
    for (;;) {
        try {
            return post_to_loop(work);
        } catch (const std::bad_alloc&) {
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
    }
}

FileKey FileShelf::key_of(const WantedContent& wanted) {
    FileKey key;
    key.subject = wanted.mac.bits() * 0x9e37'79b9'7f4a'7c15ULL ^ wanted.kind;
    return key; // no document's key has no document
}

const std::shared_ptr<const ReadyFile>* FileShelf::find(const WantedContent& wanted) {
    if (wanted.file != nullptr) {
        const auto found = mapped_.find(wanted.file->id);
        return found == mapped_.end() ? nullptr : &found->second;
    }
    if (wanted.composed != nullptr) return nullptr;
    const FileCache::Entry* entry = cache_.find(key_of(wanted));
    const FileStamp stamp{0, 0, 0, static_cast<catalogue::Revision>(wanted.upload)};
    return entry == nullptr || entry->stamp != stamp ? nullptr : &entry->file;
}

void FileShelf::put(const WantedContent& wanted, std::shared_ptr<const ReadyFile> file) {
    if (wanted.composed != nullptr) return;
    if (wanted.file == nullptr) {
        cache_.put(key_of(wanted), {0, 0, 0, static_cast<catalogue::Revision>(wanted.upload)}, std::move(file));
        return;
    }
    if (mapped_.size() >= mapped_files_max) mapped_.erase(mapped_.begin()); // the oldest; it is mapped again when asked
    mapped_.insert_or_assign(wanted.file->id, std::move(file));
}

void FileShelf::fetch(const WantedContent& wanted, std::function<void(const std::shared_ptr<const ReadyFile>*)> done) {
    const auto arrived = [this, wanted, done,
                          alive = std::weak_ptr<int>(alive_)](std::shared_ptr<const ReadyFile> file) {
        if (alive.expired()) return;
        last_ = std::move(file);
        if (last_ != nullptr) put(wanted, last_);
        done(last_ == nullptr ? nullptr : &last_);
    };
    auto job = [parts = parts_, wanted, arrived] {
        const auto file = load(*parts.store, wanted);
        const auto give = [&arrived, &file] { return [arrived, file] { arrived(file); }; };
        parts.bring_back(give());
    };
    if (parts_.pool->post(std::move(job)) == net::BlockingPool::Queued::full)
        parts_.post_to_loop([arrived] { arrived(nullptr); });
}

bool FileShelf::make(std::function<std::shared_ptr<const ReadyFile>()> make,
                     std::function<void(std::shared_ptr<const ReadyFile>)> done) {
    const auto arrived = [done = std::move(done),
                          alive = std::weak_ptr<int>(alive_)](const std::shared_ptr<const ReadyFile>& file) {
        if (!alive.expired()) done(file);
    };
    auto job = [parts = parts_, make = std::move(make), arrived] {
        std::shared_ptr<const ReadyFile> file;
        try {
            file = make();
        } catch (const std::exception& error) {
            log::error("CONTENT_NOT_MADE", "{}", error.what());
        }
        parts.bring_back([arrived, file] { arrived(file); });
    };
    return parts_.pool->post(std::move(job)) != net::BlockingPool::Queued::full;
}

void FileShelf::publish(const catalogue::Snapshot& snapshot) {
    std::erase_if(mapped_, [&](const auto& each) { return !snapshot.files().contains(each.first); });
}

} // namespace offhook::server
