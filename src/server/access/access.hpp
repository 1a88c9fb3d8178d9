#pragma once
/// @file  Access: who asks, which device or site is meant, and whether he may have it. Decided for each request, before
/// the cache is asked.
///
/// Threads  its loop's own.
#include "base/clock.hpp"
#include "server/access/asked.hpp"
#include "server/access/identity.hpp"

#include <vector>

namespace offhook::server {

class Access {
public:
    /// All outlive it.
    Access(const config::Families& families, const std::vector<ListenerTraits>& listeners, const Clock& clock)
        : identity_(families, listeners), clock_(clock) {}

    /// Fills `asked`, and judges. What files, uploads and listings are asked for by is judged alike.
    [[nodiscard]] Judgement judge(Asked& asked, const catalogue::Snapshot& snapshot);

private:
    [[nodiscard]] static bool allowed(const Asked& asked);

    Identity identity_;
    const Clock& clock_;
};

} // namespace offhook::server
