#include "server/discovery/pnp_reactor.hpp"

#include "base/log.hpp"
#include "net/task_group.hpp"

#include <algorithm>
#include <cstring>

namespace offhook::server {
namespace {

constexpr int batches_max = 2; // of one wake-up: the loop has others to serve
constexpr std::chrono::minutes rejoin_time{4};
constexpr std::chrono::milliseconds settle_time{200}; // links change in bursts

std::string text_of(const std::vector<PnpLink>& links) {
    std::string out;
    for (const auto& link : links) {
        if (!out.empty()) out += ", ";
        out += link.text();
    }
    return out.empty() ? "none" : out;
}

} // namespace

PnpReactor::PnpReactor(net::Loop& loop, OfferSource& offers, std::uint16_t listener, const IpAddress& at,
                       const PnpOptions& options, PnpSockets sockets, std::vector<PnpLink> links)
    : loop_(loop), options_(options), at_(at), group_port_(sockets.group_port), answer_port_(sockets.answer_port),
      group_(loop.context(), sockets.group.release()), answers_(loop.context(), sockets.answers.release()),
      link_watch_(loop.context()), deadline_timer_(loop.context()), house_timer_(loop.context()),
      links_(std::move(links)), responder_(offers, options_, listener, answer_port_, random_,
                                           [this](const IpAddress& address, unsigned interface) {
                                               return neighbour_mac(answers_.native_handle(), address, interface);
                                           }) {
    if (auto watch = open_link_watch()) link_watch_.assign(watch.release());
}

void PnpReactor::start() {
    join_all();
    wait_on(group_, &PnpReactor::on_group);
    wait_on(answers_, &PnpReactor::on_answers);
    if (link_watch_.is_open()) wait_on(link_watch_, &PnpReactor::on_link_change);
    keep_house(rejoin_time);
}

void PnpReactor::wait_on(Descriptor& descriptor, void (PnpReactor::*on_readable)()) {
    ++waits_;
    descriptor.async_wait(Descriptor::wait_read,
                          [this, &descriptor, on_readable](const boost::system::error_code& error) {
                              if (!error && !closed_) {
                                  try {
                                      (this->*on_readable)();
                                  } catch (...) {
                                      // Out of memory, say: this batch is lost, the listener is not.
                                      net::log_task_failure(std::current_exception());
                                  }
                                  if (!closed_) wait_on(descriptor, on_readable);
                              }
                              --waits_; // only now: at zero a stopped listener may go
                              end_if_stopped();
                          });
}

void PnpReactor::receive(int socket) {
    now_ = loop_.clock().instant();
    for (int batch = 0; batch < batches_max; ++batch) {
        const auto arrivals = inbox_.receive(socket);
        for (auto arrival : arrivals) {
            if (!is_welcome(arrival)) continue;
            if (v4_bits(at_) != 0) arrival.local = at_; // the one that was chosen, where the interface has several
            send(responder_.received(arrival, now_));
        }
        if (arrivals.size() < PnpInbox::datagrams_max) break;
    }
    finish_batch();
}

bool PnpReactor::is_welcome(const PnpArrival& arrival) const {
    const auto link =
        std::find_if(links_.begin(), links_.end(), [&](const PnpLink& one) { return one.index == arrival.interface; });
    return link != links_.end() && (!options_.same_link || link->holds(arrival.source));
}

void PnpReactor::send(std::span<const PnpDatagram> datagrams) {
    for (const auto& one : datagrams) outbox_.add(answers_.native_handle(), one);
}

void PnpReactor::finish_batch() {
    outbox_.flush(answers_.native_handle());
    under_way_.store(responder_.under_way(), std::memory_order_relaxed);
    arm_deadline();
}

void PnpReactor::arm_deadline() {
    const auto deadline = responder_.deadline();
    if (!deadline || *deadline >= armed_ || closed_) return;
    armed_ = *deadline;
    ++waits_;
    // An earlier wait is cancelled by this and ends with an error.
    deadline_timer_.expires_after(std::max<Instant::duration>(*deadline - now_, {}));
    deadline_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error && !closed_) {
            armed_ = Instant::max();
            try {
                now_ = loop_.clock().instant();
                send(responder_.tick(now_));
                finish_batch();
            } catch (...) {
                net::log_task_failure(std::current_exception());
            }
        }
        --waits_;
        end_if_stopped();
    });
}

void PnpReactor::on_link_change() {
    drain_link_watch(link_watch_.native_handle());
    keep_house(settle_time);
}

/// Looks at the links after a change, and joins anew every few minutes.
void PnpReactor::keep_house(std::chrono::milliseconds in) {
    if (closed_) return;
    ++waits_;
    house_timer_.expires_after(in);
    house_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error && !closed_) {
            try {
                refresh_links();
            } catch (...) {
                net::log_task_failure(std::current_exception());
            }
            keep_house(rejoin_time);
        }
        --waits_;
        end_if_stopped();
    });
}

void PnpReactor::refresh_links() {
    auto links = pnp_links(at_);
    const auto before = text_of(links_), after = text_of(links);
    if (before != after) log::info("PNP_LINKS", "PnP of {} serves {}; before {}", at_.text(), after, before);
    for (const auto& link : links_) (void)change_membership(group_.native_handle(), Membership::leave, link.index);
    links_ = std::move(links);
    join_all();
}

void PnpReactor::join_all() {
    for (const auto& link : links_)
        if (const int error = change_membership(group_.native_handle(), Membership::join, link.index); error != 0)
            log::warning("PNP_JOIN_FAILED", "cannot join 224.0.1.75 on {}: {}; tried again in some minutes", link.name,
                         std::strerror(error));
}

void PnpReactor::stop(std::function<void()> stopped) {
    stopped_ = std::move(stopped);
    closed_ = true;
    boost::system::error_code ignored;
    group_.close(ignored);
    answers_.close(ignored);
    link_watch_.close(ignored);
    deadline_timer_.cancel();
    house_timer_.cancel();
    end_if_stopped();
}

void PnpReactor::end_if_stopped() {
    // What waits on the loop still names this object: only after its last handler may it go.
    if (!closed_ || waits_ > 0 || !stopped_) return;
    const auto stopped = std::exchange(stopped_, nullptr);
    stopped();
}

} // namespace offhook::server
