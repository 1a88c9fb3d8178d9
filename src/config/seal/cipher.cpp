#include "config/seal/cipher.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"

#include <memory>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace offhook::config {
namespace {

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

const EVP_CIPHER* aes_cbc(std::size_t key_bytes) {
    OFFHOOK_ASSERT(key_bytes == 16 || key_bytes == 24 || key_bytes == 32);
    return key_bytes == 16 ? EVP_aes_128_cbc() : key_bytes == 24 ? EVP_aes_192_cbc() : EVP_aes_256_cbc();
}

enum class Direction : int { decrypt = 0, encrypt = 1 };

/// Nullopt: the padding is wrong; encrypting never is.
std::optional<std::string> run(const EVP_CIPHER* cipher, Direction direction, std::string_view in, std::string_view key,
                               std::string_view vector) {
    OFFHOOK_ASSERT(key.size() == static_cast<std::size_t>(EVP_CIPHER_get_key_length(cipher)));
    OFFHOOK_ASSERT(vector.size() == static_cast<std::size_t>(EVP_CIPHER_get_iv_length(cipher)));
    const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    OFFHOOK_ASSERT(context != nullptr);
    const int begun =
        EVP_CipherInit_ex(context.get(), cipher, nullptr, bytes_of(key), bytes_of(vector), static_cast<int>(direction));
    OFFHOOK_ASSERT(begun == 1);
    std::string out(in.size() + aes_block_bytes, '\0');
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    int written = 0, last = 0;
    const int updated = EVP_CipherUpdate(context.get(), to, &written, bytes_of(in), static_cast<int>(in.size()));
    OFFHOOK_ASSERT(updated == 1);
    if (EVP_CipherFinal_ex(context.get(), to + written, &last) != 1) return std::nullopt;
    out.resize(static_cast<std::size_t>(written + last));
    return out;
}

std::string length_text(std::size_t bytes) {
    std::string out;
    for (int shift = 56; shift >= 0; shift -= 8)
        out += static_cast<char>((static_cast<std::uint64_t>(bytes) >> static_cast<unsigned>(shift)) & 0xFFU);
    return out;
}

} // namespace

Sha256 keyed_digest(std::string_view key, std::string_view label, std::initializer_list<std::string_view> parts) {
    std::string message = length_text(label.size());
    message += label;
    for (const std::string_view part : parts) (message += length_text(part.size())) += part;
    Sha256 out{};
    unsigned size = 0;
    const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(message), message.size(),
                            reinterpret_cast<unsigned char*>(out.data()), &size);
    OFFHOOK_ASSERT(made != nullptr && size == out.size());
    return out;
}

std::string digest_bytes(const Sha256& digest, std::size_t bytes) {
    OFFHOOK_ASSERT(bytes <= digest.size());
    return {reinterpret_cast<const char*>(digest.data()), bytes};
}

std::string aes_cbc_encrypt(std::string_view plain, std::string_view key, std::string_view vector) {
    auto out = run(aes_cbc(key.size()), Direction::encrypt, plain, key, vector);
    OFFHOOK_ASSERT(out.has_value());
    return std::move(*out);
}

std::optional<std::string> aes_cbc_decrypt(std::string_view sealed, std::string_view key, std::string_view vector) {
    if (sealed.empty() || sealed.size() % aes_block_bytes != 0) return std::nullopt;
    return run(aes_cbc(key.size()), Direction::decrypt, sealed, key, vector);
}

std::string des3_cbc_encrypt(std::string_view plain, std::string_view key, std::string_view vector) {
    auto out = run(EVP_des_ede3_cbc(), Direction::encrypt, plain, key, vector);
    OFFHOOK_ASSERT(out.has_value());
    return std::move(*out);
}

std::optional<std::string> des3_cbc_decrypt(std::string_view sealed, std::string_view key, std::string_view vector) {
    if (sealed.empty() || sealed.size() % des_block_bytes != 0) return std::nullopt;
    return run(EVP_des_ede3_cbc(), Direction::decrypt, sealed, key, vector);
}

bool same_bytes(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Result<void> check_plain_bytes(std::string_view plain) {
    if (plain.size() > limits::document_bytes_max)
        return fail(ErrorCode::too_large, "what is sealed is at most 1 MiB long");
    return {};
}

} // namespace offhook::config
