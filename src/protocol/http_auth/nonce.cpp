#include "protocol/http_auth/nonce.hpp"

#include "base/assert.hpp"
#include "base/hex.hpp"

#include <algorithm>
#include <chrono>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace offhook::protocol {
namespace {

void put(std::byte* at, std::uint64_t value) {
    for (unsigned i = 0; i < 8; ++i) at[i] = static_cast<std::byte>(value >> (56U - 8U * i) & 0xffU);
}
std::uint64_t get(const std::byte* at) {
    std::uint64_t out = 0;
    for (unsigned i = 0; i < 8; ++i) out = out << 8U | static_cast<std::uint64_t>(at[i]);
    return out;
}

} // namespace

NonceCodec::NonceCodec(Random& random) { random.fill(key_); }

NonceCodec::Seal NonceCodec::seal(const Facts& facts) const {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    const auto* done = HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
                            reinterpret_cast<const unsigned char*>(facts.data()), facts.size(), out.data(), &size);
    OFFHOOK_ASSERT(done != nullptr && size >= seal_bytes);
    Seal seal{};
    std::transform(out.begin(), out.begin() + seal_bytes, seal.begin(), [](unsigned char c) { return std::byte(c); });
    return seal;
}

std::string NonceCodec::make(const Nonce& nonce) const {
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(nonce.made.time_since_epoch());
    Facts facts{};
    put(facts.data(), static_cast<std::uint64_t>(since.count()));
    put(facts.data() + 8, nonce.number);
    return to_hex(facts) + to_hex(seal(facts));
}

std::optional<NonceCodec::Nonce> NonceCodec::read(std::string_view text) const {
    if (text.size() != 2 * (facts_bytes + seal_bytes)) return std::nullopt;
    const auto bytes = from_hex(text);
    if (!bytes) return std::nullopt;
    Facts facts{};
    std::copy_n(bytes->begin(), facts_bytes, facts.begin());
    const Seal expected = seal(facts);
    if (CRYPTO_memcmp(expected.data(), bytes->data() + facts_bytes, seal_bytes) != 0) return std::nullopt;
    const auto since = std::chrono::milliseconds(static_cast<std::int64_t>(get(facts.data())));
    return Nonce{Instant(since), get(facts.data() + 8)};
}

} // namespace offhook::protocol
