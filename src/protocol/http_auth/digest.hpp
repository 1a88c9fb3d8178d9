#pragma once
/// @file  Digest: the response that a password makes of a challenge, for who answers one and for who checks it.
///
/// Source  RFC 7616 section 3.4, RFC 2617 section 3.2.2; RFC 2069 section 2.1.2 where there is no qop.
#include "protocol/http_auth/authorization.hpp"

#include <string>
#include <string_view>

namespace offhook::protocol {

/// What `response` has to be: all other fields of `answer` count as they stand.
[[nodiscard]] std::string digest_response(const DigestCredentials& answer, std::string_view method,
                                          std::string_view password);

/// An answer to `challenge`. `nc` counts from 1; without qop in the challenge it and `cnonce` are left out.
[[nodiscard]] DigestCredentials answer_challenge(const DigestChallenge& challenge, const BasicCredentials& account,
                                                 std::string_view method, std::string_view uri, std::uint32_t nc,
                                                 std::string_view cnonce);

/// One answer held against several passwords. Every matches() costs the same hashes, right or wrong.
class DigestCheck {
public:
    /// `answer` outlives it.
    DigestCheck(const DigestCredentials& answer, std::string_view method);
    /// In constant time.
    [[nodiscard]] bool matches(std::string_view password) const;

private:
    const DigestCredentials& answer_;
    std::string request_hash_; // RFC 7616's H(A2)
};

/// Whether the uri that was signed is the target that was asked for. An absolute form counts as its path.
[[nodiscard]] bool same_target(std::string_view uri, std::string_view target);

/// Whether two texts are the same; takes the same time wherever they differ. Their lengths are no secret.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

} // namespace offhook::protocol
