#include "server/discovery/pnp_responder.hpp"

#include "base/assert.hpp"
#include "base/text.hpp"
#include "protocol/sip/digest_challenge.hpp"
#include "server/discovery/limits.hpp"

#include <charconv>
#include <fmt/format.h>

namespace offhook::server {
namespace {

namespace sip = protocol::sip;
using sip::HeaderName;
using State = PnpTransaction::State;

constexpr std::string_view branch_cookie = "z9hG4bK";
constexpr std::string_view keep_alive = "\r\n\r\n"; // RFC 5626 4.4.1: any SIP phone passes over it

/// Timer J, and what a NOTIFY that began late may still need.
constexpr auto kept_time = 64 * sip::limits::t1 + 2 * sip::limits::t4;

void mix(std::uint64_t& hash, std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01b3ULL;
    hash = (hash ^ 0x100U) * 0x0000'0100'0000'01b3ULL; // where one ends and the next begins
}

/// The slot that a branch of ours names.
std::optional<std::uint32_t> number_of_branch(std::string_view branch) {
    const auto dot = branch.rfind('.');
    if (!branch.starts_with(branch_cookie) || dot == std::string_view::npos) return std::nullopt;
    return to_number<std::uint32_t>(branch.substr(dot + 1));
}

} // namespace

PnpResponder::PnpResponder(OfferSource& offers, const PnpOptions& options, std::uint16_t listener,
                           std::uint16_t answer_port, Random& random, Neighbour neighbour)
    : offers_(offers), options_(options), listener_(listener), answer_port_(answer_port), random_(random),
      neighbour_(std::move(neighbour)), seed_(random.next()),
      rate_(options.answers_per_source_second, options.answers_per_second, random.next()),
      transactions_(options.transactions_max) {}

std::span<const PnpDatagram> PnpResponder::received(const PnpArrival& arrival, Instant now) {
    out_.clear();
    transactions_.expire(now);
    if (arrival.bytes.size() > sip::limits::datagram_bytes_max ||
        message_.read(arrival.bytes) != sip::MessageError::none)
        ++counts_.ignored;
    else if (message_.is_request())
        on_subscribe(arrival, now);
    else
        on_response(arrival, now);
    return out_;
}

std::span<const PnpDatagram> PnpResponder::tick(Instant now) {
    out_.clear();
    transactions_.expire(now);
    while (auto* transaction = transactions_.take_due(now)) on_due(*transaction, now);
    return out_;
}

void PnpResponder::on_subscribe(const PnpArrival& arrival, Instant now) {
    const auto asked = sip::read_pnp_subscribe(message_);
    if (asked.ignored != sip::PnpIgnored::no) {
        ++counts_.ignored;
        return;
    }
    ++counts_.subscribes;
    const auto key = key_of(arrival, asked.from_tag, asked.via);
    if (auto* earlier = transactions_.find(key, arrival.source)) return on_repeat(*earlier, arrival, now);
    if (!rate_.allows(arrival.source, now)) {
        ++counts_.limited;
        return;
    }
    Named who;
    if (asked.mac) {
        who = who_named(*asked.mac, arrival);
    } else if (neighbour_) {
        who = {neighbour_(arrival.source, arrival.interface), Named::By::neighbour};
        if (!who.mac) return wait_for_neighbour(arrival, key, now);
    }
    const PnpExchange exchange{message_, asked, arrival.source, arrival.source_port, arrival.local, answer_port_, {}};
    auto offer = ask(exchange, who);
    if (!offer) return;
    if (auto* transaction = keep(arrival, key, now)) begin(*transaction, exchange, who, std::move(*offer), now);
}

/// A SUBSCRIBE names any MAC it likes, and where a secret would go to that one the neighbour table is asked, too: that
/// is the kernel's memory, and no packet. A phone behind a router has no entry there, which says nothing against it.
PnpResponder::Named PnpResponder::who_named(MacAddress mac, const PnpArrival& arrival) const {
    if (options_.offer.secrets == OfferSecrets::none || !neighbour_) return {mac};
    const auto seen = neighbour_(arrival.source, arrival.interface);
    return {mac, !seen || *seen == mac ? Named::By::itself : Named::By::contradicted};
}

void PnpResponder::on_repeat(PnpTransaction& transaction, const PnpArrival& arrival, Instant now) {
    ++counts_.repeats;
    if (transaction.state() == State::waiting) return;
    if (!rate_.allows(arrival.source, now)) {
        ++counts_.limited;
        return;
    }
    push(transaction.ok, transaction, arrival.source_port);
}

PnpTransaction* PnpResponder::keep(const PnpArrival& arrival, std::uint64_t key, Instant now) {
    auto* transaction = transactions_.make(key, now + kept_time + options_.answer_delay);
    if (transaction == nullptr) {
        ++counts_.limited;
        return nullptr;
    }
    transaction->source = arrival.source;
    transaction->source_port = arrival.source_port;
    transaction->local = arrival.local;
    transaction->interface = arrival.interface;
    transaction->subscribe = arrival.bytes;
    return transaction;
}

/// Receiving a multicast makes the kernel ask for nobody's MAC; sending something to the phone does.
void PnpResponder::wait_for_neighbour(const PnpArrival& arrival, std::uint64_t key, Instant now) {
    auto* transaction = keep(arrival, key, now);
    if (transaction == nullptr) return;
    transaction->is_stranger = true;
    transactions_.set_state(*transaction, State::waiting);
    transactions_.set_due(*transaction, now + limits::pnp_neighbour_wait);
    push(keep_alive, *transaction, arrival.source_port);
}

void PnpResponder::decide_waiting(PnpTransaction& transaction, Instant now) {
    with_exchange(transaction, [&](const PnpExchange& exchange) {
        const Named who{neighbour_(transaction.source, transaction.interface), Named::By::neighbour};
        auto offer = ask(exchange, who);
        if (offer) return begin(transaction, exchange, who, std::move(*offer), now);
        transactions_.erase(transaction);
    });
}

Asker PnpResponder::asker_of(const PnpExchange& exchange, const Named& who) const {
    Asker asker;
    asker.method = config::OfferMethod::pnp;
    asker.listener = listener_;
    asker.mac = who.mac;
    asker.trust = who.by == Named::By::itself ? Trust::named : Trust::doubtful;
    asker.vendor_class = exchange.asked.vendor;
    asker.model = exchange.asked.model;
    asker.version = exchange.asked.version;
    asker.user_agent = exchange.asked.user_agent;
    asker.source = exchange.source;
    asker.local = exchange.local;
    return asker;
}

std::optional<Offer> PnpResponder::ask(const PnpExchange& exchange, const Named& who) {
    const auto asker = asker_of(exchange, who);
    auto offer = offers_.make(asker);
    std::string asked = "SUBSCRIBE";
    if (who.by == Named::By::neighbour && who.mac) asked += "; its MAC is the neighbour table's";
    if (who.by == Named::By::contradicted) asked += "; the neighbour table has another MAC: no secret is told";
    if (!offer.is_offered()) {
        ++counts_.not_offered;
        offers_.note(asker, offer, Outcome::refused, asked, offer.why);
        return std::nullopt;
    }
    ++counts_.offered;
    offers_.note(asker, offer, Outcome::served, asked, offer.shown_url);
    return offer;
}

void PnpResponder::begin(PnpTransaction& transaction, PnpExchange exchange, const Named& who, Offer offer,
                         Instant now) {
    transaction.mac = who.mac;
    transaction.is_stranger = offer.device == nullptr;
    transaction.is_decided = true;
    transaction.url = offer.url;
    transaction.other_port = pnp_other_port(exchange);
    transaction.tag.clear();
    append_random(transaction.tag);
    exchange.tag = transaction.tag;
    write_pnp_ok(transaction.ok, exchange);
    if (options_.answer_delay.count() == 0) return answer(transaction, exchange, now);
    transactions_.set_state(transaction, State::waiting);
    transactions_.set_due(transaction, now + options_.answer_delay);
}

void PnpResponder::answer(PnpTransaction& transaction, const PnpExchange& exchange, Instant now) {
    push(transaction.ok, transaction, transaction.source_port);
    PnpNotify notify;
    notify.form = options_.legacy_notify ? NotifyForm::legacy : NotifyForm::correct;
    begin_notify(transaction, exchange, notify, now);
}

void PnpResponder::begin_notify(PnpTransaction& transaction, const PnpExchange& exchange, PnpNotify notify,
                                Instant now) {
    transaction.is_legacy = notify.form == NotifyForm::legacy;
    transaction.branch = branch_cookie;
    append_random(transaction.branch);
    fmt::format_to(std::back_inserter(transaction.branch), ".{}", transaction.number);
    notify.branch = transaction.branch;
    notify.cseq = ++transaction.cseq;
    notify.url = transaction.url;
    write_pnp_notify(transaction.notify, exchange, notify);

    sip::TransactionTiming timing;
    if (transaction.is_stranger) timing.sends_max = std::min(timing.sends_max, limits::pnp_stranger_sends_max);
    if (transaction.is_legacy) timing.sends_max = std::min(timing.sends_max, limits::pnp_legacy_sends_max);
    transaction.client.emplace(sip::ClientTransaction::Wire::datagrams, now, timing);
    transaction.sends = 0;
    transactions_.set_state(transaction, State::notifying);
    transactions_.set_due(transaction, *transaction.client->deadline());
    send_notify(transaction);
}

/// To where the packet came from; every other repeat to the port that the Contact names, where that is another.
void PnpResponder::send_notify(PnpTransaction& transaction) {
    ++transaction.sends;
    const bool is_other = transaction.other_port != 0 && transaction.sends % 2 == 0;
    push(transaction.notify, transaction, is_other ? transaction.other_port : transaction.source_port);
}

PnpTransaction* PnpResponder::find_answered(const PnpArrival& arrival) {
    const auto via = sip::parse_via(message_.value(HeaderName::via));
    if (!via) return nullptr;
    if (const auto number = number_of_branch(via->branch)) {
        auto* const transaction = transactions_.by_number(*number);
        if (transaction != nullptr && transaction->branch == via->branch && transaction->source == arrival.source)
            return transaction;
    }
    // The loose NOTIFY has the SUBSCRIBE's own Via, From and CSeq number: its answer looks like that.
    const auto from = sip::parse_name_address(message_.value(HeaderName::from));
    if (!from) return nullptr;
    const auto tag = sip::parameter(from->parameters, "tag").value_or(std::string_view{});
    auto* const transaction = transactions_.find(key_of(arrival, tag, *via), arrival.source);
    return transaction != nullptr && transaction->is_legacy ? transaction : nullptr;
}

void PnpResponder::on_response(const PnpArrival& arrival, Instant now) {
    auto* const transaction = message_.method() == sip::Method::notify ? find_answered(arrival) : nullptr;
    if (transaction == nullptr || !transaction->client) {
        ++counts_.ignored;
        return;
    }
    if (transaction->client->responded(message_.status(), now)) return on_final(*transaction, now);
    if (transaction->client->state() == sip::ClientTransaction::State::proceeding)
        transactions_.set_due(*transaction, *transaction->client->deadline());
}

void PnpResponder::on_final(PnpTransaction& transaction, Instant now) {
    const auto status = message_.status();
    if (status < 300) {
        ++counts_.accepted;
        return finish(transaction);
    }
    if ((status == 401 || status == 407) && authenticate(transaction, now)) return;
    if (status == 481 && !transaction.is_legacy) {
        return with_exchange(transaction, [&](const PnpExchange& exchange) {
            PnpNotify notify;
            notify.form = NotifyForm::legacy;
            begin_notify(transaction, exchange, notify, now);
        });
    }
    ++counts_.refused;
    finish(transaction);
    tell(transaction, Outcome::refused,
         fmt::format("the phone answered the URL with {} {}", status, printable(message_.reason(), 40)));
}

bool PnpResponder::authenticate(PnpTransaction& transaction, Instant now) {
    if (options_.notify_user.empty() || std::exchange(transaction.is_authenticated, true)) return false;
    const auto challenge = sip::read_challenge(message_);
    if (!challenge) return false;
    with_exchange(transaction, [&](const PnpExchange& exchange) {
        const protocol::BasicCredentials account{options_.notify_user, options_.notify_password};
        const auto credentials =
            sip::answer(*challenge, account, "NOTIFY", pnp_target(exchange), 1, random_.letters(16));
        PnpNotify notify;
        notify.form = transaction.is_legacy ? NotifyForm::legacy : NotifyForm::correct;
        notify.credentials_name = challenge->answered_in();
        notify.credentials = credentials;
        begin_notify(transaction, exchange, notify, now);
    });
    return true;
}

void PnpResponder::on_due(PnpTransaction& transaction, Instant now) {
    if (transaction.state() == State::waiting) {
        if (!transaction.is_decided) return decide_waiting(transaction, now);
        return with_exchange(transaction, [&](const PnpExchange& exchange) { answer(transaction, exchange, now); });
    }
    using Act = sip::ClientTransaction::Act;
    const auto act = transaction.client->tick(now);
    if (act == Act::send) send_notify(transaction);
    if (act == Act::timed_out) {
        ++counts_.timed_out;
        finish(transaction);
        return tell(transaction, Outcome::broken_off,
                    "no answer to the NOTIFY; some phones fetch, or start anew, without one");
    }
    if (const auto next = transaction.client->deadline()) transactions_.set_due(transaction, *next);
}

void PnpResponder::finish(PnpTransaction& transaction) {
    transactions_.set_state(transaction, State::finished);
    transactions_.clear_due(transaction);
}

void PnpResponder::tell(PnpTransaction& transaction, Outcome outcome, std::string_view told) {
    with_exchange(transaction, [&](const PnpExchange& exchange) {
        const auto asker = asker_of(exchange, {transaction.mac});
        offers_.note(asker, offers_.recognize(asker), outcome, "NOTIFY", told);
    });
}

template <class F>
void PnpResponder::with_exchange(PnpTransaction& transaction, F&& function) {
    OFFHOOK_ASSERT(earlier_.read(transaction.subscribe) == sip::MessageError::none); // it was, when it came
    const auto asked = sip::read_pnp_subscribe(earlier_);
    function(PnpExchange{earlier_, asked, transaction.source, transaction.source_port, transaction.local, answer_port_,
                         transaction.tag});
}

std::uint64_t PnpResponder::key_of(const PnpArrival& arrival, std::string_view from_tag, const sip::Via& via) const {
    auto hash = seed_;
    const auto& address = arrival.source.bytes();
    mix(hash, {reinterpret_cast<const char*>(address.data()), address.size()});
    mix(hash, via.host);
    mix(hash, via.branch);
    mix(hash, message_.value(HeaderName::call_id));
    mix(hash, from_tag);
    hash ^= std::uint64_t{message_.cseq()} << 16U | via.port;
    return hash * 0x9e37'79b9'7f4a'7c15ULL;
}

void PnpResponder::append_random(std::string& out) {
    constexpr std::size_t bytes = 8;
    if (dice_left_ < bytes) {
        random_.fill(dice_);
        dice_left_ = dice_.size();
    }
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t i = 0; i < bytes; ++i) {
        const auto byte = std::to_integer<unsigned>(dice_[--dice_left_]);
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
}

void PnpResponder::push(std::string_view bytes, const PnpTransaction& transaction, std::uint16_t to_port) {
    out_.push_back({bytes, transaction.source, to_port, transaction.local, transaction.interface});
}

} // namespace offhook::server
