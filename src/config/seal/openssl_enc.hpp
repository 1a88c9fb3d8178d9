#pragma once
/// @file  OpensslEnc: encrypted files as the program `openssl enc` makes and reads them.
///
/// The vendor's own format of KX-UTG (.enc: -aes-128-cbc -a -md md5) and of SPA phones (-aes-256-cbc -md md5, without
/// -a). MD5 because the guides are older than OpenSSL 1.1, whose `enc` takes SHA-256 unless it is told.
/// Shape    "Salted__", 8 bytes of salt, AES-CBC of the plain text with PKCS#7 padding; with `Form::base64` that as
///          base64 in lines of 64 characters. Key and vector are EVP_BytesToKey(digest, one round) of password and
///          salt. The password counts literally, also where it looks like hexadecimal digits.
/// Limits   a password of 64 characters, of the raw form limits::value_bytes_max. The format holds no digest: of 256
///          wrong keys one opens to rubbish, which only the reader of the plain text can tell. The salt is a keyed
///          digest of the plain text (cipher.hpp), eight bytes of it.
/// Errors   open(): invalid for what is not a salted file, cut short, or does not open.
/// Source   reference: Panasonic 6 (KX-UTG guide 2.6.1); Linksys 7.2; OpenSSL enc(1), EVP_BytesToKey(3).
#include "config/seal/seal.hpp"

#include <cstddef>
#include <cstdint>

namespace offhook::config {

class OpensslEnc final : public Seal {
public:
    struct Form {
        std::size_t key_bytes = 32; ///< 16, 24 or 32: AES-128, -192, -256
        enum class Text : std::uint8_t { base64, raw } text = Text::raw;
        enum class Digest : std::uint8_t { md5, sha256 } digest = Digest::md5;
    };
    /// `name` outlives the seal.
    OpensslEnc(std::string_view name, Form form) : name_(name), form_(form) {}

    [[nodiscard]] std::string_view name() const override { return name_; }
    [[nodiscard]] Interop interop() const override { return Interop::vendors; }
    [[nodiscard]] bool looks_sealed(std::string_view bytes) const override;
    [[nodiscard]] Result<std::string> seal(std::string_view plain, std::string_view key,
                                           std::string_view salt) const override;
    [[nodiscard]] Result<std::string> open(std::string_view sealed, std::string_view key) const override;

    /// What seal() makes, with the eight bytes of the file's own salt stated. Requires  a key and a plain text that
    /// seal() takes.
    [[nodiscard]] std::string seal_with(std::string_view plain, std::string_view key,
                                        std::string_view eight_bytes) const;

private:
    std::string_view name_;
    Form form_;
};

} // namespace offhook::config
