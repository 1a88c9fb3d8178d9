#include "phone/network/dhcp6_client.hpp"

#include "base/text.hpp"
#include "phone/network/limits.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace offhook::phone {

namespace dhcp6 = protocol::dhcp6;
using dhcp6::Status;
using dhcp6::Type;

namespace {

constexpr int preference_most = 255; // such a server is taken at once: RFC 8415 18.2.1

std::string number16(std::uint32_t value) {
    return {static_cast<char>(value >> 8U & 0xffU), static_cast<char>(value & 0xffU)};
}

int preference_of(const dhcp6::Message& message) {
    const auto value = message.options.option(dhcp6::preference);
    return value && value->size() == 1 ? static_cast<std::uint8_t>((*value)[0]) : 0;
}

std::string_view name_of(Type type) { return type == Type::advertise ? "ADVERTISE" : "REPLY"; }

std::string_view name_of(Status status) {
    switch (status) {
    case Status::success:
        return "Success";
    case Status::unspecified_failure:
        return "UnspecFail";
    case Status::no_addresses:
        return "NoAddrsAvail";
    case Status::no_binding:
        return "NoBinding";
    case Status::not_on_link:
        return "NotOnLink";
    case Status::use_multicast:
        return "UseMulticast";
    }
    return "an unknown status";
}

} // namespace

Dhcp6Client::Dhcp6Client(Dhcp6Ask ask, MacAddress mac, Random& random, Instant now)
    : ask_(std::move(ask)), mac_(mac), random_(random) {
    ask_.tries = std::clamp(ask_.tries, 1U, limits::discovery_tries_max);
    begin(now);
}

void Dhcp6Client::begin(Instant now) {
    state_ = ask_.kind == Dhcp6Ask::Kind::address ? State::soliciting : State::informing;
    transaction_ = static_cast<std::uint32_t>(random_.below(1U << 24U));
    exchange_begun_ = now;
    tried_ = 0;
    advertisers_.clear();
    best_preference_ = -1;
    choose_at_.reset();
    send(now);
}

void Dhcp6Client::begin_again(Instant now) {
    if (restarts_++ < limits::discovery_restarts_max) return begin(now);
    state_ = State::failed;
    message_.clear();
}

std::optional<Instant> Dhcp6Client::deadline() const {
    if (is_over()) return std::nullopt;
    return choose_at_ ? choose_at_ : next_try_;
}

Dhcp6Client::Message Dhcp6Client::message(Instant now) const {
    Message out;
    out.type = state_ == State::soliciting   ? Type::solicit
               : state_ == State::requesting ? Type::request
                                             : Type::information_request;
    out.transaction = transaction_;
    out.options.add(dhcp6::client_id, dhcp6::duid_ll(mac_));
    if (state_ == State::requesting)
        if (const auto server = chosen_.options.option(dhcp6::server_id)) out.options.add(dhcp6::server_id, *server);
    const auto hundredths = std::chrono::duration_cast<std::chrono::milliseconds>(now - exchange_begun_).count() / 10;
    out.options.add(dhcp6::elapsed_time,
                    number16(static_cast<std::uint32_t>(std::min<std::int64_t>(hundredths, 0xffff))));
    if (state_ != State::informing) {
        dhcp6::IaNa ia;
        ia.id = static_cast<std::uint32_t>(mac_.bits()); // one interface: any number that stays the same
        if (state_ == State::requesting && address_) {
            dhcp6::IaAddress wanted;
            wanted.address = *address_;
            ia.addresses.push_back(wanted);
        }
        out.options.add(dhcp6::ia_na, dhcp6::ia_na_value(ia));
    }
    if (!ask_.vendor_class.empty()) out.options.add(dhcp6::vendor_class, ask_.vendor_class);
    std::string codes;
    for (const auto code : ask_.option_request) codes += number16(code);
    if (!codes.empty()) out.options.add(dhcp6::option_request, codes);
    return out;
}

void Dhcp6Client::send(Instant now) {
    message(now).write(message_);
    // RT is the last one doubled (the first: 1 s), give or take a tenth of the last one.
    const auto last = tried_ == 0 ? limits::discovery_first_try : interval_;
    const auto tenth = last.count() / 10;
    auto jitter = static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(2 * tenth + 1))) - tenth;
    if (tried_ == 0 && state_ == State::soliciting) jitter = std::abs(jitter); // RFC 8415 18.2.1
    interval_ = std::min<std::chrono::milliseconds>((tried_ == 0 ? last : last * 2) + std::chrono::milliseconds(jitter),
                                                    limits::discovery_try_most);
    next_try_ = now + interval_;
    ++tried_;
}

void Dhcp6Client::tick(Instant now) {
    const auto due = deadline();
    if (!due || now < *due) return;
    if (choose_at_) return choose(now);
    if (tried_ < ask_.tries) return send(now);
    if (state_ == State::requesting) {
        remark("a server advertised itself and then said nothing to the REQUEST");
        return begin_again(now);
    }
    state_ = State::failed;
}

bool Dhcp6Client::is_ours(const Message& message) {
    if (message.transaction != transaction_ || !message.relays.empty()) return false;
    const auto client = message.options.option(dhcp6::client_id);
    if (client && *client != dhcp6::duid_ll(mac_)) return false;
    if (!client && message.type != Type::reply) return false;
    if (!client) remark("the REPLY does not repeat our client identifier (option 1)");
    if (message.options.option(dhcp6::server_id)) return true;
    remark(fmt::format("a {} without server identifier (option 2) is passed over", name_of(message.type)));
    return false;
}

void Dhcp6Client::received(std::string_view datagram, Instant now) {
    if (is_over()) return;
    Message message;
    if (const auto error = message.read(datagram); error != dhcp6::MessageError::none)
        return remark(fmt::format("a message that cannot be read: {}", dhcp6::message_error_text.to_text(error)));
    const bool is_advertise = message.type == Type::advertise && state_ == State::soliciting;
    const bool is_reply = message.type == Type::reply && (state_ == State::requesting || state_ == State::informing);
    if ((!is_advertise && !is_reply) || !is_ours(message)) return;
    if (is_advertise) return on_advertise(std::move(message), now);
    on_reply(std::move(message), now);
}

/// The first address with a life of an IA_NA. nullopt: there is none, and why was remarked.
std::optional<dhcp6::IaAddress> Dhcp6Client::address_in(const Message& message) {
    const auto say = [&](Status status) {
        remark(fmt::format("the {} says {}", name_of(message.type), name_of(status)));
        return std::nullopt;
    };
    if (const auto value = message.options.option(dhcp6::status_code))
        if (const auto status = dhcp6::parse_status(*value); status && *status != Status::success) return say(*status);
    const auto value = message.options.option(dhcp6::ia_na);
    const auto ia = value ? dhcp6::parse_ia_na(*value) : std::nullopt;
    if (ia && ia->status && *ia->status != Status::success) return say(*ia->status);
    if (ia)
        for (const auto& one : ia->addresses)
            if (one.valid != 0 && one.status.value_or(Status::success) == Status::success) return one;
    remark(fmt::format("the {} has no address in it", name_of(message.type)));
    return std::nullopt;
}

void Dhcp6Client::on_advertise(Message message, Instant now) {
    const std::string server(message.options.option(dhcp6::server_id).value_or(std::string_view{}));
    const bool is_repeat = std::find(advertisers_.begin(), advertisers_.end(), server) != advertisers_.end();
    if (is_repeat || advertisers_.size() == limits::discovery_candidates_max) return;
    const auto address = address_in(message);
    if (!address) return;
    advertisers_.push_back(server);
    const int preference = preference_of(message);
    if (preference > best_preference_) {
        best_preference_ = preference;
        address_ = address->address;
        chosen_ = std::move(message);
    }
    if (!choose_at_) choose_at_ = now + limits::advertise_wait;
    if (preference == preference_most) choose(now);
}

void Dhcp6Client::choose(Instant now) {
    choose_at_.reset();
    if (advertisers_.size() > 1)
        remark(fmt::format("{} ADVERTISEs; one with preference {} was taken", advertisers_.size(), best_preference_));
    state_ = State::requesting;
    transaction_ = static_cast<std::uint32_t>(random_.below(1U << 24U));
    exchange_begun_ = now;
    tried_ = 0;
    send(now);
}

void Dhcp6Client::on_reply(Message message, Instant now) {
    if (state_ == State::requesting) {
        const auto server = message.options.option(dhcp6::server_id);
        if (server != chosen_.options.option(dhcp6::server_id))
            return remark("a REPLY of a server that was not asked is passed over");
        const auto given = address_in(message);
        if (!given) {
            address_.reset();
            return begin_again(now);
        }
        address_ = given->address;
        life_ = {given->preferred, given->valid};
    }
    if (state_ == State::informing)
        if (const auto value = message.options.option(dhcp6::status_code))
            if (const auto status = dhcp6::parse_status(*value); status && *status != Status::success)
                remark(fmt::format("the REPLY says {}", name_of(*status)));
    chosen_ = std::move(message);
    state_ = State::done;
}

void Dhcp6Client::remark(std::string sentence) {
    if (remarks_.size() == limits::discovery_remarks_max) return;
    if (std::find(remarks_.begin(), remarks_.end(), sentence) == remarks_.end())
        remarks_.push_back(std::move(sentence));
}

} // namespace offhook::phone
