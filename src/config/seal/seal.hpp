#pragma once
/// @file  Seal: how a vendor encrypts configuration files, so that a wire or a copied disk tells nothing.
///
/// A seal knows no syntax: bytes in, bytes out. Where the vendor's format is not public ours is project-defined: it
/// rehearses keys, rotations and failures between both ends of Offhook, and no real phone reads it.
/// Limits   plain text as limits::document_bytes_max. A key is 1..64 characters or more, as it is typed; what a seal
///          makes of it (hexadecimal digits, a password) is its own affair and its error message says.
/// Errors   seal(): invalid for a key that this seal cannot use. open(): invalid for a key, for what is not sealed, cut
///          short, or does not open with this key. No message holds the key or plain text.
/// Threads  any.
/// Source   reference: Polycom 8, Panasonic 6, Linksys 7.2.
#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace offhook::config {

class Seal {
public:
    virtual ~Seal() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    enum class Interop : std::uint8_t {
        vendors,        ///< real phones read it
        project_defined ///< Offhook's own; to be labelled wherever it is offered
    };
    [[nodiscard]] virtual Interop interop() const = 0;
    /// Whether these bytes are sealed this way, as a phone that gets them would tell. Some formats cannot tell.
    [[nodiscard]] virtual bool looks_sealed(std::string_view bytes) const = 0;
    /// Equal plain text, key and `salt` make equal bytes: what has not changed keeps its entity tag.
    [[nodiscard]] virtual Result<std::string> seal(std::string_view plain, std::string_view key,
                                                   std::string_view salt) const = 0;
    [[nodiscard]] virtual Result<std::string> open(std::string_view sealed, std::string_view key) const = 0;
};

/// The seal a pack names: "polycom-project" (project-defined), "panasonic-project" (.e2c and .e3c, project-defined),
/// "genband-project" (a reading of decrypt_key, project-defined), "openssl-enc" (.enc of KX-UTG: AES-128-CBC, salted,
/// base64, MD5; -192 and -256 are longer keys), "openssl-raw-256" (SPA phones: AES-256-CBC, salted, bytes as they are,
/// MD5; -sha256 is another digest). Null: there is none of that name. Lifetime: static.
[[nodiscard]] const Seal* find_seal(std::string_view name);
[[nodiscard]] std::string seal_names(); ///< for error messages

/// "project-defined, not interoperable with real phones"; "" for a vendor's own format.
[[nodiscard]] std::string_view label(const Seal& seal);

} // namespace offhook::config
