#include "server/discovery/dhcp4_server.hpp"

#include "base/hex.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "protocol/url.hpp"
#include "server/discovery/dhcp4_asker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace offhook::server {

namespace dhcp4 = protocol::dhcp4;
using catalogue::Outcome;
using dhcp4::Message;
using dhcp4::MessageError;
using dhcp4::Type;

namespace {

const IpAddress no_address = IpAddress::v4(0);
constexpr std::size_t text_bytes_max = 160; // of an option, for people
constexpr std::string_view hidden = "(not shown: it may hold a password)";

/// What a phone may take its boot server from.
constexpr auto boot_codes = std::to_array<std::uint8_t>({43, 66, 67, 114, 120, 125, 128, 132, 150, 159, 160, 161});

bool is_text(std::string_view value) {
    return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

/// Clients have no address yet, and many share that of their relay: a number of each for AnswerRate.
IpAddress stand_in(const Message& message) {
    std::array<std::uint8_t, 16> bytes{};
    std::copy_n(message.chaddr.begin(), bytes.size(), bytes.begin());
    return IpAddress(bytes);
}

std::string_view name_of(Type type) { return type == Type::offer ? "OFFER" : type == Type::ack ? "ACK" : "NAK"; }

/// Other servers' URLs may hold passwords, which are not ours to write down.
std::string without_secrets(std::string_view text) {
    if (text.find('@') == std::string_view::npos) return std::string(text.substr(0, text_bytes_max));
    const auto url = protocol::parse_url(text);
    std::string out = url ? url->shown() : std::string();
    if (out.empty() || out.find('@') != std::string::npos) return std::string(hidden);
    return out.substr(0, text_bytes_max);
}

std::string shown(const Message& message, std::uint8_t code) {
    if (const auto text = message.text(code); text && is_text(*text)) return without_secrets(*text);
    if (code == dhcp4::tftp_addresses) {
        std::string out;
        for (const IpAddress& address : message.addresses(code)) out += (out.empty() ? "" : " ") + address.text();
        return out;
    }
    const auto whole = message.option(code).value_or("");
    if (whole.find('@') != std::string_view::npos) return std::string(hidden);
    const auto value = whole.substr(0, 80);
    return "0x" + to_hex(std::as_bytes(std::span(value)));
}

} // namespace

std::string told_by_server(const Message& reply) {
    std::string out = reply.type() == Type::offer ? "offers " : reply.type() == Type::ack ? "grants " : "refuses";
    if (reply.type() == Type::nak) return out;
    out += reply.yiaddr != no_address ? reply.yiaddr.text() : "options";
    bool any = false;
    for (const std::uint8_t code : boot_codes)
        if (reply.option(code)) {
            out += fmt::format("{} {} {}", any ? "," : ";", code, shown(reply, code));
            any = true;
        }
    if (!any) out += "; no option that names a boot server";
    if (is_text(reply.sname)) out += "; sname " + without_secrets(reply.sname);
    if (is_text(reply.file)) out += "; file " + without_secrets(reply.file);
    if (reply.siaddr != no_address) out += "; next server " + reply.siaddr.text();
    return out;
}

Result<void> Dhcp4Server::check(const Dhcp4Options& options) {
    if (auto ok = check_pools(options.pools); !ok) return ok;
    if (options.mode == Dhcp4Mode::small_pool && options.pools.empty())
        return fail(ErrorCode::invalid, "the mode small_pool needs a pool", "pools");
    if (options.lease_time < std::chrono::seconds(60) || options.lease_time > std::chrono::hours(24 * 365))
        return fail(ErrorCode::invalid, "a lease lasts 60 seconds to a year", "lease_time");
    if (options.conflict_wait.count() < 0 || options.conflict_wait > std::chrono::seconds(3))
        return fail(ErrorCode::invalid, "a conflict probe waits up to 3 s: clients do not wait longer",
                    "conflict_wait");
    return Dhcp4Content::check(options);
}

Dhcp4Server::Dhcp4Server(OfferSource& offers, const Clock& clock, const Dhcp4Options& options, std::uint16_t listener,
                         Dhcp4Ports ports, std::vector<Network> links)
    : offers_(offers), clock_(clock), options_(options), content_(options_), listener_(listener), ports_(ports),
      links_(std::move(links)),
      rate_(options_.answers_per_source_second, options_.answers_per_second, SystemRandom().next()),
      pools_(offers, content_, clock, options_, listener, ports) {}

void Dhcp4Server::received(std::string_view datagram, const Dhcp4Place& place, Dhcp4Actions& actions) {
    ++counts_.received;
    Message& message = request_.message;
    if (message.read(datagram) != MessageError::none || message.op != Message::Op::request) {
        ++counts_.malformed;
        return;
    }
    request_.place = place;
    const Asker asker = dhcp4_asker(message, listener_, place.source, place.local);
    remember(asker);
    switch (message.type()) {
    case Type::inform:
        if (options_.mode == Dhcp4Mode::options_only || options_.mode == Dhcp4Mode::small_pool)
            return inform(asker, actions);
        break;
    case Type::discover:
    case Type::request:
    case Type::decline:
    case Type::release:
        if (options_.mode == Dhcp4Mode::small_pool) return pooled(asker, actions);
        break;
    default: // a reply's type in a request
        ++counts_.malformed;
        return;
    }
    if (options_.mode == Dhcp4Mode::off) return;
    const Offer offer = offers_.recognize(asker);
    if (offer.family == nullptr && offer.device == nullptr) return; // no phone: not our business
    const auto taken = message.type() == Type::request ? message.address(dhcp4::server_id) : std::nullopt;
    if (taken && *taken != place.local) // heard even where the offers themselves were not for us to hear
        return offers_.note(asker, offer, Outcome::not_modified, asked_text(message), taken_text(message, *taken));
    offers_.note(asker, offer, Outcome::absent, asked_text(message),
                 options_.mode == Dhcp4Mode::observe ? "nothing: this listener only watches"
                                                     : "nothing: this listener answers DHCPINFORM alone");
}

bool Dhcp4Server::is_answered_at(const IpAddress& to) const {
    const IpAddress& source = request_.place.source;
    if (to == no_address) return false;
    if (source == to) return true;
    if (request_.message.giaddr == no_address) return source == no_address;
    if (source == request_.message.giaddr || pools_.leases().pool_of_link(source) != nullptr) return true;
    return std::any_of(links_.begin(), links_.end(), [&](const Network& link) { return link.contains(source); });
}

bool Dhcp4Server::rate_allows(const IpAddress& whom) {
    if (rate_.allows(whom, clock_.instant())) return true;
    ++counts_.too_often;
    return false;
}

void Dhcp4Server::inform(const Asker& asker, Dhcp4Actions& actions) {
    const Message& message = request_.message;
    const Dhcp4Place& place = request_.place;
    const IpAddress to = message.ciaddr != no_address ? message.ciaddr : place.source;
    if (!is_answered_at(to)) {
        ++counts_.malformed;
        return;
    }
    if (!rate_allows(to)) return;
    const Offer offer = offers_.make(asker);
    if (!offer.is_offered()) {
        if (offer.family != nullptr || offer.device != nullptr)
            offers_.note(asker, offer, Outcome::refused, asked_text(message), offer.why);
        return;
    }
    Message reply = Dhcp4Content::reply(message, Type::ack, Dhcp4Pools::server_id_of(request_));
    reply.ciaddr = message.ciaddr;
    const auto said = content_.add_offer(reply, message, offer);
    if (said.empty()) {
        offers_.note(asker, offer, Outcome::absent, asked_text(message), "nothing that it asks for");
        return;
    }
    if (const Dhcp4Pool* pool = pools_.pool_of(request_)) Dhcp4Content::add_network(reply, message, *pool);
    Dhcp4Send send;
    send.to = to;
    send.port = ports_.client;
    send.from = place.local;
    Dhcp4Content::write(reply, message, send.bytes);
    actions.sends.push_back(std::move(send));
    offers_.note(asker, offer, Outcome::served, asked_text(message), told_text(said, offer));
}

void Dhcp4Server::pooled(const Asker& asker, Dhcp4Actions& actions) {
    if (!rate_allows(stand_in(request_.message))) return;
    const Offer offer = offers_.make(asker);
    if (offer.state == Offer::State::denied)
        return pools_.note(asker, offer, request_.message, {Outcome::refused, offer.why});
    if (options_.only_phones && offer.family == nullptr && offer.device == nullptr) return;
    pools_.note(asker, offer, request_.message, pools_.received(request_, offer, actions));
}

void Dhcp4Server::heard(std::string_view datagram, const Dhcp4Place& place) {
    if (heard_.read(datagram) != MessageError::none || heard_.op != Message::Op::reply) return;
    if (heard_.type() != Type::offer && heard_.type() != Type::ack && heard_.type() != Type::nak) return;
    const auto server = heard_.address(dhcp4::server_id);
    if (server && *server == place.local) return; // our own
    ++counts_.heard;
    Asker asker;
    asker.method = config::OfferMethod::dhcp4;
    asker.listener = listener_;
    asker.mac = heard_.mac();
    asker.source = place.source;
    asker.local = place.local;
    if (!asker.mac) return;
    if (const auto known = askers_.find(*asker.mac); known != askers_.end()) {
        asker.vendor_class = known->second.vendor_class;
        asker.enterprise = known->second.enterprise;
    }
    const Offer offer = offers_.recognize(asker);
    if (offer.family == nullptr && offer.device == nullptr) return;
    // Outcome::not_modified: another server's answer, told apart from ours.
    offers_.note(asker, offer, Outcome::not_modified,
                 fmt::format("{} of {}", name_of(heard_.type()), server.value_or(place.source).text()),
                 told_by_server(heard_));
}

void Dhcp4Server::remember(const Asker& asker) {
    if (!asker.mac || (asker.vendor_class.empty() && !asker.enterprise)) return;
    const auto [at, is_new] = askers_.try_emplace(*asker.mac);
    constexpr std::size_t class_bytes_max = 96;
    at->second.vendor_class = asker.vendor_class.substr(0, class_bytes_max);
    at->second.enterprise = asker.enterprise;
    if (!is_new) return;
    asker_order_.push_back(*asker.mac);
    if (asker_order_.size() <= askers_remembered_max) return;
    askers_.erase(asker_order_.front());
    asker_order_.pop_front();
}

std::string Dhcp4Server::told_text(const std::vector<std::uint8_t>& said, const Offer& offer) {
    std::string out;
    for (const std::uint8_t code : said) out += (out.empty() ? "" : ",") + std::to_string(code);
    if (!offer.shown_url.empty()) out += " " + offer.shown_url;
    return out;
}

} // namespace offhook::server
