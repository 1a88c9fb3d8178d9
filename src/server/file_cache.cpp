#include "server/file_cache.hpp"

#include <utility>

namespace offhook::server {

std::size_t FileCache::cost(const Entry& entry) {
    const ReadyFile& file = *entry.file;
    return file.body.capacity() + file.http_head_keep_alive.capacity() + file.http_head_close.capacity() +
           sizeof(ReadyFile) + sizeof(Entry) + sizeof(FileKey) * 2;
}

FileCache::Entry* FileCache::find(const FileKey& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    Entry& entry = entries_[found->second];
    entry.used = true;
    return &entry;
}

FileCache::Entry& FileCache::put(const FileKey& key, const FileStamp& stamp, std::shared_ptr<const ReadyFile> file) {
    if (const auto known = places_.find(key); known != places_.end()) drop(known->second);
    Entry entry{key, stamp, 0, true, std::move(file)};
    const std::size_t needed = cost(entry);
    make_room(needed);
    bytes_ += needed;
    places_.emplace(key, static_cast<std::uint32_t>(entries_.size()));
    return entries_.emplace_back(std::move(entry));
}

/// The clock algorithm: the hand passes entries that were used, once, and takes those that were not.
void FileCache::make_room(std::size_t needed) {
    while (!entries_.empty() && bytes_ + needed > bytes_max_) {
        if (hand_ >= entries_.size()) hand_ = 0;
        if (std::exchange(entries_[hand_].used, false))
            ++hand_;
        else
            drop(hand_);
    }
}

void FileCache::drop(std::size_t place) {
    bytes_ -= cost(entries_[place]);
    places_.erase(entries_[place].key);
    if (place + 1 != entries_.size()) {
        entries_[place] = std::move(entries_.back());
        places_[entries_[place].key] = static_cast<std::uint32_t>(place);
    }
    entries_.pop_back();
}

} // namespace offhook::server
