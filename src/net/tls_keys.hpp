#pragma once
/// @file  TlsKeys: one ring of session-ticket keys for all loops and listeners.
///
/// A new key seals tickets every hour, made when it is first needed; the last day's keys open them. Whoever steals the
/// memory of the process can open the tickets of one day, and no more.
/// Threads  any.
#include "base/clock.hpp"

#include <openssl/types.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>

namespace offhook::net {

class TlsKeys {
public:
    static constexpr std::chrono::hours rotated_after{1};
    static constexpr std::chrono::hours kept_for{24};
    static constexpr std::size_t name_bytes = 16;

    struct Key {
        std::array<unsigned char, name_bytes> name;
        std::array<unsigned char, 32> cipher;
        std::array<unsigned char, 32> mac;
        Instant made;
    };
    enum class Age : std::uint8_t { current, older };
    struct Found {
        Key key;
        Age age;
    };

    /// `clock` outlives this. Errors: throws std::runtime_error when OpenSSL has no AES or no random bytes.
    explicit TlsKeys(const Clock& clock);
    ~TlsKeys();
    TlsKeys(const TlsKeys&) = delete;
    TlsKeys& operator=(const TlsKeys&) = delete;

    [[nodiscard]] Key to_seal();
    [[nodiscard]] std::optional<Found> to_open(std::span<const unsigned char, name_bytes> name);
    /// A new key at once.
    void rotate();

    [[nodiscard]] const Clock& clock() const { return clock_; }
    /// Fetched once: a lookup by name for each handshake would cost more than the cipher.
    [[nodiscard]] const EVP_CIPHER* cipher() const { return cipher_; }

private:
    void rotate_if_due();
    void add_key();

    const Clock& clock_;
    EVP_CIPHER* cipher_;
    std::mutex mutex_;
    std::deque<Key> keys_; ///< the newest first
};

} // namespace offhook::net
