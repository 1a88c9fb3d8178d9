#include "base/text.hpp"
#include "config/profile_rule/rule_version.hpp"
#include "phone/image.hpp"
#include "phone/linksys/image_name.hpp"
#include "phone/linksys/parameters.hpp"
#include "phone/linksys/provisioning.hpp"

#include "config/profile_rule/delay_list.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::linksys {
namespace {

namespace asio = boost::asio;
using config::RuleForm;
using End = Outcome::End;
using Effect = Outcome::Effect;

constexpr std::chrono::seconds idle_wait_max{86'400}; // an upgrade is never forced; nor does a rehearsal last for ever
constexpr std::string_view default_firmware = "/spa.bin";

std::string name_in(std::string_view path) {
    path = path.substr(0, path.find('?'));
    return std::string(path.substr(std::min(path.rfind('/') + 1, path.size())));
}

std::string error_of(FileOutcome outcome, config::RuleScheme scheme) {
    if (outcome == FileOutcome::absent) return "file not found";
    if (scheme != config::RuleScheme::tftp) return fmt::format("{}_get failed", config::to_text(scheme));
    return is_network_failure(outcome) ? "tftp timeout" : "tftp failed";
}

bool is_too_old(std::string_view version, std::string_view limit, const config::RuleReading& reading) {
    const auto has = config::parse_rule_version(version);
    const auto least = config::parse_rule_version(trim(limit));
    return has && least && config::compare_versions(*has, *least, reading) < 0;
}

} // namespace

asio::awaitable<Outcome> Provisioning::upgrade(std::optional<OneShot> once) {
    if (!once && trim(in_force(flash_, "Upgrade_Rule")).empty()) {
        forget_upgrade_failures();
        co_return Outcome{};
    }
    if (!is_on(flash_, "Upgrade_Enable")) {
        decide("Upgrade_Enable is No: the phone keeps its firmware");
        co_return Outcome{End::refused, Effect::none, ""};
    }
    if (!co_await wait_for_idle(idle_wait_max)) {
        decide("the phone was never idle: it keeps its firmware");
        co_return Outcome{End::refused, Effect::none, ""};
    }
    config::RuleServer server = server_;
    std::string text(in_force(flash_, "Upgrade_Rule"));
    auto form = RuleForm::upgrade;
    if (once) {
        if (!once->host.empty()) server = config::RuleServer{{}, once->host, {}, "", ""};
        server.default_path = default_firmware;
        text = once->rule;
        form = RuleForm::upgrade_url;
    }
    const auto outcome = co_await run_upgrade(std::move(text), form, std::move(server));
    const bool was_tried = outcome.end == End::succeeded || outcome.end == End::failed;
    if (was_tried && !once) remember_upgrade(outcome, upgrade_key_);
    if (outcome.end == End::skipped && !once) forget_upgrade_failures();
    co_return outcome;
}

/// Nothing is left to be tried again: the retry timer ends, and $UPGST is 1.
void Provisioning::forget_upgrade_failures() {
    State state = read_state(flash_);
    if (state.upgrade_failures == 0) return;
    state.upgrade_failures = 0;
    keep_state(state, flash_);
}

void Provisioning::remember_upgrade(const Outcome& outcome, const std::string& done) {
    State state = read_state(flash_);
    state.upgraded_at = seconds_since_1970(around_.clock.wall());
    state.upgrade_error = outcome.error;
    if (outcome.end == End::succeeded) {
        state.upgrade_failures = 0;
        state.upgrade_done = done;
    } else {
        const auto list = config::parse_delay_list(in_force(flash_, "Upgrade_Error_Retry_Delay"));
        if (!list || list->is_off())
            state.upgrade_given_up = done, state.upgrade_failures = 0;
        else
            ++state.upgrade_failures;
    }
    keep_state(state, flash_);
}

asio::awaitable<Outcome> Provisioning::run_upgrade(std::string text, RuleForm form, config::RuleServer server) {
    auto known = macros(ResyncReason::upgraded);
    upgrade_key_ = text; // of one that cannot begin
    const auto is_given_up = [&] {
        return form == RuleForm::upgrade && read_state(flash_).upgrade_given_up == upgrade_key_;
    };
    const auto fail_with = [&](const std::string& why, std::string error) {
        if (is_given_up()) {
            decide("Upgrade_Rule cannot begin, and the rule is as it was: " + why);
            return Outcome{};
        }
        files_.problem("Upgrade_Rule: " + why);
        known.values["ERR"] = error;
        write_log("Log_Upgrade_Failure_Msg", known.values);
        return Outcome{End::failed, Effect::none, std::move(error)};
    };
    const auto expansion = config::expand_rule(text, known, switches_.rules);
    const auto rule = config::parse_profile_rule(expansion, form, switches_.rules);
    if (!rule) co_return fail_with(rule.error().text(), "invalid rule");
    const auto* chosen = config::choose_alternative(*rule, running_version(flash_), switches_.rules);
    if (chosen == nullptr) {
        if (!rule->alternatives.empty()) decide("Upgrade_Rule is skipped: no condition holds");
        co_return Outcome{};
    }
    std::vector<config::Parameter> assigned;
    for (const auto& each : chosen->assignments) assigned.push_back({each.name, each.value});
    const Effect assignment_effect = apply("Upgrade_Rule", assigned);
    if (!chosen->url) co_return Outcome{End::skipped, assignment_effect, ""};
    const auto place = config::complete_url(*chosen, form, server, switches_.rules);
    if (!place) co_return fail_with(place.error().message, "scheme unsupported");
    upgrade_key_ =
        fmt::format("{}\n{}://{}:{}{}", text, config::to_text(place->scheme), place->host, place->port(), place->path);
    const bool is_done =
        form == RuleForm::upgrade && read_state(flash_).upgrade_done == upgrade_key_ && !chosen->condition;
    if (is_done || is_given_up()) {
        decide(fmt::format("Upgrade_Rule: {} was {}, and the rule is as it was", place->path,
                           is_done ? "fetched" : "tried in vain"));
        co_return Outcome{End::skipped, assignment_effect, ""};
    }
    config::RulePlace to = *place;
    config::MacroValues values = std::move(known.values);
    auto out = co_await fetch_firmware(std::move(to), std::move(values));
    if (out.effect == Effect::none) out.effect = assignment_effect;
    co_return out;
}

asio::awaitable<Outcome> Provisioning::fetch_firmware(config::RulePlace place, config::MacroValues values) {
    const std::string address = co_await address_of(place.host);
    set_place(values, place, address);
    write_log("Log_Upgrade_Request_Msg", values);
    const auto finish = [&](Outcome outcome) {
        values["ERR"] = outcome.end == End::succeeded ? std::string(running_version(flash_)) : outcome.error;
        write_log(outcome.end == End::succeeded ? "Log_Upgrade_Success_Msg" : "Log_Upgrade_Failure_Msg", values);
        return outcome;
    };
    auto url = protocol::parse_url(place.text());
    if (!url) co_return finish({End::failed, Effect::none, "invalid rule"});
    const std::string name = name_in(place.path);
    ImageReader reader{ImageKind::application, around_.model.name, "", {}};
    if (flash_.application && !flash_.application->digest.empty()) reader.in_flash = flash_.application;
    std::function<HeadDecision(std::string_view)> on_head = [reader](std::string_view head) {
        return decide_on_head(head, reader);
    };
    const protocol::Url::Credentials account{place.user, place.password};
    const TransferAnswer answer = co_await files_.fetch_image(name, std::move(*url), account, std::move(on_head));
    if (answer.outcome != FileOutcome::fetched && answer.outcome != FileOutcome::not_changed) {
        if (answer.outcome == FileOutcome::absent)
            files_.problem(fmt::format("Upgrade_Rule names {}, which the server does not have", place.path));
        co_return finish({End::failed, Effect::none, error_of(answer.outcome, place.scheme)});
    }
    co_return finish(judge_firmware(answer, name));
}

Outcome Provisioning::judge_firmware(const TransferAnswer& answer, const std::string& name) {
    ImageReader reader{ImageKind::application, around_.model.name, "", {}};
    if (flash_.application && !flash_.application->digest.empty()) reader.in_flash = flash_.application;
    auto verdict = judge_image(answer, name, reader);
    if (verdict.kind == ImageVerdict::Kind::unusable) {
        files_.mark_not_usable(verdict.reason + ": the phone keeps its firmware");
        return {End::failed, Effect::none, "corrupt file"};
    }
    if (verdict.kind == ImageVerdict::Kind::not_changed) {
        report_.files.back().outcome = FileOutcome::not_changed;
        decide("the firmware is what flash has");
        return {End::succeeded, Effect::none, ""};
    }
    if (verdict.image.version.empty()) verdict.image.version = version_in_name(name);
    if (verdict.image.version.empty()) verdict.image.version = running_version(flash_);
    const auto limit = in_force(flash_, "Downgrade_Rev_Limit");
    if (is_too_old(verdict.image.version, limit, switches_.rules)) {
        files_.mark_not_usable(fmt::format("{} is older than Downgrade_Rev_Limit {}: the phone keeps its firmware",
                                           verdict.image.version, printable(limit, 20)));
        return {End::failed, Effect::none, "downgrade refused"};
    }
    decide(fmt::format("the phone takes {} instead of {}", verdict.image.version, running_version(flash_)));
    flash_.application = std::move(verdict.image);
    report_.firmware = running_version(flash_);
    return {End::succeeded, Effect::new_firmware, ""};
}

} // namespace offhook::phone::linksys
