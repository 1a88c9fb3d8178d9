#pragma once
/// @file  ListenerOptions: what the configuration says of a listener, whatever its kind.
#include "base/result.hpp"
#include "net/tls_settings.hpp"
#include "server/discovery/discovery_options.hpp"
#include "server/listen/ftp_options.hpp"
#include "server/listen/http_options.hpp"
#include "server/listen/tftp_options.hpp"
#include "server/syslog/syslog_options.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

struct ListenerOptions {
    std::string name;                     ///< "http", "https", … or "KIND/LABEL"
    std::string address;                  ///< "127.0.0.1:8080", "[::]:80"; port 0 picks a free one
    std::optional<std::string> site = {}; ///< files without a MAC that are asked for here belong to it; must exist

    /// Under TLS: https, https_legacy, and ftp's AUTH TLS. Empty: of our own authority.
    std::vector<net::TlsPair> certificates = {};
    std::string ciphers = {}; ///< as of TlsSettings

    // Of its kind's bounds those that an operator sets; number, transport and privacy are the server's to set.
    HttpOptions http = {};
    TftpOptions tftp = {};
    FtpOptions ftp = {};
    PnpOptions pnp = {};
    Dhcp4Options dhcp4 = {};
    Dhcp6Options dhcp6 = {};
    SyslogOptions syslog = {}; // of several, the first one's bounds count for all
};

/// "http" of "http/lobby".
[[nodiscard]] std::string_view kind_of(std::string_view listener_name);
/// Whether connections to it are, or can be put, under TLS.
[[nodiscard]] bool has_tls(const ListenerOptions& listener);
/// How phones look for a server, as opposed to what they fetch from it.
[[nodiscard]] bool is_discovery(std::string_view listener_name);
/// Whether phones fetch from it.
[[nodiscard]] bool serves_files(std::string_view listener_name);
/// TLS that nobody should rely on: shown as such wherever it appears.
[[nodiscard]] bool is_unsafe(std::string_view listener_name);

/// Errors: invalid naming what there is, or an address that is none.
[[nodiscard]] Result<void> check(const ListenerOptions& listener);

} // namespace offhook::server
