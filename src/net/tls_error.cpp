#include "net/tls_error.hpp"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <string>

namespace offhook::net {

namespace {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor" // Boost's own category has none: nobody deletes through it
class TlsCategory final : public boost::system::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "tls"; }
    [[nodiscard]] std::string message(int reason) const override {
        switch (reason) {
        case SSL_R_UNEXPECTED_EOF_WHILE_READING:
            return "the peer closed without ending TLS";
        case SSL_R_HTTP_REQUEST:
            return "plain HTTP on the port for TLS";
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_VERSION_TOO_LOW:
            return "no protocol in common";
        case SSL_R_NO_SHARED_CIPHER:
            return "no cipher in common";
        case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
        case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
            return "no signature algorithm in common";
        case SSL_R_WRONG_VERSION_NUMBER:
            return "what came is not TLS";
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
            return "the phone does not know our authority";
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
            return "the phone refuses our certificate";
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
            return "the phone holds our certificate for expired; is its clock right?";
        default:
            break;
        }
        const char* words = ERR_reason_error_string(ERR_PACK(ERR_LIB_SSL, 0, reason));
        return words != nullptr ? words : "TLS failed (" + std::to_string(reason) + ")";
    }
};
#pragma GCC diagnostic pop

} // namespace

const boost::system::error_category& tls_category() {
    static const TlsCategory category;
    return category;
}

bool is_truncation(const boost::system::error_code& error) {
    return error.category() == tls_category() && error.value() == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

} // namespace offhook::net
