#pragma once
/// @file  PeerCertificate: who a verified client certificate says its holder is, and the same as bytes in a ticket.
///
/// Only what verified becomes one: no certificate, a bad one and one of an unknown authority are all "none" (the
/// application decides what that means). It travels in the session ticket, so that a resumed session knows its phone
/// without seeing the certificate again; the generation, a digest over all client authorities and their switches, ends
/// that when the operator changes a bundle.
/// Shape   ticket: version u8 = 3, generation 32 bytes, origin 32 bytes, then per text u16 big-endian length and UTF-8:
/// label, the
///         subject's fields in the order below, count u8, the alternative names.
/// Limits  limits::certificate_text_bytes_max a text; what is longer, or holds a NUL, is left out.
#include "base/digest.hpp"

#include <openssl/types.h>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace offhook::net {

struct PeerCertificate {
    std::string label; ///< of the bundle whose authority vouches for it: the family
    std::string common_name;
    std::string organizational_unit;
    std::string organization;
    std::string locality;
    std::string state; ///< ST, which some vendors write as S
    std::string serial_number;
    std::string surname;                        ///< what older tools write as S
    std::vector<std::string> alternative_names; ///< DNS names, URIs and mail addresses

    friend bool operator==(const PeerCertificate&, const PeerCertificate&) = default;
};

/// The fields of a certificate that has been verified. Of a field that is there twice, the first.
[[nodiscard]] PeerCertificate read_peer_certificate(const X509& certificate, std::string label);

/// Tells one full handshake from every other: the server's random.
using TlsOrigin = std::array<std::byte, 32>;

/// What a ticket carries: generation and origin alone when the session has no certificate.
[[nodiscard]] std::string to_ticket(const Sha256& generation, const TlsOrigin& origin,
                                    const PeerCertificate* certificate);

struct TicketIdentity {
    Sha256 generation{};
    TlsOrigin origin{};
    std::optional<PeerCertificate> certificate;
};

/// Nothing for what to_ticket() would not write.
[[nodiscard]] std::optional<TicketIdentity> read_ticket(std::span<const std::byte> bytes);

} // namespace offhook::net
