#pragma once
/// @file  Dhcp6Client: how a phone that boots asks by DHCPv6, for an address or for information alone; without a
/// socket.
///
/// Whoever owns it sends what take_message() gives to ff02::1:2, hands in what came to port 546, and calls tick() at
/// deadline().
/// States   soliciting -> requesting -> done, or informing -> done; a server that fell silent or changed its mind means
///          beginning anew, restarts_max times; then failed.
/// Timing   RFC 8415 15 with an IRT of 1 s for all, bounded by tries; no random delay before the first message, and a
///          better ADVERTISE is waited for 0.3 s instead of the rest of the second.
/// Errors   strays are passed over; what is odd about an answer of ours is remarked.
/// Source   RFC 8415 7.6, 15, 16, 18.2; DUID-LL 11.4.
#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "base/random.hpp"
#include "phone/discovery/questions.hpp"
#include "phone/network/interface_address.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace offhook::phone {

class Dhcp6Client {
public:
    enum class State : std::uint8_t { soliciting, requesting, informing, done, failed };

    /// `random` outlives the client.
    Dhcp6Client(Dhcp6Ask ask, MacAddress mac, Random& random, Instant now);

    /// What is to be sent now; "": nothing. Ask after every other call.
    [[nodiscard]] std::string take_message() { return std::exchange(message_, {}); }
    void received(std::string_view datagram, Instant now);
    void tick(Instant now); ///< before deadline() it does nothing
    [[nodiscard]] std::optional<Instant> deadline() const;

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool is_over() const { return state_ == State::done || state_ == State::failed; }
    /// Requires: State::done.
    [[nodiscard]] const protocol::dhcp6::Message& reply() const { return chosen_; }
    [[nodiscard]] const std::optional<IpAddress>& address() const { return address_; }
    [[nodiscard]] AddressLife life() const { return life_; } ///< of that address
    [[nodiscard]] const std::vector<std::string>& remarks() const { return remarks_; }

private:
    using Message = protocol::dhcp6::Message;
    void begin(Instant now);
    void begin_again(Instant now);
    void send(Instant now);
    [[nodiscard]] Message message(Instant now) const;
    [[nodiscard]] bool is_ours(const Message& message);
    void on_advertise(Message message, Instant now);
    void choose(Instant now);
    void on_reply(Message message, Instant now);
    [[nodiscard]] std::optional<protocol::dhcp6::IaAddress> address_in(const Message& message);
    void remark(std::string sentence);

    Dhcp6Ask ask_;
    MacAddress mac_;
    Random& random_;
    State state_ = State::informing;
    std::string message_;
    std::uint32_t transaction_ = 0;
    Instant exchange_begun_;
    unsigned tried_ = 0;
    unsigned restarts_ = 0;
    std::chrono::milliseconds interval_{0};
    std::optional<Instant> next_try_;
    std::optional<Instant> choose_at_;
    std::vector<std::string> advertisers_; // by server identifier
    int best_preference_ = -1;
    Message chosen_;
    std::optional<IpAddress> address_;
    AddressLife life_;
    std::vector<std::string> remarks_;
};

} // namespace offhook::phone
