#pragma once
/// @file  PnpClient: how a phone asks by SIP PnP, and how strictly a server answers; without a socket.
///
/// Whoever owns it sends what take_message() gives to 224.0.1.75:5060, hands in what comes back with its source, sends
/// what received() returns there, and calls tick() at deadline().
/// Phones match on little more than method, event and body, so the first NOTIFY of ua-profile is taken whatever else is
/// wrong with it, also before the 200; but all that is wrong is listed: this is the examination of a server.
/// Timing   timer E of RFC 3261 17.1.2.2, 0.5 s doubling, until the phone's own time is over.
/// Limits   a URL beyond the phone's own bound is answered, remarked, and not taken.
/// Source   protocol/sip; RFC 3261 8.2.6, 17.1.2, 18.2; RFC 6665 4.1; the convention that vendors share.
#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "base/random.hpp"
#include "phone/discovery/questions.hpp"
#include "protocol/sip/client_transaction.hpp"
#include "protocol/sip/message.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace offhook::phone {

class PnpClient {
public:
    enum class State : std::uint8_t {
        asking,
        notified, ///< the URL is there, the 200 that it overtook is waited for
        answered,
        failed
    };

    /// `own_place`: the phone's address and port, as Via and Contact name it. `random` outlives the client.
    PnpClient(PnpAsk ask, std::string own_place, Random& random, Instant now);

    /// What is to be sent to the group now; "": nothing. Ask after every call but received().
    [[nodiscard]] std::string take_message() { return std::exchange(message_, {}); }
    /// What is to be sent back to where it came from; "": nothing.
    [[nodiscard]] std::string received(std::string_view datagram, const IpAddress& source, std::uint16_t source_port,
                                       Instant now);
    void tick(Instant now); ///< before deadline() it does nothing
    [[nodiscard]] std::optional<Instant> deadline() const;

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool is_over() const { return state_ == State::answered || state_ == State::failed; }
    /// Requires: State::answered.
    [[nodiscard]] const PnpAnswer& answer() const { return answer_; }
    [[nodiscard]] const std::vector<std::string>& remarks() const { return remarks_; }

private:
    [[nodiscard]] std::string subscribe() const;
    void on_response(const protocol::sip::Message& message, const IpAddress& source, Instant now);
    void examine_ok(const protocol::sip::Message& message);
    void examine_notify(const protocol::sip::Message& message, std::string_view datagram);
    void examine_dialog(const protocol::sip::Message& message);
    [[nodiscard]] std::string on_request(const protocol::sip::Message& message, std::string_view datagram,
                                         const IpAddress& source, std::uint16_t source_port, Instant now);
    void take_url(std::string_view body, const IpAddress& source, Instant now);
    [[nodiscard]] std::string response(const protocol::sip::Message& request, const IpAddress& source,
                                       std::uint16_t source_port, std::uint16_t status, std::string_view reason) const;
    void finish();
    void deviates(std::string sentence);
    void remark(std::string sentence);

    PnpAsk ask_;
    std::string own_place_;
    std::string branch_, tag_, call_id_;
    std::string message_;
    State state_ = State::asking;
    Instant gives_up_;
    protocol::sip::ClientTransaction transaction_;
    protocol::sip::Message read_;
    std::vector<std::string> to_tags_; // of the 200s, one for each server
    std::string notify_tag_;           // what the NOTIFY says of itself
    bool was_accepted_ = false;
    PnpAnswer answer_;
    std::vector<std::string> remarks_;
};

} // namespace offhook::phone
