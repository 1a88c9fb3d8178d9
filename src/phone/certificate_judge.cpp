#include "phone/certificate_judge.hpp"

#include <chrono>
#include <ctime>
#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

namespace offhook::phone {
namespace {

using Check = TlsTrust::Checks::Check;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

std::time_t seconds_of(WallTime time) {
    return static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

/// How many certificates there were, all of them or none.
int add_authorities(X509_STORE* store, const std::string& text) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
                                                        &BIO_free);
    if (!bio) return 0;
    int added = 0;
    if (text.find("-----BEGIN ") == std::string::npos) {
        const Certificate one(d2i_X509_bio(bio.get(), nullptr), &X509_free);
        if (one) added += X509_STORE_add_cert(store, one.get());
    } else {
        for (;;) {
            const Certificate one(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), &X509_free);
            if (!one) break;
            added += X509_STORE_add_cert(store, one.get());
        }
    }
    ERR_clear_error(); // the end of a PEM text is one
    return added;
}

/// 0, or X509_V_ERR_*.
int judge_own_end(const X509* certificate, WallTime now) {
    if (certificate == nullptr) return X509_V_ERR_UNSPECIFIED;
    std::time_t at = seconds_of(now);
    if (X509_cmp_time(X509_get0_notBefore(certificate), &at) >= 0) return X509_V_ERR_CERT_NOT_YET_VALID;
    if (X509_cmp_time(X509_get0_notAfter(certificate), &at) <= 0) return X509_V_ERR_CERT_HAS_EXPIRED;
    return X509_V_OK;
}

/// In the place of OpenSSL's own: 1 for a certificate that will do.
int judge(X509_STORE_CTX* chain, void* of) {
    const auto& trust = *static_cast<const TlsTrust*>(of);
    if (trust.checks.issuer == Check::on) {
        X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(chain);
        if (trust.checks.expiry == Check::on)
            X509_VERIFY_PARAM_set_time(parameters, seconds_of(trust.now));
        else
            X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_NO_CHECK_TIME);
        return X509_verify_cert(chain) > 0 ? 1 : 0;
    }
    const int error =
        trust.checks.expiry == Check::on ? judge_own_end(X509_STORE_CTX_get0_cert(chain), trust.now) : X509_V_OK;
    X509_STORE_CTX_set_error(chain, error);
    return error == X509_V_OK ? 1 : 0;
}

} // namespace

bool judge_by(ssl_ctx_st* context, const TlsTrust& trust) {
    SSL_CTX_set_cert_verify_callback(context, &judge, const_cast<TlsTrust*>(&trust)); // never written
    if (trust.extra_authorities.empty()) return true;
    return add_authorities(SSL_CTX_get_cert_store(context), trust.extra_authorities) > 0;
}

} // namespace offhook::phone
