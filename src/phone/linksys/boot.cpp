#include "phone/linksys/boot.hpp"

#include "base/text.hpp"
#include "config/profile_rule/delay_list.hpp"
#include "phone/effective_lines.hpp"
#include "phone/linksys/discovery.hpp"
#include "phone/linksys/pages.hpp"
#include "phone/linksys/parameters.hpp"
#include "phone/linksys/provisioning.hpp"
#include "phone/linksys/schedule.hpp"
#include "phone/syslog_sender.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <utility>

namespace offhook::phone::linksys {
namespace {

namespace asio = boost::asio;
using End = Outcome::End;
using Effect = Outcome::Effect;

constexpr std::string_view family_name = "linksys-spa";
constexpr std::string_view factory_version = "5.1.8";
constexpr unsigned runs_max = 5; // of the whole sequence; bootstraps need two or three

std::vector<config::Parameter> as_list(const std::map<std::string, std::string, std::less<>>& values) {
    std::vector<config::Parameter> out;
    for (const auto& [name, value] : values) out.push_back({name, value});
    return out;
}

/// The last segment names a file rather than a directory: "spa942.cfg", "$MA.xml".
bool names_file(std::string_view path) {
    const auto file = path.substr(std::min(path.rfind('/') + 1, path.size()));
    return file.find_first_of(".$?") != std::string_view::npos;
}

/// What discovery tells is a place, and no rule that assigns or chooses.
bool is_place_alone(std::string_view url) { return url.find_first_of("|()\"!# \t") == std::string_view::npos; }

std::optional<config::RuleScheme> rule_scheme(const std::optional<protocol::Scheme>& scheme) {
    if (scheme == protocol::Scheme::http) return config::RuleScheme::http;
    if (scheme == protocol::Scheme::https) return config::RuleScheme::https;
    return config::RuleScheme::tftp;
}

class Boot {
public:
    /// `told`: what a one-shot is of.
    Boot(const BootSurroundings& around, Flash& flash, BootReport& report, PhoneLinks links,
         NotifyAction told = NotifyAction::resync)
        : around_(around), flash_(flash), report_(report), machine_(around, flash, report, std::move(links)),
          told_(told) {}

    asio::awaitable<void> run(std::optional<OneShot> once) {
        around_.observer.on_event(around_.beginning());
        around_.observer.on_event(
            {BootEvent::Kind::stage, fmt::format("{} {}", product_name(around_.model.name), running_version(flash_))});
        around_.transfers.start_stage();
        if (around_.looks_for_server())
            co_await look();
        else if (around_.found_before != nullptr && !around_.found_before->address.empty())
            go_to(*around_.found_before);
        const auto reason = why();
        if (told_ == NotifyAction::upgrade)
            co_await upgrade_once(std::move(once));
        else if (reason != ResyncReason::reset)
            co_await pass(reason, std::move(once));
        else
            co_await after_reset();
        report_.firmware = running_version(flash_);
        settle();
    }

    asio::awaitable<void> report() {
        if (around_.found_before != nullptr && !around_.found_before->address.empty()) go_to(*around_.found_before);
        (void)co_await machine_.report();
    }

private:
    enum class Ran : std::uint8_t { own_rules, once };

    [[nodiscard]] ResyncReason why() const {
        if (around_.found_before == nullptr) return ResyncReason::reset;
        return around_.cause == BootSurroundings::Cause::own_clock ? own_reason(flash_) : ResyncReason::asked;
    }

    asio::awaitable<void> look() {
        const auto found =
            co_await discover(*around_.clients, flash_, around_.model, around_.discovery, around_.observer);
        report_.discovery.steps = found.steps;
        if (found.address.empty()) {
            machine_.files().problem("no server was found");
            co_return;
        }
        go_to(found);
    }

    void go_to(const FoundServer& found) {
        report_.discovery.address = found.address;
        report_.discovery.how = found.how;
        const auto url = protocol::parse_url(found.address);
        if (!url) return; // discovery has checked it
        config::RuleServer server{rule_scheme(url->scheme), url->host, url->port, url->path, ""};
        if (names_file(url->path)) {
            server.directory.clear();
            if (is_place_alone(found.address)) machine_.set_file_url(url->shown());
        }
        while (server.directory.ends_with('/')) server.directory.pop_back();
        machine_.set_server(std::move(server));
    }

    /// A phone that does not resync may have an upgrade to do all the same (I).
    asio::awaitable<void> after_reset() {
        State state = read_state(flash_);
        state.upgrade_given_up.clear();
        keep_state(state, flash_);
        if (is_on(flash_, "Provision_Enable") && is_on(flash_, "Resync_On_Reset")) {
            co_await machine_.random_delay();
            const std::optional<OneShot> nothing;
            co_await pass(ResyncReason::reset, nothing);
            co_return;
        }
        machine_.files().decide(is_on(flash_, "Provision_Enable")
                                    ? "Resync_On_Reset is No: the phone goes by what it has"
                                    : "Provision_Enable is No: the phone goes by what it has");
        const std::optional<OneShot> nothing;
        const auto upgraded = co_await machine_.upgrade(nothing);
        if (upgraded.effect == Effect::new_firmware) co_await machine_.reboot(RebootKind::cold, "new firmware");
    }

    /// Its page was told to, or the timer of an upgrade that failed has ended: then `once` is nothing.
    asio::awaitable<void> upgrade_once(std::optional<OneShot> once) {
        const auto upgraded = co_await machine_.upgrade(std::move(once));
        if (upgraded.effect == Effect::new_firmware) co_await machine_.reboot(RebootKind::cold, "new firmware");
        const bool was_tried = upgraded.end == End::failed || upgraded.end == End::succeeded;
        const std::optional<OneShot> nothing;
        if (was_tried && is_on(flash_, "Resync_After_Upgrade_Attempt") && is_on(flash_, "Provision_Enable"))
            co_await pass(ResyncReason::upgraded, nothing);
    }

    /// A resync with all that it entails: the upgrade after it, reboots, the resync after an upgrade, and, where the
    /// rules themselves have changed, the one that comes after Resync_Periodic, for which nobody waits here.
    asio::awaitable<void> pass(ResyncReason reason, std::optional<OneShot> once) {
        for (unsigned run = 1;; ++run) {
            const std::optional<OneShot> asked = std::exchange(once, std::nullopt);
            const auto resynced = co_await machine_.resync(reason, asked);
            const auto next = co_await after_resync(reason, resynced, asked ? Ran::once : Ran::own_rules);
            if (!next) co_return;
            if (run >= runs_max) {
                machine_.files().problem(*next == ResyncReason::upgraded
                                             ? fmt::format("the phone still upgrades after {} resyncs", run)
                                             : fmt::format("the profile rules still change after {} resyncs", run));
                co_return;
            }
            reason = *next;
        }
    }

    /// nullopt: the phone rests.
    asio::awaitable<std::optional<ResyncReason>> after_resync(ResyncReason reason, Outcome resynced, Ran ran) {
        const bool may_upgrade = reason != ResyncReason::upgraded || read_state(flash_).upgrade_failures == 0;
        Outcome upgraded;
        if (may_upgrade) {
            const std::optional<OneShot> nothing;
            upgraded = co_await machine_.upgrade(nothing);
        }
        const bool changed = resynced.effect != Effect::none || upgraded.effect == Effect::parameters_changed;
        if (upgraded.effect == Effect::new_firmware)
            co_await machine_.reboot(RebootKind::cold, "new firmware");
        else if (changed)
            co_await machine_.reboot(RebootKind::warm, "parameters have changed");
        const bool was_tried = upgraded.end == End::failed || upgraded.end == End::succeeded;
        if (was_tried && is_on(flash_, "Resync_After_Upgrade_Attempt") && is_on(flash_, "Provision_Enable"))
            co_return ResyncReason::upgraded;
        if (resynced.end != End::succeeded || ran == Ran::once || !machine_.rules_differ()) co_return std::nullopt;
        co_return goes_on_by_new_rules() ? std::optional(ResyncReason::periodic) : std::nullopt;
    }

    /// The reboot for changed parameters does not resync: the periodic timer has to (4.3).
    bool goes_on_by_new_rules() {
        const auto period = config::parse_delay_list(in_force(flash_, "Resync_Periodic"));
        if (!period || period->is_off() || !is_on(flash_, "Provision_Enable")) {
            machine_.files().problem("the profile rules have changed, and nothing makes the phone come again by them: "
                                     "Resync_Periodic is off, and a reboot for changed parameters does not resync");
            return false;
        }
        machine_.files().decide(fmt::format("the profile rules have changed: the phone comes again by them after "
                                            "Resync_Periodic, {}, which is not waited for",
                                            in_force(flash_, "Resync_Periodic")));
        return true;
    }

    void settle() {
        report_lines(report_, as_list(machine_.obtained()), flash_, around_.family, around_.model);
        for (auto& sentence : what_is_missing(report_.state, report_.lines))
            machine_.files().problem(std::move(sentence));
    }

    const BootSurroundings& around_;
    Flash& flash_;
    BootReport& report_;
    Provisioning machine_;
    NotifyAction told_;
};

PhoneLinks links_of(const BootSurroundings& around, const Flash& flash, Random& random, SyslogSender& syslog) {
    PhoneLinks links{random};
    links.is_busy = around.is_busy;
    links.syslog = [&](const std::string& line) { // both get them (14)
        syslog.send(flash.parameter("Syslog_Server"), line);
        if (flash.parameter("Debug_Server") != flash.parameter("Syslog_Server"))
            syslog.send(flash.parameter("Debug_Server"), line);
    };
    return links;
}

/// With the host's randomness, its network for messages, and whether the phone is in use.
asio::awaitable<BootReport> run_with_links(BootSurroundings surroundings, Flash& flash, NotifyAction told,
                                           std::optional<OneShot> once) {
    SystemRandom random;
    const auto executor = co_await asio::this_coro::executor;
    SyslogSender syslog(executor, surroundings.resolver);
    BootReport report;
    Boot phone(surroundings, flash, report, links_of(surroundings, flash, random, syslog), told);
    co_await phone.run(std::move(once));
    co_await syslog.finish();
    co_return report;
}

class LinksysBoot final : public FamilyBoot {
public:
    [[nodiscard]] std::string_view family() const override { return family_name; }

    [[nodiscard]] Flash factory_flash(const config::Model& model, MacAddress mac) const override {
        Flash flash;
        flash.family = family_name;
        flash.model = model.name;
        flash.mac = mac;
        for (const auto& trait : model.traits) // a PAP2T knows another name than the rest
            if (trait.name == "default_file" && trait.value != factory_value("Profile_Rule"))
                flash.parameters["Profile_Rule"] = trait.value;
        // Real serial numbers have nothing to do with the MAC; ours is of the same form and each phone's own.
        flash.parameters[std::string(serial_number)] = "8801" + mac.text_upper().substr(4);
        flash.application = StoredImage{"", std::string(factory_version), "", 0};
        return flash;
    }

    [[nodiscard]] Result<void> type_in(const TypedServer& typed, Flash& flash) const override {
        if (typed.url.empty()) return {};
        auto base = complete_url(typed, "tftp");
        if (!base) return tl::unexpected(base.error());
        const auto url = protocol::parse_url(*base);
        if (url->scheme == protocol::Scheme::ftp || url->scheme == protocol::Scheme::ftps)
            return fail(ErrorCode::invalid, "the phone speaks tftp, http and https only", "--url");
        if (!names_file(url->path)) {
            while (base->ends_with('/')) base->pop_back();
            const auto known = in_force(flash, "Profile_Rule");
            *base += known.starts_with('/') ? known : factory_value("Profile_Rule");
        }
        flash.parameters["Profile_Rule"] = *base;
        return {};
    }

    [[nodiscard]] Result<void> check_address(const Flash& flash) const override {
        for (const auto name : profile_rules) {
            const auto rule = trim(in_force(flash, name));
            if (!rule.empty() && !rule.starts_with('/') && !rule.starts_with('#')) return {};
        }
        return fail(ErrorCode::not_found, "no profile rule names a server; give it with --url or let the phone look");
    }

    [[nodiscard]] asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                                   std::function<void(const Flash&)> keep_flash) const override {
        return linksys::boot(surroundings, flash, std::move(keep_flash));
    }
    [[nodiscard]] asio::awaitable<BootReport> follow(BootSurroundings surroundings, Flash& flash, PhoneOrder order,
                                                     std::function<void(const Flash&)> keep_flash) const override {
        std::optional<OneShot> once;
        if (order.once) once = OneShot{*order.once, order.host};
        auto report = co_await run_with_links(surroundings, flash, order.action, std::move(once));
        keep_flash(flash);
        co_return report;
    }
    [[nodiscard]] asio::awaitable<void> send_report(BootSurroundings surroundings, Flash& flash,
                                                    BootReport& report) const override {
        SystemRandom random;
        PhoneLinks links{random};
        Boot phone(surroundings, flash, report, std::move(links));
        co_await phone.report();
    }
    [[nodiscard]] bool has_web_pages() const override { return true; }
    [[nodiscard]] std::unique_ptr<WebPages> web_pages(const Flash& flash, const config::Model& model,
                                                      const Clock& clock, Random& random) const override {
        return std::make_unique<Pages>(flash, model.name, clock, random);
    }
    [[nodiscard]] std::vector<OwnAction> own_actions(const BootReport&, const Flash& flash, WallTime now,
                                                     Random& random) const override {
        return linksys::own_actions(flash, now, random);
    }
};

} // namespace

const FamilyBoot& family_boot() {
    static const LinksysBoot boot;
    return boot;
}

asio::awaitable<BootReport> run(BootSurroundings surroundings, Flash& flash, PhoneLinks links,
                                std::optional<OneShot> once) {
    BootReport report;
    Boot phone(surroundings, flash, report, std::move(links));
    co_await phone.run(std::move(once));
    co_return report;
}

asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                 std::function<void(const Flash&)> keep_flash) {
    std::optional<OneShot> nothing;
    auto report = co_await run_with_links(surroundings, flash, NotifyAction::resync, std::move(nothing));
    keep_flash(flash);
    co_return report;
}

} // namespace offhook::phone::linksys
