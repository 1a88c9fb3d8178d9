#include "phone/linksys/pages.hpp"

#include "base/text.hpp"
#include "phone/linksys/discovery.hpp"
#include "phone/linksys/macros.hpp"
#include "phone/linksys/parameters.hpp"
#include "phone/linksys/running_profile.hpp"
#include "phone/web/web_request.hpp"
#include "protocol/http_auth/digest.hpp"

#include <fmt/format.h>
#include <variant>

namespace offhook::phone::linksys {
namespace {

constexpr std::string_view admin_area = "/admin";

std::string html(std::string_view sentence) { return fmt::format("<html><body>{}</body></html>\n", sentence); }

WebAnswer refused_page(std::uint16_t status, std::string_view sentence) {
    WebAnswer out;
    out.status = status;
    out.body = html(sentence);
    return out;
}

bool is_functional(std::string_view path) { return path == "/reboot" || path == "/resync" || path == "/upgrade"; }

} // namespace

std::optional<std::uint16_t> Pages::port() const {
    if (!is_on(flash_, "Enable_Web_Server")) return std::nullopt;
    const auto port = to_number<std::uint16_t>(in_force(flash_, "Web_Server_Port"));
    return port && *port != 0 ? *port : std::uint16_t{80};
}

bool Pages::is_let_in(const IpAddress& from, const Switches& switches) const {
    const auto domains = trim(in_force(flash_, "Restricted_Access_Domains"));
    if (domains.empty() || switches.web_domains == Switches::WebDomains::ignored) return true;
    for (const auto entry : split(domains, ',')) {
        const auto network = Network::from_text(trim(entry));
        if (network && network->contains(from)) return true;
    }
    return false;
}

WebAnswer Pages::challenge(const Switches& switches, protocol::NonceAge age, std::string told) {
    WebAnswer out = refused_page(401, "A password is needed.");
    const auto qop = switches.web_qop == Switches::WebQop::auth ? protocol::DigestQop::auth : protocol::DigestQop::none;
    protocol::append_challenge(out.fields, {switches.web_realm, nonces_.make({clock_.instant(), random_.next()}),
                                            protocol::DigestAlgorithm::md5, qop, age});
    out.told = std::move(told);
    return out;
}

std::optional<WebAnswer> Pages::want_password(const WebRequest& request, const Account& account,
                                              const Switches& switches) {
    using protocol::NonceAge;
    if (account.password.empty()) return std::nullopt;
    if (request.authorization.empty())
        return challenge(switches, NonceAge::good, fmt::format("the phone asks for the password of {}", account.user));
    const auto given = protocol::parse_authorization(request.authorization);
    const auto* digest = given ? std::get_if<protocol::DigestCredentials>(&*given) : nullptr;
    if (digest == nullptr) return challenge(switches, NonceAge::good, "what it answers is no Digest");
    const auto nonce = nonces_.read(digest->nonce);
    const bool wants_qop = switches.web_qop == Switches::WebQop::auth;
    const bool is_right = digest->user == account.user && digest->realm == switches.web_realm &&
                          (digest->qop == protocol::DigestQop::auth) == wants_qop &&
                          protocol::same_target(digest->uri, request.target) &&
                          protocol::DigestCheck(*digest, request.method).matches(account.password);
    if (!nonce || !is_right)
        return challenge(switches, NonceAge::good, fmt::format("that is not the password of {}", account.user));
    if (clock_.instant() - nonce->made > nonce_time)
        return challenge(switches, NonceAge::stale, "its nonce is too old");
    return std::nullopt;
}

WebAnswer Pages::answer(const WebRequest& request) {
    const Switches switches = read_switches(flash_);
    if (!is_let_in(request.from, switches)) {
        auto out = refused_page(403, "The access is restricted.");
        out.told = "Restricted_Access_Domains does not name it";
        return out;
    }
    if (request.method != "GET" && request.method != "HEAD") {
        auto out = refused_page(405, "GET only.");
        out.fields = "Allow: GET, HEAD\r\n";
        return out;
    }
    const std::string_view target = request.target;
    const auto mark = std::min(target.find('?'), target.size());
    std::string_view path = target.substr(0, mark);
    const auto argument = undo_url_encoding(target.substr(std::min(mark + 1, target.size())));
    if (!argument) return refused_page(400, "The argument cannot be read.");
    const bool is_old = switches.web_old_paths == Switches::WebOldPaths::served && is_functional(path);
    const bool is_admins = is_old || path == admin_area || path.starts_with("/admin/");
    if (path != "/" && !is_admins) return refused_page(404, "There is no such page.");
    if (is_admins && !is_on(flash_, "Enable_Web_Admin_Access")) {
        auto out = refused_page(403, "The administrator's pages are switched off.");
        out.told = "Enable_Web_Admin_Access is No";
        return out;
    }
    const Account account = is_admins ? Account{"admin", in_force(flash_, "Admin_Passwd")}
                                      : Account{"user", in_force(flash_, "User_Password")};
    if (auto wanted = want_password(request, account, switches)) return std::move(*wanted);
    if (is_admins && !is_old) path.remove_prefix(admin_area.size());
    if (path.empty() || path == "/") return start_page();
    auto out = page(path, *argument, request);
    if (request.method == "HEAD") out.order.reset(); // who only asks for the head tells the phone nothing
    return out;
}

WebAnswer Pages::start_page() const {
    WebAnswer out;
    out.body = html(fmt::format("{} {}, serial number {}", product_name(model_), running_version(flash_),
                                flash_.parameter(serial_number)));
    return out;
}

WebAnswer Pages::page(std::string_view path, std::string_view argument, const WebRequest& request) const {
    WebAnswer out;
    if (path == "/spacfg.xml") {
        out.type = "text/xml";
        out.body = running_profile(flash_, model_, ShownPasswords::blank);
        return out;
    }
    if (path == "/reboot") {
        out.body = html("The phone will reboot when it is not in use.");
        out.order = PhoneOrder{NotifyAction::reboot};
        out.told = "the phone reboots when it is idle";
        return out;
    }
    const bool resyncs = path == "/resync";
    if (!resyncs && path != "/upgrade") return refused_page(404, "There is no such page.");
    const std::string_view gate = resyncs ? "Provision_Enable" : "Upgrade_Enable";
    out.body = html(resyncs ? "The phone will resync when it is not in use."
                            : "The phone will upgrade its firmware when it is not in use.");
    if (!is_on(flash_, gate)) {
        out.told = fmt::format("{} is No: nothing will happen", gate);
        return out;
    }
    out.order =
        PhoneOrder{resyncs ? NotifyAction::resync : NotifyAction::upgrade, std::string(argument), request.from.text()};
    out.told = resyncs ? "the phone resyncs when it is idle" : "the phone upgrades when it is idle";
    return out;
}

} // namespace offhook::phone::linksys
