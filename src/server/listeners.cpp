#include "server/listeners.hpp"

#include "base/ip_address.hpp"
#include "net/listen_socket.hpp"
#include "server/discovery/check_options.hpp"

#include <algorithm>
#include <array>

namespace offhook::server {
namespace {

constexpr std::array<std::string_view, 9> kinds{"http", "https", "https_legacy", "tftp",  "ftp",
                                                "pnp",  "dhcp4", "dhcp6",        "syslog"};
constexpr std::size_t name_bytes_max = 64;

} // namespace

std::string_view kind_of(std::string_view listener_name) { return listener_name.substr(0, listener_name.find('/')); }

bool has_tls(const ListenerOptions& listener) {
    const auto kind = kind_of(listener.name);
    return kind == "https" || kind == "https_legacy" || kind == "ftp";
}

bool is_discovery(std::string_view listener_name) {
    const auto kind = kind_of(listener_name);
    return kind == "pnp" || kind == "dhcp4" || kind == "dhcp6";
}

bool serves_files(std::string_view listener_name) {
    return !is_discovery(listener_name) && kind_of(listener_name) != "syslog";
}

bool is_unsafe(std::string_view listener_name) { return kind_of(listener_name) == "https_legacy"; }

Result<void> check(const ListenerOptions& listener) {
    const auto kind = kind_of(listener.name);
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
        return fail(ErrorCode::invalid,
                    "this version listens for http, https, https_legacy, tftp, ftp, pnp, dhcp4, dhcp6 and syslog",
                    listener.name);
    if (listener.name.size() > name_bytes_max || listener.name.ends_with('/'))
        return fail(ErrorCode::invalid, "a label is at least one character, name and label at most 64", listener.name);
    const auto endpoint = net::endpoint_from_text(listener.address);
    if (!endpoint) return fail(ErrorCode::invalid, endpoint.error().message, listener.name + "=" + listener.address);
    if (!is_discovery(listener.name)) return {};
    const auto at = IpAddress::from_text(endpoint->address().to_string()).value_or(IpAddress());
    const auto fits = kind == "pnp"     ? check_options(listener.pnp, at)
                      : kind == "dhcp4" ? check_options(listener.dhcp4, at)
                                        : check_options(listener.dhcp6, at);
    if (!fits) return fail(fits.error().code, fits.error().message, listener.name + "=" + listener.address);
    return {};
}

} // namespace offhook::server
