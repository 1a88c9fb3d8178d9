#pragma once
/// @file  PolycomProject: encrypted configuration files of SoundPoint IP, in a form of Offhook's own. PROJECT-DEFINED:
/// no real phone reads it.
///
/// Public are the cipher, the key's form and that a file begins with a line of text in which a Digest= field stands,
/// equal for equal content. The digest's algorithm, the vector's place and the padding are not. So ours only rehearses
/// keys, rotations and failures between Offhook's server and its virtual phones. Shape "Crypt=1;KeyDesc=TEXT;Digest=64
/// hex;Check=16 hex;Iv=32 hex;Bytes=N;" LF, then AES-128-CBC with PKCS#7
///          padding. Digest is a keyed one of the plain text, so that it betrays no guess at it; Check tells the key.
/// Units    a key is 32 hexadecimal digits, or the phone's own way of saying it: "Crypt=1;KeyDesc=TEXT;Key=32 hex;".
/// Limits   the first line is at most 512 bytes long.
/// Errors   open() tells them apart: not sealed, another key, cut short, damaged.
/// Source   reference: Polycom 8, for what is public.
#include "config/seal/seal.hpp"

namespace offhook::config {

class PolycomProject final : public Seal {
public:
    [[nodiscard]] std::string_view name() const override { return "polycom-project"; }
    [[nodiscard]] Interop interop() const override { return Interop::project_defined; }
    /// By the first line's Digest= field, as all that is public: the vendor's own files look so, too, and do not open.
    [[nodiscard]] bool looks_sealed(std::string_view bytes) const override;
    [[nodiscard]] Result<std::string> seal(std::string_view plain, std::string_view key,
                                           std::string_view salt) const override;
    [[nodiscard]] Result<std::string> open(std::string_view sealed, std::string_view key) const override;
};

} // namespace offhook::config
