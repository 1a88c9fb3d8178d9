#include "net/certificate_maker.hpp"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <array>
#include <stdexcept>

namespace offhook::net {

namespace {

void require(bool held, const char* what) {
    if (!held) throw std::runtime_error(std::string("OpenSSL could not ") + what + ": " + openssl_error());
}

void set_serial(X509* certificate) {
    std::array<unsigned char, 16> bytes{};
    require(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "make a serial number");
    bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7FU) | 0x40U); // positive, and of one length
    BIGNUM* number = BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr);
    require(number != nullptr, "make a serial number");
    const bool set = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
    BN_free(number);
    require(set, "set a serial number");
}

void set_subject(X509* certificate, const CertificateOrder& order) {
    auto* name = X509_get_subject_name(certificate);
    for (const auto& [field, text] : order.subject)
        require(X509_NAME_add_entry_by_txt(name, field.c_str(), MBSTRING_UTF8,
                                           reinterpret_cast<const unsigned char*>(text.data()),
                                           static_cast<int>(text.size()), -1, 0) == 1,
                "write the subject");
}

void set_dates(X509* certificate, const CertificateOrder& order) {
    const auto set = [](ASN1_TIME* into, WallTime time) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
        require(ASN1_TIME_set(into, seconds) != nullptr, "set a date");
    };
    set(X509_getm_notBefore(certificate), order.from);
    set(X509_getm_notAfter(certificate), order.until);
}

void add_extension(X509* certificate, const X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, const_cast<X509*>(issuer), certificate, nullptr, nullptr, 0);
    auto* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    require(extension != nullptr, "make an extension");
    const bool added = X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    require(added, "add an extension");
}

std::string alternative_names(const CertificateOrder& order) {
    std::string out;
    for (const auto& name : order.host_names) out += (out.empty() ? "DNS:" : ",DNS:") + name;
    for (const auto& address : order.addresses) out += (out.empty() ? "IP:" : ",IP:") + address.text();
    return out;
}

void set_extensions(X509* certificate, const CertificateOrder& order, const EVP_PKEY& key, const X509* issuer) {
    using Use = CertificateOrder::Use;
    const bool rsa = EVP_PKEY_get_base_id(&key) == EVP_PKEY_RSA;
    add_extension(certificate, issuer, NID_basic_constraints,
                  order.use == Use::authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (order.use == Use::authority) {
        add_extension(certificate, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
    } else {
        add_extension(certificate, issuer, NID_key_usage,
                      rsa ? "critical,digitalSignature,keyEncipherment" : "critical,digitalSignature");
        add_extension(certificate, issuer, NID_ext_key_usage, order.use == Use::server ? "serverAuth" : "clientAuth");
    }
    add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
    add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
    const auto names = alternative_names(order);
    if (!names.empty()) add_extension(certificate, issuer, NID_subject_alt_name, names);
}

template <class Write>
std::string written(Write&& write) {
    const BioHandle bio(BIO_new(BIO_s_mem()));
    require(bio && write(bio.get()) == 1, "write PEM");
    char* text = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

} // namespace

KeyHandle make_key(KeyKind kind) {
    KeyHandle key(kind == KeyKind::p256 ? EVP_EC_gen("P-256") : EVP_RSA_gen(kind == KeyKind::rsa_2048 ? 2048U : 1024U));
    require(key != nullptr, "make a key");
    return key;
}

CertificateHandle make_certificate(const CertificateOrder& order, EVP_PKEY& key, const Issuer& issuer) {
    CertificateHandle certificate(X509_new());
    require(certificate != nullptr, "make a certificate");
    auto* out = certificate.get();
    require(X509_set_version(out, X509_VERSION_3) == 1, "set the version");
    set_serial(out);
    set_subject(out, order);
    set_dates(out, order);
    const X509* by = issuer.certificate != nullptr ? issuer.certificate : out;
    require(X509_set_issuer_name(out, X509_get_subject_name(by)) == 1, "set the issuer");
    require(X509_set_pubkey(out, &key) == 1, "set the key");
    set_extensions(out, order, key, by);
    const auto* hash = order.hash == CertificateOrder::Hash::sha256 ? EVP_sha256() : EVP_sha1();
    require(X509_sign(out, issuer.key, hash) > 0, "sign");
    return certificate;
}

std::string to_pem(const X509& certificate) {
    return written([&](BIO* bio) { return PEM_write_bio_X509(bio, &certificate); });
}

std::string to_pem(const EVP_PKEY& key) {
    return written(
        [&](BIO* bio) { return PEM_write_bio_PKCS8PrivateKey(bio, &key, nullptr, nullptr, 0, nullptr, nullptr); });
}

std::string to_der(const X509& certificate) {
    return written([&](BIO* bio) { return i2d_X509_bio(bio, &certificate); });
}

} // namespace offhook::net
