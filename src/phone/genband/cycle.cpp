#include "phone/genband/cycle.hpp"

#include "base/text.hpp"
#include "config/family/value_range.hpp"
#include "config/seal/genband_project.hpp"
#include "config/syntax/directory_syntax.hpp"
#include "phone/effective_lines.hpp"
#include "phone/genband/discovery.hpp"
#include "phone/time_source.hpp"
#include "phone/web_page.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone::genband {
namespace {

namespace asio = boost::asio;
using protocol::Scheme;

constexpr std::string_view syntax_name = "ip88-text";
constexpr std::string_view phonebook_syntax_name = "ip88-phonebook";
constexpr std::string_view include_name = "SYSTEM.include phonebook";
constexpr std::string_view mac_token = "$MAC";
constexpr std::size_t parameters_max = 8000; // of flash: what files have ever set
constexpr std::size_t refusals_told_max = 3;

/// "8830" of IP8830.
std::string digits_of(std::string_view model) {
    return std::string(std::find_if(model.begin(), model.end(), ascii_digit), model.end());
}

std::string_view trait_of(const config::Model& model, std::string_view name) {
    for (const auto& trait : model.traits)
        if (trait.name == name) return trait.value;
    return {};
}

/// As the phone spells it in names: the module's where one is fitted.
std::string mac_in_names(const Flash& flash, const config::Model& model) {
    const MacAddress mac = MacAddress::from_text(flash.parameter("phone.WIFI_MAC")).value_or(flash.mac);
    auto letters = flash.parameter("phone.MAC_CASE");
    if (letters.empty()) letters = trait_of(model, "mac_case");
    return equal_ignoring_case(letters, "upper") ? mac.text_upper() : mac.text();
}

FetchHabits habits_of(const BootSurroundings& around, const Flash& flash) {
    FetchHabits habits;
    const auto version = flash.application ? flash.application->version : "";
    habits.user_agent = flash.parameter("phone.USER_AGENT");
    if (habits.user_agent.empty()) // not published: the form of its SIP User-Agent (I)
        habits.user_agent = fmt::format("LG-Ericsson {} v{} SN/{}", around.model.name,
                                        version.substr(version.find('-') + 1), flash.mac.text_upper());
    const auto number = [&](std::string_view name, unsigned otherwise, unsigned least, unsigned most) {
        return std::clamp(to_number<unsigned>(flash.parameter(name)).value_or(otherwise), least, most);
    };
    habits.tries = number("phone.TRIES", 3, 1, limits::attempts_max);
    habits.pause = std::chrono::seconds(number("phone.RETRY_PAUSE", 5, 0, 300));
    habits.redirects_max = number("phone.REDIRECTS", 3, 0, limits::redirects_max);
    if (habits.redirects_max == 0) habits.redirects = TransferRequest::Redirects::refused;
    return habits;
}

bool is_inside(std::string_view name) {
    return !name.empty() && name.find("..") == std::string_view::npos && name.find("://") == std::string_view::npos &&
           name.front() != '/';
}

} // namespace

FileNames file_names(const Flash& flash, const config::Model& model) {
    const auto digits = digits_of(model.name);
    const auto mac = mac_in_names(flash, model);
    FileNames names{fmt::format("sysconf_{}_sip.cfg", digits), mac, mac, {}};
    std::string form(flash.parameter("PROVISION.https_macform"));
    if (const auto at = form.find(mac_token); at != std::string::npos)
        names.own_by_http = form.replace(at, mac_token.size(), mac);
    const auto version = fmt::format("IP_{}_VER_SIP2", digits);
    if (trait_of(model, "version_in_mac_folder") == "yes") names.version.push_back(fmt::format("{}/{}", mac, version));
    names.version.push_back(version);
    return names;
}

TlsTrust::Checks checks_of(std::string_view verifying_cert) {
    using Check = TlsTrust::Checks::Check;
    verifying_cert = trim(verifying_cert);
    if (verifying_cert.starts_with("0x") || verifying_cert.starts_with("0X")) verifying_cert.remove_prefix(2);
    const auto bits = verifying_cert.size() <= 2 ? to_number<unsigned>(verifying_cert).value_or(7) : 7;
    const auto check = [&](unsigned bit) { return (bits & bit) != 0 ? Check::on : Check::off; };
    return {check(0x01), check(0x02), check(0x04)};
}

Cycle::Cycle(const BootSurroundings& around, Flash& flash, BootReport& report)
    : around_(around), flash_(flash), report_(report), files_(around, habits_of(around, flash), report),
      at_begin_(flash.parameters) {}

asio::awaitable<Cycle::Next> Cycle::run() {
    around_.observer.on_event(around_.beginning());
    around_.observer.on_event({BootEvent::Kind::stage, fmt::format("{} {}", around_.model.name, version())});
    around_.transfers.start_stage();
    report_.firmware = version();
    const std::string base = co_await find_base();
    bool has_new_software = false;
    if (!base.empty()) has_new_software = co_await fetch_all(base);
    settle();
    const auto changed = changed_restarting();
    if (!changed.empty())
        files_.decide(fmt::format("{}{} differs from what it was: the phone restarts", changed.front(),
                                  changed.size() == 1 ? "" : fmt::format(" (and {} more)", changed.size() - 1)));
    co_return has_new_software || !changed.empty() ? Next::restart : Next::go_on;
}

asio::awaitable<std::string> Cycle::find_base() {
    if (around_.looks_for_server()) {
        report_.discovery =
            co_await discover(*around_.clients, flash_, around_.model, around_.discovery, around_.observer);
        if (report_.discovery.address.empty()) files_.problem("no server was found");
        co_return report_.discovery.address;
    }
    if (around_.found_before != nullptr && !around_.found_before->address.empty()) {
        report_.discovery.address = around_.found_before->address;
        report_.discovery.how = around_.found_before->how;
        report_.discovery.time_server = around_.found_before->time_server;
        co_return report_.discovery.address;
    }
    std::vector<std::string> remarks;
    const auto address = decide(nullptr, read_memory(flash_), remarks);
    for (auto& remark : remarks) files_.problem(std::move(remark));
    co_return address ? address->base : std::string();
}

asio::awaitable<bool> Cycle::fetch_all(std::string base) {
    if (const auto shown = protocol::parse_url(base))
        around_.observer.on_event({BootEvent::Kind::address, shown->shown()});
    const bool is_told = around_.cause == BootSurroundings::Cause::notify; // then the switches do not count (R)
    const bool is_own = around_.cause == BootSurroundings::Cause::own_clock;
    if (!is_told && read_switch(flash_, "PROVISION.cfg_download") == Switch::off)
        files_.decide("configuration files are not fetched: cfg_download is disabled");
    else if (is_own && read_switch(flash_, "phone.SMARTUP_CONFIG") == Switch::off)
        files_.decide("configuration files are not fetched: the smart update is of software (phone.SMARTUP_CONFIG)");
    else
        co_await fetch_configuration(base);
    if (is_told || read_switch(flash_, "PROVISION.sw_download") == Switch::on) co_return co_await look_at_version(base);
    files_.decide("the version file is not fetched: sw_download is disabled");
    co_return false;
}

asio::awaitable<void> Cycle::fetch_configuration(std::string base) {
    co_await apply(base, file_names(flash_, around_.model).global);
    const auto names = file_names(flash_, around_.model); // the first may have changed how the second is named
    co_await apply(base, base.starts_with("tftp://") ? names.own_by_tftp : names.own_by_http);
    if (fetched_.contains(include_name)) co_await fetch_phonebook(base);
}

std::optional<protocol::Url> Cycle::locate(const std::string& base, const std::string& name) {
    auto url = protocol::parse_url(fmt::format("{}/{}", base, name));
    if (url) return *url;
    files_.problem(fmt::format("{}: {}", name, url.error().message));
    return std::nullopt;
}

protocol::Url::Credentials Cycle::account() const {
    return {std::string(flash_.parameter("PROVISION.https_id")),
            std::string(flash_.parameter("PROVISION.https_password"))};
}

/// SNTP: the server of DHCP, then that of the configuration (their order is inferred); each once in a cycle.
asio::awaitable<void> Cycle::set_clock() {
    if (around_.time_source == nullptr) co_return;
    const std::string servers[] = {report_.discovery.time_server,
                                   std::string(flash_.parameter("NETTIME.sntp_server_address"))};
    for (const auto& server : servers) {
        if (clock_offset_) co_return;
        if (server.empty() || !time_servers_asked_.insert(server).second) continue;
        const auto offset = co_await around_.time_source->ask(server);
        if (offset) {
            clock_offset_ = *offset;
            files_.decide(
                fmt::format("SNTP server {}: it is {}", printable(server), to_text(around_.clock.wall() + *offset)));
        } else {
            files_.decide(fmt::format("SNTP server {}: {}", printable(server), offset.error().message));
        }
    }
}

/// Nobody is asked for the time before a certificate is to be judged: over HTTP, once the server sends it on to HTTPS.
asio::awaitable<void> Cycle::prepare_for(std::string base) {
    if (base.starts_with("https://")) co_await prepare_tls();
    if (base.starts_with("http://")) files_.habits().before_tls = [this] { return prepare_tls(); };
}

/// What the configuration in force says of TLS.
asio::awaitable<void> Cycle::prepare_tls() {
    using Check = TlsTrust::Checks::Check;
    co_await set_clock();
    auto& tls = files_.habits().tls;
    tls.verify = TlsTrust::Verify::each;
    tls.checks = checks_of(flash_.parameter("PROVISION.verifying_cert"));
    tls.extra_authorities = flash_.parameter("phone.CA");
    if (clock_offset_) tls.now = around_.clock.wall() + *clock_offset_;
    if (clock_offset_ || tls.checks.expiry == Check::off) co_return;
    tls.checks.expiry = Check::off;
    files_.decide("the phone's clock is not set: whether the server's certificate has expired is not judged");
}

asio::awaitable<TransferAnswer> Cycle::fetch(std::string base, std::string name) {
    TransferAnswer answer;
    auto url = locate(base, name);
    if (!url) co_return answer;
    co_await prepare_for(base);
    const auto credentials = account();
    answer = co_await files_.fetch(name, std::move(*url), credentials);
    if (answer.outcome != FileOutcome::fetched || !is_web_page(answer.body)) co_return answer;
    files_.mark_not_usable(web_page_reason);
    answer.outcome = FileOutcome::not_usable;
    co_return answer;
}

std::optional<std::string> Cycle::readable(const std::string& name, std::string body) {
    if (config::is_readable_ip88(body)) return body;
    const auto key = flash_.parameter("PROVISION.decrypt_key");
    if (trim(key).empty()) {
        files_.mark_not_usable("it is not readable, and the phone has no decrypt_key: what was in force stays");
        return std::nullopt;
    }
    static const config::GenbandProject seal;
    auto opened = seal.open(body, key);
    if (!opened) {
        files_.mark_not_usable(fmt::format("it is not readable, with decrypt_key neither: {}; what was in force stays",
                                           opened.error().message));
        return std::nullopt;
    }
    files_.decide(fmt::format("{} is opened with decrypt_key ({})", name, config::label(seal)));
    return std::move(*opened);
}

/// A file that is missing never ends the cycle (I).
asio::awaitable<void> Cycle::apply(std::string base, std::string name) {
    TransferAnswer answer = co_await fetch(base, name);
    if (answer.outcome != FileOutcome::fetched) co_return;
    const auto text = readable(name, std::move(answer.body));
    if (!text) co_return;
    auto document = config::find_syntax(syntax_name)->read(*text);
    if (!document) {
        files_.mark_not_usable(document.error().text());
        co_return;
    }
    files_.tell_notes(name, document->notes);
    take(document->parameters);
}

void Cycle::take(const std::vector<config::Parameter>& parameters) {
    std::size_t refused = 0;
    for (const auto& [parameter, value] : parameters) {
        const auto& field = spelling_in_memory(parameter);
        const auto* facts = around_.family.facts(field);
        const auto why = facts == nullptr ? std::string() : config::why_not_taken(*facts, value);
        if (!why.empty() && ++refused <= refusals_told_max)
            files_.decide(fmt::format("{} keeps its value: {}", printable(field), why));
        const bool has_room = flash_.parameters.size() < parameters_max || flash_.parameters.contains(field);
        if (!why.empty() || !has_room) continue;
        fetched_[field] = value;
        flash_.parameters[field] = value;
    }
    if (refused > refusals_told_max)
        files_.decide(fmt::format("{} more keep their values like these", refused - refusals_told_max));
}

/// Letter case does not count in names (I): a field keeps the one it first came with.
const std::string& Cycle::spelling_in_memory(const std::string& parameter) {
    if (spellings_.empty())
        for (const auto& known : flash_.parameters) spellings_.emplace(to_lower(known.first), known.first);
    return spellings_.emplace(to_lower(parameter), parameter).first->second;
}

asio::awaitable<void> Cycle::fetch_phonebook(std::string base) {
    const std::string name = fetched_.find(include_name)->second;
    if (name.empty()) co_return;
    if (!is_inside(name)) {
        files_.problem(fmt::format("\"{}\" is not included: it is no file beside the others", printable(name)));
        co_return;
    }
    TransferAnswer answer = co_await fetch(base, name);
    if (answer.outcome != FileOutcome::fetched) co_return;
    const auto book = config::find_directory_syntax(phonebook_syntax_name)->read(answer.body);
    if (!book) {
        files_.mark_not_usable(book.error().text());
        co_return;
    }
    files_.tell_notes(name, book->notes);
    files_.decide(fmt::format("contacts of the phonebook: {}", book->contacts.size()));
    flash_.directory = std::move(answer.body);
}

std::string_view Cycle::in_force(const Values& values, const std::string& name) const {
    const auto found = values.find(name);
    if (found != values.end() && !found->second.empty()) return found->second;
    const auto* facts = around_.family.facts(name);
    return facts == nullptr ? std::string_view() : std::string_view(facts->default_value);
}

/// The end compared with the begin: what two files say differently, one after the other, is no change.
std::vector<std::string> Cycle::changed_restarting() const {
    std::vector<std::string> out;
    for (const auto& [name, value] : fetched_) {
        const auto* facts = around_.family.facts(name);
        if (facts == nullptr || !facts->reboots.value_or(false)) continue;
        if (in_force(at_begin_, name) != in_force(flash_.parameters, name)) out.push_back(name);
    }
    return out;
}

void Cycle::settle() {
    std::vector<config::Parameter> fetched;
    for (const auto& [name, value] : fetched_) fetched.push_back({name, value});
    report_lines(report_, fetched, flash_, around_.family, around_.model);
    for (auto& sentence : what_is_missing(report_.state, report_.lines)) files_.problem(std::move(sentence));
}

} // namespace offhook::phone::genband
