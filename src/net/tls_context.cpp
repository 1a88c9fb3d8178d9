#include "net/tls_context.hpp"

#include "net/limits.hpp"
#include "net/tls_session.hpp"

#include <openssl/core_names.h>
#include <openssl/ocsp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <type_traits>

namespace offhook::net {

namespace {

constexpr auto modern_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr auto legacy_ciphers = "ALL:!aNULL:!eNULL:@SECLEVEL=0";
constexpr auto groups = "X25519:P-256:P-384"; // measured: X25519 first saves a fifth of a handshake

const TlsContext::Contents& contents_of(SSL* ssl) {
    return *static_cast<const TlsContext::Contents*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
}

/// Nothing may be thrown through OpenSSL, which is C. What would be thrown is a lack of memory or of random bytes.
template <class F>
auto guarded(F&& function, std::invoke_result_t<F> failed) noexcept {
    try {
        return function();
    } catch (...) {
        return failed;
    }
}

/// Never fails the handshake: what a missing or bad certificate means, the application decides.
int on_client_certificate(X509_STORE_CTX* store, void*) noexcept {
    const auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* session = TlsSession::of(ssl);
    auto* certificate = X509_STORE_CTX_get0_cert(store);
    const auto take = [&] {
        session->set_peer_certificate(
            session->contents().material->verify(*certificate, X509_STORE_CTX_get0_untrusted(store)));
        return 1;
    };
    if (session != nullptr && certificate != nullptr) guarded(take, 0);
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}

int use_ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                   int sealing) {
    auto& keys = *contents_of(ssl).keys;
    std::optional<TlsKeys::Found> found;
    if (sealing == 1) {
        found = TlsKeys::Found{keys.to_seal(), TlsKeys::Age::current};
        std::copy(found->key.name.begin(), found->key.name.end(), name);
        if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(keys.cipher())) != 1) return -1;
    } else {
        found = keys.to_open(std::span<const unsigned char, TlsKeys::name_bytes>(name, TlsKeys::name_bytes));
        if (!found) return 0;
    }
    auto& key = found->key;
    char digest[] = "sha256";
    const std::array<OSSL_PARAM, 3> how{
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
    const bool ready = EVP_MAC_CTX_set_params(mac, how.data()) == 1 &&
                       EVP_CipherInit_ex2(cipher, keys.cipher(), key.cipher.data(), iv, sealing, nullptr) == 1;
    OPENSSL_cleanse(&key, sizeof key);
    if (!ready) return -1;
    return found->age == TlsKeys::Age::current ? 1 : 2; // 2: opened, and to be sealed anew
}

int on_ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                  int sealing) noexcept {
    return guarded([&] { return use_ticket_key(ssl, name, iv, cipher, mac, sealing); }, -1);
}

/// A ticket is about to be sealed.
int on_ticket_made(SSL* ssl, void*) noexcept {
    const auto* session = TlsSession::of(ssl);
    if (session == nullptr || session->resumed()) return 1; // a resumed session's identity came with its ticket
    const auto write = [&] {
        const auto text =
            to_ticket(session->contents().material->generation(), session->origin(), session->peer_certificate());
        return SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), text.data(), text.size());
    };
    return guarded(write, 0);
}

SSL_TICKET_RETURN on_ticket_opened(SSL* ssl, SSL_SESSION* opened, const unsigned char*, std::size_t,
                                   SSL_TICKET_STATUS status, void*) noexcept {
    if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW) return SSL_TICKET_RETURN_IGNORE_RENEW;
    void* bytes = nullptr;
    std::size_t size = 0;
    if (SSL_SESSION_get0_ticket_appdata(opened, &bytes, &size) != 1) return SSL_TICKET_RETURN_IGNORE_RENEW;
    const auto holds = [&] {
        const auto identity = read_ticket({static_cast<const std::byte*>(bytes), size});
        return identity && identity->generation == contents_of(ssl).material->generation();
    };
    if (!guarded(holds, false)) return SSL_TICKET_RETURN_IGNORE_RENEW;
    // A client uses a ticket of TLS 1.3 once, so it needs the next one with every resumption.
    const bool renewed = status == SSL_TICKET_SUCCESS_RENEW || SSL_version(ssl) == TLS1_3_VERSION;
    return renewed ? SSL_TICKET_RETURN_USE_RENEW : SSL_TICKET_RETURN_USE;
}

int on_status_asked(SSL* ssl, void*) noexcept {
    const auto& contents = contents_of(ssl);
    const auto* chosen = SSL_get_certificate(ssl);
    for (const auto& pair : contents.material->pairs()) {
        if (pair.certificate() != chosen || pair.staple.response.empty()) continue;
        if (contents.clock->wall() > pair.staple.valid_until) break;
        const auto size = pair.staple.response.size();
        auto* copy = OPENSSL_memdup(pair.staple.response.data(), size);
        if (copy == nullptr) break;
        SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(size)); // OpenSSL frees it
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_NOACK;
}

void require(int outcome, const char* what) {
    if (outcome != 1) throw std::runtime_error(std::string("OpenSSL refuses ") + what + ": " + openssl_error());
}

/// An operator's own list must not make a listener less than it is called: "@SECLEVEL=0" and anonymous or null ciphers
/// come in that way.
void refuse_weak_ciphers(SSL_CTX* context, TlsSecurity security) {
    if (security == TlsSecurity::modern && SSL_CTX_get_security_level(context) < 2)
        throw std::runtime_error("`ciphers` lowers the security level; a listener of the kind https_legacy may");
    const auto* ciphers = SSL_CTX_get_ciphers(context);
    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
        const auto* cipher = sk_SSL_CIPHER_value(ciphers, i);
        if (SSL_CIPHER_get_auth_nid(cipher) == NID_auth_null || SSL_CIPHER_get_cipher_nid(cipher) == NID_undef)
            throw std::runtime_error(std::string("`ciphers` holds ") + SSL_CIPHER_get_name(cipher) +
                                     ", which proves or hides nothing");
    }
}

void set_protocol(SSL_CTX* context, const TlsSettings& settings) {
    const bool modern = settings.security == TlsSecurity::modern;
    SSL_CTX_set_security_level(context, modern ? 2 : 0);
    require(SSL_CTX_set_min_proto_version(context, modern ? TLS1_2_VERSION : TLS1_VERSION), "the least protocol");
    require(SSL_CTX_set_max_proto_version(context, modern ? TLS1_3_VERSION : TLS1_2_VERSION), "the last protocol");
    const char* ciphers = modern ? modern_ciphers : legacy_ciphers;
    if (!settings.ciphers.empty()) ciphers = settings.ciphers.c_str();
    require(SSL_CTX_set_cipher_list(context, ciphers), "the cipher list");
    if (!settings.ciphers.empty()) refuse_weak_ciphers(context, settings.security);
    require(static_cast<int>(SSL_CTX_set1_groups_list(context, groups)), "the groups");
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    if (!modern) SSL_CTX_set_dh_auto(context, 1);
}

void set_resumption(SSL_CTX* context, const TlsMaterial& material) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); // tickets alone: nothing is kept for a client
    SSL_CTX_set_timeout(context, std::chrono::seconds{TlsKeys::kept_for}.count());
    require(SSL_CTX_set_num_tickets(context, 1), "one ticket"); // measured: the second costs 4 % of a handshake
    require(SSL_CTX_set_session_id_context(context,
                                           reinterpret_cast<const unsigned char*>(material.session_context().data()),
                                           material.session_context().size()),
            "the session context");
    require(SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket_key), "ticket keys");
    require(SSL_CTX_set_session_ticket_cb(context, on_ticket_made, on_ticket_opened, nullptr), "ticket contents");
}

void set_client_authorities(SSL_CTX* context, const TlsMaterial& material) {
    if (material.authorities().empty()) return;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context, on_client_certificate, nullptr);
    std::size_t named = 0;
    for (const auto& bundle : material.authorities())
        for (int i = 0; i < sk_X509_num(bundle.certificates.get()); ++i)
            if (named++ < limits::client_authority_names_max)
                SSL_CTX_add_client_CA(context, sk_X509_value(bundle.certificates.get(), i));
}

std::shared_ptr<const TlsContext::Contents> make_contents(std::shared_ptr<const TlsMaterial> material, TlsKeys& keys) {
    ERR_clear_error();
    auto out = std::make_shared<TlsContext::Contents>();
    out->material = std::move(material);
    out->keys = &keys;
    out->clock = &keys.clock();
    out->context.reset(SSL_CTX_new(TLS_server_method()));
    auto* context = out->context.get();
    if (context == nullptr) throw std::runtime_error("OpenSSL: " + openssl_error());
    SSL_CTX_set_app_data(context, out.get());
    set_protocol(context, out->material->settings());
    for (const auto& pair : out->material->pairs()) {
        require(SSL_CTX_use_certificate(context, pair.certificate()), "a certificate");
        require(SSL_CTX_use_PrivateKey(context, pair.key.get()), "a key");
        for (int i = 1; i < sk_X509_num(pair.certificates.get()); ++i)
            require(static_cast<int>(SSL_CTX_add1_chain_cert(context, sk_X509_value(pair.certificates.get(), i))),
                    "a chain");
    }
    set_resumption(context, *out->material);
    set_client_authorities(context, *out->material);
    SSL_CTX_set_tlsext_status_cb(context, on_status_asked);
    return out;
}

} // namespace

TlsContext::TlsContext(std::shared_ptr<const TlsMaterial> material, TlsKeys& keys)
    : keys_(keys), contents_(make_contents(std::move(material), keys)) {}

Result<void> TlsContext::try_out(const std::shared_ptr<const TlsMaterial>& material, TlsKeys& keys) {
    try {
        (void)make_contents(material, keys);
        return {};
    } catch (const std::runtime_error& refused) {
        return fail(ErrorCode::invalid, refused.what(), material->settings().listener);
    }
}

void TlsContext::replace(std::shared_ptr<const TlsMaterial> material) {
    contents_ = make_contents(std::move(material), keys_);
}

} // namespace offhook::net
