#pragma once
/// @file  NotifyAnswerer: what a phone answers to a SIP request, and what it then does.
///
/// NOTIFY by the family's rules; OPTIONS with yes; anything else with 405. A request that comes again gets the answer
/// that was given, and nothing is done twice.
/// Limits   answers_kept_max answers, each for 64 T1; a nonce is good for nonce_time, then stale.
/// Threads  one at a time. No socket.
/// Source   RFC 3261 8.2, 17.2.2, 18.2.2, 22; RFC 3581 4; RFC 6665 for 489 and 481.
#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "base/random.hpp"
#include "phone/notify/notify_rules.hpp"
#include "protocol/http_auth/nonce.hpp"
#include "protocol/sip/message.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone {

struct NotifyPeer {
    IpAddress address;
    std::uint16_t port = 0;
};

/// What came of one message.
struct NotifyReply {
    std::string answer;        ///< "": none
    std::uint16_t to_port = 0; ///< of a datagram: where it goes, at the peer's address
    std::optional<NotifyAction> action;
    std::string told; ///< one line for who watches; "": a repeat, or nothing worth a line
};

class NotifyAnswerer {
public:
    static constexpr std::size_t answers_kept_max = 64;
    static constexpr std::chrono::seconds nonce_time{60};

    /// `clock` and `random` outlive it.
    NotifyAnswerer(const Clock& clock, Random& random) : clock_(clock), random_(random), nonces_(random) {}
    /// `registrars`: the addresses of the rules' registrars, as far as they could be found.
    void set_rules(NotifyRules rules, std::vector<IpAddress> registrars);
    [[nodiscard]] NotifyReply receive(std::string_view message, const NotifyPeer& from);

private:
    struct Verdict {
        std::uint16_t status = 200;
        std::string_view reason = "OK";
        std::optional<NotifyAction> action = {};
        std::string why = {};
        std::string challenge = {}; ///< of a 401
    };
    /// Whose password a request has to know.
    struct Proven {
        const std::string& realm;
        const protocol::BasicCredentials& account;
    };
    struct Kept {
        std::string key, answer;
        Instant until;
    };
    [[nodiscard]] Verdict judge(const protocol::sip::Message& request, const NotifyPeer& from) const;
    [[nodiscard]] Verdict judge_notify(const protocol::sip::Message& request, const NotifyPeer& from) const;
    [[nodiscard]] std::optional<Verdict> want_proof(const protocol::sip::Message& request, const Proven& by) const;
    [[nodiscard]] Verdict challenge(const std::string& realm, protocol::NonceAge age, std::string why) const;
    [[nodiscard]] std::string write_answer(const protocol::sip::Message& request, const NotifyPeer& from,
                                           const Verdict& verdict) const;

    const Clock& clock_;
    Random& random_;
    protocol::NonceCodec nonces_;
    NotifyRules rules_;
    std::vector<IpAddress> registrars_;
    std::deque<Kept> kept_; ///< the oldest first
};

} // namespace offhook::phone
