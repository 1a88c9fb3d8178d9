#pragma once
/// @file  OpensslEnc: encrypted files as `openssl enc -aes-128-cbc -a -salt -md md5 -pass pass:KEY` makes and reads
/// them.
///
/// The vendor's own format of KX-UTG (.enc). MD5 because the guide is older than OpenSSL 1.1, whose `enc` takes another
/// digest unless it is told.
/// Shape    base64 in lines of 64 characters of: "Salted__", 8 bytes of salt, AES-CBC of the plain text with PKCS#7
///          padding. Key and vector are EVP_BytesToKey(MD5, one round) of password and salt.
/// Limits   the format holds no digest: of 256 wrong keys one opens to rubbish, which only the reader of the plain text
///          can tell. The salt is a keyed digest of the plain text (cipher.hpp), eight bytes of it.
/// Errors   open(): invalid for what is not base64 of a salted file, cut short, or does not open.
/// Source   reference: Panasonic 6 (KX-UTG guide 2.6.1); OpenSSL enc(1), EVP_BytesToKey(3).
#include "config/seal/seal.hpp"

#include <cstddef>

namespace offhook::config {

class OpensslEnc final : public Seal {
public:
    /// `name` outlives the seal. Requires  16, 24 or 32 bytes of key: AES-128, -192, -256.
    OpensslEnc(std::string_view name, std::size_t key_bytes) : name_(name), key_bytes_(key_bytes) {}

    [[nodiscard]] std::string_view name() const override { return name_; }
    [[nodiscard]] Interop interop() const override { return Interop::vendors; }
    [[nodiscard]] bool looks_sealed(std::string_view bytes) const override;
    [[nodiscard]] Result<std::string> seal(std::string_view plain, std::string_view key,
                                           std::string_view salt) const override;
    [[nodiscard]] Result<std::string> open(std::string_view sealed, std::string_view key) const override;

private:
    std::string_view name_;
    std::size_t key_bytes_;
};

} // namespace offhook::config
