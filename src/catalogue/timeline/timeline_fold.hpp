#pragma once
/// @file  TimelineFold: what of a stream of events is worth a row, and when.
///
/// A phone that asks the same thing again and again makes one row with a count. Only a device's latest event takes
/// repeats: of A, B, A the second A is a row of its own, so that two boots stay two. New rows are due at once; a row
/// that only counts on is written every few seconds.
/// Limits  `recent_max` devices are remembered; beyond that all are settled and forgotten.
/// Threads one at a time. No database, no clock.
#include "catalogue/timeline/timeline_event.hpp"

#include <unordered_map>
#include <vector>

namespace offhook::catalogue {

struct TimelineRow {
    std::int64_t id = 0; ///< ascending in the order of rows
    TimelineEvent event;
};

class TimelineFold {
public:
    TimelineFold(std::int64_t next_id, std::chrono::milliseconds within, std::size_t recent_max = 65'536)
        : next_id_(next_id), within_(within), recent_max_(recent_max) {}

    void add(const TimelineEvent& event);
    /// Rows to insert, or to replace, now: new ones, and ended ones; all that changed where `settle` says so.
    enum class Settle : std::uint8_t { due, all };
    [[nodiscard]] std::vector<TimelineRow> take(Settle settle);
    [[nodiscard]] std::int64_t next_id() const { return next_id_; }

private:
    struct Recent {
        TimelineRow row;
        std::ptrdiff_t due_at = -1; ///< its place in due_, while it waits there
        bool counted = false;       ///< repeats since it was last taken
    };
    [[nodiscard]] bool repeats(const TimelineEvent& last, const TimelineEvent& event) const;
    void settle_counted();

    std::int64_t next_id_;
    std::chrono::milliseconds within_;
    std::size_t recent_max_;
    std::unordered_map<MacAddress, Recent> recent_;
    std::vector<TimelineRow> due_;
};

} // namespace offhook::catalogue
