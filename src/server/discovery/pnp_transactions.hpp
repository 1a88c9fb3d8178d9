#pragma once
/// @file  PnpTransactions: the PnP exchanges under way and just over, found by what a repeated SUBSCRIBE looks like, by
/// number, and by whose time has come.
///
/// Shape    slots that are made once and used again, so that a warm exchange allocates nothing; a hash table of our own
///          with chains through the slots; a list by age, which is the order in which they end (timer J); a heap of
///          deadlines, in which what is out of date is passed over.
/// Limits   `most` slots. A full table gives up its oldest finished exchange, else its oldest with a stranger, else
///          its oldest: phones that restart at once never answer the NOTIFY.
/// Threads  one.
#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "protocol/sip/client_transaction.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace offhook::server {

struct PnpTransaction {
    enum class State : std::uint8_t {
        waiting,   ///< for the neighbour table, or for a first server to answer instead
        notifying, ///< the NOTIFY is repeated until it is answered
        finished   ///< kept for repeats of the SUBSCRIBE
    };
    bool is_stranger = false;
    bool is_decided = false; ///< there is an answer; false: who asks is still to be found out
    bool is_legacy = false;  ///< the NOTIFY under way is the loose one
    bool is_authenticated = false;
    IpAddress source, local;
    std::uint16_t source_port = 0;
    std::uint16_t other_port = 0; ///< where the Contact says; 0: nowhere else
    unsigned interface = 0;
    unsigned sends = 0;      ///< of the NOTIFY under way
    std::uint32_t cseq = 0;  ///< of the NOTIFY
    std::string subscribe;   ///< as it came
    std::string ok, notify;  ///< as they go
    std::string url;         ///< may hold secrets
    std::string tag, branch; ///< ours
    std::optional<protocol::sip::ClientTransaction> client;
    Instant due{};     ///< what the heap is asked for; max: nothing
    Instant expires{}; ///< timer J

    std::optional<MacAddress> mac; ///< also one that was guessed
    [[nodiscard]] State state() const { return state_; }

    // The table's own.
    State state_ = State::finished;
    std::uint64_t key = 0;
    std::uint32_t number = 0;
    std::uint32_t next_in_chain = 0, older = 0, newer = 0; ///< number + 1; 0: none
    bool is_live = false;
};

class PnpTransactions {
public:
    explicit PnpTransactions(std::size_t most);

    [[nodiscard]] PnpTransaction* find(std::uint64_t key, const IpAddress& source);
    /// nullptr: no such exchange, or no more.
    [[nodiscard]] PnpTransaction* by_number(std::uint32_t number);
    /// A fresh one, whose strings keep their memory; never nullptr but for want of a slot at all.
    [[nodiscard]] PnpTransaction* make(std::uint64_t key, Instant expires);
    void erase(PnpTransaction& transaction);

    void set_state(PnpTransaction& transaction, PnpTransaction::State state);
    /// Moves its deadline.
    void set_due(PnpTransaction& transaction, Instant due);
    void clear_due(PnpTransaction& transaction) { transaction.due = Instant::max(); }
    /// The next whose deadline has come, its deadline taken off; nullptr: none.
    [[nodiscard]] PnpTransaction* take_due(Instant now);
    /// Forgets those whose time is over.
    void expire(Instant now);
    /// When take_due() or expire() next has something to do.
    [[nodiscard]] std::optional<Instant> deadline();

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t unfinished() const { return unfinished_; }

private:
    struct Due {
        Instant at;
        std::uint32_t number;
        friend bool operator<(const Due& a, const Due& b) { return a.at > b.at; } // the heap's top is the earliest
    };
    [[nodiscard]] bool is_current(const Due& due) const {
        return slots_[due.number].is_live && slots_[due.number].due == due.at;
    }
    void drop_outdated();
    [[nodiscard]] bool evict();
    [[nodiscard]] std::uint32_t& chain(std::uint64_t key) { return chains_[(key ^ key >> 32U) & (chains_.size() - 1)]; }

    std::size_t most_;
    std::size_t size_ = 0, unfinished_ = 0;
    std::deque<PnpTransaction> slots_;
    std::vector<std::uint32_t> free_;
    std::vector<std::uint32_t> chains_; ///< number + 1; 0: none
    std::uint32_t oldest_ = 0, newest_ = 0;
    std::vector<Due> due_;
};

} // namespace offhook::server
