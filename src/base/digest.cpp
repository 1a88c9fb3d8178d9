#include "base/digest.hpp"

#include "base/assert.hpp"
#include "base/hex.hpp"

#include <openssl/evp.h>

namespace offhook {

Sha256 sha256(std::span<const std::byte> bytes) {
    Sha256 out{};
    unsigned size = 0;
    const int done = EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size,
                                EVP_sha256(), nullptr);
    OFFHOOK_ASSERT(done == 1 && size == out.size());
    return out;
}

Sha256 sha256(std::string_view text) { return sha256(std::as_bytes(std::span(text.data(), text.size()))); }

std::string content_name(std::string_view text) {
    const Sha256 hash = sha256(text);
    return to_hex(std::span(hash).first(16));
}

} // namespace offhook
