#include "protocol/sip/digest_challenge.hpp"

#include "base/text.hpp"
#include "protocol/http_auth/auth_fields.hpp"
#include "protocol/http_auth/digest.hpp"

namespace offhook::protocol::sip {
namespace {

std::optional<std::string> opaque_of(std::string_view value) {
    const auto fields = AuthFields::parse(value.substr(std::string_view("Digest ").size()), 0);
    if (!fields) return std::nullopt;
    const std::string* found = fields->find("opaque");
    return found == nullptr ? std::nullopt : std::optional(*found);
}

std::string quoted(std::string_view value) {
    std::string out = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

} // namespace

Result<SipChallenge> read_challenge(const Message& response) {
    const bool by_proxy = response.status() == 407;
    const auto wanted = by_proxy ? HeaderName::proxy_authenticate : HeaderName::www_authenticate;
    std::string why = "it asks for a password and does not say how";
    for (const Message::Field& field : response.fields()) {
        if (field.name != wanted) continue;
        auto digest = parse_digest_challenge(field.value);
        if (digest)
            return SipChallenge{std::move(*digest), opaque_of(field.value),
                                by_proxy ? SipChallenge::By::proxy : SipChallenge::By::endpoint};
        why = "it asks for a password in a way that we do not know: " + printable(field.value, 80);
    }
    return fail(ErrorCode::invalid, std::move(why));
}

std::string answer(const SipChallenge& challenge, const BasicCredentials& account, std::string_view method,
                   std::string_view request_uri, std::uint32_t nc, std::string_view cnonce) {
    std::string out =
        to_text(HttpCredentials(answer_challenge(challenge.digest, account, method, request_uri, nc, cnonce)));
    if (challenge.opaque) out += ", opaque=" + quoted(*challenge.opaque);
    return out;
}

std::string challenge_value(const DigestChallenge& challenge) {
    std::string line;
    append_challenge(line, challenge);
    const std::size_t name = std::string_view("WWW-Authenticate: ").size();
    return line.substr(name, line.size() - name - 2); // MessageWriter puts name and line end itself
}

} // namespace offhook::protocol::sip
