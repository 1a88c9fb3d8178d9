#include "phone/polycom/server_address.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace offhook::phone::polycom {
namespace {

using protocol::Scheme;

constexpr std::array<Scheme, 5> server_types{Scheme::ftp, Scheme::tftp, Scheme::http, Scheme::https, Scheme::ftps};

/// "must end in .cfg, at least 5 characters" (G A-2).
bool names_master(std::string_view file) { return file.size() >= 5 && file.ends_with(".cfg"); }

/// A host with colons is an IPv6 address (protocol/url).
Result<void> check_host(const protocol::Url& url) {
    if (url.host.find(':') == std::string::npos) return {};
    return fail(ErrorCode::invalid,
                fmt::format("{} is an IPv6 address, and these phones speak IPv4 only", printable(url.host, 60)));
}

std::string upper(std::string_view scheme) {
    std::string out(scheme);
    for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
}

} // namespace

std::optional<Scheme> scheme_of_server_type(std::string_view number) {
    const auto index = to_number<unsigned>(number);
    if (!index || *index >= server_types.size()) return std::nullopt;
    return server_types[*index];
}

std::optional<std::string> server_type_number(std::string_view text) {
    if (scheme_of_server_type(text)) return std::string(text);
    for (std::size_t i = 0; i < server_types.size(); ++i)
        if (equal_ignoring_case(text, protocol::to_text(server_types[i]))) return std::to_string(i);
    return std::nullopt;
}

Result<ServerAddress> read_server_address(const Flash& flash) {
    return read_server_address(flash, flash.parameter("device.prov.serverName"));
}

Result<ServerAddress> read_server_address(const Flash& flash, std::string_view address) {
    const auto name = trim(address);
    if (name.empty() || name == "0.0.0.0")
        return fail(ErrorCode::not_found, "no boot server is set: the Server Address is empty");
    auto url = protocol::parse_url(name);
    if (!url) return fail(ErrorCode::invalid, url.error().message, "device.prov.serverName");
    if (const auto fits = check_host(*url); !fits)
        return fail(ErrorCode::invalid, fits.error().message, "device.prov.serverName");
    const auto type = flash.parameter("device.prov.serverType");
    const auto by_type = scheme_of_server_type(type.empty() ? "0" : type);
    ServerAddress server;
    if (!url->scheme) {
        if (!by_type)
            return fail(ErrorCode::invalid,
                        fmt::format("'{}' is no server type; 0 FTP 1 TFTP 2 HTTP 3 HTTPS", printable(type, 20)),
                        "device.prov.serverType");
        url->scheme = by_type;
        server.remark = fmt::format("by Server Type {}", upper(protocol::to_text(*by_type)));
    } else if (by_type != url->scheme) {
        server.remark = fmt::format("{} in the address counts over Server Type {}", protocol::to_text(*url->scheme),
                                    by_type ? upper(protocol::to_text(*by_type)) : printable(type, 20));
    }
    server.account = url->credentials.value_or(protocol::Url::Credentials{
        std::string(flash.parameter("device.prov.user")), std::string(flash.parameter("device.prov.password"))});
    url->credentials.reset();
    const auto slash = url->path.rfind('/');
    if (slash != std::string::npos && names_master(std::string_view(url->path).substr(slash + 1))) {
        server.master_name = url->path.substr(slash + 1);
        url->path.resize(slash + 1);
    }
    server.directory = std::move(*url);
    return server;
}

Scheme scheme_in_stage(Scheme specified, Stage stage, Tls tls) {
    if (specified == Scheme::https && (stage == Stage::bootrom || tls == Tls::unknown)) return Scheme::http;
    return specified;
}

protocol::Url in_stage(protocol::Url url, const ServerAddress& server, Stage stage, Tls tls) {
    const auto spoken = scheme_in_stage(*url.scheme, stage, tls);
    if (spoken != *url.scheme && server.plain_port) url.port = server.plain_port;
    url.scheme = spoken;
    return url;
}

std::string_view forbidden_in_path(std::string_view path) {
    if (path.find(' ') != std::string_view::npos) return "a blank";
    if (path.find_first_of("%\\") != std::string_view::npos) return "an escape character";
    const auto steps = split(path, '/');
    if (std::find(steps.begin(), steps.end(), "..") != steps.end()) return "a step upwards";
    return {};
}

std::string join_path(std::string_view directory, std::string_view name) {
    if (directory.empty()) return std::string(name);
    std::string out(directory);
    if (!out.ends_with('/')) out += '/';
    out += name.starts_with('/') ? name.substr(1) : name;
    return out;
}

Result<protocol::Url> locate(const ServerAddress& server, std::string_view name, Stage stage, Tls tls) {
    protocol::Url url;
    if (protocol::names_scheme(name)) {
        auto own = protocol::parse_url(name);
        if (!own) return tl::unexpected(own.error());
        url = std::move(*own);
        if (const auto fits = check_host(url); !fits) return tl::unexpected(fits.error());
    } else {
        url = server.directory;
        url.path = join_path(url.path.empty() ? "/" : url.path, name);
        if (url.path.size() > offhook::limits::path_bytes_max)
            return fail(ErrorCode::too_large, "the path is too long");
    }
    url = in_stage(std::move(url), server, stage, tls);
    if (!url.credentials) url.credentials = server.account;
    const auto forbidden = server.paths == Switches::Paths::strict ? forbidden_in_path(url.path) : std::string_view();
    if (!forbidden.empty())
        return fail(ErrorCode::invalid,
                    fmt::format("the path {} has {}; expected forward slashes, no blanks, no escapes, no '..'",
                                printable(url.path), forbidden));
    return url;
}

std::vector<std::string> master_names(const ServerAddress& server, MacAddress mac) {
    std::vector<std::string> names;
    if (!server.master_name.empty()) names.push_back(server.master_name);
    for (auto& name : {mac.text() + ".cfg", MacAddress{}.text() + ".cfg"})
        if (name != server.master_name) names.push_back(name);
    return names;
}

std::string with_part_number(std::string_view path, std::string_view part_number) {
    const auto slash = path.rfind('/');
    const auto start = slash == std::string_view::npos ? 0 : slash + 1;
    return fmt::format("{}{}.{}", path.substr(0, start), part_number, path.substr(start));
}

} // namespace offhook::phone::polycom
