#include "server/syslog/syslog_lines.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "config/family/phone_log.hpp"
#include "protocol/syslog/message.hpp"

#include <algorithm>

namespace offhook::server {
namespace {

constexpr std::size_t text_looked_at = 1'024; ///< of a line
constexpr std::size_t path_bytes = 63, agent_bytes = 95;
constexpr std::string_view between = " -- "; ///< who says it, and what

bool is_hex(std::string_view text, std::size_t at) { return at < text.size() && hex_digit(text[at]) >= 0; }

/// How many bytes of `text` from `at` are a MAC in pairs: 17, or 0.
std::size_t pairs_at(std::string_view text, std::size_t at) {
    constexpr std::size_t bytes = 17;
    if (at + bytes > text.size() || (text[at + 2] != ':' && text[at + 2] != '-')) return 0;
    for (std::size_t i = 0; i < bytes; ++i)
        if (i % 3 == 2 ? text[at + i] != text[at + 2] : !is_hex(text, at + i)) return 0;
    return bytes;
}

std::optional<MacAddress> told_mac(std::string_view digits) {
    const auto mac = MacAddress::from_text(digits);
    return mac && mac->bits() != 0 ? mac : std::nullopt;
}

} // namespace

std::optional<MacAddress> mac_in_line(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (!is_hex(text, at)) {
            ++at;
            continue;
        }
        if (const auto bytes = pairs_at(text, at); bytes != 0 && !is_hex(text, at + bytes))
            if (const auto mac = told_mac(text.substr(at, bytes))) return mac;
        std::size_t run = 0;
        while (is_hex(text, at + run)) ++run;
        if (run == 12)
            if (const auto mac = told_mac(text.substr(at, run))) return mac;
        at += run;
    }
    return std::nullopt;
}

SyslogLines::SyslogLines(const config::Families& families, catalogue::EventRing& ring,
                         const Acquaintances& acquaintances, const Clock& clock, Random& random,
                         const SyslogOptions& options)
    : families_(families), ring_(ring), acquaintances_(acquaintances), clock_(clock),
      rate_(options.lines_per_source_second, options.lines_per_second, random.next()),
      snapshot_(std::make_shared<const catalogue::Snapshot>()) {}

void SyslogLines::publish(std::shared_ptr<const catalogue::Snapshot> snapshot) { snapshot_ = std::move(snapshot); }

std::optional<SyslogLines::Speaker> SyslogLines::speaker_of(const IpAddress& source, std::string_view text) const {
    Speaker out;
    auto mac = mac_in_line(text);
    if (!mac) mac = acquaintances_.likely(source, clock_.wall());
    if (!mac) return std::nullopt;
    out.mac = *mac;
    out.device = snapshot_->find(*mac);
    if (out.device != nullptr) out.mac = out.device->mac; // of its Wi-Fi module, say
    out.family = out.device != nullptr ? config::find_family(families_, out.device->family)
                                       : config::family_of_oui(families_, mac->oui());
    if (out.family == nullptr) return std::nullopt;
    return out;
}

void SyslogLines::received(std::uint16_t listener, const IpAddress& source, std::string_view payload) {
    if (!rate_.allows(source, clock_.instant())) return;
    const auto message = protocol::syslog::parse(payload);
    const auto text = message.text.substr(0, text_looked_at);
    const auto speaker = speaker_of(source, text);
    if (!speaker) return;
    const auto said = config::LogReader(*speaker->family).take(text);
    if (!said) return;
    using config::LogMeaning;
    const bool is_good = said->meaning == LogMeaning::asks || said->meaning == LogMeaning::fetched ||
                         said->meaning == LogMeaning::begins;
    const auto middle = said->text.find(between);
    const auto what = middle == std::string::npos ? said->text : said->text.substr(middle + between.size());
    const auto who = middle == std::string::npos ? std::string() : said->text.substr(0, middle);
    catalogue::TimelineEvent event;
    event.at = clock_.wall();
    event.mac = speaker->mac;
    event.source = source;
    event.listener = listener;
    event.transport = catalogue::EventTransport::syslog;
    event.verb = catalogue::EventVerb::other;
    event.outcome = is_good ? catalogue::Outcome::served : catalogue::Outcome::failed;
    event.acquaintance =
        speaker->device != nullptr ? catalogue::Acquaintance::device : catalogue::Acquaintance::stranger;
    event.family = speaker->family->name();
    event.kind = config::log_meaning_text.to_text(said->meaning);
    event.path = std::string_view(what).substr(0, path_bytes);
    event.user_agent = std::string_view(who).substr(0, agent_bytes);
    (void)ring_.push(event); // full: counted there
}

} // namespace offhook::server
