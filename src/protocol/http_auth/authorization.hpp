#pragma once
/// @file  HTTP credentials: what stands in an Authorization field, and what a WWW-Authenticate line asks for.
///
/// Shape   "Basic BASE64", or "Digest name=value, name=\"value\", …" in any order, quoted or not, blanks around commas.
///         A name that we do not know is passed over; one that stands twice is an error, for two readers could differ.
/// Limits  the field 4,096 bytes, 32 names, a value 1,024 bytes.
/// Errors  HttpAuthError with the offset of the byte or value that is wrong.
/// Source  RFC 9110 section 11, RFC 7617, RFC 7616, RFC 2617; RFC 2069 for answers without qop.
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace offhook::protocol {

enum class HttpAuthError : std::uint8_t {
    too_long,
    unknown_scheme, ///< neither Basic nor Digest
    malformed,
    missing,    ///< a name that must be there is not
    repeated,   ///< a name stands twice
    unsupported ///< auth-int, a user that is hashed, an algorithm that we do not have
};

enum class DigestAlgorithm : std::uint8_t { md5, md5_sess, sha256, sha256_sess };
enum class DigestQop : std::uint8_t { none, auth };

[[nodiscard]] std::string_view to_text(DigestAlgorithm algorithm); ///< "MD5", "SHA-256-sess"

struct BasicCredentials {
    std::string user; ///< up to the first colon
    std::string password;

    friend bool operator==(const BasicCredentials&, const BasicCredentials&) = default;
};

/// An answer to a Digest challenge.
struct DigestCredentials {
    std::string user, realm, nonce;
    std::string uri;      ///< as the client spelled its target
    std::string response; ///< lower-case hexadecimal, as long as the algorithm's
    std::string cnonce;   ///< empty: none
    std::string nc;       ///< eight hexadecimal digits as sent, which are hashed; empty without qop
    DigestAlgorithm algorithm = DigestAlgorithm::md5;
    DigestQop qop = DigestQop::none;

    [[nodiscard]] std::uint32_t count() const; ///< nc as a number; 0 without
    friend bool operator==(const DigestCredentials&, const DigestCredentials&) = default;
};

using HttpCredentials = std::variant<BasicCredentials, DigestCredentials>;

/// The value of an Authorization field.
[[nodiscard]] ParseResult<HttpCredentials, HttpAuthError> parse_authorization(std::string_view field);
/// The other way round, as a client writes it.
[[nodiscard]] std::string to_text(const HttpCredentials& credentials);

enum class NonceAge : std::uint8_t { good, stale };

struct DigestChallenge {
    std::string realm, nonce;
    DigestAlgorithm algorithm = DigestAlgorithm::md5;
    DigestQop qop = DigestQop::auth;
    NonceAge age = NonceAge::good; ///< stale: the password may be right, only answer this nonce

    friend bool operator==(const DigestChallenge&, const DigestChallenge&) = default;
};

/// Appends a whole "WWW-Authenticate: …\r\n". Each challenge is a line of its own: clients in the field read no lists.
void append_challenge(std::string& out, const DigestChallenge& challenge);
void append_basic_challenge(std::string& out, std::string_view realm);
/// The value of a WWW-Authenticate line that asks for Digest.
[[nodiscard]] ParseResult<DigestChallenge, HttpAuthError> parse_digest_challenge(std::string_view field);

} // namespace offhook::protocol
