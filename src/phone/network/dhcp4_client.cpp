#include "phone/network/dhcp4_client.hpp"

#include "base/assert.hpp"
#include "base/text.hpp"
#include "phone/network/interface_address.hpp"
#include "phone/network/limits.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone {

namespace dhcp4 = protocol::dhcp4;
using dhcp4::Type;

namespace {

constexpr std::size_t request_bytes_least = 300; // some relays drop shorter ones (RFC 1542 2.1)
constexpr std::string_view message_bytes_most("\x05\xdc", 2);
static_assert(dhcp4::datagram_bytes_max == 0x5dc);
constexpr IpAddress nobody = IpAddress::v4(0);

std::string client_id_of(MacAddress mac) {
    std::string out(1, '\x01');
    for (unsigned shift = 48; shift > 0; shift -= 8) out += static_cast<char>(mac.bits() >> (shift - 8) & 0xffU);
    return out;
}

IpAddress server_of(const dhcp4::Message& message) { return message.address(dhcp4::server_id).value_or(nobody); }

std::string_view name_of(Type type) { return type == Type::offer ? "OFFER" : type == Type::ack ? "ACK" : "NAK"; }

} // namespace

Dhcp4Client::Dhcp4Client(Dhcp4Ask ask, MacAddress mac, const IpAddress& own_address, Random& random, Instant now)
    : ask_(std::move(ask)), mac_(mac), own_address_(own_address), random_(random), begun_(now) {
    OFFHOOK_ASSERT(ask_.kind == Dhcp4Ask::Kind::lease || own_address != nobody);
    ask_.tries = std::clamp(ask_.tries, 1U, limits::discovery_tries_max);
    begin(now);
}

void Dhcp4Client::begin(Instant now) {
    state_ = ask_.kind == Dhcp4Ask::Kind::lease ? State::selecting : State::informing;
    xid_ = static_cast<std::uint32_t>(random_.next());
    candidates_.clear();
    choose_at_.reset();
    tried_ = 0;
    send(now);
}

std::optional<Instant> Dhcp4Client::deadline() const {
    if (is_over()) return std::nullopt;
    return choose_at_ ? choose_at_ : next_try_;
}

Dhcp4Client::Message Dhcp4Client::message() const {
    Message out;
    out.xid = xid_;
    out.secs = secs_;
    out.set_mac(mac_);
    if (state_ == State::informing) out.ciaddr = own_address_;
    out.set_type(state_ == State::selecting    ? Type::discover
                 : state_ == State::requesting ? Type::request
                                               : Type::inform);
    if (state_ == State::requesting) {
        out.set_address(dhcp4::server_id, server_of(chosen_));
        out.set_address(dhcp4::requested_address, chosen_.yiaddr);
    }
    if (ask_.client_id == Dhcp4Ask::ClientId::mac) out.set(dhcp4::client_id, client_id_of(mac_));
    out.set(dhcp4::message_bytes_most, message_bytes_most);
    if (!ask_.vendor_class.empty()) out.set(dhcp4::vendor_class, ask_.vendor_class);
    if (!ask_.host_name.empty()) out.set(dhcp4::host_name, ask_.host_name);
    if (!ask_.parameter_list.empty())
        out.set(dhcp4::parameter_list,
                {reinterpret_cast<const char*>(ask_.parameter_list.data()), ask_.parameter_list.size()});
    return out;
}

void Dhcp4Client::send(Instant now) {
    if (state_ != State::requesting) // which says what the DISCOVER said: RFC 2131 4.4.1
        secs_ = static_cast<std::uint16_t>(
            std::min<std::int64_t>(std::chrono::duration_cast<std::chrono::seconds>(now - begun_).count(), 0xffff));
    message().write(message_, dhcp4::datagram_bytes_max);
    if (message_.size() < request_bytes_least) message_.resize(request_bytes_least, '\0');
    wait_for_answer(now);
    ++tried_;
}

void Dhcp4Client::wait_for_answer(Instant now) {
    const auto step = std::min<std::chrono::milliseconds>(limits::discovery_first_try * (1U << std::min(tried_, 10U)),
                                                          limits::discovery_try_most);
    const auto quarter = step.count() / 4;
    const auto jitter = static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(2 * quarter + 1))) - quarter;
    next_try_ = now + step + std::chrono::milliseconds(jitter);
}

void Dhcp4Client::tick(Instant now) {
    const auto due = deadline();
    if (!due || now < *due) return;
    if (choose_at_) return choose(now);
    if (tried_ < ask_.tries) return send(now);
    if (state_ == State::requesting) {
        remark(fmt::format("{} offered {} and then said nothing to the REQUEST", server_of(chosen_).text(),
                           chosen_.yiaddr.text()));
        return begin_again(now);
    }
    state_ = State::failed;
}

void Dhcp4Client::begin_again(Instant now) {
    if (restarts_++ < limits::discovery_restarts_max) return begin(now);
    state_ = State::failed;
    message_.clear();
}

void Dhcp4Client::received(std::string_view datagram, Instant now) {
    if (is_over()) return;
    Message message;
    if (const auto error = message.read(datagram); error != dhcp4::MessageError::none) {
        if (error != dhcp4::MessageError::wrong_op)
            remark(fmt::format("a message that cannot be read: {}", dhcp4::message_error_text.to_text(error)));
        return;
    }
    if (message.op != Message::Op::reply || message.xid != xid_ || message.mac() != mac_) return;
    const auto type = message.type();
    const bool is_candidate =
        (state_ == State::selecting && type == Type::offer) || (state_ == State::informing && type == Type::ack);
    const bool is_verdict = state_ == State::requesting && (type == Type::ack || type == Type::nak);
    if (is_candidate && !is_refused(message)) return on_candidate(std::move(message), now);
    if (is_verdict) return on_verdict(message, now);
    if (state_ == State::requesting && type == Type::offer && server_of(message) != server_of(chosen_))
        remark(fmt::format("an OFFER of {} came too late", server_of(message).text()));
}

/// Whether it is of no use, which is then remarked.
bool Dhcp4Client::is_refused(const Message& message) {
    const auto server = server_of(message);
    if (server == nobody) {
        remark(fmt::format("an {} names no server (option 54)", name_of(message.type())));
        return message.type() == Type::offer; // nobody to send the REQUEST to
    }
    if (message.type() == Type::offer && message.yiaddr == nobody) {
        remark(fmt::format("the OFFER of {} has no address in it", server.text()));
        return true;
    }
    if (message.type() == Type::ack && state_ == State::informing && message.yiaddr != nobody)
        remark(fmt::format("{} answers INFORM with an address (RFC 2131 4.3.5)", server.text()));
    if (message.type() == Type::offer && !message.number32(dhcp4::lease_time))
        remark(fmt::format("the OFFER of {} has no lease time (option 51)", server.text()));
    return false;
}

std::size_t Dhcp4Client::rank_of(const Message& message) const {
    const auto first = std::find_if(ask_.wanted.begin(), ask_.wanted.end(),
                                    [&](std::uint8_t code) { return message.option(code).has_value(); });
    return static_cast<std::size_t>(first - ask_.wanted.begin());
}

void Dhcp4Client::on_candidate(Message message, Instant now) {
    const auto server = server_of(message);
    const auto is_same = [&](const Message& other) { return server_of(other) == server; };
    if (std::any_of(candidates_.begin(), candidates_.end(), is_same)) return; // a duplicate
    if (candidates_.size() == limits::discovery_candidates_max) return;
    candidates_.push_back(std::move(message));
    if (!choose_at_) choose_at_ = now + ask_.offers_wait;
    const bool is_best = !ask_.wanted.empty() && rank_of(candidates_.back()) == 0;
    if (is_best || now >= *choose_at_) choose(now);
}

void Dhcp4Client::choose(Instant now) {
    choose_at_.reset();
    const auto best = std::min_element(candidates_.begin(), candidates_.end(), // the first of equals
                                       [&](const auto& a, const auto& b) { return rank_of(a) < rank_of(b); });
    if (candidates_.size() > 1) {
        std::vector<std::string> servers;
        for (const auto& one : candidates_) servers.push_back(server_of(one).text());
        remark(fmt::format("{} {}s, of {}; that of {} was taken", candidates_.size(), name_of(best->type()),
                           join(servers, ", "), server_of(*best).text()));
    }
    if (state_ == State::informing) return bind(std::move(*best));
    chosen_ = std::move(*best);
    state_ = State::requesting;
    tried_ = 0;
    send(now);
}

void Dhcp4Client::on_verdict(const Message& message, Instant now) {
    const auto server = server_of(message), expected = server_of(chosen_);
    if (server != nobody && server != expected) {
        remark(fmt::format("{} {} of {}, who was not asked; it is passed over",
                           message.type() == Type::ack ? "an" : "a", name_of(message.type()), server.text()));
        return;
    }
    if (message.type() == Type::nak) {
        const auto text = message.text(dhcp4::text_message);
        remark(fmt::format("a NAK of {}{}{}", expected.text(), text ? ": " : "", text ? printable(*text) : ""));
        return begin_again(now);
    }
    if (server == nobody) remark("the ACK names no server (option 54)");
    if (message.yiaddr == nobody) return remark(fmt::format("the ACK of {} has no address in it", expected.text()));
    if (message.yiaddr != chosen_.yiaddr)
        remark(fmt::format("{} offered {} and gave {}", expected.text(), chosen_.yiaddr.text(), message.yiaddr.text()));
    bind(message);
}

void Dhcp4Client::bind(Message ack) {
    chosen_ = std::move(ack);
    state_ = State::bound;
    if (ask_.kind == Dhcp4Ask::Kind::inform) return;
    const auto mask = chosen_.address(dhcp4::subnet_mask);
    const auto bits = mask ? prefix_bits_of_mask(*mask) : std::nullopt;
    if (!mask)
        remark("no subnet mask (option 1); 255.255.255.0 was taken");
    else if (!bits || *bits == 0)
        remark(fmt::format("the subnet mask {} is none; 255.255.255.0 was taken", mask->text()));
    prefix_bits_ = bits && *bits != 0 ? *bits : 24;
}

void Dhcp4Client::remark(std::string sentence) {
    if (remarks_.size() == limits::discovery_remarks_max) return;
    if (std::find(remarks_.begin(), remarks_.end(), sentence) == remarks_.end())
        remarks_.push_back(std::move(sentence));
}

} // namespace offhook::phone
