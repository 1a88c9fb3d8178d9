#pragma once
/// @file  HttpOptions: the bounds of a phone-facing HTTP listener, with defaults for a site behind one NAT address.
#include "net/peer_certificate.hpp"
#include "server/door.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace offhook::server {

/// Whose a client certificate is by its family's pack, called on every loop; nothing when the pack cannot tell.
using CertificateReader = std::function<std::optional<DeviceCertificate>(const net::PeerCertificate&)>;

struct HttpOptions {
    std::uint16_t listener = 0;            ///< handed to the door with each request; 0 is the first listener
    Transport transport = Transport::http; ///< https: under TLS, for which open() takes HttpTls
    catalogue::Privacy privacy = catalogue::Privacy::clear; ///< tls for TLS of today alone
    CertificateReader certificate_reader;                   ///< empty: certificates say nothing

    std::size_t header_bytes_max = 8192;
    std::uint64_t drained_body_bytes_max = 64 * 1024; ///< a GET's body is read and dropped up to here; more is refused
    std::uint64_t requests_per_connection_max = 10'000;

    std::size_t connections_max = 20'000; ///< held open at once, all loops; an answer that closes needs no place
    /// Of one source: an IPv4 address or an IPv6 /64. A whole site may stand behind one, and all its phones boot at
    /// once.
    std::size_t connections_per_source_max = 10'000;

    std::chrono::milliseconds header_time_max{10'000}; ///< from a request's first byte to its head's last
    std::chrono::milliseconds idle_time_max{15'000};   ///< between two requests
    std::chrono::milliseconds linger_time_max{2'000};  ///< after a refusal, for the peer to read it before the reset
    /// A slow receiver is shut out when a window passes with less than the least rate. Phones load firmware at 2 KB/s.
    std::chrono::milliseconds send_window{30'000};
    std::uint64_t send_bytes_per_second_min = 128;
    std::chrono::milliseconds send_time_max{std::chrono::hours{6}}; ///< one answer, however steadily it trickles
    /// A slow sender of an upload is shut out in the same way.
    std::chrono::milliseconds receive_window{30'000};
    std::uint64_t receive_bytes_per_second_min = 128;
    std::chrono::milliseconds receive_time_max{std::chrono::hours{1}};
    std::chrono::milliseconds stop_grace{5'000}; ///< for transfers under way when the server stops
};

} // namespace offhook::server
