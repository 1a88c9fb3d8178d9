#include "phone/genband/boot.hpp"

#include "base/text.hpp"
#include "phone/effective_lines.hpp"
#include "phone/file_fetcher.hpp"
#include "phone/genband/discovery.hpp"
#include "phone/web_page.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace offhook::phone::genband {
namespace {

namespace asio = boost::asio;
using protocol::Scheme;

constexpr std::string_view family_name = "genband-ip88";
constexpr std::string_view syntax_name = "ip88-text";
constexpr std::string_view factory_version = "IP88-2.0.17"; // working value (I)
constexpr std::string_view mac_token = "$MAC";

using Values = std::map<std::string, std::string, std::less<>>;

std::vector<config::Parameter> as_list(const Values& values) {
    std::vector<config::Parameter> out;
    for (const auto& [name, value] : values) out.push_back({name, value});
    return out;
}

/// "8830" of IP8830.
std::string digits_of(std::string_view model) {
    return std::string(std::find_if(model.begin(), model.end(), ascii_digit), model.end());
}

bool is_off(const Flash& flash, std::string_view name) { return equal_ignoring_case(flash.parameter(name), "disable"); }

class Boot {
public:
    Boot(const BootSurroundings& around, Flash& flash, BootReport& report)
        : around_(around), flash_(flash), report_(report), files_(around, habits(around, flash), report) {}

    asio::awaitable<void> run() {
        around_.observer.on_event(around_.beginning());
        around_.observer.on_event({BootEvent::Kind::stage, fmt::format("{} {}", around_.model.name, version())});
        around_.transfers.start_stage();
        report_.firmware = version();
        const std::string base = co_await find_base();
        if (!base.empty()) co_await run_cycle(base);
        settle();
    }

private:
    static FetchHabits habits(const BootSurroundings& around, const Flash& flash) {
        FetchHabits habits;
        const auto version = flash.application ? flash.application->version : "";
        habits.user_agent = // not published: the form of its SIP User-Agent (I)
            fmt::format("LG-Ericsson {} v{} SN/{}", around.model.name, version.substr(version.find('-') + 1),
                        flash.mac.text_upper());
        return habits;
    }
    [[nodiscard]] std::string version() const { return flash_.application ? flash_.application->version : ""; }

    asio::awaitable<std::string> find_base() {
        if (around_.looks_for_server()) {
            report_.discovery =
                co_await discover(*around_.clients, flash_, around_.model, around_.discovery, around_.observer);
            if (report_.discovery.address.empty()) files_.problem("no server was found");
            co_return report_.discovery.address;
        }
        if (around_.found_before != nullptr && !around_.found_before->address.empty()) {
            report_.discovery.address = around_.found_before->address;
            report_.discovery.how = around_.found_before->how;
            co_return report_.discovery.address;
        }
        std::vector<std::string> remarks;
        const auto address = decide(nullptr, read_memory(flash_), remarks);
        for (auto& remark : remarks) files_.problem(std::move(remark));
        co_return address ? address->base : std::string();
    }

    [[nodiscard]] std::optional<protocol::Url> locate(const std::string& base, const std::string& name) {
        auto url = protocol::parse_url(fmt::format("{}/{}", base, name));
        if (url) return *url;
        files_.problem(fmt::format("{}: {}", name, url.error().message));
        return std::nullopt;
    }

    asio::awaitable<void> run_cycle(std::string base) {
        if (const auto shown = protocol::parse_url(base))
            around_.observer.on_event({BootEvent::Kind::address, shown->shown()});
        const bool is_told = around_.cause == BootSurroundings::Cause::notify; // then the switches do not count (R)
        if (is_told || !is_off(flash_, "PROVISION.cfg_download")) {
            co_await apply(base, fmt::format("sysconf_{}_sip.cfg", digits_of(around_.model.name)));
            co_await apply(base, own_name(base)); // the first may have changed how it is named
        } else {
            files_.decide("configuration files are not fetched: cfg_download is disabled");
        }
        if (is_told || !is_off(flash_, "PROVISION.sw_download"))
            co_await look_at_version(base);
        else
            files_.decide("the version file is not fetched: sw_download is disabled");
    }

    /// The MAC in lower case; by HTTP as https_macform has it.
    [[nodiscard]] std::string own_name(std::string_view base) const {
        std::string form(flash_.parameter("PROVISION.https_macform"));
        const auto at = form.find(mac_token);
        if (base.starts_with("tftp://") || at == std::string::npos) return flash_.mac.text();
        return form.replace(at, mac_token.size(), flash_.mac.text());
    }

    [[nodiscard]] protocol::Url::Credentials account() const {
        return {std::string(flash_.parameter("PROVISION.https_id")),
                std::string(flash_.parameter("PROVISION.https_password"))};
    }

    /// A file that is missing never ends the cycle (I).
    asio::awaitable<void> apply(std::string base, std::string name) {
        auto url = locate(base, name);
        if (!url) co_return;
        const auto credentials = account();
        const auto parameters = co_await files_.fetch_parameters(name, std::move(*url), syntax_name, credentials);
        if (!parameters) co_return;
        for (const auto& [parameter, value] : *parameters) {
            const auto& field = spelling_in_memory(parameter);
            fetched_[field] = value;
            flash_.parameters[field] = value;
        }
    }

    /// Letter case does not count in names (I): a field keeps the one it first came with.
    const std::string& spelling_in_memory(const std::string& parameter) {
        if (spellings_.empty())
            for (const auto& known : flash_.parameters) spellings_.emplace(to_lower(known.first), known.first);
        return spellings_.emplace(to_lower(parameter), parameter).first->second;
    }

    asio::awaitable<void> look_at_version(std::string base) {
        const std::string name = fmt::format("IP_{}_VER_SIP2", digits_of(around_.model.name));
        auto url = locate(base, name);
        if (!url) co_return;
        const auto credentials = account();
        const auto answer = co_await files_.fetch(name, std::move(*url), credentials);
        if (answer.outcome != FileOutcome::fetched) co_return;
        if (is_web_page(answer.body)) {
            files_.mark_not_usable(web_page_reason);
            co_return;
        }
        const auto offered = read_version(answer.body);
        if (offered.empty())
            files_.mark_not_usable("it names no version");
        else if (offered == version())
            files_.decide(fmt::format("version {} runs already", offered));
        else
            files_.decide(fmt::format("version {} is offered, {} runs: its loads are not fetched here",
                                      printable(offered), version()));
    }

    void settle() {
        report_lines(report_, as_list(fetched_), flash_, around_.family, around_.model);
        for (auto& sentence : what_is_missing(report_.state, report_.lines)) files_.problem(std::move(sentence));
    }

    const BootSurroundings& around_;
    Flash& flash_;
    BootReport& report_;
    FileFetcher files_;
    Values fetched_;
    std::map<std::string, std::string> spellings_; // in lower case, to that in memory
};

class GenbandBoot final : public FamilyBoot {
public:
    [[nodiscard]] std::string_view family() const override { return family_name; }

    [[nodiscard]] Flash factory_flash(const config::Model& model, MacAddress mac) const override {
        Flash flash;
        flash.family = family_name;
        flash.model = model.name;
        flash.mac = mac;
        flash.parameters = {{"PROVISION.type", "0"},
                            {"PROVISION.cfg_download", "enable"},
                            {"PROVISION.sw_download", "enable"},
                            {"PROVISION.dhcp_get_http", "enable"},
                            {"PROVISION.dhcp_get_tftp", "enable"},
                            {"PROVISION.https_macform", std::string(mac_token)}};
        flash.application = StoredImage{"", std::string(factory_version), "", 0};
        return flash;
    }

    [[nodiscard]] Result<void> type_in(const TypedServer& typed, Flash& flash) const override {
        if (typed.user) flash.parameters["PROVISION.https_id"] = *typed.user;
        if (typed.password) flash.parameters["PROVISION.https_password"] = *typed.password;
        if (typed.url.empty()) return {};
        const auto base = complete_url({typed.url, typed.type, {}, {}}, "tftp");
        if (!base) return tl::unexpected(base.error());
        const auto url = protocol::parse_url(*base);
        const bool is_http = url->scheme == Scheme::http || url->scheme == Scheme::https;
        if (!is_http && url->scheme != Scheme::tftp)
            return fail(ErrorCode::invalid, "the phone speaks tftp, http and https only", "--url");
        flash.parameters["PROVISION.type"] = is_http ? "1" : "0";
        flash.parameters[is_http ? "PROVISION.https_url" : "LAN.tftp_server_address"] = *base;
        return {};
    }

    [[nodiscard]] Result<void> check_address(const Flash& flash) const override {
        std::vector<std::string> remarks;
        if (decide(nullptr, read_memory(flash), remarks)) return {};
        if (!remarks.empty()) return fail(ErrorCode::invalid, remarks.front());
        return fail(ErrorCode::not_found, "no server is in memory; give it with --url or let the phone look");
    }

    [[nodiscard]] asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                                   std::function<void(const Flash&)> keep_flash) const override {
        return genband::boot(surroundings, flash, std::move(keep_flash));
    }
};

} // namespace

std::string read_version(std::string_view text) {
    std::string first;
    for (const auto line : split(text, '\n')) {
        const auto words = trim(line);
        if (words.empty() || line.starts_with('#')) continue;
        const auto blank = std::min(words.find_first_of(" \t"), words.size());
        if (equal_ignoring_case(words.substr(0, blank), "version")) return std::string(trim(words.substr(blank)));
        if (first.empty()) first = words;
    }
    return first;
}

const FamilyBoot& family_boot() {
    static const GenbandBoot boot;
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

} // namespace offhook::phone::genband
