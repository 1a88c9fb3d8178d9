#pragma once
/// @file  Making keys and certificates: our own authority, what it issues, and what tests need.
///
/// Errors   throw std::runtime_error: OpenSSL has no memory or no random bytes, or does not know what was ordered.
/// Threads  any; an RSA key takes a tenth of a second and more.
#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "net/openssl_handles.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace offhook::net {

enum class KeyKind : std::uint8_t { rsa_2048, rsa_1024, p256 };

struct CertificateOrder {
    enum class Use : std::uint8_t { authority, server, client };
    enum class Hash : std::uint8_t { sha256, sha1 };

    Use use = Use::server;
    std::vector<std::pair<std::string, std::string>> subject; ///< {"CN", "boot.example"}; the names OpenSSL knows
    std::vector<std::string> host_names;
    std::vector<IpAddress> addresses;
    WallTime from{};
    WallTime until{};
    Hash hash = Hash::sha256; ///< sha1: what old vendors' authorities did, for tests and labs
};

struct Issuer {
    const X509* certificate; ///< null: it signs itself
    EVP_PKEY* key;
};

[[nodiscard]] KeyHandle make_key(KeyKind kind);
[[nodiscard]] CertificateHandle make_certificate(const CertificateOrder& order, EVP_PKEY& key, const Issuer& issuer);

[[nodiscard]] std::string to_pem(const X509& certificate);
[[nodiscard]] std::string to_pem(const EVP_PKEY& key); ///< PKCS 8, not encrypted
[[nodiscard]] std::string to_der(const X509& certificate);

} // namespace offhook::net
