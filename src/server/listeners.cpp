#include "server/listeners.hpp"

#include "net/listen_socket.hpp"

#include <algorithm>
#include <array>

namespace offhook::server {
namespace {

constexpr std::array<std::string_view, 5> kinds{"http", "https", "https_legacy", "tftp", "ftp"};
constexpr std::size_t name_bytes_max = 64;

} // namespace

std::string_view kind_of(std::string_view listener_name) { return listener_name.substr(0, listener_name.find('/')); }

bool has_tls(const ListenerOptions& listener) {
    const auto kind = kind_of(listener.name);
    return kind == "https" || kind == "https_legacy" || kind == "ftp";
}

bool is_unsafe(std::string_view listener_name) { return kind_of(listener_name) == "https_legacy"; }

Result<void> check(const ListenerOptions& listener) {
    const auto kind = kind_of(listener.name);
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
        return fail(ErrorCode::invalid,
                    "this version listens for http, https, https_legacy, tftp and ftp; discovery and the others come "
                    "later",
                    listener.name);
    if (listener.name.size() > name_bytes_max || listener.name.ends_with('/'))
        return fail(ErrorCode::invalid, "a label is at least one character, name and label at most 64", listener.name);
    if (const auto endpoint = net::endpoint_from_text(listener.address); !endpoint)
        return fail(ErrorCode::invalid, endpoint.error().message, listener.name + "=" + listener.address);
    return {};
}

} // namespace offhook::server
