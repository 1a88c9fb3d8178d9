#include "config/seal/panasonic_project.hpp"

#include "config/seal/cipher.hpp"

#include <cstdint>

namespace offhook::config {
namespace {

constexpr std::string_view magic = "OFFHKPAN";
constexpr char version = 1;
constexpr std::size_t length_at = 12, vector_at = 16, check_at = 32, cipher_at = 40;
constexpr std::size_t check_bytes = 8, digest_size = 32;

std::size_t padded(std::size_t plain_bytes) { return (plain_bytes / aes_block_bytes + 1) * aes_block_bytes; }

Result<void> check_key(std::string_view key) {
    if (key.size() == 16 || key.size() == 24 || key.size() == 32) return {};
    return fail(ErrorCode::invalid,
                "the key is 16, 24 or 32 characters (AES-128, -192, -256), not " + std::to_string(key.size()));
}

std::string big_endian(std::size_t number) {
    std::string out;
    for (const unsigned shift : {24U, 16U, 8U, 0U}) out += static_cast<char>((number >> shift) & 0xFFU);
    return out;
}

std::size_t from_big_endian(std::string_view bytes) {
    std::size_t out = 0;
    for (const char c : bytes) out = (out << 8U) | static_cast<unsigned char>(c);
    return out;
}

std::string key_check(std::string_view key, std::string_view vector) {
    return digest_bytes(keyed_digest(key, "panasonic-project key check", {vector}), check_bytes);
}

std::string content_digest(std::string_view key, std::string_view content) {
    return digest_bytes(keyed_digest(key, "panasonic-project content", {content}), digest_size);
}

} // namespace

bool PanasonicProject::looks_sealed(std::string_view bytes) const { return bytes.starts_with(magic); }

Result<std::string> PanasonicProject::seal(std::string_view plain, std::string_view key, std::string_view salt) const {
    if (const auto fits = check_plain_bytes(plain); !fits) return tl::unexpected(fits.error());
    if (const auto usable = check_key(key); !usable) return tl::unexpected(usable.error());
    const std::string vector =
        digest_bytes(keyed_digest(key, "panasonic-project vector", {salt, plain}), aes_block_bytes);
    std::string out(magic);
    out += version;
    out += static_cast<char>(key.size());
    out.append(2, '\0');
    out += big_endian(plain.size());
    out += vector;
    out += key_check(key, vector);
    out += aes_cbc_encrypt(plain, key, vector);
    return out += content_digest(key, out);
}

Result<std::string> PanasonicProject::open(std::string_view sealed, std::string_view key) const {
    if (const auto usable = check_key(key); !usable) return tl::unexpected(usable.error());
    if (!looks_sealed(sealed))
        return fail(ErrorCode::invalid,
                    "this is not sealed in Offhook's own form for .e2c and .e3c (which real phones do not read)");
    constexpr std::string_view short_text = "this sealed file is cut short";
    if (sealed.size() < cipher_at) return fail(ErrorCode::invalid, std::string(short_text));
    if (sealed[magic.size()] != version)
        return fail(ErrorCode::invalid, "this sealed file is of a later version of the format");
    if (static_cast<unsigned char>(sealed[magic.size() + 1]) != key.size())
        return fail(ErrorCode::invalid, "this file is sealed with a key of another length");
    const std::size_t plain_bytes = from_big_endian(sealed.substr(length_at, 4));
    const std::size_t whole = cipher_at + padded(plain_bytes) + digest_size;
    const auto vector = sealed.substr(vector_at, aes_block_bytes);
    if (!same_bytes(sealed.substr(check_at, check_bytes), key_check(key, vector)))
        return fail(ErrorCode::invalid, "this file is sealed with another key");
    if (sealed.size() < whole) return fail(ErrorCode::invalid, std::string(short_text));
    const auto content = sealed.substr(0, sealed.size() - digest_size);
    if (!same_bytes(sealed.substr(content.size()), content_digest(key, content)))
        return fail(ErrorCode::invalid, "this sealed file is damaged: its digest is another");
    auto plain = aes_cbc_decrypt(content.substr(cipher_at), key, vector);
    if (!plain || plain->size() != plain_bytes)
        return fail(ErrorCode::invalid, "this sealed file is damaged: it does not hold what it says");
    return std::move(*plain);
}

} // namespace offhook::config
