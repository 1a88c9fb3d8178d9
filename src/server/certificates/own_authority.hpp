#pragma once
/// @file  OwnAuthority: certificates for who has none: an authority of our own, and what it issues.
///
/// The authority is an RSA-2048 certificate of 20 years, because phones of 2007 check nothing else; what it issues for
/// the server is one RSA-2048 and one ECDSA P-256 certificate, of which OpenSSL picks by the phone. Phones are told to
/// trust the authority once, and server certificates may then change at will.
/// Shape   DATA/tls/authority.pem and .key, server-rsa.pem and .key, server-ecdsa.pem and .key; keys are readable by
///         their owner alone. Files are replaced whole.
/// Limits  a server certificate lives 820 days, the first 30 of them gone by, for phones whose clock is behind; it is
///         renewed 30 days before its end, or when a name is missing.
/// Errors  what stands in the way in a file is a Result; a disk or OpenSSL that fails throws std::runtime_error.
/// Threads any, one at a time; blocks.
#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "base/result.hpp"
#include "net/openssl_handles.hpp"
#include "net/tls_settings.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace offhook::server::certificates {

/// What a server certificate is good for. Phones that are given an address look for the address.
struct Names {
    std::vector<std::string> hosts;
    std::vector<IpAddress> addresses;
};
/// This machine's name, localhost, and the IPv4 addresses of its interfaces. IPv6 addresses come and go; those that
/// listeners are bound to are the caller's to add.
[[nodiscard]] Names local_names();

struct TlsFiles {
    std::filesystem::path authority;
    std::vector<net::TlsPair> pairs; ///< RSA first
};

enum class Renewal : std::uint8_t { if_needed, now };

/// Makes what is missing, renews what is due, and says where it is. Logs what it did.
[[nodiscard]] Result<TlsFiles> ensure(const std::filesystem::path& data_directory, const Names& names,
                                      const Clock& clock, Renewal renewal = Renewal::if_needed);

/// What is there, for people. Errors: not_found before ensure().
struct Served {
    std::filesystem::path file;
    std::string key; ///< "RSA 2048", "EC 256"
    WallTime valid_until{};
    std::vector<std::string> names;
};
[[nodiscard]] Result<std::vector<Served>> show(const std::filesystem::path& data_directory);

/// The authority's certificate: PEM as it stands in its file, or DER. Errors: not_found before ensure().
enum class Encoding : std::uint8_t { pem, der };
[[nodiscard]] Result<std::string> export_authority(const std::filesystem::path& data_directory, Encoding encoding);

struct Issued {
    std::filesystem::path certificate, key;
};
/// A device certificate with that subject (names as OpenSSL knows them, SAN for an alternative name), as `name`.pem and
/// `name`.key in `out`. For labs and virtual phones: no vendor's server believes it. Errors: not_found before ensure().
[[nodiscard]] Result<Issued> issue_device(const std::filesystem::path& data_directory,
                                          const std::vector<std::pair<std::string, std::string>>& subject,
                                          const std::filesystem::path& out, const std::string& name,
                                          const Clock& clock);

} // namespace offhook::server::certificates
