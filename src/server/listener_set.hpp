#pragma once
/// @file  ListenerSet: all listeners of a server, from configuration to sockets, with their certificates.
///
/// The one place that knows every kind. Certificates are looked after by a thread of its own: files that change are
/// loaded anew, and our own authority's are renewed before they end.
/// Errors   open() throws std::runtime_error with a sentence for the operator.
/// Threads  open, start and stop on one that is no loop's; reload_certificates() any.
#include "base/clock.hpp"
#include "catalogue/store/store.hpp"
#include "config/family/family.hpp"
#include "net/loops.hpp"
#include "net/tls_context.hpp"
#include "net/tls_keys.hpp"
#include "net/tls_reload.hpp"
#include "server/discovery/lease_journal.hpp"
#include "server/listen/listener.hpp"
#include "server/listeners.hpp"

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace offhook::server {

class Door;
class OfferSource;
class SyslogLines;

/// What discovery and syslog listeners work on, all on the first loop. Lifetime: outlives the set.
struct DiscoveryParts {
    OfferSource* offers = nullptr;
    catalogue::Store* store = nullptr; ///< of leases
    SyslogLines* lines = nullptr;      ///< what phones say
};

struct ListenerSetOptions {
    std::filesystem::path data_directory; ///< our own authority lives in its tls/
    std::vector<ListenerOptions> listeners;
    std::vector<net::TlsClientAuthorities> client_authorities; ///< label: the family
};

class ListenerSet {
public:
    /// All references outlive it.
    ListenerSet(net::Loops& loops, const config::Families& families, const Clock& clock, ListenerSetOptions options);
    ~ListenerSet();
    ListenerSet(const ListenerSet&) = delete;
    ListenerSet& operator=(const ListenerSet&) = delete;

    /// Loads certificates and binds all; takes nothing yet. `doors` as listeners want them.
    void open(const std::vector<Door*>& doors, const DiscoveryParts& discovery);
    /// Requires running loops. `announce` is called for each, once it accepts.
    void start(const std::function<void(const std::string& name, const std::string& address)>& announce);
    void stop();
    /// Reads all certificate files again at once, changed or not.
    void reload_certificates();

    struct Row {
        std::string name, address;
        std::size_t connections;
        bool is_unsafe;
    };
    [[nodiscard]] std::vector<Row> rows() const;

private:
    class StoredLeases final : public LeaseJournal {
    public:
        explicit StoredLeases(catalogue::Store& store) : store_(store) {}
        [[nodiscard]] bool put(const catalogue::Lease& lease, catalogue::LeaseDone done) override {
            return store_.put_lease(lease, std::move(done));
        }

    private:
        catalogue::Store& store_;
    };

    /// What a listener under TLS needs besides its sockets.
    struct Tls {
        explicit Tls(net::TlsSettings settings, const Clock& clock) : reload(std::move(settings), clock) {}
        net::TlsReload reload;
        std::vector<std::unique_ptr<net::TlsContext>> contexts; ///< FTP: one a loop
        std::function<Result<void>(const std::shared_ptr<const net::TlsMaterial>&)> replace;
    };

    [[nodiscard]] std::unique_ptr<Listener> open_one(std::size_t number, const std::vector<Door*>& doors);
    [[nodiscard]] std::unique_ptr<Listener> open_discovery(std::size_t number, const DiscoveryParts& discovery);
    [[nodiscard]] std::unique_ptr<Listener> open_http(std::size_t number, const std::vector<Door*>& doors);
    [[nodiscard]] std::unique_ptr<Listener> open_ftp(std::size_t number, const std::vector<Door*>& doors);
    /// The settings, and the files as they are now.
    [[nodiscard]] std::shared_ptr<const net::TlsMaterial> load_tls(std::size_t number);
    void check_client_authorities() const;
    void ensure_own_certificates();
    [[nodiscard]] CertificateReader certificate_reader() const;
    void look_after_certificates(const std::stop_token& stopping);
    void check_certificates(net::TlsReload::Force force);

    net::Loops& loops_;
    const config::Families& families_;
    const Clock& clock_;
    ListenerSetOptions options_;
    std::vector<net::TlsPair> own_pairs_; ///< of our own authority, once one is needed
    net::TlsKeys keys_;
    std::optional<StoredLeases> leases_;
    std::vector<std::unique_ptr<Tls>> tls_;            ///< by listener; null: clear
    std::vector<std::unique_ptr<Listener>> listeners_; ///< in the order of the options
    std::mutex mutex_;                                 ///< guards reload_wanted_
    std::condition_variable_any woken_;
    bool reload_wanted_ = false;
    std::jthread caretaker_; ///< last: it uses what stands above
};

} // namespace offhook::server
