#pragma once
/// @file  PnpResponder: what a PnP server says to which datagram, and when; no socket, no clock.
///
/// received() and tick() give datagrams to send. An exchange: SUBSCRIBE in, 200 and NOTIFY out at once, the NOTIFY
/// again by RFC 3261's timers until it is answered; a repeated SUBSCRIBE gets the 200 that is kept. Repeats    known by
/// source, sent-by, branch, Call-ID, CSeq and From tag together, so that a phone that sends the same
///            branch after every start, or none, is understood.
/// Refusals   none: whatever we do not answer may be another server's phone.
/// A challenge of the NOTIFY is answered once; 481 gets one NOTIFY of the loose form. A phone that starts anew without
/// an answer is no failure.
/// Limits     PnpOptions and limits.hpp: by source, in all, exchanges under way, sends to a stranger.
/// Threads    one.
#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "base/random.hpp"
#include "protocol/sip/message.hpp"
#include "protocol/sip/pnp_subscribe.hpp"
#include "server/discovery/answer_rate.hpp"
#include "server/discovery/discovery_options.hpp"
#include "server/discovery/offer_source.hpp"
#include "server/discovery/pnp_answer.hpp"
#include "server/discovery/pnp_transactions.hpp"

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace offhook::server {

struct PnpArrival {
    std::string_view bytes;
    IpAddress source;
    std::uint16_t source_port = 0;
    IpAddress local;        ///< ours, on the interface it came by
    unsigned interface = 0; ///< the kernel's number
};

struct PnpDatagram {
    std::string_view bytes; ///< until the next call of the responder
    IpAddress to;
    std::uint16_t to_port = 0;
    IpAddress from; ///< ours
    unsigned interface = 0;
};

struct PnpCounts {
    std::uint64_t subscribes = 0; ///< that are PnP's, repeats too
    std::uint64_t repeats = 0;    ///< of those
    std::uint64_t offered = 0;    ///< new exchanges
    std::uint64_t not_offered = 0;
    std::uint64_t limited = 0;   ///< passed over: too many, or no room
    std::uint64_t accepted = 0;  ///< 2xx to our NOTIFY
    std::uint64_t refused = 0;   ///< another final answer, for good
    std::uint64_t timed_out = 0; ///< no answer
    std::uint64_t ignored = 0;   ///< all the rest
};

class PnpResponder {
public:
    /// The kernel's neighbour table, for phones that name no MAC. May be empty.
    using Neighbour = std::function<std::optional<MacAddress>(const IpAddress&, unsigned interface)>;

    /// References outlive it. `answer_port` is ours: in Via and Contact.
    PnpResponder(OfferSource& offers, const PnpOptions& options, std::uint16_t listener, std::uint16_t answer_port,
                 Random& random, Neighbour neighbour);

    [[nodiscard]] std::span<const PnpDatagram> received(const PnpArrival& arrival, Instant now);
    [[nodiscard]] std::span<const PnpDatagram> tick(Instant now);
    /// When tick() has something to do.
    [[nodiscard]] std::optional<Instant> deadline() { return transactions_.deadline(); }

    [[nodiscard]] std::size_t under_way() const { return transactions_.unfinished(); }
    [[nodiscard]] const PnpCounts& counts() const { return counts_; }

private:
    using Outcome = catalogue::Outcome;
    struct Named { ///< who asks
        std::optional<MacAddress> mac;
        enum class By : std::uint8_t {
            itself,
            neighbour,   ///< it named none, and the neighbour table has one
            contradicted ///< it named one, and the neighbour table has another: no secret for it
        } by = By::itself;
    };

    [[nodiscard]] Named who_named(MacAddress mac, const PnpArrival& arrival) const;
    void on_subscribe(const PnpArrival& arrival, Instant now);
    void on_repeat(PnpTransaction& transaction, const PnpArrival& arrival, Instant now);
    void on_response(const PnpArrival& arrival, Instant now);
    void on_final(PnpTransaction& transaction, Instant now);
    void on_due(PnpTransaction& transaction, Instant now);

    /// An offer, told to the timeline; nullopt where there is none.
    [[nodiscard]] std::optional<Offer> ask(const PnpExchange& exchange, const Named& who);
    [[nodiscard]] PnpTransaction* keep(const PnpArrival& arrival, std::uint64_t key, Instant now);
    void wait_for_neighbour(const PnpArrival& arrival, std::uint64_t key, Instant now);
    void decide_waiting(PnpTransaction& transaction, Instant now);
    void begin(PnpTransaction& transaction, PnpExchange exchange, const Named& who, Offer offer, Instant now);
    void answer(PnpTransaction& transaction, const PnpExchange& exchange, Instant now);
    void begin_notify(PnpTransaction& transaction, const PnpExchange& exchange, PnpNotify notify, Instant now);
    /// False: it cannot, or has done so before.
    [[nodiscard]] bool authenticate(PnpTransaction& transaction, Instant now);
    void send_notify(PnpTransaction& transaction);
    void finish(PnpTransaction& transaction);
    /// How an exchange ended, to the timeline.
    void tell(PnpTransaction& transaction, Outcome outcome, std::string_view told);

    [[nodiscard]] Asker asker_of(const PnpExchange& exchange, const Named& who) const;
    /// Calls with the exchange of a SUBSCRIBE that came earlier.
    template <class F>
    void with_exchange(PnpTransaction& transaction, F&& function);
    [[nodiscard]] std::uint64_t key_of(const PnpArrival& arrival, std::string_view from_tag,
                                       const protocol::sip::Via& via) const;
    [[nodiscard]] PnpTransaction* find_answered(const PnpArrival& arrival);
    void append_random(std::string& out);
    void push(std::string_view bytes, const PnpTransaction& transaction, std::uint16_t to_port);

    OfferSource& offers_;
    const PnpOptions& options_;
    std::uint16_t listener_;
    std::uint16_t answer_port_;
    Random& random_;
    Neighbour neighbour_;
    std::uint64_t seed_;
    AnswerRate rate_;
    PnpTransactions transactions_;
    PnpCounts counts_;
    protocol::sip::Message message_; ///< that has come
    protocol::sip::Message earlier_; ///< the SUBSCRIBE of an exchange, read again
    std::vector<PnpDatagram> out_;
    std::array<std::byte, 512> dice_{};
    std::size_t dice_left_ = 0;
};

} // namespace offhook::server
