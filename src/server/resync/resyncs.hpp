#pragma once
/// @file  Resyncs: NOTIFYs to one phone or many, or calls of their own pages, a few at a time, and whether the phones
/// then came.
///
/// Phones that are told at the same moment fetch at the same moment: each run sends `at_once` at most, and starts them
/// `stagger` apart.
/// Limits   runs_active_max runs at a time, runs_kept_max remembered. Nothing of it survives the process.
/// Threads  a loop of its own sends; start(), view() and stop() from any.
#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "base/random.hpp"
#include "catalogue/timeline/event_ring.hpp"
#include "net/loop.hpp"
#include "net/task_group.hpp"
#include "server/resync/notify_sender.hpp"
#include "server/resync/page_call.hpp"
#include "server/resync/phone_visit.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace offhook::server {

struct ResyncTarget {
    MacAddress mac;
    std::string family, model;
    NotifyTask task;                   ///< its event is what is shown, of a page as well
    std::optional<PageTask> page = {}; ///< nullopt: a NOTIFY
    std::optional<IpAddress> address;  ///< nullopt: nobody knows, and `why_not` says so
    std::uint16_t port = 5060;
    std::string why_not = {};
};

struct ResyncOptions {
    NotifyExchange::Wire wire = NotifyExchange::Wire::datagrams;
    unsigned at_once = 10;
    std::chrono::milliseconds stagger{200};
    std::chrono::seconds wait{30}; ///< for the phone to come after it accepted; 0: not
};

/// How far one phone of a run is.
struct ResyncPhone {
    enum class State : std::uint8_t {
        queued,
        asked,
        accepted,
        refused,
        wrong_account,
        no_answer,
        unreachable,
        unknown_address,
        stopped ///< the run was, before this phone's turn
    };
    enum class Arrival : std::uint8_t { not_awaited, awaited, came, silent };
    MacAddress mac;
    std::string model, address, event;
    State state = State::queued;
    Arrival arrival = Arrival::not_awaited;
    std::uint16_t status = 0;
    std::string text;
    std::optional<WallTime> asked_at, answered_at, came_at;
    std::optional<PhoneVisit::Fetch> fetch; ///< how it ended; nullopt: it has not come
    std::string fetch_text;                 ///< of failed
};
inline constexpr EnumText<ResyncPhone::State, 9> resync_state_text{
    {{{ResyncPhone::State::queued, "queued"},
      {ResyncPhone::State::asked, "asked"},
      {ResyncPhone::State::accepted, "accepted"},
      {ResyncPhone::State::refused, "refused"},
      {ResyncPhone::State::wrong_account, "wrong_account"},
      {ResyncPhone::State::no_answer, "no_answer"},
      {ResyncPhone::State::unreachable, "unreachable"},
      {ResyncPhone::State::unknown_address, "unknown_address"},
      {ResyncPhone::State::stopped, "stopped"}}}};
inline constexpr EnumText<ResyncPhone::Arrival, 4> resync_arrival_text{
    {{{ResyncPhone::Arrival::not_awaited, "not_awaited"},
      {ResyncPhone::Arrival::awaited, "awaited"},
      {ResyncPhone::Arrival::came, "came"},
      {ResyncPhone::Arrival::silent, "silent"}}}};

class Resyncs {
public:
    static constexpr std::size_t runs_active_max = 4, runs_kept_max = 32, page_max = 1'000;

    /// What was heard of a phone at or after a time; nullopt: nothing yet. May wait for a disk.
    using Heard = std::function<std::optional<PhoneVisit>(MacAddress mac, WallTime since)>;
    /// A phone that has been quiet for so long asks for nothing more: its fetch has ended.
    static constexpr std::chrono::seconds quiet_time{2};
    /// `clock` and `ring` outlive it; the ring is its own, for the timeline, or null.
    Resyncs(const Clock& clock, Heard heard, catalogue::EventRing* ring = nullptr,
            protocol::sip::TransactionTiming timing = {});
    /// Gives up what is under way.
    ~Resyncs();
    Resyncs(const Resyncs&) = delete;
    Resyncs& operator=(const Resyncs&) = delete;

    /// The run's number. Errors: unavailable while too many run.
    [[nodiscard]] Result<std::uint64_t> start(std::vector<ResyncTarget> targets, ResyncOptions options);

    struct View {
        std::size_t phones = 0;        ///< of the run
        std::size_t asked = 0;         ///< that had their turn
        std::size_t settled = 0;       ///< of which nothing further is to be heard
        std::vector<ResyncPhone> page; ///< of the settled, in the order they settled, page_max at most
    };
    /// `from`: how many of the settled the caller has seen. nullopt: no such run.
    [[nodiscard]] std::optional<View> view(std::uint64_t run, std::size_t from);
    /// No further phone has its turn. False: no such run.
    bool stop(std::uint64_t run);

private:
    struct Run;
    using RunPtr = std::shared_ptr<Run>;
    [[nodiscard]] RunPtr find(std::uint64_t number) const;
    [[nodiscard]] boost::asio::awaitable<void> work(RunPtr run);
    [[nodiscard]] boost::asio::awaitable<void> ask(RunPtr run, std::size_t place);
    [[nodiscard]] boost::asio::awaitable<void> end_all();
    void look_for_arrivals(Run& run);
    void forget_old_runs();
    void note(const ResyncTarget& target, const NotifyOutcome& outcome);

    const Clock& clock_;
    Heard heard_;
    catalogue::EventRing* ring_;
    SystemRandom random_;
    NotifySender sender_;
    mutable std::mutex lock_; // guards runs_, next_ and what is in the runs
    std::map<std::uint64_t, RunPtr> runs_;
    std::uint64_t next_ = 1;
    net::Loop loop_;
    net::TaskGroup tasks_; // last: its tasks use what stands above
};

} // namespace offhook::server
