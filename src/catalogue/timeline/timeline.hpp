#pragma once
/// @file  Timeline: every contact of every phone, in order; batched to a database of its own.
///
/// Shape   DIR/timeline.db, WAL, synchronous=NORMAL: a power cut may lose the last second, and a kill of the process
/// the
///         last 200 ms. Losing history is allowed, losing settings is not: hence two databases.
/// Limits  limits.hpp: rows per device, per stranger and in all; strangers' MACs as many as sightings. A scanner that
///         makes MACs up pushes out other strangers, never devices.
/// Threads ring(i).push() on loop i alone; everything else from any thread but the loops'.
/// Errors  throws StoreFailure; a failure to write is logged and counted, and the events of that batch are lost.
#include "catalogue/sighting.hpp"
#include "catalogue/timeline/event_ring.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace offhook::catalogue {

struct TimelineOptions {
    std::filesystem::path directory;
    unsigned loops = 1;
    std::size_t ring_events = 4'096; ///< 1 MB a loop, small enough to stay in its processor's cache: 160,000 a second
    std::size_t per_device_max = 2'000;
    std::size_t per_stranger_max = 50;
    std::size_t strangers_max = 10'000;
    std::size_t events_max = 20'000'000;
    std::chrono::milliseconds flush_every{25};
    /// A repeat within this time of the one before is folded: same device, source, path, outcome and status.
    std::chrono::milliseconds fold_within{10'000};
    /// Strangers of a batch, once per flush, on the writer's thread: give them to Store::record_sightings. May be
    /// empty.
    std::function<void(const std::vector<Sighting>&)> on_strangers;
};

struct TimelineQuery {
    MacAddress mac;
    std::optional<WallTime> since;      ///< only events whose last repeat is not before
    std::size_t count = 100;            ///< 1..limits::page_max
    std::optional<WallTime> until = {}; ///< only events whose first contact is before
};

/// What came from one address, of whatever device. There is no index for it: only the newest contacts are looked
/// through.
struct SourceQuery {
    IpAddress source;
    std::size_t count = 100; ///< 1..limits::page_max
};

class Timeline {
public:
    explicit Timeline(TimelineOptions options);
    ~Timeline(); ///< flushes
    Timeline(const Timeline&) = delete;
    Timeline& operator=(const Timeline&) = delete;

    [[nodiscard]] EventRing& ring(unsigned loop);
    /// Newest first, those included that no flush has reached yet.
    [[nodiscard]] std::vector<TimelineEvent> query(const TimelineQuery& query);
    /// The same of an address, among the newest limits::timeline_source_events_max contacts of all.
    [[nodiscard]] std::vector<TimelineEvent> query(const SourceQuery& query);
    /// When the device was last heard of.
    [[nodiscard]] std::optional<WallTime> last_seen(MacAddress mac);
    /// Returns when everything pushed before the call is stored.
    void flush();
    [[nodiscard]] std::uint64_t dropped() const; ///< events that found a full ring, or a database that failed

private:
    class Writer;
    std::unique_ptr<Writer> writer_;
};

} // namespace offhook::catalogue
