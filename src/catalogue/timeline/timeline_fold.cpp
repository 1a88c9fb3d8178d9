#include "catalogue/timeline/timeline_fold.hpp"

#include <algorithm>

namespace offhook::catalogue {

bool TimelineFold::repeats(const TimelineEvent& last, const TimelineEvent& event) const {
    const WallTime last_at = last.at + std::chrono::milliseconds(last.span_ms);
    return event.at - last_at <= within_ && event.outcome == last.outcome && event.status == last.status &&
           event.transport == last.transport && event.verb == last.verb && event.source == last.source &&
           event.acquaintance == last.acquaintance && event.path == last.path && event.user_agent == last.user_agent;
}

void TimelineFold::add(const TimelineEvent& event) {
    if (recent_.size() >= recent_max_ && !recent_.contains(event.mac)) {
        settle_counted();
        recent_.clear();
    }
    Recent& recent = recent_[event.mac];
    if (recent.row.id != 0 && repeats(recent.row.event, event)) {
        TimelineEvent& kept = recent.row.event;
        kept.count += event.count;
        kept.bytes = event.bytes;
        // Events of several loops may come a little out of order: the span never shrinks.
        const auto span = std::max<std::int64_t>(0, (event.at - kept.at).count());
        kept.span_ms = std::max(kept.span_ms, static_cast<std::uint32_t>(std::min<std::int64_t>(span, 0xffff'ffffLL)));
        if (recent.due_at >= 0)
            due_[static_cast<std::size_t>(recent.due_at)] = recent.row;
        else
            recent.counted = true;
        return;
    }
    if (recent.counted) due_.push_back(recent.row); // it has ended: its last count
    recent.counted = false;
    recent.row = {next_id_++, event};
    recent.due_at = static_cast<std::ptrdiff_t>(due_.size());
    due_.push_back(recent.row);
}

void TimelineFold::settle_counted() {
    for (auto& [mac, recent] : recent_) {
        if (recent.counted) due_.push_back(recent.row);
        recent.counted = false;
    }
}

std::vector<TimelineRow> TimelineFold::take(Settle settle) {
    if (settle == Settle::all) settle_counted();
    for (const TimelineRow& row : due_)
        if (const auto found = recent_.find(row.event.mac); found != recent_.end()) found->second.due_at = -1;
    return std::exchange(due_, {});
}

} // namespace offhook::catalogue
