#include "net/tls_reload.hpp"

#include "base/log.hpp"

#include <sys/stat.h>

namespace offhook::net {

TlsReload::TlsReload(TlsSettings settings, const Clock& clock)
    : settings_(std::move(settings)), clock_(clock), seen_(stamps()) {}

std::shared_ptr<const TlsMaterial> TlsReload::check(Force force) {
    auto now = stamps();
    if (force == Force::if_changed && now == seen_) return nullptr;
    seen_ = std::move(now); // before the load: what changes meanwhile is seen next time
    auto material = TlsMaterial::load(settings_, clock_, TlsDates::must_hold);
    if (!material) {
        log::error("TLS_RELOAD_FAILED", "listener {}: {}; the certificates from before stay in use", settings_.listener,
                   material.error().text());
        return nullptr;
    }
    log::info("TLS_RELOADED", "listener {}: new certificates are in use", settings_.listener);
    return *material;
}

std::vector<TlsReload::Stamp> TlsReload::stamps() const {
    std::vector<Stamp> out;
    const auto add = [&](const std::filesystem::path& path) {
        if (path.empty()) return;
        struct stat facts {};
        Stamp stamp;
        if (::stat(path.c_str(), &facts) == 0)
            stamp = {facts.st_mtim.tv_sec * std::int64_t{1'000'000'000} + facts.st_mtim.tv_nsec, facts.st_ino,
                     facts.st_size};
        out.push_back(stamp);
    };
    for (const auto& pair : settings_.pairs)
        for (const auto& path : {pair.certificate, pair.key, pair.chain, pair.staple}) add(path);
    for (const auto& bundle : settings_.client_authorities) add(bundle.file);
    return out;
}

} // namespace offhook::net
