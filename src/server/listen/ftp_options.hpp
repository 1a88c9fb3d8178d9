#pragma once
/// @file  FtpOptions: the bounds of an FTP listener and where its data connections go, with defaults for a site behind
/// one NAT address.
#include "base/ip_address.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace offhook::server {

/// PORT and EPRT. They make a server connect to where a client says, which served to attack others (RFC 2577).
enum class FtpActiveMode : std::uint8_t {
    refused,
    to_the_peer_alone ///< to the control connection's own address, ports from 1024 on
};

enum class FtpTlsUse : std::uint8_t {
    offered,
    required ///< no USER before AUTH TLS, no transfer under PROT C
};

/// A passive port takes the first connection from the peer's address, which behind NAT may be somebody else's.
enum class FtpTlsReuse : std::uint8_t {
    offered,
    required ///< under PROT P the data connection resumes the control connection's session; not every client does
};

struct FtpOptions {
    std::uint16_t listener = 0; ///< handed to the door with each request; 0 is the first listener

    /// Passive ports, both ends included, split by loop; first 0: ports that the kernel picks, more as they are needed.
    std::uint16_t passive_port_first = 0;
    std::uint16_t passive_port_last = 0;
    std::size_t passive_ports_at_start = 64; ///< a loop's, when the kernel picks
    std::size_t passive_ports_max = 2'048;   ///< a loop's, when the kernel picks
    /// What PASV says instead of our own address, for servers behind NAT; EPSV says no address.
    std::optional<IpAddress> public_address;
    /// Who is told our own address all the same; empty: loopback and private networks.
    std::vector<Network> local_networks;
    FtpActiveMode active_mode = FtpActiveMode::refused;
    FtpTlsUse tls_use = FtpTlsUse::offered;
    FtpTlsReuse tls_reuse = FtpTlsReuse::offered;

    unsigned login_failures_max = 3; ///< of one connection
    std::size_t sessions_max = 20'000;
    /// Of one source: an IPv4 address or an IPv6 /64. A whole site may stand behind one.
    std::size_t sessions_per_source_max = 2'000;

    std::chrono::milliseconds login_time_max{30'000};        ///< from the greeting to the login, TLS included
    std::chrono::milliseconds idle_time_max{300'000};        ///< between two commands
    std::chrono::milliseconds data_connect_time_max{30'000}; ///< for the data connection, its TLS, and a free port
    /// A transfer is cut when a window passes with less than the least rate. Phones load firmware at 2 KB/s.
    std::chrono::milliseconds data_window{60'000};
    std::uint64_t data_bytes_per_second_min = 32;
    std::chrono::milliseconds transfer_time_max{std::chrono::hours{6}};
    std::chrono::milliseconds session_time_max{std::chrono::hours{24}};
    std::chrono::milliseconds linger_time_max{2'000}; ///< after a download under TLS, for the peer's close
    std::chrono::milliseconds stop_grace{5'000};      ///< for transfers under way when the server stops
};

} // namespace offhook::server
