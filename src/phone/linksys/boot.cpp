#include "phone/linksys/boot.hpp"

#include "base/text.hpp"
#include "phone/effective_lines.hpp"
#include "phone/file_fetcher.hpp"
#include "phone/linksys/discovery.hpp"
#include "phone/linksys/profile_rule.hpp"

#include <array>
#include <fmt/format.h>
#include <map>

namespace offhook::phone::linksys {
namespace {

namespace asio = boost::asio;

constexpr std::string_view family_name = "linksys-spa";
constexpr std::string_view syntax_name = "spa-xml";
constexpr std::string_view default_rule = "/spa$PSN.cfg";
constexpr std::string_view serial_number = "phone.Serial_Number";
constexpr std::string_view factory_version = "5.1.8", hardware_version = "1.0.2(63e6)";
constexpr std::array<std::string_view, 4> rule_names{"Profile_Rule", "Profile_Rule_B", "Profile_Rule_C",
                                                     "Profile_Rule_D"};
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

class Boot {
public:
    Boot(const BootSurroundings& around, Flash& flash, BootReport& report)
        : around_(around), flash_(flash), report_(report), files_(around, habits(around, flash), report) {}

    asio::awaitable<void> run() {
        around_.observer.on_event(around_.beginning());
        around_.observer.on_event(
            {BootEvent::Kind::stage, fmt::format("{} {}", product_name(around_.model.name), version())});
        around_.transfers.start_stage();
        report_.firmware = version();
        if (around_.looks_for_server())
            co_await look();
        else if (around_.found_before != nullptr && !around_.found_before->address.empty())
            go_to(*around_.found_before);
        for (unsigned run = 1;; ++run) {
            const auto end = co_await run_rules();
            if (end.changed) ++report_.reboots;
            if (!end.rules_differ) break;
            if (run >= runs_max) {
                files_.problem(fmt::format("the profile rules still change after {} resyncs", run));
                break;
            }
            around_.observer.on_event({BootEvent::Kind::reboot, "parameters have changed: the phone reboots, and comes "
                                                                "again by its new rules after Resync_Periodic"});
        }
        settle();
    }

private:
    struct RunEnd {
        bool changed = false;      ///< some value
        bool rules_differ = false; ///< a rule is not what it was when it was run
    };

    static FetchHabits habits(const BootSurroundings& around, const Flash& flash) {
        FetchHabits habits;
        habits.user_agent =
            fmt::format("Linksys/{}-{} ({})", product_name(around.model.name),
                        flash.application ? flash.application->version : "", flash.parameter(serial_number));
        habits.tftp_name = TransferRequest::TftpName::with_slash; // as public servers match it (C)
        return habits;
    }
    [[nodiscard]] std::string version() const { return flash_.application ? flash_.application->version : ""; }

    [[nodiscard]] Macros macros() const {
        Macros out{{"MA", flash_.mac.text()},
                   {"MAU", flash_.mac.text_upper()},
                   {"MAC", flash_.mac.text_colons()},
                   {"PN", product_name(around_.model.name)},
                   {"PSN", product_series(around_.model.name)},
                   {"SN", std::string(flash_.parameter(serial_number))},
                   {"SWVER", version()},
                   {"HWVER", std::string(hardware_version)}};
        for (char letter = 'A'; letter <= 'P'; ++letter) // $SA to $SD are for --key alone
            out[std::string(1, letter)] = flash_.parameter(fmt::format("GPP_{}", letter));
        return out;
    }

    asio::awaitable<void> look() {
        const auto found =
            co_await discover(*around_.clients, flash_, around_.model, around_.discovery, around_.observer);
        report_.discovery.steps = found.steps;
        if (found.address.empty()) {
            files_.problem("no server was found");
            co_return;
        }
        go_to(found);
    }

    void go_to(const FoundServer& found) {
        report_.discovery.address = found.address;
        report_.discovery.how = found.how;
        const auto url = protocol::parse_url(found.address);
        if (!url) return; // discovery has checked it
        base_ = *url;
        if (!base_->scheme) base_->scheme = protocol::Scheme::tftp;
    }

    /// What is run for a rule: a URL that names a file stands for the factory's rule.
    Result<std::optional<protocol::Url>> place_of(std::string_view rule, const Macros& macros) const {
        if (rule == default_rule && base_ && names_file(base_->path)) {
            auto url = *base_;
            url.path = expand(url.path, macros);
            return url;
        }
        return read_rule(rule, macros, base_);
    }

    /// False: the sequence ends here.
    asio::awaitable<bool> run_rule(std::string name, std::string rule, bool& changed) {
        auto url = place_of(rule, macros());
        if (!url) {
            files_.problem(fmt::format("{}: {}", name, url.error().message));
            co_return false;
        }
        if (!*url) co_return true;
        around_.observer.on_event({BootEvent::Kind::address, fmt::format("{} ({})", (*url)->shown(), name)});
        const std::string path = (*url)->path;
        const protocol::Url::Credentials none;
        const auto profile = co_await files_.fetch_parameters(path, std::move(**url), syntax_name, none);
        if (!profile) {
            const bool absent = !report_.files.empty() && report_.files.back().outcome == FileOutcome::absent;
            if (absent && equal_ignoring_case(flash_.parameter("Resync_Fails_On_FNF"), "No")) co_return true;
            if (absent) files_.problem(fmt::format("{} names {}, which the server does not have", name, path));
            co_return false;
        }
        for (const auto& [parameter, value] : *profile) {
            fetched_[parameter] = value;
            auto& known = flash_.parameters[parameter];
            changed = changed || known != value;
            known = value;
        }
        co_return true;
    }

    asio::awaitable<RunEnd> run_rules() {
        RunEnd end;
        std::array<std::string, rule_names.size()> run;
        for (std::size_t i = 0; i < rule_names.size(); ++i) {
            run[i] = flash_.parameter(rule_names[i]);
            const bool goes_on = co_await run_rule(std::string(rule_names[i]), run[i], end.changed);
            if (!goes_on) co_return end;
        }
        for (std::size_t i = 0; i < rule_names.size(); ++i)
            end.rules_differ = end.rules_differ || run[i] != flash_.parameter(rule_names[i]);
        co_return end;
    }

    void settle() {
        report_lines(report_, as_list(fetched_), flash_, around_.family, around_.model);
        for (auto& sentence : what_is_missing(report_.state, report_.lines)) files_.problem(std::move(sentence));
    }

    const BootSurroundings& around_;
    Flash& flash_;
    BootReport& report_;
    FileFetcher files_;
    std::optional<protocol::Url> base_;
    std::map<std::string, std::string, std::less<>> fetched_;
};

class LinksysBoot final : public FamilyBoot {
public:
    [[nodiscard]] std::string_view family() const override { return family_name; }

    [[nodiscard]] Flash factory_flash(const config::Model& model, MacAddress mac) const override {
        Flash flash;
        flash.family = family_name;
        flash.model = model.name;
        flash.mac = mac;
        // Real serial numbers have nothing to do with the MAC; ours is of the same form and each phone's own.
        flash.parameters = {{std::string(serial_number), "8801" + mac.text_upper().substr(4)},
                            {"Profile_Rule", std::string(default_rule)},
                            {"Resync_Fails_On_FNF", "Yes"}};
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
            *base += default_rule;
        }
        flash.parameters["Profile_Rule"] = *base;
        return {};
    }

    [[nodiscard]] Result<void> check_address(const Flash& flash) const override {
        for (const auto name : rule_names) {
            const auto rule = trim(flash.parameter(name));
            if (!rule.empty() && !rule.starts_with('/') && !rule.starts_with('#')) return {};
        }
        return fail(ErrorCode::not_found, "no profile rule names a server; give it with --url or let the phone look");
    }

    [[nodiscard]] asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                                   std::function<void(const Flash&)> keep_flash) const override {
        return linksys::boot(surroundings, flash, std::move(keep_flash));
    }
};

} // namespace

const FamilyBoot& family_boot() {
    static const LinksysBoot boot;
    return boot;
}

asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                 std::function<void(const Flash&)> keep_flash) {
    BootReport report;
    Boot phone(surroundings, flash, report);
    co_await phone.run();
    keep_flash(flash);
    co_return report;
}

} // namespace offhook::phone::linksys
