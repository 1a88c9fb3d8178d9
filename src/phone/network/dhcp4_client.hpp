#pragma once
/// @file  Dhcp4Client: how a phone that boots gets its lease, or asks with INFORM; without a socket.
///
/// Whoever owns it broadcasts what take_message() gives, hands in what came to port 68, and calls tick() at deadline().
/// States   selecting -> requesting -> bound, or informing -> bound; a NAK or a silent server begins anew with another
///          xid, restarts_max times; then failed. Renewal is none of a boot's.
/// Timing   1, 2, 4, 8 s between tries, each give or take a quarter: the shape of RFC 2131 4.1 with a shorter first
///          step, as phones have it.
/// Errors   strays (another's xid or hardware address, what cannot be read) are passed over; what is odd about an
///          answer of ours is remarked, in sentences.
/// Source   RFC 2131 4.1, 4.4, table 5; RFC 2132.
#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "base/random.hpp"
#include "phone/discovery/questions.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace offhook::phone {

class Dhcp4Client {
public:
    enum class State : std::uint8_t { selecting, requesting, informing, bound, failed };

    /// `own_address`: of an INFORM, which needs one; 0.0.0.0 otherwise. `random` outlives the client.
    Dhcp4Client(Dhcp4Ask ask, MacAddress mac, const IpAddress& own_address, Random& random, Instant now);

    /// What is to be broadcast now; "": nothing. Ask after every other call.
    [[nodiscard]] std::string take_message() { return std::exchange(message_, {}); }
    void received(std::string_view datagram, Instant now);
    void tick(Instant now); ///< before deadline() it does nothing
    [[nodiscard]] std::optional<Instant> deadline() const;

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool is_over() const { return state_ == State::bound || state_ == State::failed; }
    /// Requires: State::bound.
    [[nodiscard]] const protocol::dhcp4::Message& ack() const { return chosen_; }
    [[nodiscard]] unsigned prefix_bits() const { return prefix_bits_; }
    [[nodiscard]] const std::vector<std::string>& remarks() const { return remarks_; }

private:
    using Message = protocol::dhcp4::Message;
    void begin(Instant now);
    void send(Instant now);
    [[nodiscard]] Message message() const;
    void wait_for_answer(Instant now);
    void begin_again(Instant now);
    void on_candidate(Message message, Instant now);
    void choose(Instant now);
    void on_verdict(const Message& message, Instant now);
    void bind(Message ack);
    void remark(std::string sentence);
    [[nodiscard]] bool is_refused(const Message& message);
    /// Of the first wanted option that is in it: 0 is best, wanted.size() is none.
    [[nodiscard]] std::size_t rank_of(const Message& message) const;

    Dhcp4Ask ask_;
    MacAddress mac_;
    IpAddress own_address_;
    Random& random_;
    State state_ = State::selecting;
    Instant begun_;
    std::string message_;
    std::uint32_t xid_ = 0;
    std::uint16_t secs_ = 0;
    unsigned tried_ = 0;
    unsigned restarts_ = 0;
    std::optional<Instant> next_try_;
    std::optional<Instant> choose_at_;
    std::vector<Message> candidates_; // OFFERs, or ACKs of an INFORM, of different servers
    Message chosen_;
    unsigned prefix_bits_ = 24;
    std::vector<std::string> remarks_;
};

} // namespace offhook::phone
