#pragma once
/// @file  PanasonicProject: Offhook's own container for .e2c and .e3c. PROJECT-DEFINED: no real phone reads it.
///
/// The vendor says that these files are AES with CFG_FILE_KEY2 or CFG_FILE_KEY3 of 128, 192 or 256 bits, chosen by the
/// file's extension, and keeps the rest to itself. So ours only rehearses keys, rotations and failures between
/// Offhook's server and its virtual phones. Shape    "OFFHKPAN", version 1, bytes of the key (16, 24, 32), two zeros,
/// bytes of the plain text u32 big-endian;
///          vector 16; key check 8; AES-CBC with PKCS#7 padding; HMAC-SHA256 of all before, 32.
/// Units    the key's characters are the key's bytes: 16, 24 or 32 of them make AES-128, -192, -256.
/// Errors   open() tells them apart: not sealed, cut short or too long (by the stated length), another key (by the key
///          check), damaged (by the digest).
/// Source   reference: Panasonic 6, for what is public.
#include "config/seal/seal.hpp"

namespace offhook::config {

class PanasonicProject final : public Seal {
public:
    [[nodiscard]] std::string_view name() const override { return "panasonic-project"; }
    [[nodiscard]] Interop interop() const override { return Interop::project_defined; }
    [[nodiscard]] bool looks_sealed(std::string_view bytes) const override;
    [[nodiscard]] Result<std::string> seal(std::string_view plain, std::string_view key,
                                           std::string_view salt) const override;
    [[nodiscard]] Result<std::string> open(std::string_view sealed, std::string_view key) const override;
};

} // namespace offhook::config
