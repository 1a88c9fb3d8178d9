#include "protocol/http_auth/digest.hpp"

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"

#include <array>
#include <fmt/format.h>
#include <initializer_list>
#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace offhook::protocol {
namespace {

bool is_sha256(DigestAlgorithm algorithm) {
    return algorithm == DigestAlgorithm::sha256 || algorithm == DigestAlgorithm::sha256_sess;
}
bool is_session(DigestAlgorithm algorithm) {
    return algorithm == DigestAlgorithm::md5_sess || algorithm == DigestAlgorithm::sha256_sess;
}

/// Of the pieces with colons between them, in hexadecimal.
std::string hash(DigestAlgorithm algorithm, std::initializer_list<std::string_view> pieces) {
    std::string text;
    const char* between = "";
    for (const std::string_view piece : pieces) {
        text += between;
        text += piece;
        between = ":";
    }
    std::array<std::byte, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    const int done = EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(out.data()), &size,
                                is_sha256(algorithm) ? EVP_sha256() : EVP_md5(), nullptr);
    OFFHOOK_ASSERT(done == 1);
    OPENSSL_cleanse(text.data(), text.size());
    return to_hex(std::span(out).first(size));
}

std::string request_hash(const DigestCredentials& answer, std::string_view method) {
    return hash(answer.algorithm, {method, answer.uri});
}

std::string response_of(const DigestCredentials& answer, std::string_view password, std::string_view request) {
    std::string account = hash(answer.algorithm, {answer.user, answer.realm, password});
    if (is_session(answer.algorithm)) account = hash(answer.algorithm, {account, answer.nonce, answer.cnonce});
    if (answer.qop == DigestQop::none) return hash(answer.algorithm, {account, answer.nonce, request});
    return hash(answer.algorithm, {account, answer.nonce, answer.nc, answer.cnonce, "auth", request});
}

/// "/a?b" of "http://host:port/a?b"; anything else as it is.
std::string_view without_origin(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!starts_with_ignoring_case(target, scheme)) continue;
        const auto slash = target.find('/', scheme.size());
        return slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
    }
    return target;
}

} // namespace

std::string digest_response(const DigestCredentials& answer, std::string_view method, std::string_view password) {
    return response_of(answer, password, request_hash(answer, method));
}

DigestCredentials answer_challenge(const DigestChallenge& challenge, const BasicCredentials& account,
                                   std::string_view method, std::string_view uri, std::uint32_t nc,
                                   std::string_view cnonce) {
    DigestCredentials out;
    out.user = account.user;
    out.realm = challenge.realm;
    out.nonce = challenge.nonce;
    out.uri = uri;
    out.algorithm = challenge.algorithm;
    out.qop = challenge.qop;
    if (out.qop == DigestQop::auth) out.nc = fmt::format("{:08x}", nc);
    if (out.qop == DigestQop::auth || is_session(out.algorithm)) out.cnonce = cnonce;
    out.response = digest_response(out, method, account.password);
    return out;
}

DigestCheck::DigestCheck(const DigestCredentials& answer, std::string_view method)
    : answer_(answer), request_hash_(request_hash(answer, method)) {}

bool DigestCheck::matches(std::string_view password) const {
    return equal_in_constant_time(response_of(answer_, password, request_hash_), answer_.response);
}

bool same_target(std::string_view uri, std::string_view target) {
    return !uri.empty() && without_origin(uri) == without_origin(target);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace offhook::protocol
