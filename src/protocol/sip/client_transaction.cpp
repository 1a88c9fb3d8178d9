#include "protocol/sip/client_transaction.hpp"

#include <algorithm>

namespace offhook::protocol::sip {

ClientTransaction::ClientTransaction(Wire wire, Instant now, TransactionTiming timing)
    : timing_(timing), wire_(wire), interval_(timing.t1), gives_up_(now + 64 * timing.t1) {
    if (wire_ == Wire::datagrams && timing_.sends_max > 1) repeat_at_ = now + interval_;
    deadline_ = repeat_at_ ? std::min(*repeat_at_, gives_up_) : gives_up_;
}

bool ClientTransaction::responded(std::uint16_t status, Instant now) {
    if (state_ == State::completed || state_ == State::timed_out) return false;
    if (status < 200) {
        if (state_ == State::trying && repeat_at_) {
            interval_ = timing_.t2;
            repeat_at_ = now + interval_;
            deadline_ = std::min(*repeat_at_, gives_up_);
        }
        state_ = State::proceeding;
        return false;
    }
    state_ = State::completed;
    repeat_at_.reset();
    deadline_.reset();
    if (wire_ == Wire::datagrams) deadline_ = now + timing_.t4; // timer K: repeats of the response are still its own
    return true;
}

ClientTransaction::Act ClientTransaction::tick(Instant now) {
    if (!deadline_ || now < *deadline_) return Act::nothing;
    if (state_ == State::completed) {
        deadline_.reset();
        return Act::nothing;
    }
    if (now >= gives_up_) {
        state_ = State::timed_out;
        deadline_.reset();
        return Act::timed_out;
    }
    ++sent_;
    interval_ = state_ == State::proceeding ? timing_.t2 : std::min(2 * interval_, timing_.t2);
    repeat_at_.reset();
    if (sent_ < timing_.sends_max) repeat_at_ = now + interval_;
    deadline_ = repeat_at_ ? std::min(*repeat_at_, gives_up_) : gives_up_;
    return Act::send;
}

} // namespace offhook::protocol::sip
