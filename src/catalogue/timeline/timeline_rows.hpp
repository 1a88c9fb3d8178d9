#pragma once
/// @file  TimelineRows: the timeline's table, over one SOCI session.
///
/// Shape   one row an event; ids ascend with time, so that a device's newest are its highest.
/// Errors  throws what SOCI throws. Threads one at a time.
#include "catalogue/timeline/timeline.hpp"
#include "catalogue/timeline/timeline_fold.hpp"

#include <soci/soci.h>

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace offhook::catalogue {

class TimelineRows {
public:
    /// Opens or creates the database. Errors: throws StoreFailure.
    explicit TimelineRows(const std::filesystem::path& file);
    ~TimelineRows();
    TimelineRows(const TimelineRows&) = delete;
    TimelineRows& operator=(const TimelineRows&) = delete;

    [[nodiscard]] soci::session& session() { return *session_; }
    void put(const TimelineRow& row); ///< inserts, or replaces the one with that id
    [[nodiscard]] std::int64_t last_id();
    void keep_newest(MacAddress mac, std::size_t count);
    void forget_before(std::int64_t id);
    void forget_stranger(MacAddress mac);
    /// Strangers that have rows, the longest unseen first.
    [[nodiscard]] std::vector<MacAddress> strangers();
    [[nodiscard]] std::vector<TimelineEvent> query(const TimelineQuery& query);
    [[nodiscard]] std::vector<TimelineEvent> query(const SourceQuery& query);

private:
    struct Put;
    std::unique_ptr<soci::session> session_;
    std::unique_ptr<Put> put_;
};

} // namespace offhook::catalogue
