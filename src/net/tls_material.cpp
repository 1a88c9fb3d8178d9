#include "net/tls_material.hpp"

#include "base/log.hpp"
#include "net/limits.hpp"

#include <openssl/ocsp.h>
#include <openssl/pem.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

namespace offhook::net {

namespace {

using OcspResponseHandle = std::unique_ptr<OCSP_RESPONSE, OpensslFree<OCSP_RESPONSE_free>>;
using OcspBasicHandle = std::unique_ptr<OCSP_BASICRESP, OpensslFree<OCSP_BASICRESP_free>>;

Result<std::string> read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(ErrorCode::not_found, std::string("cannot be read: ") + std::strerror(errno), path.string());
    std::string text(limits::certificate_file_bytes_max + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > limits::certificate_file_bytes_max)
        return fail(ErrorCode::too_large, "is over 1 MiB, which no certificate or key is", path.string());
    return text;
}

BioHandle memory(const std::string& text) {
    return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// Otherwise OpenSSL asks at the terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

Result<void> append_certificates(const std::filesystem::path& path, STACK_OF(X509) * into) {
    const auto text = read_file(path);
    if (!text) return tl::unexpected(text.error());
    const auto bio = memory(*text);
    int count = 0;
    while (auto* certificate = PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)) {
        sk_X509_push(into, certificate);
        ++count;
    }
    const auto last = ERR_peek_last_error();
    const bool at_end = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
    if (!at_end) return fail(ErrorCode::invalid, "a certificate cannot be read: " + openssl_error(), path.string());
    ERR_clear_error();
    if (count == 0) return fail(ErrorCode::invalid, "holds no certificate in PEM form", path.string());
    return {};
}

WallTime wall_time(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return WallTime{std::chrono::seconds{timegm(&parts)}};
}

Result<KeyHandle> read_key(const std::filesystem::path& path) {
    const auto text = read_file(path);
    if (!text) return tl::unexpected(text.error());
    KeyHandle key(PEM_read_bio_PrivateKey(memory(*text).get(), nullptr, no_passphrase, nullptr));
    if (!key)
        return fail(ErrorCode::invalid, "holds no private key in PEM form that is not encrypted: " + openssl_error(),
                    path.string());
    return key;
}

/// Why the dates do not hold, or nothing.
std::string dates_wrong(const X509* certificate, WallTime now) {
    const auto from = wall_time(X509_get0_notBefore(certificate));
    const auto until = wall_time(X509_get0_notAfter(certificate));
    if (now < from) return "is not valid before " + to_text(from);
    if (now > until) return "is valid no longer, since " + to_text(until);
    return {};
}

/// Serial numbers are unique within one authority, and every new authority begins at the same ones.
bool is_of(const OCSP_CERTID& id, const X509& certificate) {
    ASN1_OCTET_STRING* issuer = nullptr;
    ASN1_OBJECT* algorithm = nullptr;
    ASN1_INTEGER* serial = nullptr;
    OCSP_id_get0_info(&issuer, &algorithm, nullptr, &serial, const_cast<OCSP_CERTID*>(&id));
    if (ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(&certificate)) != 0) return false;
    const auto* how = EVP_get_digestbyobj(algorithm);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (how == nullptr || X509_NAME_digest(X509_get_issuer_name(&certificate), how, digest.data(), &size) != 1)
        return false;
    const std::string_view named(reinterpret_cast<const char*>(ASN1_STRING_get0_data(issuer)),
                                 static_cast<std::size_t>(ASN1_STRING_length(issuer)));
    return named == std::string_view(reinterpret_cast<const char*>(digest.data()), size);
}

/// The response's end, or why it is not to be sent.
Result<WallTime> check_staple(const std::string& der, X509* certificate, WallTime now) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const OcspResponseHandle response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
    if (!response) return fail(ErrorCode::invalid, "is no OCSP response in DER form: " + openssl_error());
    if (OCSP_response_status(response.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
        return fail(ErrorCode::invalid, "is an OCSP responder's refusal");
    const OcspBasicHandle basic(OCSP_response_get1_basic(response.get()));
    if (!basic) return fail(ErrorCode::invalid, "is no basic OCSP response: " + openssl_error());
    for (int i = 0; i < OCSP_resp_count(basic.get()); ++i) {
        auto* single = OCSP_resp_get0(basic.get(), i);
        if (!is_of(*OCSP_SINGLERESP_get0_id(single), *certificate)) continue;
        ASN1_GENERALIZEDTIME* from = nullptr;
        ASN1_GENERALIZEDTIME* until = nullptr;
        OCSP_single_get0_status(single, nullptr, nullptr, &from, &until);
        if (until == nullptr) return fail(ErrorCode::invalid, "does not say until when it holds");
        if (from != nullptr && now + std::chrono::minutes{5} < wall_time(from))
            return fail(ErrorCode::invalid, "does not hold before " + to_text(wall_time(from)));
        if (now > wall_time(until)) return fail(ErrorCode::invalid, "expired at " + to_text(wall_time(until)));
        return wall_time(until);
    }
    return fail(ErrorCode::invalid, "is for another certificate");
}

TlsMaterial::Staple read_staple(const std::filesystem::path& path, X509* certificate, WallTime now) {
    const auto leave_out = [&](const std::string& why) {
        log::warning("TLS_STAPLE_LEFT_OUT", "{} {}; clients that ask get no OCSP response", path.string(), why);
        return TlsMaterial::Staple{};
    };
    auto der = read_file(path);
    if (!der) return leave_out(der.error().message);
    const auto until = check_staple(*der, certificate, now);
    if (!until) return leave_out(until.error().message);
    return {std::move(*der), *until};
}

void append_der(std::string& out, X509* certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    X509_digest(certificate, EVP_sha256(), digest.data(), &size);
    out.append(reinterpret_cast<const char*>(digest.data()), size);
}

} // namespace

Result<std::shared_ptr<const TlsMaterial>> TlsMaterial::load(const TlsSettings& settings, const Clock& clock,
                                                             TlsDates dates) {
    if (settings.pairs.empty())
        return fail(ErrorCode::invalid, "a TLS listener needs a certificate with its key", settings.listener);
    ERR_clear_error();
    std::shared_ptr<TlsMaterial> out(new TlsMaterial);
    out->settings_ = settings;
    for (const auto& pair : settings.pairs)
        if (auto loaded = out->load_pair(pair, clock, dates); !loaded) return tl::unexpected(loaded.error());
    for (const auto& bundle : settings.client_authorities)
        if (auto loaded = out->load_authorities(bundle); !loaded) return tl::unexpected(loaded.error());
    out->digest();
    return std::shared_ptr<const TlsMaterial>(std::move(out));
}

Result<void> TlsMaterial::load_pair(const TlsPair& files, const Clock& clock, TlsDates dates) {
    Pair pair;
    pair.certificates.reset(sk_X509_new_null());
    if (auto read = append_certificates(files.certificate, pair.certificates.get()); !read) return read;
    if (!files.chain.empty())
        if (auto read = append_certificates(files.chain, pair.certificates.get()); !read) return read;
    auto key = read_key(files.key);
    if (!key) return tl::unexpected(key.error());
    pair.key = std::move(*key);
    if (X509_check_private_key(pair.certificate(), pair.key.get()) != 1) {
        ERR_clear_error();
        return fail(ErrorCode::invalid, "the key is not that of " + files.certificate.string(), files.key.string());
    }
    const auto now = clock.wall();
    if (const auto wrong = dates_wrong(pair.certificate(), now); !wrong.empty()) {
        if (dates == TlsDates::must_hold) return fail(ErrorCode::invalid, wrong, files.certificate.string());
        log::warning("TLS_CERTIFICATE_DATES", "{} {}; phones may refuse it", files.certificate.string(), wrong);
    }
    pair.valid_until = wall_time(X509_get0_notAfter(pair.certificate()));
    if (!files.staple.empty()) pair.staple = read_staple(files.staple, pair.certificate(), now);
    pairs_.push_back(std::move(pair));
    return {};
}

Result<void> TlsMaterial::load_authorities(const TlsClientAuthorities& bundle) {
    Authorities authorities{bundle, StoreHandle(X509_STORE_new()), CertificatesHandle(sk_X509_new_null())};
    if (auto read = append_certificates(bundle.file, authorities.certificates.get()); !read) return read;
    for (int i = 0; i < sk_X509_num(authorities.certificates.get()); ++i)
        X509_STORE_add_cert(authorities.store.get(), sk_X509_value(authorities.certificates.get(), i));
    ERR_clear_error(); // one that is there twice
    auto* how = X509_STORE_get0_param(authorities.store.get());
    X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_PARTIAL_CHAIN);
    if (bundle.expired == TlsExpired::accepted) X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_NO_CHECK_TIME);
    X509_VERIFY_PARAM_set_auth_level(how, bundle.old_algorithms == TlsOldAlgorithms::accepted ? 0 : 2);
    X509_VERIFY_PARAM_set_purpose(how, X509_PURPOSE_SSL_CLIENT);
    authorities_.push_back(std::move(authorities));
    return {};
}

void TlsMaterial::digest() {
    std::string facts;
    for (const auto& bundle : authorities_) {
        facts += bundle.settings.label + '\0';
        facts += bundle.settings.expired == TlsExpired::accepted ? 'e' : '-';
        facts += bundle.settings.old_algorithms == TlsOldAlgorithms::accepted ? 'o' : '-';
        for (int i = 0; i < sk_X509_num(bundle.certificates.get()); ++i)
            append_der(facts, sk_X509_value(bundle.certificates.get(), i));
    }
    generation_ = sha256(facts);
    facts = settings_.listener + '\0';
    facts.append(reinterpret_cast<const char*>(generation_.data()), generation_.size());
    for (const auto& pair : pairs_) append_der(facts, pair.certificate());
    session_context_ = sha256(facts);
}

std::optional<PeerCertificate> TlsMaterial::verify(X509& certificate, STACK_OF(X509) * offered) const {
    for (const auto& bundle : authorities_) {
        const StoreContextHandle context(X509_STORE_CTX_new());
        if (!context || X509_STORE_CTX_init(context.get(), bundle.store.get(), &certificate, offered) != 1) continue;
        if (X509_verify_cert(context.get()) == 1) return read_peer_certificate(certificate, bundle.settings.label);
    }
    ERR_clear_error();
    return std::nullopt;
}

} // namespace offhook::net
