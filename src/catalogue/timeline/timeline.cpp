#include "catalogue/timeline/timeline.hpp"

#include "base/log.hpp"
#include "catalogue/limits.hpp"
#include "catalogue/store/sqlite_session.hpp"
#include "catalogue/timeline/timeline_rows.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace offhook::catalogue {
namespace {

/// How often a row that only counts on is written again.
constexpr std::chrono::seconds settle_every{5};

/// Unknown MACs in the order of their last contact, bounded.
class Strangers {
public:
    explicit Strangers(std::size_t most) : most_(most) {}

    /// The stranger that must go to make room, if any.
    std::optional<MacAddress> saw(MacAddress mac) {
        forget(mac);
        order_.push_back(mac);
        places_[mac] = std::prev(order_.end());
        if (order_.size() <= most_) return std::nullopt;
        const MacAddress oldest = order_.front();
        forget(oldest);
        return oldest;
    }
    void forget(MacAddress mac) {
        const auto found = places_.find(mac);
        if (found == places_.end()) return;
        order_.erase(found->second);
        places_.erase(found);
    }

private:
    std::size_t most_;
    std::list<MacAddress> order_; // longest unseen first
    std::unordered_map<MacAddress, std::list<MacAddress>::iterator> places_;
};

} // namespace

class Timeline::Writer {
public:
    explicit Writer(TimelineOptions options)
        : options_(std::move(options)), rows_(options_.directory / "timeline.db"),
          reading_(options_.directory / "timeline.db"), strangers_(options_.strangers_max),
          fold_(guarded([this] { return rows_.last_id(); }) + 1, options_.fold_within) {
        for (unsigned loop = 0; loop < options_.loops; ++loop)
            rings_.push_back(std::make_unique<EventRing>(options_.ring_events));
        for (const MacAddress mac : guarded([this] { return rows_.strangers(); })) (void)strangers_.saw(mac);
        thread_ = std::thread([this] { run(); });
    }
    ~Writer() {
        {
            const std::scoped_lock guard(lock_);
            closing_ = true;
        }
        wake_.notify_all();
        thread_.join();
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    [[nodiscard]] EventRing& ring(unsigned loop) { return *rings_.at(loop); }

    void flush() {
        std::unique_lock guard(lock_);
        const std::uint64_t mine = ++asked_;
        wake_.notify_all();
        done_.wait(guard, [&] { return answered_ >= mine; });
    }

    [[nodiscard]] std::vector<TimelineEvent> query(const TimelineQuery& query) {
        flush();
        const std::scoped_lock guard(reading_lock_);
        TimelineQuery bounded = query;
        bounded.count = std::min(bounded.count, options_.per_device_max);
        return guarded([&] { return reading_.query(bounded); });
    }

    [[nodiscard]] std::vector<TimelineEvent> query(const SourceQuery& query) {
        flush();
        const std::scoped_lock guard(reading_lock_);
        return guarded([&] { return reading_.query(query); });
    }

    [[nodiscard]] std::uint64_t dropped() const {
        std::uint64_t out = lost_.load(std::memory_order_relaxed);
        for (const auto& ring : rings_) out += ring->dropped();
        return out;
    }

private:
    void run();
    void round(TimelineFold::Settle settle);
    void drain();
    void write(const std::vector<TimelineRow>& rows);
    void bound(const TimelineRow& row);
    void tell_strangers();

    const TimelineOptions options_;
    TimelineRows rows_; // the writer thread's, like what follows
    TimelineRows reading_;
    std::mutex reading_lock_; // guards reading_
    Strangers strangers_;
    TimelineFold fold_;
    std::vector<std::pair<Instant, TimelineEvent>> batch_; // by when it was pushed
    std::unordered_map<MacAddress, Sighting> sightings_;
    std::unordered_map<MacAddress, std::size_t> grown_; // rows since the device was last cut to its bound
    std::int64_t last_cut_ = 0;
    std::atomic<std::uint64_t> lost_{0};
    std::vector<std::unique_ptr<EventRing>> rings_;

    std::mutex lock_; // guards what follows
    std::condition_variable wake_, done_;
    std::uint64_t asked_ = 0, answered_ = 0;
    bool closing_ = false;
    std::thread thread_;
};

void Timeline::Writer::run() {
    const SystemClock clock;
    Instant settled{};
    while (true) {
        std::uint64_t answering = 0;
        bool last = false;
        {
            std::unique_lock guard(lock_);
            wake_.wait_for(guard, options_.flush_every, [&] { return closing_ || asked_ != answered_; });
            answering = asked_;
            last = closing_;
        }
        const Instant now = clock.instant();
        const bool all = last || answering != answered_ || now - settled >= settle_every;
        if (all) settled = now;
        round(all ? TimelineFold::Settle::all : TimelineFold::Settle::due);
        {
            const std::scoped_lock guard(lock_);
            answered_ = answering;
        }
        done_.notify_all();
        if (last) return;
    }
}

void Timeline::Writer::round(TimelineFold::Settle settle) {
    drain();
    const std::vector<TimelineRow> rows = fold_.take(settle);
    if (!rows.empty()) {
        try {
            guarded([&] { write(rows); });
        } catch (const std::exception& error) {
            lost_.fetch_add(rows.size(), std::memory_order_relaxed);
            log::error("TIMELINE_WRITE_FAILED", "{} events are lost: {}", rows.size(), error.what());
        }
    }
    tell_strangers();
}

void Timeline::Writer::drain() {
    batch_.clear();
    // Each ring is in order; a phone that changes loops (a new connection) must not get its story mixed up. What is
    // pushed while the rings are read waits for the next round, lest its cause stand in a ring already read.
    const Instant until = SystemClock().instant();
    for (const auto& ring : rings_)
        ring->drain_until(until, [&](const TimelineEvent& event, Instant at) { batch_.emplace_back(at, event); });
    if (rings_.size() > 1)
        std::stable_sort(batch_.begin(), batch_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [pushed_at, event] : batch_) {
        fold_.add(event);
        if (event.acquaintance != Acquaintance::stranger || event.mac == MacAddress()) continue;
        Sighting& sighting = sightings_[event.mac];
        if (sighting.count == 0) sighting.first_seen = event.at;
        sighting.mac = event.mac, sighting.last_seen = event.at, sighting.count += event.count;
        sighting.source = event.source, sighting.user_agent = event.user_agent.view();
        sighting.path = event.path.view(), sighting.family = event.family.view();
    }
}

void Timeline::Writer::write(const std::vector<TimelineRow>& rows) {
    rows_.session() << "BEGIN IMMEDIATE";
    try {
        for (const TimelineRow& row : rows) {
            rows_.put(row);
            bound(row);
        }
        // Ids have gaps where devices were cut, so this keeps at most that many; cut in steps, not every time.
        const std::int64_t first = fold_.next_id() - static_cast<std::int64_t>(options_.events_max);
        if (first - last_cut_ > static_cast<std::int64_t>(options_.events_max / 64)) {
            rows_.forget_before(first);
            last_cut_ = first;
        }
        rows_.session() << "COMMIT";
    } catch (...) {
        try {
            rows_.session() << "ROLLBACK";
        } catch (const soci::soci_error&) { // SQLite has done it by itself
        }
        throw;
    }
}

void Timeline::Writer::bound(const TimelineRow& row) {
    const MacAddress mac = row.event.mac;
    const bool stranger = row.event.acquaintance == Acquaintance::stranger && mac != MacAddress();
    if (!stranger)
        strangers_.forget(mac);
    else if (const auto oldest = strangers_.saw(mac))
        rows_.forget_stranger(*oldest);
    if (grown_.size() > 100'000) grown_.clear(); // those are cut a little later
    const std::size_t keep = stranger ? options_.per_stranger_max : options_.per_device_max;
    if (std::size_t& grown = grown_[mac]; ++grown > keep / 8) {
        rows_.keep_newest(mac, keep);
        grown = 0;
    }
}

void Timeline::Writer::tell_strangers() {
    if (sightings_.empty()) return;
    std::vector<Sighting> batch;
    batch.reserve(sightings_.size());
    for (auto& [mac, sighting] : sightings_) batch.push_back(std::move(sighting));
    sightings_.clear();
    if (!options_.on_strangers) return;
    try {
        options_.on_strangers(batch);
    } catch (const std::exception& error) {
        log::error("TIMELINE_SIGHTINGS_LOST", "{} unknown phones are not remembered: {}", batch.size(), error.what());
    }
}

Timeline::Timeline(TimelineOptions options) : writer_(std::make_unique<Writer>(std::move(options))) {}
Timeline::~Timeline() = default;

EventRing& Timeline::ring(unsigned loop) { return writer_->ring(loop); }
std::vector<TimelineEvent> Timeline::query(const TimelineQuery& query) { return writer_->query(query); }
std::vector<TimelineEvent> Timeline::query(const SourceQuery& query) { return writer_->query(query); }
void Timeline::flush() { writer_->flush(); }
std::uint64_t Timeline::dropped() const { return writer_->dropped(); }

std::optional<WallTime> Timeline::last_seen(MacAddress mac) {
    const auto newest = writer_->query({mac, std::nullopt, 1});
    if (newest.empty()) return std::nullopt;
    return newest.front().at + std::chrono::milliseconds(newest.front().span_ms);
}

} // namespace offhook::catalogue
