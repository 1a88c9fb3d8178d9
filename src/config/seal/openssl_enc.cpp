#include "config/seal/openssl_enc.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/seal/cipher.hpp"

#include <openssl/evp.h>

namespace offhook::config {
namespace {

constexpr std::string_view salted_magic = "Salted__";
constexpr std::size_t salt_bytes = 8;
constexpr std::size_t line_characters = 64;
constexpr std::size_t sealed_bytes_max = 2 * limits::document_bytes_max; ///< base64 and line ends of the longest

struct KeyAndVector {
    std::string key, vector;
};

KeyAndVector derive(std::string_view password, std::string_view salt, const OpensslEnc::Form& form) {
    const EVP_MD* md = form.digest == OpensslEnc::Form::Digest::md5 ? EVP_md5() : EVP_sha256();
    std::string all, block;
    while (all.size() < form.key_bytes + aes_block_bytes) {
        const std::string input = block + std::string(password) + std::string(salt);
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        const int done = EVP_Digest(input.data(), input.size(), digest, &size, md, nullptr);
        OFFHOOK_ASSERT(done == 1);
        block.assign(reinterpret_cast<const char*>(digest), size);
        all += block;
    }
    return {all.substr(0, form.key_bytes), all.substr(form.key_bytes, aes_block_bytes)};
}

std::string base64_lines(std::string_view bytes) {
    std::string flat(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(flat.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    flat.resize(static_cast<std::size_t>(size));
    std::string out;
    for (std::size_t at = 0; at < flat.size(); at += line_characters) (out += flat.substr(at, line_characters)) += '\n';
    return out;
}

/// Blanks and line ends anywhere, as editors and mail leave them. Nullopt: not base64.
std::optional<std::string> from_base64(std::string_view text) {
    std::string flat;
    for (const char c : text)
        if (!ascii_blank(c)) flat += c;
    const auto end = flat.find('=');
    const std::size_t padding = end == std::string::npos ? 0 : flat.size() - end;
    if (flat.empty() || flat.size() % 4 != 0 || padding > 2) return std::nullopt;
    for (std::size_t i = flat.size() - padding; i < flat.size(); ++i)
        if (flat[i] != '=') return std::nullopt;
    std::string out(flat.size() / 4 * 3 + 1, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(flat.data()), static_cast<int>(flat.size()));
    if (size < 0) return std::nullopt;
    out.resize(static_cast<std::size_t>(size) - padding);
    return out;
}

/// SPA phones keep theirs in a parameter, which may be that long.
std::size_t password_bytes_max(OpensslEnc::Form::Text text) {
    return text == OpensslEnc::Form::Text::raw ? limits::value_bytes_max : 64;
}

Result<void> check_password(std::string_view key, OpensslEnc::Form::Text text) {
    const std::size_t most = password_bytes_max(text);
    if (key.empty() || key.size() > most || key.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
        return fail(ErrorCode::invalid,
                    "the key is a password of 1.." + std::to_string(most) + " characters in one line");
    return {};
}

} // namespace

bool OpensslEnc::looks_sealed(std::string_view bytes) const {
    if (form_.text == Form::Text::raw) return bytes.starts_with(salted_magic);
    // "Salted__" is 64 bits, ten characters of base64 and four bits of the eleventh.
    constexpr std::string_view begin = "U2FsdGVkX1";
    return bytes.size() > begin.size() && bytes.starts_with(begin) &&
           std::string_view("89+/").find(bytes[begin.size()]) != std::string_view::npos;
}

std::string OpensslEnc::seal_with(std::string_view plain, std::string_view key, std::string_view eight_bytes) const {
    OFFHOOK_ASSERT(eight_bytes.size() == salt_bytes);
    const KeyAndVector derived = derive(key, eight_bytes, form_);
    const std::string bytes =
        std::string(salted_magic) + std::string(eight_bytes) + aes_cbc_encrypt(plain, derived.key, derived.vector);
    return form_.text == Form::Text::raw ? bytes : base64_lines(bytes);
}

Result<std::string> OpensslEnc::seal(std::string_view plain, std::string_view key, std::string_view salt) const {
    if (const auto fits = check_plain_bytes(plain); !fits) return tl::unexpected(fits.error());
    if (const auto usable = check_password(key, form_.text); !usable) return tl::unexpected(usable.error());
    return seal_with(plain, key, digest_bytes(keyed_digest(key, name_, {salt, plain}), salt_bytes));
}

Result<std::string> OpensslEnc::open(std::string_view sealed, std::string_view key) const {
    const bool raw = form_.text == Form::Text::raw;
    if (const auto usable = check_password(key, form_.text); !usable) return tl::unexpected(usable.error());
    if (sealed.size() > sealed_bytes_max) return fail(ErrorCode::too_large, "a sealed file is at most 2 MiB long");
    if (!looks_sealed(sealed))
        return fail(ErrorCode::invalid,
                    raw ? "this is not sealed as `openssl enc -salt` does it: it would begin with Salted__"
                        : "this is not sealed as `openssl enc -a -salt` does it: it would begin with U2FsdGVkX1");
    const auto bytes = raw ? std::optional(std::string(sealed)) : from_base64(sealed);
    if (!bytes || bytes->size() <= salted_magic.size() + salt_bytes || bytes->size() % aes_block_bytes != 0)
        return fail(ErrorCode::invalid, raw ? "this sealed file is cut short, or something is added to it"
                                            : "this sealed file is cut short, or is no base64 any more");
    const KeyAndVector derived = derive(key, std::string_view(*bytes).substr(salted_magic.size(), salt_bytes), form_);
    auto plain =
        aes_cbc_decrypt(std::string_view(*bytes).substr(salted_magic.size() + salt_bytes), derived.key, derived.vector);
    if (!plain)
        return fail(ErrorCode::invalid,
                    "this does not open: another key sealed it, or another key length, or it is damaged");
    return std::move(*plain);
}

} // namespace offhook::config
