#include "server/listener_set.hpp"

#include "base/log.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "net/listen_socket.hpp"
#include "server/certificates/own_authority.hpp"
#include "server/discovery/dhcp4_listener.hpp"
#include "server/discovery/dhcp6_duid.hpp"
#include "server/discovery/dhcp6_listener.hpp"
#include "server/discovery/pnp_listener.hpp"
#include "server/listen/ftp_listener.hpp"
#include "server/listen/http_listener.hpp"
#include "server/listen/tftp_listener.hpp"
#include "server/syslog/syslog_listener.hpp"

#include <boost/asio/ip/udp.hpp>

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <stdexcept>

namespace offhook::server {
namespace {

constexpr std::chrono::seconds certificates_checked_every{5};
constexpr std::chrono::hours own_certificates_checked_every{12};

[[noreturn]] void cannot_listen(const Error& error) { throw std::runtime_error(error.text()); }

template <class T>
T or_cannot_start(Result<T> result) {
    if (!result) cannot_listen(result.error());
    return std::move(*result);
}

boost::asio::ip::tcp::endpoint endpoint_of(const ListenerOptions& listener) {
    return or_cannot_start(net::endpoint_from_text(listener.address));
}

} // namespace

ListenerSet::ListenerSet(net::Loops& loops, const config::Families& families, const Clock& clock,
                         ListenerSetOptions options)
    : loops_(loops), families_(families), clock_(clock), options_(std::move(options)), keys_(clock),
      tls_(options_.listeners.size()) {}

ListenerSet::~ListenerSet() { stop(); }

void ListenerSet::open(const std::vector<Door*>& doors, const DiscoveryParts& discovery) {
    for (const auto& listener : options_.listeners)
        if (const auto fits = check(listener); !fits) cannot_listen(fits.error());
    check_client_authorities();
    const bool needs_own = std::any_of(options_.listeners.begin(), options_.listeners.end(), [](const auto& listener) {
        return has_tls(listener) && listener.certificates.empty();
    });
    if (needs_own) ensure_own_certificates();
    for (std::size_t i = 0; i < options_.listeners.size(); ++i)
        listeners_.push_back(serves_files(options_.listeners[i].name) ? open_one(i, doors)
                                                                      : open_discovery(i, discovery));
}

void ListenerSet::start(const std::function<void(const std::string&, const std::string&)>& announce) {
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
        const auto& name = options_.listeners[i].name;
        listeners_[i]->start();
        if (is_unsafe(name))
            log::warning("TLS_LEGACY_UNSAFE",
                         "{} speaks TLS 1.0 and 1.1 at security level 0, for phones of the past: whoever is on the way "
                         "may read and change what it carries, and it counts as clear",
                         name);
        if (announce) announce(name, listeners_[i]->address());
    }
    if (std::any_of(tls_.begin(), tls_.end(), [](const auto& tls) { return tls != nullptr; }))
        caretaker_ = std::jthread([this](const std::stop_token& stopping) { look_after_certificates(stopping); });
}

void ListenerSet::stop() {
    caretaker_ = {}; // asks it to stop, and waits
    // At once, not one after the other: each may wait its whole grace for transfers under way.
    std::vector<std::jthread> stopping;
    for (auto& listener : listeners_) stopping.emplace_back([&listener] { listener->stop(); });
}

std::vector<ListenerSet::Row> ListenerSet::rows() const {
    std::vector<Row> out;
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
        const auto& name = options_.listeners[i].name;
        out.push_back({name, listeners_[i]->address(), listeners_[i]->connections(), server::is_unsafe(name)});
    }
    return out;
}

std::unique_ptr<Listener> ListenerSet::open_one(std::size_t number, const std::vector<Door*>& doors) {
    const auto& listener = options_.listeners[number];
    const auto kind = kind_of(listener.name);
    if (kind == "ftp") return open_ftp(number, doors);
    if (kind != "tftp") return open_http(number, doors);
    auto tftp = listener.tftp;
    tftp.listener = static_cast<std::uint16_t>(number);
    const auto at = endpoint_of(listener);
    return or_cannot_start(TftpListener::open(loops_, doors, {at.address(), at.port()}, tftp));
}

std::unique_ptr<Listener> ListenerSet::open_discovery(std::size_t number, const DiscoveryParts& discovery) {
    const auto& listener = options_.listeners[number];
    const auto index = static_cast<std::uint16_t>(number);
    const auto at = endpoint_of(listener);
    const boost::asio::ip::udp::endpoint udp(at.address(), at.port());
    auto& loop = loops_[0]; // a broadcast reaches every socket: two loops would answer twice
    const auto kind = kind_of(listener.name);
    if (kind == "syslog") return or_cannot_start(SyslogListener::open(loop, *discovery.lines, index, udp));
    if (kind == "pnp") return or_cannot_start(PnpListener::open(loop, *discovery.offers, index, udp, listener.pnp));
    if (kind == "dhcp4")
        return or_cannot_start(
            Dhcp4Listener::open(loop, *discovery.offers, *discovery.store, index, udp, listener.dhcp4));
    if (!leases_) leases_.emplace(*discovery.store);
    SystemRandom random;
    const auto duid = load_or_make_duid(options_.data_directory, random);
    return or_cannot_start(Dhcp6Listener::open({loop, *discovery.offers, *leases_}, duid, discovery.store->leases(),
                                               index, udp, listener.dhcp6));
}

std::unique_ptr<Listener> ListenerSet::open_http(std::size_t number, const std::vector<Door*>& doors) {
    const auto& listener = options_.listeners[number];
    auto http = listener.http;
    http.listener = static_cast<std::uint16_t>(number);
    std::optional<HttpTls> tls;
    if (has_tls(listener)) {
        http.transport = Transport::https;
        http.privacy = is_unsafe(listener.name) ? catalogue::Privacy::clear : catalogue::Privacy::tls;
        http.certificate_reader = certificate_reader();
        tls.emplace();
        tls->material = load_tls(number);
        tls->keys = &keys_;
    }
    auto opened = or_cannot_start(HttpListener::open(loops_, doors, endpoint_of(listener), http, tls));
    if (tls)
        tls_[number]->replace = [raw = opened.get()](const std::shared_ptr<const net::TlsMaterial>& material) {
            return raw->replace_certificates(material);
        };
    return opened;
}

std::unique_ptr<Listener> ListenerSet::open_ftp(std::size_t number, const std::vector<Door*>& doors) {
    const auto& listener = options_.listeners[number];
    auto ftp = listener.ftp;
    ftp.listener = static_cast<std::uint16_t>(number);
    const auto material = load_tls(number);
    auto& tls = *tls_[number];
    std::vector<net::TlsContext*> contexts;
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        tls.contexts.push_back(std::make_unique<net::TlsContext>(material, keys_));
        contexts.push_back(tls.contexts.back().get());
    }
    tls.replace = [this, &tls](const std::shared_ptr<const net::TlsMaterial>& replacement) -> Result<void> {
        if (const auto tried = net::TlsContext::try_out(replacement, keys_); !tried) return tried;
        loops_.run_on_all([&](net::Loop& loop) { tls.contexts[loop.index()]->replace(replacement); });
        return {};
    };
    return or_cannot_start(FtpListener::open(loops_, doors, endpoint_of(listener), ftp, contexts));
}

std::shared_ptr<const net::TlsMaterial> ListenerSet::load_tls(std::size_t number) {
    const auto& listener = options_.listeners[number];
    net::TlsSettings settings;
    settings.listener = listener.name;
    settings.pairs = listener.certificates.empty() ? own_pairs_ : listener.certificates;
    if (kind_of(listener.name) != "ftp") settings.client_authorities = options_.client_authorities;
    settings.security = is_unsafe(listener.name) ? net::TlsSecurity::legacy : net::TlsSecurity::modern;
    settings.ciphers = listener.ciphers;
    tls_[number] = std::make_unique<Tls>(settings, clock_); // before the files are read, so that no change is missed
    auto material = net::TlsMaterial::load(settings, clock_, net::TlsDates::reported);
    if (!material) {
        auto error = material.error();
        error.where = "listener " + listener.name + (error.where.empty() ? "" : ", " + error.where);
        cannot_listen(error);
    }
    return std::move(*material);
}

void ListenerSet::check_client_authorities() const {
    for (const auto& authorities : options_.client_authorities) {
        const auto* family = config::find_family(families_, authorities.label);
        if (family == nullptr)
            cannot_listen({ErrorCode::not_found, "there is no such family", "[client_ca." + authorities.label + "]"});
        if (family->certificate_forms().empty())
            cannot_listen(
                {ErrorCode::invalid,
                 "the family's pack does not say how its certificates name a phone, so none would be believed",
                 "[client_ca." + authorities.label + "]"});
    }
}

void ListenerSet::ensure_own_certificates() {
    auto names = certificates::local_names();
    for (const auto& listener : options_.listeners) {
        const auto address = endpoint_of(listener).address();
        if (address.is_unspecified()) continue;
        if (const auto bound = IpAddress::from_text(address.to_string())) names.addresses.push_back(*bound);
    }
    own_pairs_ = or_cannot_start(certificates::ensure(options_.data_directory, names, clock_)).pairs;
}

CertificateReader ListenerSet::certificate_reader() const {
    return [this](const net::PeerCertificate& peer) -> std::optional<DeviceCertificate> {
        const auto* family = config::find_family(families_, peer.label);
        if (family == nullptr) return std::nullopt;
        using config::SubjectField;
        std::vector<config::SubjectText> subject;
        const auto add = [&](SubjectField field, const std::string& text) {
            if (!text.empty()) subject.emplace_back(field, text);
        };
        add(SubjectField::common_name, peer.common_name);
        add(SubjectField::organizational_unit, peer.organizational_unit);
        add(SubjectField::organization, peer.organization);
        add(SubjectField::locality, peer.locality);
        add(SubjectField::state, peer.state);
        add(SubjectField::serial_number, peer.serial_number);
        add(SubjectField::surname, peer.surname);
        for (const auto& name : peer.alternative_names) add(SubjectField::alternative_name, name);
        const auto holder = family->match_certificate(subject);
        if (!holder) return std::nullopt;
        return DeviceCertificate{peer.label, holder->mac, std::string(holder->part)};
    };
}

void ListenerSet::reload_certificates() {
    {
        const std::scoped_lock guard(mutex_);
        reload_wanted_ = true;
    }
    woken_.notify_all();
}

void ListenerSet::look_after_certificates(const std::stop_token& stopping) {
    auto own_checked = clock_.instant();
    while (!stopping.stop_requested()) {
        auto force = net::TlsReload::Force::if_changed;
        {
            std::unique_lock guard(mutex_);
            if (woken_.wait_for(guard, stopping, certificates_checked_every, [this] { return reload_wanted_; }))
                force = net::TlsReload::Force::always;
            reload_wanted_ = false;
        }
        if (stopping.stop_requested()) return;
        try {
            if (!own_pairs_.empty() && clock_.instant() - own_checked > own_certificates_checked_every) {
                own_checked = clock_.instant();
                ensure_own_certificates();
            }
            check_certificates(force);
        } catch (const std::exception& failure) {
            log::error("TLS_RELOAD_FAILED", "certificates stay as they are: {}", failure.what());
        }
    }
}

void ListenerSet::check_certificates(net::TlsReload::Force force) {
    for (std::size_t i = 0; i < tls_.size(); ++i) {
        if (tls_[i] == nullptr) continue;
        const auto material = tls_[i]->reload.check(force);
        if (material == nullptr) continue;
        if (const auto replaced = tls_[i]->replace(material); !replaced)
            log::error("TLS_RELOAD_FAILED", "{} keeps its certificates: {}", options_.listeners[i].name,
                       replaced.error().text());
    }
}

} // namespace offhook::server
