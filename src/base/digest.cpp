#include "base/digest.hpp"

#include "base/assert.hpp"
#include "base/hex.hpp"

#include <openssl/evp.h>
#include <utility>

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

RunningSha256::RunningSha256() : context_(EVP_MD_CTX_new()) {
    OFFHOOK_ASSERT(context_ != nullptr);
    const int begun = EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(context_), EVP_sha256(), nullptr);
    OFFHOOK_ASSERT(begun == 1);
}
RunningSha256::~RunningSha256() { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context_)); }
RunningSha256::RunningSha256(RunningSha256&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
RunningSha256& RunningSha256::operator=(RunningSha256&& other) noexcept {
    std::swap(context_, other.context_);
    return *this;
}

void RunningSha256::add(std::string_view bytes) {
    const int added = EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_), bytes.data(), bytes.size());
    OFFHOOK_ASSERT(added == 1);
}

Sha256 RunningSha256::finish() {
    Sha256 out{};
    unsigned size = 0;
    const int done =
        EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_), reinterpret_cast<unsigned char*>(out.data()), &size);
    OFFHOOK_ASSERT(done == 1 && size == out.size());
    return out;
}

std::string content_name(std::string_view text) {
    const Sha256 hash = sha256(text);
    return to_hex(std::span(hash).first(16));
}

} // namespace offhook
