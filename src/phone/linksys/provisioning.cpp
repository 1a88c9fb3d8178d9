#include "phone/linksys/provisioning.hpp"

#include "base/ip_address.hpp"
#include "base/text.hpp"
#include "phone/linksys/discovery.hpp"
#include "phone/linksys/parameters.hpp"
#include "phone/resolver.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::linksys {
namespace {

namespace asio = boost::asio;
using config::RuleForm;
using config::RuleScheme;
using End = Outcome::End;
using Effect = Outcome::Effect;

constexpr std::string_view corrupt_file = "corrupt file"; // one of two literals that guides print (14)
constexpr std::size_t access_marks_max = 20'000;

FetchHabits habits_of(const BootSurroundings& around, const Flash& flash, const Switches& switches) {
    FetchHabits habits;
    habits.user_agent = fmt::format("Linksys/{}-{} ({})", product_name(around.model.name), running_version(flash),
                                    flash.parameter(serial_number));
    habits.tftp_name = TransferRequest::TftpName::with_slash; // as public servers match it (C)
    habits.tries = switches.tries;
    habits.pause = switches.retry_pause;
    habits.http_version = switches.http_version;
    habits.redirects = switches.redirects;
    habits.post_type = switches.post_type;
    return habits;
}

Outcome failed(std::string_view error) { return {End::failed, Effect::none, std::string(error)}; }

/// "http_get failed" is a guide's; the rest is ours (14).
std::string error_of(FileOutcome outcome, RuleScheme scheme) {
    if (outcome == FileOutcome::absent) return "file not found";
    if (outcome == FileOutcome::not_usable || outcome == FileOutcome::too_large) return std::string(corrupt_file);
    if (scheme == RuleScheme::http) return "http_get failed";
    if (scheme == RuleScheme::https) return "https_get failed";
    return is_network_failure(outcome) ? "tftp timeout" : "tftp failed";
}

std::string_view access_text(config::UserAccess access) {
    switch (access) {
    case config::UserAccess::none:
        return "na";
    case config::UserAccess::read_only:
        return "ro";
    case config::UserAccess::read_write:
        return "rw";
    }
    return "na";
}

} // namespace

Provisioning::Provisioning(const BootSurroundings& around, Flash& flash, BootReport& report, PhoneLinks links)
    : around_(around), flash_(flash), report_(report), links_(std::move(links)), switches_(read_switches(flash)),
      files_(around, habits_of(around, flash, switches_), report) {}

config::Macros Provisioning::macros(ResyncReason reason) const {
    return macros_of(flash_, around_.model.name, read_state(flash_), reason, around_.clock.wall());
}

void Provisioning::write_log(std::string_view parameter, const config::MacroValues& values) {
    const auto text = in_force(flash_, parameter);
    if (text.empty()) return; // an emptied template suppresses its message
    auto line = config::expand(text, values, switches_.rules);
    decide("syslog: " + printable(line, 200));
    if (links_.syslog) links_.syslog(std::move(line));
}

asio::awaitable<std::string> Provisioning::address_of(std::string host) {
    if (around_.resolver == nullptr || IpAddress::from_text(host)) co_return host;
    const auto addresses = co_await around_.resolver->resolve(host);
    co_return addresses.empty() ? host : addresses.front();
}

asio::awaitable<bool> Provisioning::wait_for_idle(std::chrono::seconds longest) {
    if (!links_.is_busy || !links_.is_busy()) co_return true;
    if (longest.count() == 0) co_return false;
    decide(fmt::format("the phone is in use: waiting until it is idle, at most {} s", longest.count()));
    const std::chrono::milliseconds second = std::chrono::seconds(1);
    const auto step = second / std::max(1U, around_.time_speed);
    for (std::chrono::seconds waited{0}; waited < longest; ++waited) {
        co_await around_.transfers.wait(step);
        if (!links_.is_busy()) co_return true;
    }
    co_return false;
}

/// How long the phone waits here until it resyncs in use. What a running phone was told, or does by its own clock, was
/// held back before it came here (stay()): once more would be twice.
std::chrono::seconds Provisioning::forced_after() const {
    if (around_.cause != BootSurroundings::Cause::power) return std::chrono::seconds(0);
    return seconds_of(flash_, "Forced_Resync_Delay");
}

asio::awaitable<void> Provisioning::random_delay() {
    const auto most = seconds_of(flash_, "Resync_Random_Delay") * switches_.random_delay_unit.count();
    if (most.count() <= 0) co_return;
    const std::chrono::milliseconds delay =
        std::chrono::seconds(links_.random.below(static_cast<std::uint64_t>(most.count()) + 1));
    const bool waits = switches_.random_delay == Switches::RandomDelay::waited;
    decide(fmt::format("Resync_Random_Delay: {} s before the first contact{}", delay.count() / 1000,
                       waits ? "" : ", not waited for (phone.RANDOM_DELAY)"));
    if (waits) co_await around_.transfers.wait(delay / std::max(1U, around_.time_speed));
}

asio::awaitable<void> Provisioning::reboot(RebootKind kind, std::string why) {
    (void)co_await wait_for_idle(forced_after());
    ++report_.reboots;
    around_.observer.on_event(
        {BootEvent::Kind::reboot,
         std::move(why) + (kind == RebootKind::warm ? ": the phone restarts its software" : ": the phone reboots")});
}

asio::awaitable<Outcome> Provisioning::resync(ResyncReason reason, std::optional<OneShot> once) {
    if (!is_on(flash_, "Provision_Enable")) {
        decide("Provision_Enable is No: the phone does not resync");
        co_return Outcome{End::refused, Effect::none, ""};
    }
    keep_identity(around_, flash_);
    const auto bound = seconds_of(flash_, "Forced_Resync_Delay");
    if (switches_.forced_delay == Switches::ForcedDelay::after_idle && links_.is_busy && links_.is_busy()) {
        (void)co_await wait_for_idle(std::chrono::seconds(86'400));
        const std::chrono::milliseconds countdown = bound;
        co_await around_.transfers.wait(countdown / std::max(1U, around_.time_speed));
    } else if (!co_await wait_for_idle(forced_after())) {
        decide(fmt::format("Forced_Resync_Delay of {} s is over: the phone resyncs in use", bound.count()));
    }
    Outcome outcome;
    if (once) {
        config::RuleServer asker{{}, once->host, {}, "", ""};
        if (asker.host.empty()) asker = server_;
        asker.default_path = config::expand(factory_value("Profile_Rule"), macros(reason).values); // I
        outcome = co_await run_rule("a resync that was asked for", once->rule, RuleForm::resync_url, asker, reason);
        co_return outcome;
    }
    outcome = co_await run_rules(reason);
    remember_resync(outcome);
    co_return outcome;
}

void Provisioning::remember_resync(const Outcome& outcome) {
    State state = read_state(flash_);
    state.resynced_at = seconds_since_1970(around_.clock.wall());
    if (outcome.end == End::succeeded) state.synced = State::Synced::once;
    state.resync_failures = outcome.end == End::failed ? state.resync_failures + 1 : 0;
    keep_state(state, flash_);
}

std::string Provisioning::source_of(std::string_view rule_name) const {
    const auto text = in_force(flash_, rule_name);
    const bool is_factorys = rule_name == profile_rules.front() && text == factory_value(rule_name);
    return is_factorys && !file_url_.empty() ? file_url_ : std::string(text);
}

/// One that is skipped is neither a success nor a failure (4.4). What counts as a change is the end beside the
/// beginning: a value that two profiles set differently must not reboot the phone for ever (I).
asio::awaitable<Outcome> Provisioning::run_rules(ResyncReason reason) {
    const auto before = flash_.parameters;
    Outcome out;
    for (std::size_t i = 0; i < profile_rules.size() && out.end != End::failed; ++i) {
        ran_[i] = in_force(flash_, profile_rules[i]);
        std::string rule_name(profile_rules[i]);
        std::string text = source_of(profile_rules[i]);
        config::RuleServer server = server_;
        Outcome one =
            co_await run_rule(std::move(rule_name), std::move(text), RuleForm::profile, std::move(server), reason);
        if (one.end == End::skipped) continue;
        out.end = one.end;
        out.error = std::move(one.error);
    }
    const bool differs = std::any_of(flash_.parameters.begin(), flash_.parameters.end(), [&](const auto& now) {
        const auto old = before.find(now.first);
        return now.second != (old == before.end() ? factory_value(now.first) : std::string_view(old->second));
    });
    if (differs) out.effect = Effect::parameters_changed;
    co_return out;
}

bool Provisioning::rules_differ() const {
    for (std::size_t i = 0; i < profile_rules.size(); ++i)
        if (ran_[i] != in_force(flash_, profile_rules[i])) return true;
    return false;
}

asio::awaitable<Outcome> Provisioning::run_rule(std::string name, std::string text, RuleForm form,
                                                config::RuleServer server, ResyncReason reason) {
    auto known = macros(reason);
    const auto expansion = config::expand_rule(text, known, switches_.rules);
    const auto rule = config::parse_profile_rule(expansion, form, switches_.rules);
    const auto fail_with = [&](const std::string& why, std::string_view error) {
        files_.problem(fmt::format("{}: {}", name, why));
        known.values["ERR"] = error;
        write_log("Log_Resync_Failure_Msg", known.values);
        return failed(error);
    };
    if (!rule) {
        if (switches_.rule_error == Switches::RuleError::skipped) {
            decide(fmt::format("{} is skipped: {}", name, rule.error().text()));
            co_return Outcome{};
        }
        co_return fail_with(rule.error().text(), "invalid rule");
    }
    for (const auto& note : rule->notes) decide(fmt::format("{} {}", name, note));
    const auto* chosen = config::choose_alternative(*rule, running_version(flash_), switches_.rules);
    if (chosen == nullptr) {
        if (!rule->alternatives.empty()) decide(fmt::format("{} is skipped: no condition holds", name));
        co_return Outcome{};
    }
    std::vector<config::Parameter> assigned;
    for (const auto& each : chosen->assignments) assigned.push_back({each.name, each.value});
    const Effect assignment_effect = apply(name, assigned); // before the download (5.3)
    if (!chosen->url) co_return Outcome{End::succeeded, assignment_effect, ""};
    const auto place = config::complete_url(*chosen, form, server, switches_.rules);
    if (!place) {
        auto out =
            fail_with(place.error().message, place.error().code == ErrorCode::not_found ? "no server" : "invalid rule");
        out.effect = assignment_effect;
        co_return out;
    }
    around_.observer.on_event({BootEvent::Kind::address, fmt::format("{} ({})", place->text(), name)});
    config::RulePlace to = *place;
    config::RuleOptions options = chosen->options;
    auto out = co_await fetch_profile(std::move(name), std::move(to), std::move(options), reason);
    if (out.effect == Effect::none) out.effect = assignment_effect;
    co_return out;
}

asio::awaitable<Outcome> Provisioning::fetch_profile(std::string name, config::RulePlace place,
                                                     config::RuleOptions options, ResyncReason reason) {
    auto values = macros(reason).values;
    const std::string address = co_await address_of(place.host);
    set_place(values, place, address);
    write_log("Log_Resync_Request_Msg", values);
    const auto fail_with = [&](std::string error) {
        values["ERR"] = error;
        write_log("Log_Resync_Failure_Msg", values);
        return failed(error);
    };
    std::vector<Alias> aliases;
    if (options.alias) {
        auto map = parse_alias_map(flash_.parameter(config::register_name(*options.alias)));
        if (!map) {
            files_.problem(fmt::format("{}: {}", name, map.error().message));
            co_return fail_with("invalid rule");
        }
        aliases = std::move(*map);
    }
    auto url = protocol::parse_url(place.text());
    if (!url) {
        files_.problem(fmt::format("{}: {}", name, url.error().message));
        co_return fail_with("invalid rule");
    }
    if (options.post)
        files_.habits().post =
            config::expand(flash_.parameter(config::register_name(*options.post)), values, switches_.rules);
    const protocol::Url::Credentials account{options.user.value_or(place.user),
                                             options.password.value_or(place.password)};
    const TransferAnswer answer = co_await files_.fetch(place.path, std::move(*url), account);
    files_.habits().post.reset();
    if (answer.outcome == FileOutcome::absent) {
        if (!is_on(flash_, "Resync_Fails_On_FNF")) {
            decide(fmt::format("{}: the server does not have it, and Resync_Fails_On_FNF is No", name));
            co_return Outcome{End::succeeded, Effect::none, ""};
        }
        files_.problem(fmt::format("{} names {}, which the server does not have", name, place.path));
    }
    if (answer.outcome != FileOutcome::fetched) co_return fail_with(error_of(answer.outcome, place.scheme));
    auto profile = read_received(answer.body, options.key, aliases, switches_, flash_.mac);
    if (!profile) {
        files_.mark_not_usable(profile.error().message);
        co_return fail_with(std::string(corrupt_file));
    }
    for (const auto& remark : profile->remarks) decide(fmt::format("{}: {}", place.path, remark));
    files_.tell_notes(place.path, profile->document.notes);
    const Effect effect = apply(place.path, profile->document.parameters);
    for (const auto& mark : profile->document.access)
        if (!mark.name.starts_with("phone.") && flash_.origins.size() < access_marks_max)
            flash_.origins[mark.name] = access_text(mark.access);
    write_log("Log_Resync_Success_Msg", values);
    co_return Outcome{End::succeeded, effect, ""};
}

Effect Provisioning::apply(const std::string& source, const std::vector<config::Parameter>& parameters) {
    Effect effect = Effect::none;
    for (const auto& parameter : parameters) {
        const auto set = set_parameter(flash_, parameter.name, parameter.value);
        if (set == Setting::refused) {
            decide(fmt::format("{}: {} keeps its value, for the phone cannot take the new one", source,
                               printable(parameter.name, 40)));
            continue;
        }
        obtained_[parameter.name] = parameter.value;
        if (set == Setting::changed) effect = Effect::parameters_changed;
    }
    return effect;
}

} // namespace offhook::phone::linksys
