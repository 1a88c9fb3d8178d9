#pragma once
/// @file  DigestChallenge of SIP: what a 401 or 407 asks for, and the header that answers it.
///
/// The computation is protocol/http_auth's. Here stands what SIP has besides: two header names, opaque, and several
/// challenges of which the first that we can answer counts (RFC 8760 2.4).
/// Source   RFC 3261 22; RFC 2617, RFC 7616; RFC 2069 for challenges without qop, which old phones send.
#include "base/result.hpp"
#include "protocol/http_auth/authorization.hpp"
#include "protocol/sip/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::protocol::sip {

struct SipChallenge {
    DigestChallenge digest;
    std::optional<std::string> opaque; ///< goes back as it came
    enum class By : std::uint8_t { endpoint, proxy } by = By::endpoint;

    [[nodiscard]] std::string_view answered_in() const {
        return by == By::endpoint ? "Authorization" : "Proxy-Authorization";
    }
};

/// Of a 401 or 407. Errors: invalid, saying what of it we cannot do.
[[nodiscard]] Result<SipChallenge> read_challenge(const Message& response);

/// The value of the header that answers. `nc` counts the answers to this nonce, from 1.
[[nodiscard]] std::string answer(const SipChallenge& challenge, const BasicCredentials& account,
                                 std::string_view method, std::string_view request_uri, std::uint32_t nc,
                                 std::string_view cnonce);

/// The value of the WWW-Authenticate header that asks; a challenge without qop is one of RFC 2069.
[[nodiscard]] std::string challenge_value(const DigestChallenge& challenge);

} // namespace offhook::protocol::sip
