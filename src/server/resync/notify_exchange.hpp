#pragma once
/// @file  NotifyExchange: one NOTIFY to one phone until it is clear what the phone says to it.
///
/// A step machine without a socket: sends, repeats by ClientTransaction's timers, answers a challenge once - and once
/// more where the phone says that only its nonce was too old - and puts what it heard into words.
/// Limits   three requests; an answer that is none of ours, by Call-ID, CSeq and branch, is passed over.
/// Source   RFC 3261 17.1.2, 22.2; reference: protocols 2.1, 2.2.
#include "base/clock.hpp"
#include "base/enum_text.hpp"
#include "base/random.hpp"
#include "protocol/http_auth/authorization.hpp"
#include "protocol/sip/client_transaction.hpp"
#include "protocol/sip/digest_challenge.hpp"
#include "protocol/sip/notify_request.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::server {

struct NotifyTask {
    std::string request_uri;                           ///< "sip:101@192.0.2.44:5060"
    std::string event;                                 ///< "check-sync"
    std::optional<protocol::BasicCredentials> account; ///< for a phone that challenges
};

struct NotifyOutcome {
    enum class State : std::uint8_t {
        no_answer,     ///< nothing came until timer F
        accepted,      ///< 2xx
        refused,       ///< any other final answer; `text` says what it means
        wrong_account, ///< challenged, and our account is none or not the phone's
        unreachable    ///< nothing listens there, or there is no way there
    };
    State state = State::no_answer;
    std::uint16_t status = 0; ///< of the last answer; 0: none
    std::string text;         ///< one sentence for an operator
    bool was_sent = false;    ///< the phone may have heard it, whatever became of its answer
};
inline constexpr EnumText<NotifyOutcome::State, 5> notify_state_text{
    {{{NotifyOutcome::State::no_answer, "no_answer"},
      {NotifyOutcome::State::accepted, "accepted"},
      {NotifyOutcome::State::refused, "refused"},
      {NotifyOutcome::State::wrong_account, "wrong_account"},
      {NotifyOutcome::State::unreachable, "unreachable"}}}};

class NotifyExchange {
public:
    using Wire = protocol::sip::ClientTransaction::Wire;
    enum class Act : std::uint8_t { nothing, send, ended };

    /// `here` is our own address and port as the phone sees them: "192.0.2.5:5071". `random` outlives it. The caller
    /// sends message() at once.
    NotifyExchange(NotifyTask task, Wire wire, const std::string& here, Random& random, Instant now,
                   protocol::sip::TransactionTiming timing = {});
    /// A datagram, or one message of a stream, came from the phone.
    [[nodiscard]] Act receive(std::string_view bytes, Instant now);
    /// Call when deadline() has come.
    [[nodiscard]] Act tick(Instant now);
    /// nullopt: it has ended.
    [[nodiscard]] std::optional<Instant> deadline() const;
    [[nodiscard]] const std::string& message() const { return message_; } ///< what `send` sends
    [[nodiscard]] const NotifyOutcome& outcome() const { return outcome_; }

private:
    [[nodiscard]] bool is_ours(const protocol::sip::Message& response) const;
    [[nodiscard]] Act answer_challenge(const protocol::sip::Message& response, Instant now);
    Act end(NotifyOutcome::State state, std::string text);

    NotifyTask task_;
    Wire wire_;
    Random& random_;
    protocol::sip::TransactionTiming timing_;
    protocol::sip::NotifyRequest request_;
    protocol::sip::ClientTransaction transaction_;
    std::string message_;
    NotifyOutcome outcome_;
    unsigned challenges_ = 0; ///< answered
    bool renewed_ = false;    ///< one of them because of its nonce's age
    bool ended_ = false;
};

} // namespace offhook::server
