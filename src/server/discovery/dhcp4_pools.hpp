#pragma once
/// @file  Dhcp4Pools: the small pool's conversations, by RFC 2131: who gets which address, and when it is said.
///
/// An ACK leaves only when its lease is durable: granted, written, stored, said. An address that nobody had lately is
/// probed before it is offered.
/// Shape    DISCOVER: probe, OFFER, held for offer_held. REQUEST selecting: ACK, NAK, or let go; init-reboot, renewing,
///          rebinding: ACK what is the client's; silence, unless authoritative, where another server may have given
///          it: for strangers, for those whose lease is over, for a renewed address of no pool of ours. DECLINE:
///          quarantine. RELEASE: free, remembered.
/// Limits   probes_max and grants_max at once: beyond them a client is not heard and asks again.
/// Threads  its loop's own. Source  RFC 2131 3.1, 4.3; RFC 3046, RFC 3527 (82.5), RFC 5107 (82.11).
#include "base/clock.hpp"
#include "server/discovery/dhcp4_actions.hpp"
#include "server/discovery/dhcp4_content.hpp"
#include "server/discovery/lease_table.hpp"
#include "server/discovery/offer_source.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace offhook::server {

class Dhcp4Pools {
public:
    static constexpr std::size_t probes_max = 256;
    static constexpr std::size_t grants_max = 4'096;
    static constexpr std::chrono::seconds offer_held{60};
    static constexpr std::chrono::hours quarantine{1};
    static constexpr unsigned conflicts_max = 3; ///< addresses that a DISCOVER tries

    /// All references outlive it. Requires options that check_pools() and Dhcp4Content::check() accepted.
    Dhcp4Pools(OfferSource& offers, const Dhcp4Content& content, const Clock& clock, const Dhcp4Options& options,
               std::uint16_t listener, Dhcp4Ports ports);
    void load(const std::vector<catalogue::Lease>& leases) { table_.load(leases); }

    /// One message of a client that is to be answered; not INFORM. Says what was told, for the timeline.
    struct Told {
        catalogue::Outcome outcome = catalogue::Outcome::absent;
        std::string text;
        bool has_options = false; ///< what is offered went with it
    };
    Told received(const Dhcp4Request& request, const Offer& offer, Dhcp4Actions& actions);
    /// Into the timeline, with the URL or why there is none; nothing of what is no phone.
    void note(const Asker& asker, const Offer& offer, const protocol::dhcp4::Message& message, const Told& told);
    void lease_stored(std::uint64_t ticket, bool is_durable, Dhcp4Actions& actions);
    /// Somebody answered for the address: it is left to them, unless it is the client that it is to be offered to,
    /// which had it before. `by`: all zero where not known.
    void address_in_use(const IpAddress& address, MacAddress by, Dhcp4Actions& actions);
    /// Offers what no probe answered for in time. Call it often while is_waiting().
    void tick(Dhcp4Actions& actions);
    [[nodiscard]] bool is_waiting() const { return !probing_.empty(); }
    [[nodiscard]] const LeaseTable& leases() const { return table_; }
    /// The pool that serves the link that this came from; nullptr: none of ours.
    [[nodiscard]] const Dhcp4Pool* pool_of(const Dhcp4Request& request) const;
    [[nodiscard]] static IpAddress server_id_of(const Dhcp4Request& request);

private:
    struct Probing {
        Dhcp4Request request;
        Instant until;
        unsigned conflicts = 0;
    };
    struct Grant {
        Dhcp4Send ack;
        IpAddress address;
        std::uint32_t xid = 0;
        std::optional<catalogue::Lease> before;
    };

    Told discover(const Dhcp4Request& request, const Dhcp4Pool& pool, const Offer& offer, unsigned conflicts,
                  Dhcp4Actions& actions);
    Told offer_address(const Dhcp4Request& request, const Dhcp4Pool& pool, const IpAddress& address, const Offer& offer,
                       Dhcp4Actions& actions);
    Told request(const Dhcp4Request& request, const Dhcp4Pool& pool, const Offer& offer, Dhcp4Actions& actions);
    Told select(const Dhcp4Request& request, const Dhcp4Pool& pool, const Offer& offer, Dhcp4Actions& actions);
    /// init-reboot, renewing and rebinding.
    Told confirm(const Dhcp4Request& request, const Dhcp4Pool& pool, const IpAddress& address, const Offer& offer,
                 Dhcp4Actions& actions);
    Told grant(const Dhcp4Request& request, const Dhcp4Pool& pool, const IpAddress& address, const Offer& offer,
               Dhcp4Actions& actions);
    Told refuse(const Dhcp4Request& request, std::string_view why, Dhcp4Actions& actions);
    Told decline(const Dhcp4Request& request, Dhcp4Actions& actions);
    Told release(const Dhcp4Request& request, Dhcp4Actions& actions);
    void put_into_quarantine(const IpAddress& address, Dhcp4Actions& actions);
    [[nodiscard]] std::optional<IpAddress> reserved_for(const Dhcp4Request& request, const Dhcp4Pool& pool) const;
    /// Whether it is our own, or the catalogue keeps it for a device.
    [[nodiscard]] bool is_kept(const Dhcp4Request& request, const IpAddress& address) const;
    [[nodiscard]] bool may_have(const Dhcp4Request& request, const Dhcp4Pool& pool, const IpAddress& address) const;
    [[nodiscard]] catalogue::Lease new_lease(const Dhcp4Request& request, const IpAddress& address) const;

    OfferSource& offers_;
    const Dhcp4Content& content_;
    const Clock& clock_;
    const Dhcp4Options& options_;
    const std::uint16_t listener_;
    const Dhcp4Ports ports_;
    LeaseTable table_;
    std::unordered_map<std::uint32_t, Probing> probing_; ///< by address
    std::unordered_map<std::uint64_t, Grant> grants_;    ///< by ticket
    std::unordered_map<std::uint32_t, std::uint64_t> granting_;
    std::uint64_t last_ticket_ = 0;
};

/// "takes 10.0.0.9 of server 10.0.0.2": of a REQUEST that names another server.
[[nodiscard]] std::string taken_text(const protocol::dhcp4::Message& request, const IpAddress& server);

/// By what a client is known in leases; views live as long as the message.
[[nodiscard]] LeaseTable::Client client_of(const protocol::dhcp4::Message& message);

} // namespace offhook::server
