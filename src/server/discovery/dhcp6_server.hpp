#pragma once
/// @file  Dhcp6Server: what a DHCPv6 server says to which message, without socket or timer.
///
/// stateless    answers INFORMATION-REQUEST alone, and only those that it has something for; never ADVERTISE.
/// small_pool   also gives addresses. A lease is durable before the REPLY that binds it leaves; when it cannot be made
///              so, nothing is said, and the client asks again.
/// observe      says nothing, and notes who is there.
/// What comes to our own address without a relay is dropped, or sent back to the group.
/// Limits   answers by AnswerRate, for the client's address; ias_max of one message; pending_max replies that wait for
/// the journal. What is beyond is dropped. Threads  its loop's; the journal calls back there. It outlives those calls.
/// Source   RFC 8415 16, 18.3, 19.
#include "base/clock.hpp"
#include "protocol/dhcp6/message.hpp"
#include "server/discovery/answer_rate.hpp"
#include "server/discovery/dhcp6_asker.hpp"
#include "server/discovery/dhcp6_leases.hpp"
#include "server/discovery/discovery_options.hpp"
#include "server/discovery/lease_journal.hpp"
#include "server/discovery/offer_source.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace offhook::server {

struct Dhcp6Arrival {
    enum class Sent : std::uint8_t { to_group, to_us };
    std::string_view datagram;
    Dhcp6Way way;
    std::uint16_t source_port = protocol::dhcp6::client_port;
    Sent sent = Sent::to_group;
    std::span<const IpAddress> ours = {}; ///< all addresses of that interface: they tell the link, and are never given
};

struct Dhcp6Departure {
    std::string bytes;
    IpAddress to;
    std::uint16_t port = 0;
    unsigned interface = 0;
};

/// Where answers for relays go: to the port for relays, or to where they came from.
enum class Dhcp6RelayPort : std::uint8_t { servers, source };

class Dhcp6Server {
public:
    static constexpr std::size_t ias_max = 4;
    static constexpr std::size_t pending_max = 4096;
    using Send = std::function<void(Dhcp6Departure)>;
    struct Surroundings { ///< all outlive the server
        OfferSource& offers;
        LeaseJournal& journal;
        const Clock& clock;
    };

    /// `duid`: ours, durable.
    Dhcp6Server(const Surroundings& around, const Dhcp6Options& options, std::string duid, std::uint16_t listener,
                NeighbourLookup neighbours, Send send, Dhcp6RelayPort relay_port = Dhcp6RelayPort::servers);

    /// Of an earlier run; those of no pool of ours are ignored. Before the first datagram.
    void restore(const catalogue::Lease& lease);
    void received(const Dhcp6Arrival& arrival);
    [[nodiscard]] std::size_t pending() const { return pending_.size(); }
    [[nodiscard]] const Dhcp6Leases& leases() const { return leases_; }

private:
    struct Exchange;
    struct Change {
        catalogue::Lease lease;
        std::optional<catalogue::Lease> before;
    };
    struct Pending {
        Dhcp6Departure departure;
        std::vector<Change> changes;
        std::string duid;
        std::size_t left = 0;
        bool failed = false;
    };

    [[nodiscard]] bool is_for_us(const protocol::dhcp6::Message& message) const;
    [[nodiscard]] const Dhcp6Pool* pool_for(const protocol::dhcp6::Message& message, const Dhcp6Arrival& arrival) const;
    void observe(const Exchange& exchange);
    void answer_information(Exchange& exchange);
    void solicit(Exchange& exchange);
    void bind(Exchange& exchange);
    void extend(Exchange& exchange);
    void confirm(Exchange& exchange);
    void give_up(Exchange& exchange);

    [[nodiscard]] std::optional<IpAddress> choose(const Exchange& exchange, const protocol::dhcp6::IaNa& ia) const;
    [[nodiscard]] bool is_kept_for_another(const Exchange& exchange, const IpAddress& address) const;
    void lease_to(Exchange& exchange, protocol::dhcp6::IaNa& ia, const IpAddress& address);
    void put_times(protocol::dhcp6::IaNa& ia, const IpAddress& address) const;
    [[nodiscard]] bool add_asked(Exchange& exchange);
    void add_offered(Exchange& exchange);
    void add_ordinary(Exchange& exchange);
    [[nodiscard]] std::vector<std::uint32_t> enterprises_for(const Exchange& exchange,
                                                             const config::OfferRule& rule) const;

    void note(const Exchange& exchange, catalogue::Outcome outcome, std::string_view told);
    [[nodiscard]] Dhcp6Departure departure_of(Exchange& exchange) const;
    void say(Exchange& exchange);
    void say_once_durable(Exchange& exchange);
    void on_durable(std::uint64_t id, bool is_durable);

    Surroundings around_;
    Dhcp6Options options_;
    std::string duid_;
    std::uint16_t listener_;
    NeighbourLookup neighbours_;
    Send send_;
    Dhcp6RelayPort relay_port_;
    AnswerRate rate_;
    Dhcp6Leases leases_;
    protocol::dhcp6::Message message_; ///< kept for its memory
    std::unordered_map<std::uint64_t, Pending> pending_;
    std::unordered_set<std::string> waiting_; ///< DUIDs of `pending_`: who asks again meanwhile waits for that answer
    std::uint64_t next_id_ = 1;
};

} // namespace offhook::server
