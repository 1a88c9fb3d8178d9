#include "phone/linksys/switches.hpp"

#include "base/text.hpp"
#include "phone/limits.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace offhook::phone::linksys {
namespace {

constexpr std::uint32_t trigger_period_s_max = 3600;
constexpr unsigned retry_pause_s_max = 300;

template <class T>
struct Word {
    std::string_view text;
    T value;
};

template <class T>
void read(const Flash& flash, std::string_view name, T& into, std::initializer_list<Word<T>> words) {
    const auto value = flash.parameter(name);
    for (const auto& word : words)
        if (equal_ignoring_case(value, word.text)) into = word.value;
}

config::RuleReading read_rules(const Flash& flash) {
    using R = config::RuleReading;
    R out;
    read<R::Comments>(flash, "phone.RULE_COMMENTS", out.comments,
                      {{"anywhere", R::Comments::anywhere}, {"leading_only", R::Comments::leading_only}});
    read<R::Suffixes>(flash, "phone.RULE_SUFFIXES", out.suffixes,
                      {{"ranked", R::Suffixes::ranked}, {"ignored", R::Suffixes::ignored}});
    read<R::PastEnd>(flash, "phone.RULE_PAST_END", out.past_end,
                     {{"empty", R::PastEnd::empty}, {"verbatim", R::PastEnd::verbatim}});
    read<R::LaterOptions>(flash, "phone.LATER_OPTIONS", out.later_options,
                          {{"refused", R::LaterOptions::refused}, {"taken", R::LaterOptions::taken}});
    read<R::UserInUrl>(flash, "phone.USER_IN_URL", out.user_in_url,
                       {{"refused", R::UserInUrl::refused}, {"taken", R::UserInUrl::taken}});
    read<R::UpgradeByHttps>(flash, "phone.UPGRADE_BY_HTTPS", out.upgrade_by_https,
                            {{"refused", R::UpgradeByHttps::refused}, {"taken", R::UpgradeByHttps::taken}});
    return out;
}

void read_web_switches(const Flash& flash, Switches& out) {
    using S = Switches;
    if (const auto realm = flash.parameter("phone.WEB_REALM");
        !realm.empty() && is_printable_utf8(realm) && realm.find_first_of("\"\\") == std::string_view::npos)
        out.web_realm = realm;
    read<S::WebQop>(flash, "phone.WEB_QOP", out.web_qop, {{"none", S::WebQop::none}, {"auth", S::WebQop::auth}});
    read<S::WebOldPaths>(flash, "phone.WEB_OLD_PATHS", out.web_old_paths,
                         {{"absent", S::WebOldPaths::absent}, {"served", S::WebOldPaths::served}});
    read<S::WebDomains>(flash, "phone.WEB_DOMAINS", out.web_domains,
                        {{"sources", S::WebDomains::sources}, {"ignored", S::WebDomains::ignored}});
    read<S::ReportPasswords>(flash, "phone.REPORT_PASSWORDS", out.report_passwords,
                             {{"blank", S::ReportPasswords::blank}, {"sent", S::ReportPasswords::sent}});
    if (const auto type = flash.parameter("phone.REPORT_TYPE"); !type.empty() && is_printable_utf8(type))
        out.report_type = type;
}

} // namespace

Switches read_switches(const Flash& flash) {
    using S = Switches;
    using Http = TransferRequest::HttpVersion;
    using Redirects = TransferRequest::Redirects;
    S out;
    out.rules = read_rules(flash);
    read<std::chrono::seconds>(flash, "phone.RANDOM_DELAY_UNIT", out.random_delay_unit,
                               {{"20", std::chrono::seconds(20)}, {"1", std::chrono::seconds(1)}});
    read<S::RandomDelay>(flash, "phone.RANDOM_DELAY", out.random_delay,
                         {{"told", S::RandomDelay::told}, {"waited", S::RandomDelay::waited}});
    read<S::ErrorRetry0>(flash, "phone.ERROR_RETRY_0", out.error_retry_0,
                         {{"no_retry", S::ErrorRetry0::no_retry}, {"at_once", S::ErrorRetry0::at_once}});
    read<S::ForcedDelay>(flash, "phone.FORCED_DELAY", out.forced_delay,
                         {{"longest_wait", S::ForcedDelay::longest_wait}, {"after_idle", S::ForcedDelay::after_idle}});
    read<S::Triggers>(flash, "phone.TRIGGERS", out.triggers,
                      {{"start", S::Triggers::start}, {"gate", S::Triggers::gate}});
    if (const auto period = to_number<std::uint32_t>(flash.parameter("phone.TRIGGER_PERIOD")))
        out.trigger_period = std::chrono::seconds(std::clamp<std::uint32_t>(*period, 1, trigger_period_s_max));
    read<S::RuleError>(flash, "phone.RULE_ERROR", out.rule_error,
                       {{"fails", S::RuleError::fails}, {"skipped", S::RuleError::skipped}});
    read<S::KeyWithPlain>(flash, "phone.KEY_WITH_PLAIN", out.key_with_plain,
                          {{"taken", S::KeyWithPlain::taken}, {"refused", S::KeyWithPlain::refused}});
    read<S::SealDigest>(flash, "phone.SEAL_DIGEST", out.seal_digest,
                        {{"md5", S::SealDigest::md5}, {"sha256", S::SealDigest::sha256}});
    read<S::EmptyBody>(flash, "phone.EMPTY_BODY", out.empty_body,
                       {{"fails", S::EmptyBody::fails}, {"taken", S::EmptyBody::taken}});
    if (const auto type = flash.parameter("phone.POST_TYPE"); !type.empty() && is_printable_utf8(type))
        out.post_type = type;
    if (const auto tries = to_number<unsigned>(flash.parameter("phone.TRIES")))
        out.tries = std::clamp(*tries, 1U, unsigned{limits::attempts_max});
    if (const auto pause = to_number<unsigned>(flash.parameter("phone.RETRY_PAUSE")))
        out.retry_pause = std::chrono::seconds(std::min(*pause, retry_pause_s_max));
    read<Http>(flash, "phone.HTTP_VERSION", out.http_version, {{"1.0", Http::http_1_0}, {"1.1", Http::http_1_1}});
    read<Redirects>(flash, "phone.REDIRECTS", out.redirects,
                    {{"followed", Redirects::followed}, {"refused", Redirects::refused}});
    read_web_switches(flash, out);
    return out;
}

} // namespace offhook::phone::linksys
