#include "server/resync/notify_exchange.hpp"

#include "base/text.hpp"
#include "protocol/sip/header_values.hpp"
#include "protocol/sip/message.hpp"

#include <fmt/format.h>

namespace offhook::server {
namespace {

namespace sip = protocol::sip;
using State = NotifyOutcome::State;

constexpr std::size_t branch_letters = 16, tag_letters = 10, call_letters = 20, cnonce_letters = 16;

std::string new_branch(Random& random) { return "z9hG4bK" + random.letters(branch_letters); }

/// What an answer other than "yes" means at a phone. Source: reference, protocols 2.1 and 2.2.
std::string meaning(const sip::Message& response, std::string_view event) {
    const std::string said =
        fmt::format("{} {}", response.status(), printable(response.reason().empty() ? "-" : response.reason(), 60));
    switch (response.status()) {
    case 403:
        return said + ": its settings forbid this, or take it from its registrar alone";
    case 404:
    case 410:
        return said + ": it has no such user; line.1.user differs from what it is registered as";
    case 405:
    case 501:
        return said + ": it takes no NOTIFY at all";
    case 481:
        return said + ": it takes no NOTIFY that it has not subscribed to; its settings may allow it";
    case 489:
        return said + fmt::format(": it does not know the event {}; try another with --event", event);
    default:
        return said;
    }
}

} // namespace

NotifyExchange::NotifyExchange(NotifyTask task, Wire wire, const std::string& here, Random& random, Instant now,
                               sip::TransactionTiming timing)
    : task_(std::move(task)), wire_(wire), random_(random), timing_(timing), transaction_(wire, now, timing) {
    request_.request_uri = task_.request_uri;
    request_.event = task_.event;
    request_.via = wire == Wire::datagrams ? "UDP" : "TCP";
    request_.sent_by = here;
    request_.branch = new_branch(random);
    request_.from = "sip:offhook@" + here;
    request_.from_tag = random.letters(tag_letters);
    request_.call_id = random.letters(call_letters) + "@offhook";
    write(request_, message_);
}

NotifyExchange::Act NotifyExchange::tick(Instant now) {
    if (ended_) return Act::nothing;
    switch (transaction_.tick(now)) {
    case sip::ClientTransaction::Act::nothing:
        return Act::nothing;
    case sip::ClientTransaction::Act::send:
        return Act::send;
    case sip::ClientTransaction::Act::timed_out:
        return end(State::no_answer, challenges_ > 0
                                         ? "it asked for a password and did not answer when it was given"
                                         : "no answer: it is off, elsewhere, or takes this from its registrar alone");
    }
    return Act::nothing;
}

std::optional<Instant> NotifyExchange::deadline() const { return ended_ ? std::nullopt : transaction_.deadline(); }

NotifyExchange::Act NotifyExchange::end(State state, std::string text) {
    ended_ = true;
    outcome_.state = state;
    outcome_.text = std::move(text);
    return Act::ended;
}

bool NotifyExchange::is_ours(const sip::Message& response) const {
    if (response.is_request() || response.value(sip::HeaderName::call_id) != request_.call_id) return false;
    if (response.method() != sip::Method::notify || response.cseq() != request_.cseq) return false;
    const auto via = sip::parse_via(response.value(sip::HeaderName::via));
    return via && via->branch == request_.branch;
}

NotifyExchange::Act NotifyExchange::receive(std::string_view bytes, Instant now) {
    sip::Message response;
    if (ended_ || response.read(bytes) != sip::MessageError::none || !is_ours(response)) return Act::nothing;
    if (!transaction_.responded(response.status(), now)) return Act::nothing; // provisional, or a repeat
    outcome_.status = response.status();
    if (response.status() == 401 || response.status() == 407) return answer_challenge(response, now);
    if (response.status() / 100 == 2) return end(State::accepted, "accepted");
    return end(State::refused, meaning(response, task_.event));
}

NotifyExchange::Act NotifyExchange::answer_challenge(const sip::Message& response, Instant now) {
    if (!task_.account)
        return end(State::wrong_account, "it asks for a password, and line 1 has none in the catalogue");
    const auto challenge = sip::read_challenge(response);
    if (!challenge) return end(State::refused, challenge.error().message);
    const bool is_stale = challenge->digest.age == protocol::NonceAge::stale;
    if (challenges_ > 0 && (!is_stale || renewed_))
        return end(State::wrong_account, fmt::format("it does not take the password of line 1 (user {}): it has "
                                                     "another one than the catalogue",
                                                     printable(task_.account->user, 40)));
    renewed_ = challenges_ > 0;
    ++challenges_;
    ++request_.cseq;
    request_.branch = new_branch(random_);
    request_.credentials =
        sip::answer(*challenge, *task_.account, "NOTIFY", request_.request_uri, 1, random_.letters(cnonce_letters));
    request_.credentials_name = challenge->answered_in();
    write(request_, message_);
    transaction_ = sip::ClientTransaction(wire_, now, timing_);
    return Act::send;
}

} // namespace offhook::server
