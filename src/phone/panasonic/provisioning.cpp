#include "phone/panasonic/provisioning.hpp"

#include "base/text.hpp"
#include "phone/discovery/told_text.hpp"
#include "phone/effective_lines.hpp"
#include "phone/image.hpp"
#include "phone/panasonic/device_file.hpp"
#include "phone/panasonic/generation.hpp"
#include "phone/panasonic/resync.hpp"
#include "phone/panasonic/upgrade.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace offhook::phone::panasonic {
namespace {

namespace asio = boost::asio;
using protocol::Scheme;

constexpr std::size_t notes_told_max = 3;
constexpr std::string_view pem_mark = "-----BEGIN ";
constexpr std::string_view nobody_is_trusted =
    "not asked for: there is no certificate from CFG_ROOT_CERTIFICATE_PATH to judge the server by";

constexpr std::array<FilePlace, 3> places{{{"CFG_STANDARD_FILE_PATH", Origin::standard, "Config{mac}.cfg"},
                                           {"CFG_PRODUCT_FILE_PATH", Origin::product, "Config{MODEL}.cfg"},
                                           {"CFG_MASTER_FILE_PATH", Origin::master, "ConfigCommon.cfg"}}};

// The sheet's safe model names VLAN, IP mode and CONNECTION_TYPE (I); the other names are remembered (R).
constexpr std::array<std::string_view, 8> network_prefixes{
    "VLAN_", "IP_ADDR_MODE", "CONNECTION_TYPE", "STATIC_", "DHCP_", "LLDP_", "CDP_", "USER_DNS"};
constexpr std::array<std::string_view, 8> line_prefixes{
    "SIP_", "PHONE_NUMBER_", "LINE_ENABLE_", "PROFILE_ENABLE_", "DISPLAY_NAME_", "REG_", "USE_DEL_REG_", "SRTP_"};

template <std::size_t n>
bool begins_with_one(std::string_view name, const std::array<std::string_view, n>& prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(), [&](auto prefix) { return name.starts_with(prefix); });
}

/// "A, B and 3 more"
std::string few_of(const std::vector<std::string>& names) {
    const std::vector<std::string> first(
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), notes_told_max)));
    if (first.size() == names.size()) return join(first, ", ");
    return fmt::format("{} and {} more", join(first, ", "), names.size() - first.size());
}

std::string name_in(const protocol::Url& url) {
    const auto path = std::string_view(url.path).substr(0, url.path.find('?'));
    return std::string(path.substr(std::min(path.rfind('/') + 1, path.size())));
}

} // namespace

std::span<const FilePlace> file_places() { return places; }

bool knows_a_file(const Flash& flash) {
    return std::any_of(places.begin(), places.end(),
                       [&](const FilePlace& place) { return !flash.parameter(place.parameter).empty(); });
}

Effect effect_of(std::string_view parameter) {
    if (begins_with_one(parameter, network_prefixes)) return Effect::restarts;
    if (begins_with_one(parameter, line_prefixes)) return Effect::registers_again;
    return Effect::at_once;
}

bool needs_restart(const std::vector<std::string>& changed) {
    return std::any_of(changed.begin(), changed.end(),
                       [](const std::string& name) { return effect_of(name) == Effect::restarts; });
}

std::string effects_of(const std::vector<std::string>& changed) {
    std::vector<std::string> restarting, registering, pieces;
    for (const auto& name : changed) {
        const auto effect = effect_of(name);
        if (effect == Effect::restarts) restarting.push_back(name);
        if (effect == Effect::registers_again) registering.push_back(name);
    }
    const auto others = changed.size() - restarting.size() - registering.size();
    if (!restarting.empty()) pieces.push_back(few_of(restarting) + ": the phone restarts");
    if (!registering.empty()) pieces.push_back(few_of(registering) + ": the lines register again");
    if (others > 0) pieces.push_back(fmt::format("{}{} at once", others, pieces.empty() ? "" : " others"));
    return join(pieces, "; ");
}

Provisioning::Provisioning(const BootSurroundings& around, Flash& flash, BootReport& report)
    : around_(around), flash_(flash),
      report_(report), macros_{flash.mac, around.model_name(), flash.application ? flash.application->version : ""},
      configuration_(flash, policy_of(flash, around.model), around.clock.wall()), files_(around, {}, report) {}

std::string Provisioning::text(std::string_view parameter) const { return std::string(in_force(flash_, parameter)); }

asio::awaitable<Provisioning::Next> Provisioning::run() {
    around_.observer.on_event(around_.beginning());
    around_.observer.on_event({BootEvent::Kind::stage, fmt::format("{} {}", macros_.model, macros_.version)});
    around_.transfers.start_stage();
    report_.firmware = macros_.version;
    if (around_.found_before == nullptr) {
        const auto now = std::chrono::floor<std::chrono::seconds>(around_.clock.wall());
        flash_.parameters[std::string(started_at)] = std::to_string(now.time_since_epoch().count());
    }
    if (!is_yes(text("PROVISION_ENABLE"))) {
        files_.problem("provisioning is switched off (PROVISION_ENABLE): the phone asks for no file");
        settle();
        co_return Next::go_on;
    }
    co_await read_pre_provisioning();
    for (const auto& file : places) {
        std::string place = text(file.parameter);
        const bool wants_name = place.ends_with('/') && switched(flash_, "phone.DEFAULT_FILE_NAMES", true);
        if (wants_name) place += file.default_name;
        if (!place.empty()) co_await obtain(std::move(place), file.parameter, file.origin);
    }
    settle();
    const bool has_new_software = co_await upgrade();
    const auto changed = configuration_.changed();
    co_return has_new_software || needs_restart(changed) ? Next::restart : Next::go_on;
}

asio::awaitable<std::string> Provisioning::find_address() {
    if (around_.looks_for_server()) {
        report_.discovery =
            co_await discover(*around_.clients, flash_, around_.model_name(), around_.discovery, around_.observer);
        if (report_.discovery.address.empty()) files_.problem("no pre-provisioning address was found");
        co_return report_.discovery.address;
    }
    if (around_.found_before != nullptr && !around_.found_before->address.empty()) {
        report_.discovery.address = around_.found_before->address;
        report_.discovery.how = around_.found_before->how;
        co_return report_.discovery.address;
    }
    co_return std::string(flash_.parameter(typed_address));
}

asio::awaitable<void> Provisioning::read_pre_provisioning() {
    std::string address = co_await find_address(); // even where it is not used: the lease comes with it
    if (address.empty()) co_return;
    if (knows_a_file(flash_) && !switched(flash_, "phone.PRE_PROVISIONING", true)) {
        files_.decide("pre-provisioning does not run again: the files are known (phone.PRE_PROVISIONING)");
        co_return;
    }
    co_await obtain(std::move(address), "pre-provisioning address", Origin::pre_provisioning);
}

std::optional<protocol::Url> Provisioning::read_place(const std::string& place, std::string_view what) {
    const std::string expanded = expand(place, macros_);
    if (place.size() > url_bytes_max || expanded.size() > url_bytes_max) {
        files_.problem(fmt::format("{} is {} characters long, the phone takes {}", what,
                                   std::max(place.size(), expanded.size()), url_bytes_max));
        return std::nullopt;
    }
    auto url = protocol::parse_url(expanded);
    if (url && url->scheme) {
        around_.observer.on_event({BootEvent::Kind::address, fmt::format("{} ({})", url->shown(), what)});
        return std::move(*url);
    }
    files_.problem(fmt::format("{} \"{}\": {}", what, shown_address(expanded),
                               url ? "it has no scheme (tftp, ftp, http, https)" : url.error().message));
    return std::nullopt;
}

/// The pair of HTTP_AUTH_ID is remembered, not found in any guide (R): a URL's own account goes first.
protocol::Url::Credentials Provisioning::account_for(const protocol::Url& url) const {
    if (url.scheme != Scheme::http && url.scheme != Scheme::https) return {};
    return {text("HTTP_AUTH_ID"), text("HTTP_AUTH_PASS")};
}

void Provisioning::take_habits() {
    using Verify = TlsTrust::Verify;
    auto& habits = files_.habits();
    habits.user_agent = expand(text("HTTP_USER_AGENT"), macros_);
    habits.http_version =
        text("HTTP_VER") == "0" ? TransferRequest::HttpVersion::http_1_0 : TransferRequest::HttpVersion::http_1_1;
    const bool follows = switched(flash_, "phone.REDIRECTS", true); // not known of these phones
    habits.redirects = follows ? TransferRequest::Redirects::followed : TransferRequest::Redirects::refused;
    const auto verify = text("HTTP_SSL_VERIFY"); // its factory value is not known: then as this program was told
    habits.tls.verify = verify == "0"   ? Verify::nothing
                        : verify == "1" ? Verify::chain
                        : verify == "2" ? Verify::chain_and_name
                                        : Verify::surroundings;
}

void Provisioning::tell_absent(std::string_view what, const std::string& name) {
    files_.problem(fmt::format("{} names {}, which the server does not have", what, name));
}

/// All files of a pass together have a limit (G of UT); what a phone does about more is not known.
bool Provisioning::fits_in(const std::string& name) {
    const auto most = generation_of(flash_).file_bytes_max;
    if (bytes_ <= most) return true;
    const auto sentence = fmt::format("the files together have {} bytes, a phone takes {}", bytes_, most);
    if (switched(flash_, "phone.STRICT", false)) {
        files_.mark_not_usable(sentence);
        return false;
    }
    files_.decide(fmt::format("{}: {}", name, sentence));
    return true;
}

asio::awaitable<void> Provisioning::obtain(std::string place, std::string_view what, Origin origin) {
    auto url = read_place(place, what);
    if (!url) co_return;
    const std::string name = name_in(*url);
    take_habits();
    if (!co_await is_ready_for(*url)) {
        refuse(name, *url);
        co_return;
    }
    const auto account = account_for(*url);
    const TransferAnswer answer = co_await files_.fetch(name, std::move(*url), account);
    if (answer.outcome == FileOutcome::absent) tell_absent(what, name);
    if (answer.outcome != FileOutcome::fetched) co_return;
    bytes_ += answer.body.size();
    if (!fits_in(name)) co_return;
    const auto file = read_device_file(name, answer.body, flash_, around_.family);
    if (!file) {
        files_.mark_not_usable(file.error().text());
        co_return;
    }
    if (!file->sealed.empty()) files_.decide(fmt::format("{}: {}", name, file->sealed));
    files_.tell_notes(name, file->notes);
    configuration_.take(origin, file->parameters);
}

/// Not asked for, and a failure: the retry is armed by it.
void Provisioning::refuse(const std::string& name, const protocol::Url& url) {
    FileRecord file{Direction::get, name, url.shown(), FileOutcome::refused, 0, {}, 0, std::string(nobody_is_trusted)};
    report_.files.push_back(file);
    around_.observer.on_event({BootEvent::Kind::file, name, std::move(file)});
    files_.problem(fmt::format("{}: {}", name, nobody_is_trusted));
}

/// False: the phone is to trust whom CFG_ROOT_CERTIFICATE_PATH names, and has nothing from there. The authorities of
/// this host are nobody's choice then, and an account would go to whoever they vouch for.
asio::awaitable<bool> Provisioning::is_ready_for(const protocol::Url& url) {
    if (url.scheme != Scheme::https) co_return true;
    co_await prepare_tls();
    using Verify = TlsTrust::Verify;
    const auto& tls = files_.habits().tls;
    const bool judges = tls.verify == Verify::chain || tls.verify == Verify::chain_and_name;
    co_return !judges || !tls.authorities.empty() || text("CFG_ROOT_CERTIFICATE_PATH").empty();
}

asio::awaitable<void> Provisioning::prepare_tls() {
    using Verify = TlsTrust::Verify;
    const auto verify = files_.habits().tls.verify;
    const bool judges = verify == Verify::chain || verify == Verify::chain_and_name;
    if (judges && !has_told_clock_) {
        files_.decide("certificates are judged by this host's clock: the virtual phone asks no NTP server");
        has_told_clock_ = true;
    }
    std::string authorities, certificate, key;
    if (judges) authorities = co_await pem_of("CFG_ROOT_CERTIFICATE_PATH");
    if (switched(flash_, "phone.CLIENT_CERTIFICATE", true)) { // remembered parameters (R)
        certificate = co_await pem_of("CFG_CLIENT_CERT_PATH");
        key = co_await pem_of("CFG_PKEY_PATH");
    }
    auto& tls = files_.habits().tls;
    tls.authorities = std::move(authorities);
    const bool has_both = !certificate.empty() && !key.empty();
    tls.certificate = has_both ? std::move(certificate) : std::string();
    tls.key = has_both ? std::move(key) : std::string();
}

/// What the parameter's address has, fetched once in a pass and before anything goes out by TLS; else what flash has
/// kept of it; "": nothing.
asio::awaitable<std::string> Provisioning::pem_of(std::string parameter) {
    const std::string place = text(parameter);
    if (place.empty()) co_return std::string();
    if (const auto known = certificates_.find(parameter); known != certificates_.end()) co_return known->second;
    const std::string kept_as = "phone:" + parameter;
    const auto kept = flash_.files.find(kept_as);
    std::string pem = kept == flash_.files.end() ? std::string() : kept->second;
    certificates_[parameter] = pem; // whatever comes: it is asked for once
    auto url = read_place(place, parameter);
    if (!url) co_return pem;
    if (url->scheme == Scheme::https) {
        files_.problem(fmt::format("{} is fetched before the phone can trust anybody, so not by https", parameter));
        co_return pem;
    }
    const std::string name = name_in(*url);
    const auto account = account_for(*url);
    const TransferAnswer answer = co_await files_.fetch(name, std::move(*url), account);
    if (answer.outcome == FileOutcome::absent) tell_absent(parameter, name);
    if (answer.outcome != FileOutcome::fetched) co_return pem;
    if (answer.body.find(pem_mark) == std::string::npos) {
        files_.mark_not_usable("it is no PEM file");
        co_return pem;
    }
    flash_.cache(kept_as, answer.body);
    certificates_[parameter] = answer.body;
    co_return answer.body;
}

asio::awaitable<bool> Provisioning::upgrade() {
    std::string reason;
    const auto why = upgrade_wanted(flash_, reason);
    if (!reason.empty()) files_.decide(reason);
    if (!why) co_return false;
    files_.decide(*why);
    auto url = read_place(text("FIRM_FILE_PATH"), "FIRM_FILE_PATH");
    if (!url) co_return false;
    const std::string name = name_in(*url);
    take_habits();
    if (!co_await is_ready_for(*url)) {
        refuse(name, *url);
        co_return false;
    }
    ImageReader reader{ImageKind::application, around_.model.name, "", {}};
    if (flash_.application && !flash_.application->digest.empty()) reader.in_flash = flash_.application;
    std::function<HeadDecision(std::string_view)> on_head = [reader](std::string_view head) {
        return decide_on_head(head, reader);
    };
    const auto account = account_for(*url);
    const TransferAnswer answer = co_await files_.fetch_image(name, std::move(*url), account, std::move(on_head));
    if (answer.outcome == FileOutcome::absent) tell_absent("FIRM_FILE_PATH", name);
    if (answer.outcome != FileOutcome::fetched && answer.outcome != FileOutcome::not_changed) co_return false;
    auto verdict = judge_image(answer, name, reader);
    const auto wanted = text("FIRM_VERSION");
    if (verdict.kind == ImageVerdict::Kind::unusable) {
        files_.mark_not_usable(verdict.reason + ": the phone keeps its software");
        co_return false;
    }
    if (verdict.kind == ImageVerdict::Kind::not_changed) {
        report_.files.back().outcome = FileOutcome::not_changed;
        files_.decide("the software is what flash has");
        if (!wanted.empty())
            files_.problem(fmt::format("FIRM_VERSION says {}, and what FIRM_FILE_PATH has is {}: the phone looks at "
                                       "it at every start",
                                       printable(wanted), macros_.version));
        co_return false;
    }
    if (verdict.image.version.empty()) verdict.image.version = wanted.empty() ? macros_.version : wanted;
    flash_.application = std::move(verdict.image);
    files_.decide(fmt::format("the phone takes {} and restarts", flash_.application->version));
    co_return true;
}

void Provisioning::settle() {
    const auto fetched = configuration_.fresh();
    const auto changed = configuration_.changed();
    files_.decide(fmt::format("parameters of this boot: {}", fetched.size()));
    if (!flash_.parameter("CFG_RESYNC_ACTION").empty())
        files_.decide("CFG_RESYNC_ACTION decides nothing here: its values are not known (phone.RESYNC_ACTION does)");
    if (!changed.empty()) files_.decide("changed: " + effects_of(changed));
    const auto& passed_over = configuration_.passed_over();
    for (std::size_t i = 0; i < passed_over.size() && i < notes_told_max; ++i) files_.decide(passed_over[i]);
    if (passed_over.size() > notes_told_max)
        files_.decide(fmt::format("{} more parameters do not count like these", passed_over.size() - notes_told_max));
    report_lines(report_, fetched, flash_, around_.family, around_.model);
    for (auto& sentence : what_is_missing(report_.state, report_.lines)) files_.problem(std::move(sentence));
}

} // namespace offhook::phone::panasonic
