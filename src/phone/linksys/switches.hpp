#pragma once
/// @file  Switches: where the guides of Linksys SPA phones contradict each other or say nothing, so that who knows
/// better can say so in flash.
///
/// `offhook boot --flash phone.ERROR_RETRY_0=at_once`. A word that is none of a switch's is as if it were not set.
/// Source  reference: Linksys 19 (conflicts) and 20 (unknowns); each default is its recommendation.
#include "config/profile_rule/rule_reading.hpp"
#include "phone/flash.hpp"
#include "phone/transfers.hpp"

#include <chrono>
#include <cstdint>

namespace offhook::phone::linksys {

struct Switches {
    /// phone.RULE_COMMENTS, RULE_SUFFIXES, RULE_PAST_END, LATER_OPTIONS, USER_IN_URL, UPGRADE_BY_HTTPS: the words of
    /// RuleReading.
    config::RuleReading rules;
    /// phone.RANDOM_DELAY_UNIT: of Resync_Random_Delay, 20 s or 1 s (19).
    std::chrono::seconds random_delay_unit{20};
    /// phone.RANDOM_DELAY: waited for, or only told: `offhook boot` and a storm have no time to lose.
    enum class RandomDelay : std::uint8_t { told, waited } random_delay = RandomDelay::told;
    /// phone.ERROR_RETRY_0: what a Resync_Error_Retry_Delay of 0 means (19).
    enum class ErrorRetry0 : std::uint8_t { no_retry, at_once } error_retry_0 = ErrorRetry0::no_retry;
    /// phone.FORCED_DELAY: Forced_Resync_Delay is the longest wait for idleness, or counts once the phone is idle (19).
    enum class ForcedDelay : std::uint8_t { longest_wait, after_idle } forced_delay = ForcedDelay::longest_wait;
    /// phone.TRIGGERS: a trigger that holds starts a resync, or one that does not hold blocks the periodic one (19).
    enum class Triggers : std::uint8_t { start, gate } triggers = Triggers::start;
    /// phone.TRIGGER_PERIOD: how often triggers are looked at, in seconds (20).
    std::chrono::seconds trigger_period{30};
    /// phone.RULE_ERROR: a rule that cannot be read fails the resync, or is skipped (20).
    enum class RuleError : std::uint8_t { fails, skipped } rule_error = RuleError::fails;
    /// phone.KEY_WITH_PLAIN: --key, and what came is not encrypted: read with a warning, or a corrupt file (7.1).
    enum class KeyWithPlain : std::uint8_t { taken, refused } key_with_plain = KeyWithPlain::taken;
    /// phone.SEAL_DIGEST: of the key's derivation, md5 or sha256 (7.2).
    enum class SealDigest : std::uint8_t { md5, sha256 } seal_digest = SealDigest::md5;
    /// phone.EMPTY_BODY: 200 without a byte is a corrupt file, or a profile that sets nothing (18.6).
    enum class EmptyBody : std::uint8_t { fails, taken } empty_body = EmptyBody::fails;
    /// phone.POST_TYPE: Content-Type of --post (5.5).
    std::string post_type = "application/x-www-form-urlencoded";
    /// phone.TRIES, phone.RETRY_PAUSE: how often a server that is not reached is asked, and the seconds between (6.1).
    unsigned tries = 3;
    std::chrono::seconds retry_pause{5};
    /// phone.HTTP_VERSION: 1.0 or 1.1 (6.2).
    TransferRequest::HttpVersion http_version = TransferRequest::HttpVersion::http_1_0;
    /// phone.REDIRECTS: followed or refused (6.2).
    TransferRequest::Redirects redirects = TransferRequest::Redirects::followed;
    /// phone.WEB_REALM: of its pages' Digest (20).
    std::string web_realm = "spa admin";
    /// phone.WEB_QOP: none or auth (3.1: none).
    enum class WebQop : std::uint8_t { none, auth } web_qop = WebQop::none;
    /// phone.WEB_OLD_PATHS: older units know /resync, /upgrade and /reboot without /admin, too (3.2).
    enum class WebOldPaths : std::uint8_t { absent, served } web_old_paths = WebOldPaths::absent;
    /// phone.WEB_DOMAINS: what Restricted_Access_Domains means is not in print: the addresses and networks from which
    /// its pages are served (I), or nothing.
    enum class WebDomains : std::uint8_t { sources, ignored } web_domains = WebDomains::sources;
    /// phone.REPORT_PASSWORDS: blank, as in spacfg.xml, or sent (12: not in print).
    enum class ReportPasswords : std::uint8_t { blank, sent } report_passwords = ReportPasswords::blank;
    /// phone.REPORT_TYPE: Content-Type of a report (12).
    std::string report_type = "text/xml";
};

[[nodiscard]] Switches read_switches(const Flash& flash);

} // namespace offhook::phone::linksys
