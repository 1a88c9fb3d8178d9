#pragma once
/// @file  Retransmission: when to send again, learned from how long answers take.
///
/// Phones wait whole seconds before they repeat themselves; the side that measures need not.
/// Source  RFC 6298, with a floor of 200 ms instead of 1 s (bench/README.md, loss); Karn: what was sent twice measures
///         nothing.
#include "base/clock.hpp"
#include "protocol/tftp/limits.hpp"

#include <algorithm>
#include <chrono>

namespace offhook::protocol::tftp {

struct Timing {
    std::chrono::milliseconds first{250}; ///< before anything was measured
    std::chrono::milliseconds least{200};
    std::chrono::milliseconds most{8'000};
    std::chrono::milliseconds last{15'000}; ///< at least, after the last one: a phone may be erasing its flash
    unsigned retransmissions_max = limits::retransmissions_max;
};

class Retransmission {
public:
    explicit Retransmission(const Timing& timing) : timing_(timing), base_(timing.first), wait_(timing.first) {}

    /// The peer says that it will not repeat itself sooner.
    void be_patient(std::chrono::seconds timeout) {
        timing_.last = std::max<std::chrono::milliseconds>(timing_.last, timeout + std::chrono::seconds{2});
    }
    void sent(Instant now) {
        sent_at_ = now;
        deadline_ = now + wait_;
    }
    /// The peer got further. What goes out next starts with a full allowance.
    void progressed(Instant now) {
        if (retransmissions_ == 0) measure(now - sent_at_);
        retransmissions_ = 0;
        wait_ = base_;
        deadline_ = now + wait_;
    }
    /// Time is over. Whether to send again; false: the peer has said nothing for too long.
    [[nodiscard]] bool may_retransmit() {
        if (retransmissions_ >= timing_.retransmissions_max) return false;
        ++retransmissions_;
        wait_ = std::min<Duration>(wait_ * 2, timing_.most);
        if (retransmissions_ == timing_.retransmissions_max) wait_ = std::max<Duration>(wait_, timing_.last);
        return true;
    }
    /// What was sent is repeated for another reason than time: its answer must not be measured.
    void repeated() { retransmissions_ = std::max(retransmissions_, 1U); }
    [[nodiscard]] Instant deadline() const { return deadline_; }

private:
    using Duration = Instant::duration;
    void measure(Duration trip) {
        if (trip_ == Duration::zero()) {
            trip_ = trip;
            spread_ = trip / 2;
        } else {
            const auto off = trip > trip_ ? trip - trip_ : trip_ - trip;
            spread_ = (spread_ * 3 + off) / 4;
            trip_ = (trip_ * 7 + trip) / 8;
        }
        base_ = std::clamp<Duration>(trip_ + 4 * spread_, timing_.least, timing_.most);
    }

    Timing timing_;
    Duration base_;
    Duration wait_;
    Duration trip_{0};
    Duration spread_{0};
    Instant sent_at_;
    Instant deadline_;
    unsigned retransmissions_ = 0;
};

} // namespace offhook::protocol::tftp
