#pragma once
/// @file  GenbandProject: a reading of GENBAND's encrypted configuration files. PROJECT-DEFINED: no vendor's file or
/// tool is public, and no real phone is known to read it.
///
/// The vendor says that a file which is not readable is decrypted with decrypt_key; that it is 3DES is in the texts of
/// others' code. Mode, vector, padding and the reading of the key are ours.
/// Shape    DES-EDE3-CBC, a vector of zeros, PKCS#7 padding, no header: equal texts make equal bytes, and files that
///          begin alike are seen to. It holds no digest: whether a file has opened tells is_readable_ip88() alone.
/// Units    the key is hexadecimal digits, blanks do not count: 32 are K1 K2 K1, 48 K1 K2 K3, of 64 the first 48 count.
/// Errors   open(): invalid where the key is none, or what comes out is not readable.
/// Source   reference: IP88xx 6 (readable test, key, cipher: inferred).
#include "config/seal/seal.hpp"

namespace offhook::config {

/// Whether a phone takes these bytes for a configuration file as it is: text, whose first line that is no comment is
/// "[NAME]".
[[nodiscard]] bool is_readable_ip88(std::string_view bytes);

class GenbandProject final : public Seal {
public:
    [[nodiscard]] std::string_view name() const override { return "genband-project"; }
    [[nodiscard]] Interop interop() const override { return Interop::project_defined; }
    [[nodiscard]] bool looks_sealed(std::string_view bytes) const override;
    /// `salt` has no place in this format. Errors: invalid, too, for a text that the phone would not take for one.
    [[nodiscard]] Result<std::string> seal(std::string_view plain, std::string_view key,
                                           std::string_view salt) const override;
    [[nodiscard]] Result<std::string> open(std::string_view sealed, std::string_view key) const override;
};

} // namespace offhook::config
