#pragma once
/// @file  TlsContext: how one listener does TLS on one loop.
///
/// Its contents are replaced on its loop when certificates change; a connection keeps what it began with.
/// Threads  its loop's; made on any.
#include "net/openssl_handles.hpp"
#include "net/tls_keys.hpp"
#include "net/tls_material.hpp"

#include <memory>

namespace offhook::net {

class TlsContext {
public:
    /// `keys` outlives this and every stream under it. Errors: throws std::runtime_error for what OpenSSL refuses in
    /// material that loaded, such as a 1024-bit server key on a modern listener; try_out() tells before.
    TlsContext(std::shared_ptr<const TlsMaterial> material, TlsKeys& keys);
    /// Whether OpenSSL takes it.
    [[nodiscard]] static Result<void> try_out(const std::shared_ptr<const TlsMaterial>& material, TlsKeys& keys);

    /// For connections from now on. Errors: those of the constructor; the old stays then.
    void replace(std::shared_ptr<const TlsMaterial> material);

    struct Contents {
        std::shared_ptr<const TlsMaterial> material;
        TlsKeys* keys = nullptr;
        const Clock* clock = nullptr;
        SslContextHandle context;
    };
    [[nodiscard]] const std::shared_ptr<const Contents>& contents() const { return contents_; }
    [[nodiscard]] TlsSecurity security() const { return contents_->material->settings().security; }

private:
    TlsKeys& keys_;
    std::shared_ptr<const Contents> contents_;
};

} // namespace offhook::net
