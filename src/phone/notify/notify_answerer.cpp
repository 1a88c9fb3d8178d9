#include "phone/notify/notify_answerer.hpp"

#include "base/text.hpp"
#include "protocol/http_auth/digest.hpp"
#include "protocol/sip/digest_challenge.hpp"
#include "protocol/sip/header_values.hpp"
#include "protocol/sip/notify_request.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone {
namespace {

namespace sip = protocol::sip;
using sip::HeaderName;

constexpr std::size_t tag_letters = 10;
constexpr std::uint16_t default_port = 5060;

/// RFC 3261 17.2.3; by what an RFC 2543 request has where there is no branch of ours.
std::string key_of(const sip::Message& request) {
    const auto via = sip::parse_via(request.value(HeaderName::via));
    if (via && via->branch.starts_with("z9hG4bK"))
        return fmt::format("{}|{}|{}|{}", via->branch, via->host, via->port, request.method_text());
    return fmt::format("{}|{}|{}|{}", request.value(HeaderName::call_id), request.cseq(),
                       request.value(HeaderName::from), request.request_uri());
}

bool has_tag(std::string_view value) {
    const auto address = sip::parse_name_address(value);
    return address && sip::parameter(address->parameters, "tag").has_value();
}

std::string_view doing(NotifyAction action) {
    switch (action) {
    case NotifyAction::check:
        return "the phone looks whether its files have changed";
    case NotifyAction::resync:
        return "the phone fetches its files";
    case NotifyAction::reboot:
        return "the phone restarts";
    case NotifyAction::report:
        return "the phone sends its report";
    case NotifyAction::upgrade:
        return "the phone fetches its firmware";
    }
    return {};
}

} // namespace

void NotifyAnswerer::set_rules(NotifyRules rules, std::vector<IpAddress> registrars) {
    rules_ = std::move(rules);
    registrars_ = std::move(registrars);
}

NotifyReply NotifyAnswerer::receive(std::string_view message, const NotifyPeer& from) {
    sip::Message request;
    if (request.read(message) != sip::MessageError::none || !request.is_request()) return {};
    if (request.method() == sip::Method::ack) return {};
    NotifyReply out;
    const auto via = sip::parse_via(request.value(HeaderName::via));
    out.to_port = from.port;
    if (via && !via->asks_rport) out.to_port = via->port == 0 ? default_port : via->port;
    const Instant now = clock_.instant();
    while (!kept_.empty() && kept_.front().until <= now) kept_.pop_front();
    std::string key = key_of(request);
    const auto kept = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& each) { return each.key == key; });
    if (kept != kept_.end()) {
        out.answer = kept->answer;
        return out;
    }
    const Verdict verdict = judge(request, from);
    out.answer = write_answer(request, from, verdict);
    out.action = verdict.action;
    out.told = fmt::format("{} {} from {}: {} {}", printable(request.method_text(), 16),
                           printable(request.value(HeaderName::event), 60),
                           sip::host_and_port(from.address.text(), from.port), verdict.status, verdict.reason);
    if (verdict.action) out.told += fmt::format("; {}", doing(*verdict.action));
    if (verdict.action && !rules_.idle.empty()) out.told += fmt::format(" ({})", rules_.idle);
    if (!verdict.why.empty()) out.told += fmt::format("; {}", verdict.why);
    if (kept_.size() >= answers_kept_max) kept_.pop_front();
    kept_.push_back({std::move(key), out.answer, now + sip::limits::t1 * 64});
    return out;
}

NotifyAnswerer::Verdict NotifyAnswerer::judge(const sip::Message& request, const NotifyPeer& from) const {
    switch (request.method()) {
    case sip::Method::notify:
        return judge_notify(request, from);
    case sip::Method::options:
        return {};
    default:
        return {405, "Method Not Allowed"};
    }
}

NotifyAnswerer::Verdict NotifyAnswerer::judge_notify(const sip::Message& request, const NotifyPeer& from) const {
    if (has_tag(request.value(HeaderName::to)))
        return {481, "Call/Transaction Does Not Exist", {}, "it says that it belongs to a dialog, and there is none"};
    const auto* event = rules_.find(sip::parse_event(request.value(HeaderName::event)).type);
    if (event == nullptr) return {489, "Bad Event", {}, "the phone does not know the event"};
    if (event->use == NotifyEvent::Use::off) return {403, "Forbidden", {}, "its configuration has switched this off"};
    const bool is_registrar = std::find(registrars_.begin(), registrars_.end(), from.address) != registrars_.end();
    if (event->source == NotifySource::registrars && !is_registrar)
        return {403, "Forbidden", {}, "it is not from a registrar of the phone"};
    const auto uri = sip::parse_uri(request.request_uri());
    const auto* line = rules_.line_of(uri ? std::string_view(uri->user) : std::string_view());
    const Proven by = line == nullptr ? Proven{rules_.realm, rules_.account} : Proven{line->realm, line->account};
    if ((line == nullptr ? event->proof : line->proof) == NotifyEvent::Proof::digest)
        if (auto wanted = want_proof(request, by)) return std::move(*wanted);
    return {200, "OK", event->action};
}

NotifyAnswerer::Verdict NotifyAnswerer::challenge(const std::string& realm, protocol::NonceAge age,
                                                  std::string why) const {
    Verdict out{401, "Unauthorized", {}, std::move(why)};
    const std::string nonce = nonces_.make({clock_.instant(), random_.next()});
    out.challenge = sip::challenge_value({realm, nonce, protocol::DigestAlgorithm::md5, rules_.qop, age});
    return out;
}

/// nullopt: it knows the password.
std::optional<NotifyAnswerer::Verdict> NotifyAnswerer::want_proof(const sip::Message& request, const Proven& by) const {
    using protocol::NonceAge;
    const auto value = request.value(HeaderName::authorization);
    if (value.empty()) return challenge(by.realm, NonceAge::good, "the phone asks for the line's password");
    const auto given = protocol::parse_authorization(value);
    const auto* digest = given ? std::get_if<protocol::DigestCredentials>(&*given) : nullptr;
    if (digest == nullptr) return challenge(by.realm, NonceAge::good, "what it answers is no Digest");
    const auto nonce = nonces_.read(digest->nonce);
    const bool is_right = digest->user == by.account.user && digest->realm == by.realm && digest->qop == rules_.qop &&
                          digest->uri == request.request_uri() && !by.account.password.empty() &&
                          protocol::DigestCheck(*digest, "NOTIFY").matches(by.account.password);
    if (!nonce || !is_right) return challenge(by.realm, NonceAge::good, "that is not the line's user and password");
    if (clock_.instant() - nonce->made > nonce_time)
        return challenge(by.realm, NonceAge::stale, "its nonce is too old");
    return std::nullopt;
}

std::string NotifyAnswerer::write_answer(const sip::Message& request, const NotifyPeer& from,
                                         const Verdict& verdict) const {
    std::string out;
    sip::MessageWriter writer(out);
    std::string to(request.value(HeaderName::to));
    if (!has_tag(to)) to += ";tag=" + random_.letters(tag_letters);
    writer.response(verdict.status, verdict.reason)
        .vias_of(request, from.address.text(), from.port)
        .header("From", request.value(HeaderName::from))
        .header("To", to)
        .header("Call-ID", request.value(HeaderName::call_id))
        .header("CSeq", request.value(HeaderName::cseq));
    if (!verdict.challenge.empty()) writer.header("WWW-Authenticate", verdict.challenge);
    if (verdict.status == 405 || request.method() == sip::Method::options) writer.header("Allow", "NOTIFY, OPTIONS");
    if (verdict.status == 489) {
        std::string known;
        for (const NotifyEvent& event : rules_.events) known += (known.empty() ? "" : ", ") + event.name;
        writer.header("Allow-Events", known);
    }
    writer.header("Server", "Offhook virtual phone").no_body();
    return out;
}

} // namespace offhook::phone
