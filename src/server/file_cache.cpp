#include "server/file_cache.hpp"

#include <utility>

namespace offhook::server {

std::size_t FileCache::cost(const Entry& entry) {
    const ReadyFile& file = *entry.file;
    const std::size_t mapped = file.mapping != nullptr ? file.body.size() : 0; // so that mappings are bounded too
    return file.text.capacity() + mapped + file.http_head_keep_alive.capacity() + file.http_head_close.capacity() +
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
    Entry entry{key, stamp, 0, false, std::move(file)};
    const std::size_t needed = cost(entry);
    make_room(needed);
    bytes_ += needed;
    if (free_.empty()) {
        free_.push_back(static_cast<std::uint32_t>(entries_.size()));
        entries_.emplace_back();
    }
    const std::uint32_t place = free_.back();
    free_.pop_back();
    places_.emplace(key, place);
    return entries_[place] = std::move(entry);
}

/// The clock algorithm: the hand passes entries that were used, once, and takes those that were not. A new entry takes
/// a place that the hand has just left, so it stays for a whole round.
void FileCache::make_room(std::size_t needed) {
    while (!places_.empty() && bytes_ + needed > bytes_max_) {
        if (hand_ >= entries_.size()) hand_ = 0;
        Entry& entry = entries_[hand_];
        if (entry.file != nullptr && !std::exchange(entry.used, false)) drop(hand_);
        ++hand_;
    }
}

void FileCache::drop(std::size_t place) {
    Entry& entry = entries_[place];
    bytes_ -= cost(entry);
    places_.erase(entry.key);
    entry = Entry();
    free_.push_back(static_cast<std::uint32_t>(place));
}

} // namespace offhook::server
