#include "config/profile_rule/rule_place.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"

#include <fmt/format.h>

namespace offhook::config {
namespace {

bool is_upgrade(RuleForm form) { return form == RuleForm::upgrade || form == RuleForm::upgrade_url; }

} // namespace

std::string_view to_text(RuleScheme scheme) {
    switch (scheme) {
    case RuleScheme::tftp:
        return "tftp";
    case RuleScheme::http:
        return "http";
    case RuleScheme::https:
        return "https";
    }
    return "";
}

std::uint16_t default_port(RuleScheme scheme) {
    if (scheme == RuleScheme::tftp) return 69;
    return scheme == RuleScheme::http ? 80 : 443;
}

std::uint16_t RulePlace::port() const { return stated_port.value_or(default_port(scheme)); }

std::string RulePlace::text() const {
    const bool is_ipv6 = host.find(':') != std::string::npos;
    std::string out = fmt::format("{}://{}{}{}", to_text(scheme), is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "");
    if (stated_port) out += fmt::format(":{}", *stated_port);
    return out + path;
}

Result<RulePlace> complete_url(const RuleAlternative& alternative, RuleForm form, const RuleServer& server,
                               const RuleReading& reading) {
    OFFHOOK_ASSERT(alternative.url.has_value());
    const RuleUrl& url = *alternative.url;
    const bool is_path_alone = !url.scheme && url.host.empty() && !url.port;
    RulePlace out;
    out.host = url.host.empty() ? server.host : url.host;
    if (out.host.empty()) return fail(ErrorCode::not_found, "the rule names no server, and none was found");
    out.scheme = url.scheme.value_or(is_path_alone ? server.scheme.value_or(RuleScheme::tftp) : RuleScheme::tftp);
    out.stated_port = is_path_alone ? server.port : url.port;
    out.path = url.path.empty() ? server.default_path : url.path;
    if (is_path_alone) out.path = server.directory + out.path;
    out.user = url.user, out.password = url.password;
    if (out.path.empty()) return fail(ErrorCode::invalid, "the URL has no path");
    if (out.path.size() > offhook::limits::path_bytes_max) return fail(ErrorCode::too_large, "the path is too long");
    const bool takes_https = !is_upgrade(form) || reading.upgrade_by_https == RuleReading::UpgradeByHttps::taken;
    if (out.scheme == RuleScheme::https && !takes_https)
        return fail(ErrorCode::invalid, "firmware comes by tftp and http only");
    if (out.scheme == RuleScheme::tftp && alternative.options.post)
        return fail(ErrorCode::invalid, "--post is for http and https only");
    return out;
}

} // namespace offhook::config
