#include "server/listeners.hpp"

#include "net/listen_socket.hpp"
#include "server/listen/http_listener.hpp"

namespace offhook::server {

std::string_view kind_of(std::string_view listener_name) { return listener_name.substr(0, listener_name.find('/')); }

Result<void> check(const ListenerOptions& listener) {
    const auto kind = kind_of(listener.name);
    if (kind != "http")
        return fail(ErrorCode::invalid,
                    "this version listens for http only; https, tftp, ftp and the others come later", listener.name);
    if (listener.name.size() > 64 || listener.name.ends_with('/'))
        return fail(ErrorCode::invalid, "a label is 1 to 58 characters", listener.name);
    if (const auto endpoint = net::endpoint_from_text(listener.address); !endpoint)
        return fail(ErrorCode::invalid, endpoint.error().message, listener.name + "=" + listener.address);
    return {};
}

Result<std::unique_ptr<Listener>> open_listener(const ListenerOptions& options, std::uint16_t number, net::Loops& loops,
                                                const std::vector<Door*>& doors) {
    if (const auto fits = check(options); !fits) return tl::unexpected(fits.error());
    const auto at = *net::endpoint_from_text(options.address);
    HttpOptions http;
    http.listener = number;
    auto opened = HttpListener::open(loops, doors, at, http);
    if (!opened) return tl::unexpected(opened.error());
    return std::unique_ptr<Listener>(std::move(*opened));
}

} // namespace offhook::server
