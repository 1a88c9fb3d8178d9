#pragma once
/// @file  ServerAddress: where a Polycom phone looks for its files, and by which protocol in which stage.
///
/// Pure rules; nothing is fetched here.
/// Limits  these phones speak IPv4 alone: an IPv6 address is refused.
/// Source  reference: Polycom 1.1 (seed table, URL rules: G 3-4), 2.3 (Server Menu), 3.1 (master choice: G A-2), 4.
#include "base/mac_address.hpp"
#include "base/result.hpp"
#include "phone/polycom/release.hpp"
#include "phone/polycom/switches.hpp"
#include "protocol/url.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone::polycom {

enum class Tls : std::uint8_t { spoken, unknown };

struct ServerAddress {
    protocol::Url directory;            ///< as specified, before any stage's downgrade; the path names a directory
    std::string master_name;            ///< the file that the address names, or ""
    protocol::Url::Credentials account; ///< Server User and Server Password, or those in the address
    /// Where plain HTTP is asked for when a stage cannot do TLS; nullopt: at the port of the address. What a real boot
    /// ROM does with https://host:8443/ is not known (reference: Polycom 14.8), so this is the tester's to say.
    std::optional<std::uint16_t> plain_port = {};
    Switches::Paths paths = Switches::Paths::strict;
    std::string remark; ///< what an installer may not expect: "scheme http in the address counts over Server Type FTP"
};

/// From the Server Menu in flash. Errors: not_found when no address is set; invalid, naming the parameter.
[[nodiscard]] Result<ServerAddress> read_server_address(const Flash& flash);
/// The same for an address that discovery found; Server Type and account are still those in flash.
[[nodiscard]] Result<ServerAddress> read_server_address(const Flash& flash, std::string_view address);

/// What a stage really speaks where `specified` is asked for: a bootROM has no TLS and takes plain HTTP.
[[nodiscard]] protocol::Scheme scheme_in_stage(protocol::Scheme specified, Stage stage, Tls tls);
/// The same for a place: its scheme, and the server's plain port where that is another.
[[nodiscard]] protocol::Url in_stage(protocol::Url url, const ServerAddress& server, Stage stage, Tls tls);

/// What the guide forbids in a path: a blank, an escape character ('%' or '\\'), a step upwards. "": nothing.
[[nodiscard]] std::string_view forbidden_in_path(std::string_view path);

/// "{directory}/{name}" with exactly one slash between; "" and "/" stand for the top.
[[nodiscard]] std::string join_path(std::string_view directory, std::string_view name);

/// The place of a file that the phone or a file on the server names: below the server's directory, or a URL of its own
/// with its own protocol and credentials. Where a stage falls back to HTTP: in_stage().
/// Errors: invalid for a URL that is none, or a path that breaks the guide's rules; too_large.
[[nodiscard]] Result<protocol::Url> locate(const ServerAddress& server, std::string_view name, Stage stage, Tls tls);

/// In the order they are tried: the file that the address names, MAC.cfg, 000000000000.cfg.
[[nodiscard]] std::vector<std::string> master_names(const ServerAddress& server, MacAddress mac);

/// "fw/sip.ld" and "2345-12600-001" to "fw/2345-12600-001.sip.ld".
[[nodiscard]] std::string with_part_number(std::string_view path, std::string_view part_number);

/// 0 FTP, 1 TFTP, 2 HTTP, 3 HTTPS, 4 FTPS.
[[nodiscard]] std::optional<protocol::Scheme> scheme_of_server_type(std::string_view number);
/// The number for "http", "HTTP" or "2". Errors: nullopt for what is no server type.
[[nodiscard]] std::optional<std::string> server_type_number(std::string_view text);

} // namespace offhook::phone::polycom
