#pragma once
/// @file  Provisioning: the resync and the upgrade of a Linksys SPA phone, as its machine runs them.
///
/// resync() runs the four profile rules in order, each from the parameters as they are by then; the first failure ends
/// the sequence, and the next one begins at Profile_Rule. upgrade() runs Upgrade_Rule. Both wait until the phone is
/// idle, write their messages, and remember how they ended; neither reboots: what came of them says whether the phone
/// has to (boot.cpp: pass()).
/// A phone's page, its keys and a NOTIFY come in through resync() with a one-shot, upgrade() with a one-shot, reboot()
/// and report(): one after the other, as the phone's one loop calls them.
/// Source  reference: Linksys 3.2, 3.3, 4.3, 4.4, 6, 7, 13, 14.
#include "base/random.hpp"
#include "config/profile_rule/profile_rule.hpp"
#include "config/profile_rule/rule_place.hpp"
#include "phone/boot_report.hpp"
#include "phone/boot_surroundings.hpp"
#include "phone/file_fetcher.hpp"
#include "phone/flash.hpp"
#include "phone/linksys/macros.hpp"
#include "phone/linksys/parameters.hpp"
#include "phone/linksys/received_profile.hpp"
#include "phone/linksys/state.hpp"
#include "phone/linksys/switches.hpp"

#include <array>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::phone::linksys {

/// What a phone is told once: its own rules stay as they are.
struct OneShot {
    std::string rule; ///< of a resync a whole rule, of an upgrade a URL; URL-decoded. Any part of the URL may lack
    std::string host; ///< who asked: the server, where the URL names none
};

/// What provisioning needs of the rest of the phone. Empty functions: it is idle, and nobody reads its messages.
struct PhoneLinks {
    Random& random;
    std::function<bool()> is_busy = {};
    std::function<void(std::string)> syslog = {}; ///< one line, without header: "SPA-942 00:0e:... -- Requesting ..."
};

enum class RebootKind : std::uint8_t { cold, warm };

struct Outcome {
    enum class End : std::uint8_t {
        refused, ///< switched off, or the phone was never idle
        skipped, ///< no rule applied
        succeeded,
        failed
    } end = End::skipped;
    enum class Effect : std::uint8_t { none, parameters_changed, new_firmware } effect = Effect::none;
    std::string error; ///< $ERR
};

class Provisioning {
public:
    /// Lifetime: what the arguments refer to outlives this.
    Provisioning(const BootSurroundings& around, Flash& flash, BootReport& report, PhoneLinks links);

    /// Of a one-shot: it alone is run, and the timers go on as if nothing had been.
    [[nodiscard]] boost::asio::awaitable<Outcome> resync(ResyncReason reason, std::optional<OneShot> once);
    /// Upgrade_Rule, or a URL that was asked for.
    [[nodiscard]] boost::asio::awaitable<Outcome> upgrade(std::optional<OneShot> once);
    /// Waits for idle and counts the reboot; whoever owns the boot starts it anew.
    [[nodiscard]] boost::asio::awaitable<void> reboot(RebootKind kind, std::string why);
    /// Report_Rule, once: a report that fails is not sent again (12).
    [[nodiscard]] boost::asio::awaitable<Outcome> report();

    /// The random wait before the first contact after power-up.
    [[nodiscard]] boost::asio::awaitable<void> random_delay();
    /// What completes rules that name no server; set by discovery.
    void set_server(config::RuleServer server) { server_ = std::move(server); }
    /// A URL from discovery that names a file stands for the factory's first rule.
    void set_file_url(std::string url) { file_url_ = std::move(url); }

    /// After a resync: some rule is not what it was when it was run.
    [[nodiscard]] bool rules_differ() const;

    [[nodiscard]] FileFetcher& files() { return files_; }
    /// What files and assignments have set since this was made.
    [[nodiscard]] const std::map<std::string, std::string, std::less<>>& obtained() const { return obtained_; }

private:
    [[nodiscard]] boost::asio::awaitable<Outcome> run_rules(ResyncReason reason);
    [[nodiscard]] boost::asio::awaitable<Outcome> run_rule(std::string name, std::string text, config::RuleForm form,
                                                           config::RuleServer server, ResyncReason reason);
    [[nodiscard]] boost::asio::awaitable<Outcome> fetch_profile(std::string name, config::RulePlace place,
                                                                config::RuleOptions options, ResyncReason reason);
    [[nodiscard]] boost::asio::awaitable<Outcome> run_upgrade(std::string text, config::RuleForm form,
                                                              config::RuleServer server);
    [[nodiscard]] boost::asio::awaitable<Outcome> fetch_firmware(config::RulePlace place, config::MacroValues values);
    [[nodiscard]] boost::asio::awaitable<bool> wait_for_idle(std::chrono::seconds longest);
    [[nodiscard]] std::chrono::seconds forced_after() const;
    [[nodiscard]] boost::asio::awaitable<std::string> address_of(std::string host);
    [[nodiscard]] Outcome::Effect apply(const std::string& source, const std::vector<config::Parameter>& parameters);
    [[nodiscard]] Outcome judge_firmware(const TransferAnswer& answer, const std::string& name);
    [[nodiscard]] std::string source_of(std::string_view rule_name) const;
    [[nodiscard]] config::Macros macros(ResyncReason reason) const;
    void write_log(std::string_view parameter, const config::MacroValues& values);
    void remember_resync(const Outcome& outcome);
    void remember_upgrade(const Outcome& outcome, const std::string& done);
    void forget_upgrade_failures();
    void decide(std::string text) { files_.decide(std::move(text)); }

    const BootSurroundings& around_;
    Flash& flash_;
    BootReport& report_;
    PhoneLinks links_;
    Switches switches_;
    FileFetcher files_;
    config::RuleServer server_;
    std::string file_url_;
    std::map<std::string, std::string, std::less<>> obtained_;
    std::array<std::string, profile_rules.size()> ran_;
    std::string upgrade_key_; ///< of the upgrade that runs: the rule's text and, once that is known, where it leads
};

} // namespace offhook::phone::linksys
