#pragma once
/// @file  Dhcp4Server: the DHCPv4 listener's mind, without a socket: what came in, and what is to be done.
///
/// observe       answers nothing; notes which phones are there, what they ask for, and what other servers tell them
/// options_only  answers DHCPINFORM, never offers an address, and is silent where it has nothing to say: another
///               server's answer is not to lose against an empty one
/// small_pool    both of that, and Dhcp4Pools
/// An INFORM is answered to the address that it came from. One with a relay's address in it may be answered elsewhere,
/// but only if it came from that relay or from a network of ours: never to a third one for anybody who asks.
/// Limits   answers by AnswerRate: INFORM by where the answer goes, the rest by the client's MAC.
/// Threads  its loop's own.
#include "server/discovery/answer_rate.hpp"
#include "server/discovery/dhcp4_actions.hpp"
#include "server/discovery/dhcp4_content.hpp"
#include "server/discovery/dhcp4_pools.hpp"
#include "server/discovery/offer_source.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace offhook::server {

class Dhcp4Server {
public:
    static constexpr std::size_t askers_remembered_max = 4'096;

    /// Errors: invalid, too_large: what check_pools() and Dhcp4Content::check() say, a small pool without a pool.
    [[nodiscard]] static Result<void> check(const Dhcp4Options& options);

    /// All references outlive it. Requires options that check() accepted.
    /// `links`: the networks of the interfaces that are listened at.
    Dhcp4Server(OfferSource& offers, const Clock& clock, const Dhcp4Options& options, std::uint16_t listener,
                Dhcp4Ports ports = {}, std::vector<Network> links = {});
    void load(const std::vector<catalogue::Lease>& leases) { pools_.load(leases); }

    /// What came to the server's port.
    void received(std::string_view datagram, const Dhcp4Place& place, Dhcp4Actions& actions);
    /// What came to the clients' port: answers of other servers, where they are broadcast.
    void heard(std::string_view datagram, const Dhcp4Place& place);
    void lease_stored(std::uint64_t ticket, bool is_durable, Dhcp4Actions& actions) {
        pools_.lease_stored(ticket, is_durable, actions);
    }
    void address_in_use(const IpAddress& address, MacAddress by, Dhcp4Actions& actions) {
        pools_.address_in_use(address, by, actions);
    }
    void tick(Dhcp4Actions& actions) { pools_.tick(actions); }
    [[nodiscard]] bool is_waiting() const { return pools_.is_waiting(); }

    struct Counts {
        std::uint64_t received = 0, malformed = 0, heard = 0, too_often = 0;
    };
    [[nodiscard]] const Counts& counts() const { return counts_; }

private:
    /// What a client showed of itself: other servers' answers do not repeat it.
    struct Remembered {
        std::string vendor_class;
        std::optional<std::uint32_t> enterprise;
    };

    void inform(const Asker& asker, Dhcp4Actions& actions);
    [[nodiscard]] bool is_answered_at(const IpAddress& to) const; ///< an INFORM
    [[nodiscard]] bool rate_allows(const IpAddress& whom);
    void pooled(const Asker& asker, Dhcp4Actions& actions);
    void remember(const Asker& asker);
    /// "160,66 URL": never a secret.
    [[nodiscard]] static std::string told_text(const std::vector<std::uint8_t>& said, const Offer& offer);

    OfferSource& offers_;
    const Clock& clock_;
    const Dhcp4Options options_;
    const Dhcp4Content content_;
    const std::uint16_t listener_;
    const Dhcp4Ports ports_;
    const std::vector<Network> links_;
    AnswerRate rate_;
    Dhcp4Pools pools_;
    Dhcp4Request request_; ///< kept warm between datagrams
    protocol::dhcp4::Message heard_;
    std::unordered_map<MacAddress, Remembered> askers_;
    std::deque<MacAddress> asker_order_; ///< the oldest is forgotten first
    Counts counts_;
};

/// What a server told a client, for people: "offers 10.0.0.9; 66 http://x, 67 y; next server 10.0.0.1".
[[nodiscard]] std::string told_by_server(const protocol::dhcp4::Message& reply);

} // namespace offhook::server
