#pragma once
/// @file  BootServer: the whole server, put together - catalogue, loops, listeners, timeline, API.
///
/// Order of a start: data locked, catalogue loaded, snapshot on every loop, the admin socket ready, then the listeners.
/// Order of a stop: listeners, API, loops, timeline, catalogue; what was accepted is answered.
/// Errors   the constructor throws std::runtime_error (StoreFailure included) with a sentence for the operator.
#include "base/clock.hpp"
#include "catalogue/layer_history.hpp"
#include "catalogue/upload.hpp"
#include "config/family/family.hpp"
#include "server/access/shared_access.hpp"
#include "server/listeners.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace offhook::server {

struct BootServerOptions {
    std::filesystem::path data_directory;
    std::vector<ListenerOptions> listeners;
    std::size_t loops = 0;                       ///< 0: one per allowed processor
    std::size_t cache_bytes_max = 512ULL << 20U; ///< of rendered files, over all loops
    std::string version;
    std::vector<net::TlsClientAuthorities> client_authorities = {}; ///< whose device certificates are believed
    catalogue::UploadQuota uploads = {};
    catalogue::JournalLimits journal = {}; ///< what is kept of former settings
    AccessOptions access = {};             ///< how phones prove themselves, and who is shut out
};

class BootServer {
public:
    /// `announce` is called for every listener with its name and bound address, once it accepts.
    BootServer(BootServerOptions options, config::Families families, const Clock& clock,
               const std::function<void(const std::string& name, const std::string& address)>& announce);
    ~BootServer();
    /// Reads all certificate files again; what they hold counts for connections from then on.
    void reload_certificates();
    BootServer(const BootServer&) = delete;
    BootServer& operator=(const BootServer&) = delete;

private:
    class Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace offhook::server
