#include "catalogue/timeline/timeline_rows.hpp"

#include "catalogue/limits.hpp"
#include "catalogue/store/sqlite_session.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace offhook::catalogue {

using soci::into;
using soci::use;

namespace {

constexpr std::array<std::string_view, 1> migrations{R"sql(
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    mac INTEGER NOT NULL,
    at INTEGER NOT NULL,
    span_ms INTEGER NOT NULL,
    count INTEGER NOT NULL,
    source TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    status INTEGER NOT NULL,
    listener INTEGER NOT NULL,
    transport TEXT NOT NULL,
    verb TEXT NOT NULL,
    outcome TEXT NOT NULL,
    stranger INTEGER NOT NULL,
    family TEXT NOT NULL,
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    user_agent TEXT NOT NULL
);
CREATE INDEX event_mac ON event (mac, id);
CREATE INDEX event_stranger ON event (mac, id) WHERE stranger = 1;
)sql"};

long long integer(MacAddress mac) { return static_cast<long long>(mac.bits()); }

/// The fields of a row as SOCI binds them, by address, both ways.
struct Fields {
    long long id = 0, mac = 0, at = 0, span = 0, count = 0, bytes = 0, status = 0, listener = 0, stranger = 0;
    std::string source, transport, verb, outcome, family, kind, path, user_agent;

    void set(const TimelineRow& row) {
        const TimelineEvent& event = row.event;
        id = row.id, mac = integer(event.mac), at = event.at.time_since_epoch().count(), span = event.span_ms;
        count = event.count, bytes = static_cast<long long>(event.bytes), status = event.status;
        listener = event.listener, stranger = event.acquaintance == Acquaintance::stranger ? 1 : 0;
        source = event.source.text();
        transport = event_transport_text.to_text(event.transport);
        verb = event_verb_text.to_text(event.verb);
        outcome = outcome_text.to_text(event.outcome);
        family = event.family.view(), kind = event.kind.view(), path = event.path.view();
        user_agent = event.user_agent.view();
    }
    [[nodiscard]] TimelineEvent event() const {
        TimelineEvent out;
        out.mac = MacAddress(static_cast<std::uint64_t>(mac));
        out.at = WallTime(std::chrono::milliseconds(at));
        out.span_ms = static_cast<std::uint32_t>(span), out.count = static_cast<std::uint32_t>(count);
        out.bytes = static_cast<std::uint64_t>(bytes);
        out.status = static_cast<std::uint16_t>(status), out.listener = static_cast<std::uint16_t>(listener);
        out.acquaintance = stranger != 0 ? Acquaintance::stranger : Acquaintance::device;
        out.source = IpAddress::from_text(source).value_or(IpAddress());
        out.transport = event_transport_text.from_text(transport).value_or(EventTransport::http);
        out.verb = event_verb_text.from_text(verb).value_or(EventVerb::other);
        out.outcome = outcome_text.from_text(outcome).value_or(Outcome::malformed);
        out.family = family, out.kind = kind, out.path = path, out.user_agent = user_agent;
        return out;
    }
};

} // namespace

struct TimelineRows::Put {
    Fields f;
    soci::statement statement;

    explicit Put(soci::session& session)
        : statement(
              (session.prepare << "INSERT INTO event (id, mac, at, span_ms, count, source, bytes, status, listener, "
                                  "transport, verb, outcome, stranger, family, kind, path, user_agent) VALUES "
                                  "(:i, :m, :a, :s, :c, :o, :b, :t, :l, :r, :v, :u, :g, :f, :k, :p, :w) "
                                  "ON CONFLICT (id) DO UPDATE SET count = excluded.count, "
                                  "span_ms = excluded.span_ms, bytes = excluded.bytes",
               use(f.id), use(f.mac), use(f.at), use(f.span), use(f.count), use(f.source), use(f.bytes), use(f.status),
               use(f.listener), use(f.transport), use(f.verb), use(f.outcome), use(f.stranger), use(f.family),
               use(f.kind), use(f.path), use(f.user_agent))) {}
};

TimelineRows::TimelineRows(const std::filesystem::path& file) : session_(open_sqlite(file, Durability::normal)) {
    migrate(*session_, file, migrations);
    put_ = guarded([&] { return std::make_unique<Put>(*session_); });
}

TimelineRows::~TimelineRows() = default;

void TimelineRows::put(const TimelineRow& row) {
    put_->f.set(row);
    put_->statement.execute(true);
}

std::int64_t TimelineRows::last_id() {
    long long id = 0;
    *session_ << "SELECT COALESCE(MAX(id), 0) FROM event", into(id);
    return id;
}

void TimelineRows::keep_newest(MacAddress mac, std::size_t count) {
    const long long bits = integer(mac);
    const auto keep = static_cast<long long>(count);
    *session_
        << "DELETE FROM event WHERE mac = :m AND id <= (SELECT id FROM event WHERE mac = :m ORDER BY id DESC LIMIT 1 "
           "OFFSET :k)",
        use(bits, "m"), use(keep, "k");
}

void TimelineRows::forget_before(std::int64_t id) {
    const long long first = id;
    *session_ << "DELETE FROM event WHERE id < :i", use(first);
}

void TimelineRows::forget_stranger(MacAddress mac) {
    const long long bits = integer(mac);
    *session_ << "DELETE FROM event WHERE mac = :m AND stranger = 1", use(bits);
}

std::vector<MacAddress> TimelineRows::strangers() {
    std::vector<MacAddress> out;
    long long mac = 0;
    soci::statement found = (session_->prepare << "SELECT mac FROM event WHERE stranger = 1 AND mac <> 0 GROUP BY mac "
                                                  "ORDER BY MAX(id)",
                             into(mac));
    found.execute();
    while (found.fetch()) out.emplace_back(static_cast<std::uint64_t>(mac));
    return out;
}

std::vector<TimelineEvent> TimelineRows::query(const TimelineQuery& query) {
    Fields f;
    const long long mac = integer(query.mac);
    const long long since = query.since ? query.since->time_since_epoch().count() : 0;
    const long long until =
        query.until ? query.until->time_since_epoch().count() : std::numeric_limits<long long>::max();
    const auto most = static_cast<long long>(std::clamp<std::size_t>(query.count, 1, limits::page_max));
    soci::statement found =
        (session_->prepare << "SELECT id, mac, at, span_ms, count, source, bytes, status, listener, transport, verb, "
                              "outcome, stranger, family, kind, path, user_agent FROM event WHERE mac = :m AND "
                              "at + span_ms >= :s AND at < :u ORDER BY id DESC LIMIT :n",
         use(mac, "m"), use(since, "s"), use(until, "u"), use(most, "n"), into(f.id), into(f.mac), into(f.at),
         into(f.span), into(f.count), into(f.source), into(f.bytes), into(f.status), into(f.listener),
         into(f.transport), into(f.verb), into(f.outcome), into(f.stranger), into(f.family), into(f.kind), into(f.path),
         into(f.user_agent));
    found.execute();
    std::vector<TimelineEvent> out;
    while (found.fetch()) out.push_back(f.event());
    return out;
}

std::vector<TimelineEvent> TimelineRows::query(const SourceQuery& query) {
    Fields f;
    const std::string source = query.source.text();
    const auto looked_at = static_cast<long long>(limits::timeline_source_events_max);
    const auto most = static_cast<long long>(std::clamp<std::size_t>(query.count, 1, limits::page_max));
    soci::statement found =
        (session_->prepare << "SELECT id, mac, at, span_ms, count, source, bytes, status, listener, transport, verb, "
                              "outcome, stranger, family, kind, path, user_agent FROM event WHERE "
                              "id > (SELECT COALESCE(MAX(id), 0) FROM event) - :b AND source = :o "
                              "ORDER BY id DESC LIMIT :n",
         use(looked_at, "b"), use(source, "o"), use(most, "n"), into(f.id), into(f.mac), into(f.at), into(f.span),
         into(f.count), into(f.source), into(f.bytes), into(f.status), into(f.listener), into(f.transport),
         into(f.verb), into(f.outcome), into(f.stranger), into(f.family), into(f.kind), into(f.path),
         into(f.user_agent));
    found.execute();
    std::vector<TimelineEvent> out;
    while (found.fetch()) out.push_back(f.event());
    return out;
}

} // namespace offhook::catalogue
