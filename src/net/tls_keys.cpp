#include "net/tls_keys.hpp"

#include "net/limits.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

namespace offhook::net {

TlsKeys::TlsKeys(const Clock& clock) : clock_(clock), cipher_(EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr)) {
    if (cipher_ == nullptr) throw std::runtime_error("OpenSSL has no AES-256-CBC");
    add_key();
}

TlsKeys::~TlsKeys() {
    EVP_CIPHER_free(cipher_);
    for (auto& key : keys_) OPENSSL_cleanse(&key, sizeof key);
}

TlsKeys::Key TlsKeys::to_seal() {
    const std::lock_guard lock(mutex_);
    rotate_if_due();
    return keys_.front();
}

std::optional<TlsKeys::Found> TlsKeys::to_open(std::span<const unsigned char, name_bytes> name) {
    const std::lock_guard lock(mutex_);
    rotate_if_due();
    for (const auto& key : keys_)
        if (std::equal(name.begin(), name.end(), key.name.begin()))
            return Found{key, &key == &keys_.front() ? Age::current : Age::older};
    return std::nullopt;
}

void TlsKeys::rotate() {
    const std::lock_guard lock(mutex_);
    add_key();
}

void TlsKeys::rotate_if_due() {
    const auto now = clock_.instant();
    if (now - keys_.front().made >= rotated_after) add_key();
    while (now - keys_.back().made >= kept_for) {
        OPENSSL_cleanse(&keys_.back(), sizeof(Key));
        keys_.pop_back();
    }
}

void TlsKeys::add_key() {
    Key key{};
    if (RAND_bytes(key.name.data(), static_cast<int>(key.name.size())) != 1 ||
        RAND_priv_bytes(key.cipher.data(), static_cast<int>(key.cipher.size())) != 1 ||
        RAND_priv_bytes(key.mac.data(), static_cast<int>(key.mac.size())) != 1)
        throw std::runtime_error("OpenSSL has no random bytes");
    key.made = clock_.instant();
    keys_.push_front(key);
    if (keys_.size() > limits::ticket_keys_max) keys_.pop_back();
}

} // namespace offhook::net
