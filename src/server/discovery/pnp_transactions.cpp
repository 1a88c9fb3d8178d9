#include "server/discovery/pnp_transactions.hpp"

#include "server/discovery/limits.hpp"

#include <algorithm>
#include <bit>

namespace offhook::server {

PnpTransactions::PnpTransactions(std::size_t most)
    : most_(std::max<std::size_t>(most, 1)), chains_(std::bit_ceil(std::max<std::size_t>(most, 64))) {}

PnpTransaction* PnpTransactions::find(std::uint64_t key, const IpAddress& source) {
    for (auto at = chain(key); at != 0; at = slots_[at - 1].next_in_chain)
        if (slots_[at - 1].key == key && slots_[at - 1].source == source) return &slots_[at - 1];
    return nullptr;
}

PnpTransaction* PnpTransactions::by_number(std::uint32_t number) {
    return number < slots_.size() && slots_[number].is_live ? &slots_[number] : nullptr;
}

PnpTransaction* PnpTransactions::make(std::uint64_t key, Instant expires) {
    if (size_ == most_ && !evict()) return nullptr;
    if (free_.empty()) {
        slots_.emplace_back();
        slots_.back().number = static_cast<std::uint32_t>(slots_.size() - 1);
        free_.push_back(slots_.back().number);
    }
    auto& slot = slots_[free_.back()];
    free_.pop_back();
    slot.state_ = PnpTransaction::State::finished;
    slot.is_stranger = slot.is_decided = slot.is_legacy = slot.is_authenticated = false;
    slot.sends = 0;
    slot.cseq = 0;
    slot.other_port = 0;
    slot.client.reset();
    slot.mac.reset();
    slot.due = Instant::max();
    slot.expires = expires;
    slot.key = key;
    slot.is_live = true;
    auto& first = chain(key);
    slot.next_in_chain = first;
    first = slot.number + 1;
    slot.older = newest_;
    slot.newer = 0;
    if (newest_ != 0) slots_[newest_ - 1].newer = slot.number + 1;
    newest_ = slot.number + 1;
    if (oldest_ == 0) oldest_ = newest_;
    ++size_;
    return &slot;
}

void PnpTransactions::set_state(PnpTransaction& transaction, PnpTransaction::State state) {
    constexpr auto finished = PnpTransaction::State::finished;
    if (transaction.state_ != finished && state == finished) --unfinished_;
    if (transaction.state_ == finished && state != finished) ++unfinished_;
    transaction.state_ = state;
}

void PnpTransactions::erase(PnpTransaction& transaction) {
    set_state(transaction, PnpTransaction::State::finished);
    auto* link = &chain(transaction.key);
    while (*link != transaction.number + 1) link = &slots_[*link - 1].next_in_chain;
    *link = transaction.next_in_chain;
    (transaction.older != 0 ? slots_[transaction.older - 1].newer : oldest_) = transaction.newer;
    (transaction.newer != 0 ? slots_[transaction.newer - 1].older : newest_) = transaction.older;
    transaction.is_live = false;
    free_.push_back(transaction.number);
    --size_;
}

bool PnpTransactions::evict() {
    PnpTransaction* stranger = nullptr;
    auto at = oldest_;
    for (std::size_t seen = 0; at != 0 && seen < limits::pnp_evict_search_max; ++seen, at = slots_[at - 1].newer) {
        auto& one = slots_[at - 1];
        if (one.state() == PnpTransaction::State::finished) {
            erase(one);
            return true;
        }
        if (stranger == nullptr && one.is_stranger) stranger = &one;
    }
    // All that were looked at still wait for an answer to their NOTIFY: phones that restart at once give none. They
    // have been told; whoever asks now has not.
    if (stranger == nullptr && oldest_ != 0) stranger = &slots_[oldest_ - 1];
    if (stranger == nullptr) return false;
    erase(*stranger);
    return true;
}

void PnpTransactions::set_due(PnpTransaction& transaction, Instant due) {
    if (transaction.due == due) return;
    transaction.due = due;
    due_.push_back({due, transaction.number});
    std::push_heap(due_.begin(), due_.end());
}

void PnpTransactions::drop_outdated() {
    while (!due_.empty() && !is_current(due_.front())) {
        std::pop_heap(due_.begin(), due_.end());
        due_.pop_back();
    }
}

PnpTransaction* PnpTransactions::take_due(Instant now) {
    drop_outdated();
    if (due_.empty() || due_.front().at > now) return nullptr;
    auto& out = slots_[due_.front().number];
    std::pop_heap(due_.begin(), due_.end());
    due_.pop_back();
    out.due = Instant::max();
    return &out;
}

void PnpTransactions::expire(Instant now) {
    while (oldest_ != 0 && slots_[oldest_ - 1].expires <= now) erase(slots_[oldest_ - 1]);
}

std::optional<Instant> PnpTransactions::deadline() {
    drop_outdated();
    std::optional<Instant> out;
    if (!due_.empty()) out = due_.front().at;
    if (oldest_ != 0 && (!out || slots_[oldest_ - 1].expires < *out)) out = slots_[oldest_ - 1].expires;
    return out;
}

} // namespace offhook::server
