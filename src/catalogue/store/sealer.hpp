#pragma once
/// @file  Sealer: secrets as they lie in the database.
///
/// Shape   base64 of nonce (12 bytes), AES-256-GCM ciphertext, tag (16). The context (layer and setting's name) is
///         authenticated with it, so a ciphertext copied to another row does not open there.
/// Limits  random nonces under one key: good for 2^32 seals, about 1,000 changes a second for 50 days without a pause.
/// Threads one at a time; each connection has its own (it keeps a keyed cipher).
/// Source  NIST SP 800-38D; OpenSSL EVP.
#include "base/random.hpp"

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::catalogue {

using SecretKey = std::array<std::byte, 32>;

/// The key in DIR/secrets.key: 64 hexadecimal digits.
/// Errors: throws StoreFailure for a file that others may read (and says the chmod), or that holds no key.
/// nullopt: there is no such file.
[[nodiscard]] std::optional<SecretKey> read_secret_key(const std::filesystem::path& file);
/// Makes a key and its file, mode 0600, synced with its folder before it returns: what it seals is lost without it.
[[nodiscard]] SecretKey create_secret_key(const std::filesystem::path& file, Random& random);

class Sealer {
public:
    explicit Sealer(const SecretKey& key);
    ~Sealer();
    Sealer(const Sealer&) = delete;
    Sealer& operator=(const Sealer&) = delete;

    [[nodiscard]] std::string seal(std::string_view context, std::string_view clear);
    /// nullopt: changed, cut, sealed under another key or for another context.
    [[nodiscard]] std::optional<std::string> open(std::string_view context, std::string_view sealed);

private:
    struct Ciphers;
    std::unique_ptr<Ciphers> ciphers_;
    SystemRandom random_;
};

} // namespace offhook::catalogue
