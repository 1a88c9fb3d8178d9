#include "server/listen/connection_counts.hpp"

#include "base/assert.hpp"

#include <algorithm>

namespace offhook::server {

ConnectionCounts::Entry ConnectionCounts::enter(const IpAddress& source) {
    const std::lock_guard lock(mutex_);
    if (total_ >= connections_max_) return Entry::full;
    const auto place = by_source_.try_emplace(source_of(source), 0).first;
    if (place->second >= per_source_max_) {
        if (place->second == 0) by_source_.erase(place);
        return Entry::full;
    }
    ++place->second;
    ++total_;
    return Entry::granted;
}

void ConnectionCounts::leave(const IpAddress& source) {
    const std::lock_guard lock(mutex_);
    const auto place = by_source_.find(source_of(source));
    OFFHOOK_ASSERT(place != by_source_.end() && total_ > 0);
    --total_;
    if (--place->second == 0) by_source_.erase(place);
}

std::size_t ConnectionCounts::total() const {
    const std::lock_guard lock(mutex_);
    return total_;
}

ConnectionCounts::Source ConnectionCounts::source_of(const IpAddress& address) {
    auto source = address.bytes();
    if (!address.is_v4()) std::fill(source.begin() + 8, source.end(), std::uint8_t{0});
    return source;
}

} // namespace offhook::server
