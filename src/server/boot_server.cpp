#include "server/boot_server.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/data_directory.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "catalogue/timeline/timeline.hpp"
#include "net/blocking_pool.hpp"
#include "net/listen_socket.hpp"
#include "net/loops.hpp"
#include "server/api/api_server.hpp"
#include "server/api/checks.hpp"
#include "server/api/socket_path.hpp"
#include "server/delivery.hpp"
#include "server/discovery/offer_lengths.hpp"
#include "server/discovery/offers.hpp"
#include "server/listener_set.hpp"
#include "server/loops/change_guard.hpp"
#include "server/resync/resync_targets.hpp"
#include "server/resync/resyncs.hpp"
#include "server/sealed_uploads.hpp"
#include "server/syslog/syslog_lines.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <map>
#include <stdexcept>

namespace offhook::server {
namespace {

constexpr std::size_t closings_waiting_max = 4'096;

std::runtime_error cannot_start(const Error& error) { return std::runtime_error(error.text()); }

} // namespace

class BootServer::Parts {
public:
    Parts(BootServerOptions options, config::Families families, const Clock& clock,
          const std::function<void(const std::string&, const std::string&)>& announce)
        : options_(std::move(options)), families_(std::move(families)), directory_(options_.data_directory),
          socket_path_(socket_path(directory_.path())), loops_(clock, options_.loops),
          catalogue_(catalogue::open_sqlite_store(
              {directory_.path(), model_check(), &clock, options_.uploads, options_.journal})),
          timeline_(timeline_options()), shared_access_(make_shared_access(clock)),
          change_guard_(catalogue_, timeline_, families_, clock),
          offers_(families_, timeline_.ring(0), clock, offer_listeners()),
          offer_lengths_(families_, discovery_listeners()),
          lines_(families_, timeline_.ring(0), acquaintances_, clock, random_, syslog_options()),
          listeners_(loops_, families_, clock, {directory_.path(), options_.listeners, options_.client_authorities}) {
        loop_guard_->restore(catalogue_.store().image_holds());
        loop_guard_->forget_removed(*catalogue_.snapshot());
        check_listener_sites();
        check_asker_rows();
        warn_of_missing_packs();
        make_deliveries(clock);
        loops_.start();
        catalogue_.set_publish([this](const catalogue::SnapshotPtr& snapshot) {
            loops_.run_on_all([&](net::Loop& loop) {
                deliveries_[loop.index()]->publish(snapshot);
                if (loop.index() == 0) {
                    offers_.publish(snapshot);
                    lines_.publish(snapshot);
                }
            });
        });
        try {
            open_doors(clock, announce);
        } catch (...) {
            close();
            throw;
        }
    }

    ~Parts() { close(); }
    void reload_certificates() { listeners_.reload_certificates(); }
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

private:
    void open_doors(const Clock& clock, const std::function<void(const std::string&, const std::string&)>& announce) {
        std::vector<Door*> doors;
        for (const auto& delivery : deliveries_) doors.push_back(delivery.get());
        check_offers_fit();
        listeners_.open(doors, {&offers_, &catalogue_.store(), &lines_});
        loops_.run_on_all([this](net::Loop& loop) {
            deliveries_[loop.index()]->set_origins(origins());
            if (loop.index() == 0) offers_.set_origins(origins());
        });
        resyncs_ = std::make_unique<Resyncs>(
            clock, [this](MacAddress mac, WallTime since) { return visit_since(timeline_, families_, mac, since); },
            &timeline_.ring(static_cast<unsigned>(loops_.size())));
        ApiContext context{catalogue_,
                           timeline_,
                           families_,
                           clock,
                           [this] { return status(); },
                           listener_of_site(),
                           &shared_access_->guard,
                           &offer_lengths_};
        context.resyncs = resyncs_.get();
        context.loop_guard = loop_guard_.get();
        context.tell_of_release = [this](MacAddress mac, const std::string& name) {
            loops_[0].post([this, mac, name] { deliveries_[0]->tell_of_release(mac, name); });
        };
        api_ = std::make_unique<ApiServer>(socket_path_.address(), std::move(context));
        listeners_.start(announce);
    }

    void close() {
        listeners_.stop();
        api_.reset();
        resyncs_.reset();
        disk_pool_.stop();
        closing_.stop(); // its writes wait for the loops
        catalogue_.set_publish({});
        loops_.stop();
    }

    std::shared_ptr<SharedAccess> make_shared_access(const Clock& clock) {
        SystemRandom random;
        return std::make_shared<SharedAccess>(
            options_.access, clock, random, [this](MacAddress mac, WallTime opened_until) {
                const auto queued = closing_.post([this, mac, opened_until] {
                    const auto closed = catalogue_.store().close_first_contact(mac, opened_until);
                    if (!closed && closed.error().code != ErrorCode::not_found)
                        log::warning("FIRST_CONTACT_NOT_CLOSED", "{}: {}", mac.text(), closed.error().text());
                });
                if (queued == net::BlockingPool::Queued::full) // its next complete boot, or time, closes it
                    log::warning("FIRST_CONTACT_NOT_CLOSED", "{}: too much work is waiting", mac.text());
            });
    }

    void end_key_rotation(MacAddress mac, catalogue::Revision revision) {
        const auto queued = closing_.post([this, mac, revision] {
            if (!reseal_for(mac, revision)) return;
            const auto ended = catalogue_.store().end_key_rotation(mac, revision);
            if (!ended && ended.error().code != ErrorCode::not_found)
                log::warning("KEY_ROTATION_NOT_ENDED", "{}: {}", mac.text(), ended.error().text());
            else if (ended)
                log::info("KEY_ROTATION_ENDED", "{} has its new file key", mac.text());
        });
        if (queued == net::BlockingPool::Queued::full) // it asks again for what it cannot open, and that ends it
            log::warning("KEY_ROTATION_NOT_ENDED", "{}: too much work is waiting", mac.text());
    }

    std::shared_ptr<LoopGuard> make_loop_guard() {
        return std::make_shared<LoopGuard>([this](LoopGuard::Change change, const catalogue::ImageHold& hold) {
            const bool held = change == LoopGuard::Change::held;
            if (held && hold.fetches != 0)
                log::warning("IMAGE_LOOP",
                             "{} fetched {} {} times since {} and comes for it again: not offered any more; "
                             "`offhook loop list`",
                             hold.mac.text(), hold.name, hold.fetches, to_text(hold.first));
            else if (!held)
                log::info("IMAGE_LOOP_ENDED", "{}: {} {}", hold.mac.text(), hold.name,
                          change == LoopGuard::Change::gone ? "is stored no more" : "has another content now");
            const auto queued = closing_.post([this, held, hold] { write_hold(held, hold); });
            if (queued == net::BlockingPool::Queued::full)
                log::error("IMAGE_HOLD_NOT_STORED", "{} {}: too much work is waiting", hold.mac.text(), hold.name);
        });
    }
    /// What was released meanwhile stays released.
    void write_hold(bool held, const catalogue::ImageHold& hold) {
        try {
            auto& store = catalogue_.store();
            if (held != loop_guard_->is_held(hold)) return;
            const auto written =
                held ? store.put_image_hold(hold) : store.remove_image_holds(hold.mac, hold.hash, hold.name);
            if (!written && written.error().code != ErrorCode::not_found)
                log::error("IMAGE_HOLD_NOT_STORED", "{} {}: {}", hold.mac.text(), hold.name, written.error().text());
        } catch (const std::exception& error) {
            log::error("IMAGE_HOLD_NOT_STORED", "{} {}: {}", hold.mac.text(), hold.name, error.what());
        }
    }

    void withhold_change(const BootLoop& loop) {
        const auto queued = closing_.post([this, loop] {
            try {
                const auto held = change_guard_.judge(loop);
                if (!held) {
                    log::error("CHANGE_NOT_WITHHELD", "{}: {}", loop.mac.text(), held.error().text());
                    return;
                }
                for (const catalogue::ChangeHold& hold : *held) tell_of_hold(loop, hold);
            } catch (const std::exception& error) {
                log::error("CHANGE_NOT_WITHHELD", "{}: {}", loop.mac.text(), error.what());
            }
        });
        if (queued == net::BlockingPool::Queued::full) // its next window tries again
            log::error("CHANGE_NOT_WITHHELD", "{}: too much work is waiting", loop.mac.text());
    }
    void tell_of_hold(const BootLoop& loop, const catalogue::ChangeHold& hold) {
        log::warning("CHANGE_LOOP",
                     "{} booted {} times since {} for the change of {} at {} (revision {}): it is offered what was "
                     "before; `offhook loop list`",
                     loop.mac.text(), loop.boots, to_text(loop.first), hold.setting, to_text(hold.changed),
                     hold.revision);
        loops_[0].post([this, mac = loop.mac, name = hold.setting] { deliveries_[0]->tell_of_hold(mac, name); });
    }

    /// What the phone has sealed with the key that goes. False: it has to stay, and the next fetch tries again.
    bool reseal_for(MacAddress mac, catalogue::Revision revision) {
        const auto snapshot = catalogue_.snapshot();
        const auto* device = snapshot->find(mac);
        if (device == nullptr || device->revision != revision) return true; // another's turn: nothing ends
        const auto resealed = reseal_uploads(catalogue_.store(), file_keys_of(*snapshot, families_, *device), *device);
        if (!resealed) {
            log::warning("KEY_ROTATION_NOT_ENDED", "{}: {}", mac.text(), resealed.error().text());
            return false;
        }
        for (const auto& kind : resealed->kinds) log::info("UPLOAD_RESEALED", "{}: {}", mac.text(), kind);
        for (const auto& kind : resealed->closed)
            log::warning("UPLOAD_NOT_OPENED", "{}: {} opens with none of its keys", mac.text(), kind);
        return true;
    }

    catalogue::TimelineOptions timeline_options() {
        catalogue::TimelineOptions out;
        out.directory = directory_.path();
        out.loops = static_cast<unsigned>(loops_.size()) + 1; // and one for what phones are told
        out.on_strangers = [this](const std::vector<catalogue::Sighting>& strangers) {
            const auto recorded = catalogue_.store().record_sightings(strangers);
            if (!recorded) log::warning("SIGHTINGS_NOT_RECORDED", "{}", recorded.error().text());
        };
        return out;
    }

    /// Before anything is loaded: a path that cannot be had is said at once.
    static SocketPath socket_path(const std::filesystem::path& directory) {
        auto path = SocketPath::open(directory / "offhook.sock");
        if (!path) throw cannot_start(path.error());
        return std::move(*path);
    }

    catalogue::ModelCheck model_check() {
        return [this](std::string_view family, std::string_view model) {
            return check_family_and_model(families_, family, model);
        };
    }

    /// A misspelt site would give every file without a MAC to the default site, in silence.
    void check_listener_sites() const {
        const auto snapshot = catalogue_.snapshot();
        for (const ListenerOptions& listener : options_.listeners) {
            if (!listener.site || snapshot->site(*listener.site) != nullptr) continue;
            throw cannot_start(
                {ErrorCode::not_found,
                 fmt::format("there is no site '{}'; correct `site` of [listen.{}], or start without "
                             "it, `offhook site add {}`, and start again",
                             printable(*listener.site, 64), listener.name, printable(*listener.site, 64)),
                 "listener " + listener.name});
        }
    }

    /// What the operator configured must fit. What an earlier configuration let into the catalogue need not keep the
    /// server down: it is mended through the server.
    void check_offers_fit() const {
        if (const auto fit = offer_lengths_.check_configured(); !fit) throw cannot_start(fit.error());
        if (const auto fit = offer_lengths_.check(*catalogue_.snapshot()); !fit)
            log::warning("OFFER_TOO_LONG", "{}", fit.error().text());
    }

    /// A misspelt row would answer nobody, or everybody, in silence.
    void check_asker_rows() const {
        std::vector<std::string_view> families;
        for (const auto& family : families_) families.push_back(family->name());
        for (const auto& listener : discovery_listeners())
            if (auto said = listener.options.who.check(families); !said) {
                said.error().where = "listener " + listener.name;
                throw cannot_start(said.error());
            }
    }

    /// By number, as listeners have it; those of other kinds are never asked for.
    [[nodiscard]] std::vector<Offers::Listener> offer_listeners() const {
        std::vector<Offers::Listener> out;
        for (const ListenerOptions& listener : options_.listeners)
            out.push_back({listener.name, listener.site, offer_options(listener)});
        return out;
    }
    [[nodiscard]] std::vector<Offers::Listener> discovery_listeners() const {
        std::vector<Offers::Listener> out;
        for (const ListenerOptions& listener : options_.listeners)
            if (is_discovery(listener.name)) out.push_back({listener.name, listener.site, offer_options(listener)});
        return out;
    }
    [[nodiscard]] SyslogOptions syslog_options() const {
        for (const ListenerOptions& listener : options_.listeners)
            if (kind_of(listener.name) == "syslog") return listener.syslog;
        return {};
    }
    [[nodiscard]] static OfferOptions offer_options(const ListenerOptions& listener) {
        const auto kind = kind_of(listener.name);
        return kind == "pnp" ? listener.pnp.offer : kind == "dhcp4" ? listener.dhcp4.offer : listener.dhcp6.offer;
    }
    /// Where phones can fetch, for those that are told an address of ours.
    [[nodiscard]] std::vector<OfferOrigin> origins() const {
        std::vector<OfferOrigin> out;
        for (const auto& row : listeners_.rows()) {
            const auto kind = kind_of(row.name);
            if (row.is_unsafe || !serves_files(row.name)) continue;
            const auto bound = net::endpoint_from_text(row.address);
            if (!bound) continue;
            const auto address = IpAddress::from_text(bound->address().to_string());
            if (address) out.push_back({std::string(kind), bound->port(), *address});
        }
        return out;
    }

    [[nodiscard]] std::map<std::string, std::string, std::less<>> listener_of_site() const {
        std::map<std::string, std::string, std::less<>> out;
        for (const ListenerOptions& listener : options_.listeners)
            if (listener.site) out.emplace(*listener.site, listener.name);
        return out;
    }

    /// A device whose pack was taken away is not served; that must not go unnoticed.
    void warn_of_missing_packs() {
        const auto snapshot = catalogue_.snapshot();
        std::map<std::string, std::size_t> missing;
        for (catalogue::Snapshot::Cursor cursor; !cursor.at_end();)
            for (const auto* device : snapshot->page(cursor, 4096))
                if (config::find_family(families_, device->family) == nullptr) ++missing[device->family];
        for (const auto& [family, count] : missing)
            log::warning("PACK_MISSING", "{} devices are of family '{}', which has no pack: they get nothing", count,
                         family);
    }

    void make_deliveries(const Clock& clock) {
        DeliveryOptions delivery;
        for (const ListenerOptions& listener : options_.listeners)
            delivery.listeners.push_back({listener.name, listener.site});
        delivery.shared_access = shared_access_;
        delivery.end_key_rotation = [this](MacAddress mac, catalogue::Revision revision) {
            end_key_rotation(mac, revision);
        };
        delivery.loop_guard = loop_guard_;
        delivery.on_boot_loop = [this](const BootLoop& loop) { withhold_change(loop); };
        delivery.cache_bytes_max = options_.cache_bytes_max / loops_.size();
        for (std::size_t i = 0; i < loops_.size(); ++i) {
            deliveries_.push_back(std::make_unique<Delivery>(families_, timeline_.ring(static_cast<unsigned>(i)),
                                                             acquaintances_, clock, delivery));
            deliveries_.back()->use_storage(
                {&catalogue_.store(), &disk_pool_,
                 [loop = &loops_[i]](std::function<void()> function) { loop->post(std::move(function)); }});
        }
    }

    boost::json::object status() {
        boost::json::array listeners;
        for (const auto& row : listeners_.rows()) {
            boost::json::object listener{
                {"name", row.name}, {"address", row.address}, {"connections", row.connections}};
            if (row.is_unsafe) listener.emplace("unsafe", true);
            listeners.push_back(std::move(listener));
        }
        boost::json::object out{{"version", options_.version},
                                {"loops", loops_.size()},
                                {"listeners", std::move(listeners)},
                                {"held_images", loop_guard_->held_count()}};
        try {
            out.emplace("held_changes", catalogue_.store().change_hold_count());
        } catch (const catalogue::StoreFailure&) { // the rest is known without a database
        }
        return out;
    }

    BootServerOptions options_;
    config::Families families_;
    catalogue::DataDirectory directory_;
    SocketPath socket_path_; // the API's
    Acquaintances acquaintances_;
    net::Loops loops_;
    catalogue::Catalogue catalogue_; // outlives the timeline, which reports strangers to it until its last flush
    catalogue::Timeline timeline_;
    net::BlockingPool closing_{1,
                               closings_waiting_max}; // writes that end windows and key rotations, and of what is held
    std::shared_ptr<SharedAccess> shared_access_;
    std::shared_ptr<LoopGuard> loop_guard_ = make_loop_guard();
    ChangeGuard change_guard_; // closing_'s alone
    std::vector<std::unique_ptr<Delivery>> deliveries_;
    net::BlockingPool disk_pool_{2}; // what loops must not wait for: uploads to sync, stored files to fetch
    Offers offers_;                  // of the first loop, where all discovery is
    OfferLengths offer_lengths_;     // what fits, asked before it is written
    SystemRandom random_;
    SyslogLines lines_; // of the first loop, too
    ListenerSet listeners_;
    std::unique_ptr<Resyncs> resyncs_;
    std::unique_ptr<ApiServer> api_;
};

BootServer::BootServer(BootServerOptions options, config::Families families, const Clock& clock,
                       const std::function<void(const std::string& name, const std::string& address)>& announce)
    : parts_(std::make_unique<Parts>(std::move(options), std::move(families), clock, announce)) {}

BootServer::~BootServer() = default;

void BootServer::reload_certificates() { parts_->reload_certificates(); }

} // namespace offhook::server
