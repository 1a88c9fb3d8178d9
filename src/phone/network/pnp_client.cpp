#include "phone/network/pnp_client.hpp"

#include "base/text.hpp"
#include "phone/network/limits.hpp"
#include "protocol/sip/header_values.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone {

namespace sip = protocol::sip;
using sip::HeaderName;

namespace {

constexpr std::string_view cookie = "z9hG4bK"; // what a branch of RFC 3261 begins with

std::string_view tag_of(std::string_view name_address) {
    const auto parsed = sip::parse_name_address(name_address);
    return parsed ? sip::parameter(parsed->parameters, "tag").value_or(std::string_view{}) : std::string_view{};
}

/// The part before the first ';', without blanks: of Content-Type, Subscription-State.
std::string_view bare(std::string_view value) { return trim(value.substr(0, value.find(';'))); }

bool is_profile_event(const sip::Message& message) {
    return equal_ignoring_case(sip::parse_event(message.value(HeaderName::event)).type, "ua-profile");
}

} // namespace

PnpClient::PnpClient(PnpAsk ask, std::string own_place, Random& random, Instant now)
    : ask_(std::move(ask)), own_place_(std::move(own_place)), branch_(std::string(cookie) + random.letters(16)),
      tag_(random.letters(10)),
      call_id_(fmt::format("{}@{}", random.letters(16), own_place_.substr(0, own_place_.rfind(':')))),
      gives_up_(now + ask_.time), transaction_(sip::ClientTransaction::Wire::datagrams, now) {
    message_ = subscribe();
}

std::string PnpClient::subscribe() const {
    std::string out;
    sip::MessageWriter writer(out);
    writer.request("SUBSCRIBE", ask_.request_uri)
        .header("Via", fmt::format("SIP/2.0/UDP {};branch={};rport", own_place_, branch_))
        .header("Max-Forwards", "70")
        .header("From", fmt::format("<{}>;tag={}", ask_.request_uri, tag_))
        .header("To", fmt::format("<{}>", ask_.request_uri))
        .header("Call-ID", call_id_)
        .header("CSeq", "1 SUBSCRIBE")
        .header("Contact", fmt::format("<sip:{}>", own_place_))
        .header("Event", ask_.event)
        .header("Expires", "0")
        .header("Accept", "application/url");
    if (!ask_.user_agent.empty()) writer.header("User-Agent", ask_.user_agent);
    writer.no_body();
    return out;
}

std::optional<Instant> PnpClient::deadline() const {
    if (is_over()) return std::nullopt;
    const bool repeats = state_ == State::asking && ask_.repeats == PnpAsk::Repeats::rfc3261;
    const auto repeat_at = repeats ? transaction_.deadline() : std::nullopt;
    return repeat_at ? std::min(*repeat_at, gives_up_) : gives_up_;
}

void PnpClient::tick(Instant now) {
    const auto due = deadline();
    if (!due || now < *due) return;
    if (now >= gives_up_) return finish();
    if (transaction_.tick(now) == sip::ClientTransaction::Act::send) message_ = subscribe();
}

/// Time is over, or all that was hoped for has come.
void PnpClient::finish() {
    message_.clear();
    if (state_ == State::asking) {
        remark(was_accepted_ ? "the SUBSCRIBE was accepted, but no NOTIFY followed" : "nobody accepted the SUBSCRIBE");
        state_ = State::failed;
        return;
    }
    state_ = State::answered;
    if (!was_accepted_)
        deviates("no 200 to the SUBSCRIBE");
    else if (!notify_tag_.empty() && std::find(to_tags_.begin(), to_tags_.end(), notify_tag_) == to_tags_.end())
        deviates("NOTIFY: its From tag is not the To tag of the 200");
}

std::string PnpClient::received(std::string_view datagram, const IpAddress& source, std::uint16_t source_port,
                                Instant now) {
    if (is_over()) return {};
    const auto error = read_.read(datagram);
    if (error == sip::MessageError::empty) return {};
    if (error != sip::MessageError::none) {
        remark(
            fmt::format("a message of {} cannot be read: {}", source.text(), sip::message_error_text.to_text(error)));
        return {};
    }
    if (!read_.is_request()) {
        on_response(read_, source, now);
        return {};
    }
    return on_request(read_, datagram, source, source_port, now);
}

void PnpClient::on_response(const sip::Message& message, const IpAddress& source, Instant now) {
    if (message.method() != sip::Method::subscribe || message.value(HeaderName::call_id) != call_id_) return;
    transaction_.responded(message.status(), now);
    if (message.status() < 200) return;
    if (message.status() >= 300)
        return remark(fmt::format("{} refuses the SUBSCRIBE: {} {}", source.text(), message.status(),
                                  printable(message.reason(), 60)));
    was_accepted_ = true;
    examine_ok(message);
    if (state_ == State::notified) finish();
}

void PnpClient::examine_ok(const sip::Message& message) {
    const std::string tag(tag_of(message.value(HeaderName::to)));
    if (std::find(to_tags_.begin(), to_tags_.end(), tag) != to_tags_.end()) return; // sent twice
    if (to_tags_.size() == limits::discovery_candidates_max) return;
    to_tags_.push_back(tag);
    if (to_tags_.size() == 2) remark("more than one server accepts the SUBSCRIBE; the first NOTIFY counts");
    if (message.status() != 200) deviates(fmt::format("{} instead of 200 to the SUBSCRIBE", message.status()));
    if (tag.empty()) deviates("200: no tag in To");
    if (message.cseq() != 1) deviates("200: another CSeq number than the SUBSCRIBE's");
    const auto via = sip::parse_via(message.value(HeaderName::via));
    if (!via || via->branch != branch_ || message.count(HeaderName::via) != 1)
        deviates("200: another Via than the SUBSCRIBE's");
    if (tag_of(message.value(HeaderName::from)) != tag_) deviates("200: another tag in From than the SUBSCRIBE's");
    if (!message.has(HeaderName::contact)) deviates("200: no Contact (RFC 6665 4.2.1.1)");
    if (!message.has(HeaderName::expires))
        deviates("200: no Expires (RFC 6665 4.2.1.1)");
    else if (trim(message.value(HeaderName::expires)) != "0")
        deviates("200: Expires is more than the 0 that was asked for");
}

std::string PnpClient::on_request(const sip::Message& message, std::string_view datagram, const IpAddress& source,
                                  std::uint16_t source_port, Instant now) {
    if (message.method() != sip::Method::notify) return {}; // others' SUBSCRIBEs come along here, too
    if (!is_profile_event(message)) {
        remark(fmt::format("a NOTIFY of {} for another event: {}", source.text(),
                           printable(message.value(HeaderName::event), 60)));
        return response(message, source, source_port, 489, "Bad Event");
    }
    if (state_ == State::asking) {
        examine_notify(message, datagram);
        examine_dialog(message);
        take_url(message.body(), source, now);
    }
    return response(message, source, source_port, 200, "OK");
}

void PnpClient::examine_notify(const sip::Message& message, std::string_view datagram) {
    const auto type = message.value(HeaderName::content_type);
    if (type.empty())
        deviates("NOTIFY: no Content-Type");
    else if (!equal_ignoring_case(bare(type), "application/url"))
        deviates(fmt::format("NOTIFY: Content-Type is {}, not application/url", printable(type, 60)));
    const auto body = message.body();
    if (!message.has(HeaderName::content_length)) deviates("NOTIFY: no Content-Length");
    const auto behind = datagram.data() + datagram.size() - (body.data() + body.size());
    if (!body.empty() && behind > 0) deviates(fmt::format("NOTIFY: {} bytes more than Content-Length says", behind));
    if (trim(body) != body) deviates("NOTIFY: blanks or a line's end around the URL");
    const auto subscription = message.value(HeaderName::subscription_state);
    if (subscription.empty())
        deviates("NOTIFY: no Subscription-State (RFC 6665 4.1.3)");
    else if (!equal_ignoring_case(bare(subscription), "terminated"))
        deviates(fmt::format("NOTIFY: Subscription-State is {}, although Expires was 0", printable(subscription, 60)));
    if (!message.has(HeaderName::max_forwards)) deviates("NOTIFY: no Max-Forwards");
    if (!message.has(HeaderName::contact)) deviates("NOTIFY: no Contact (RFC 6665 8.1.1)");
    if (message.value(HeaderName::event) != ask_.event && message.value(HeaderName::event) != "ua-profile")
        deviates("NOTIFY: Event has other parameters than the SUBSCRIBE's");
}

void PnpClient::examine_dialog(const sip::Message& message) {
    notify_tag_ = tag_of(message.value(HeaderName::from));
    if (message.value(HeaderName::call_id) != call_id_) deviates("NOTIFY: another Call-ID than the SUBSCRIBE's");
    if (notify_tag_.empty()) deviates("NOTIFY: no tag in From");
    if (tag_of(message.value(HeaderName::to)) != tag_)
        deviates("NOTIFY: the tag in To is not that of the SUBSCRIBE's From");
    if (!message.value(HeaderName::cseq).ends_with("NOTIFY")) deviates("NOTIFY: CSeq names another method");
    const auto via = sip::parse_via(message.value(HeaderName::via));
    if (!via || !via->branch.starts_with(cookie))
        deviates("NOTIFY: no branch of RFC 3261 in Via");
    else if (via->branch == branch_)
        deviates("NOTIFY: Via is the SUBSCRIBE's own");
    if (message.request_uri() != fmt::format("sip:{}", own_place_))
        deviates(fmt::format("NOTIFY: sent to {}, not to the Contact of the SUBSCRIBE",
                             printable(message.request_uri(), 80)));
}

void PnpClient::take_url(std::string_view body, const IpAddress& source, Instant now) {
    const auto url = trim(body);
    if (url.empty()) return remark(fmt::format("the NOTIFY of {} has no URL in it", source.text()));
    if (url.size() > ask_.url_bytes_max)
        return remark(fmt::format("the URL of {} has {} bytes, and the phone takes {} at most", source.text(),
                                  url.size(), ask_.url_bytes_max));
    answer_.url = url;
    state_ = State::notified;
    if (was_accepted_) return finish();
    gives_up_ = std::min(gives_up_, now + limits::subscribe_answer_wait);
}

std::string PnpClient::response(const sip::Message& request, const IpAddress& source, std::uint16_t source_port,
                                std::uint16_t status, std::string_view reason) const {
    std::string to(request.value(HeaderName::to));
    if (tag_of(to).empty()) to += ";tag=" + tag_;
    std::string out;
    sip::MessageWriter writer(out);
    writer.response(status, reason)
        .vias_of(request, source.text(), source_port)
        .header("From", request.value(HeaderName::from))
        .header("To", to)
        .header("Call-ID", request.value(HeaderName::call_id))
        .header("CSeq", request.value(HeaderName::cseq));
    if (status == 200) writer.header("Contact", fmt::format("<sip:{}>", own_place_));
    if (status == 489) writer.header("Allow-Events", "ua-profile");
    if (!ask_.user_agent.empty()) writer.header("User-Agent", ask_.user_agent);
    writer.no_body();
    return out;
}

void PnpClient::deviates(std::string sentence) {
    auto& all = answer_.deviations;
    if (all.size() == limits::discovery_remarks_max) return;
    if (std::find(all.begin(), all.end(), sentence) == all.end()) all.push_back(std::move(sentence));
}

void PnpClient::remark(std::string sentence) {
    if (remarks_.size() == limits::discovery_remarks_max) return;
    if (std::find(remarks_.begin(), remarks_.end(), sentence) == remarks_.end())
        remarks_.push_back(std::move(sentence));
}

} // namespace offhook::phone
