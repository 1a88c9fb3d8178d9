#pragma once
/// @file  Cipher: what every seal is made of - AES in CBC mode, keyed digests, and the initialisation vector.
///
/// A random initialisation vector would make other bytes of the same settings at every rendering, so that each phone
/// would fetch and apply a file that has not changed. Ours is a keyed digest of key, salt and plain text: equal only
/// where all three are, which tells a reader of the wire no more than that a file is the one it was; and, the key being
/// in it, nobody can try out plain texts by their vectors.
/// Limits   plain text as limits::document_bytes_max.
/// Threads  any.
/// Source   NIST SP 800-38A (CBC), RFC 5652 6.3 (padding), RFC 2104; a vector from the message: RFC 5297, SIV.
#include "base/digest.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::config {

inline constexpr std::size_t aes_block_bytes = 16;

/// HMAC-SHA256 over `label` and `parts`, each with its length before it, so that no two lists run together alike.
[[nodiscard]] Sha256 keyed_digest(std::string_view key, std::string_view label,
                                  std::initializer_list<std::string_view> parts);
/// Its first `bytes` (at most 32), as raw bytes.
[[nodiscard]] std::string digest_bytes(const Sha256& digest, std::size_t bytes);

/// Requires  a key of 16, 24 or 32 bytes and a vector of 16.
[[nodiscard]] std::string aes_cbc_encrypt(std::string_view plain, std::string_view key, std::string_view vector);
/// Nullopt: no whole blocks, or no padding of ours at the end.
[[nodiscard]] std::optional<std::string> aes_cbc_decrypt(std::string_view sealed, std::string_view key,
                                                         std::string_view vector);

inline constexpr std::size_t des_block_bytes = 8;
/// DES-EDE3 in CBC mode. Requires  a key of 24 bytes and a vector of 8.
[[nodiscard]] std::string des3_cbc_encrypt(std::string_view plain, std::string_view key, std::string_view vector);
/// Nullopt: no whole blocks, or no padding of ours at the end.
[[nodiscard]] std::optional<std::string> des3_cbc_decrypt(std::string_view sealed, std::string_view key,
                                                          std::string_view vector);

/// Equal, in a time that does not tell where they differ.
[[nodiscard]] bool same_bytes(std::string_view a, std::string_view b);

/// too_large beyond document_bytes_max.
[[nodiscard]] Result<void> check_plain_bytes(std::string_view plain);

} // namespace offhook::config
