#pragma once
/// @file  Offers: which server, and which URL, a phone that looks for one is told.
///
/// The one place that joins who asks (what it shows, its MAC, its interface) with the catalogue, for SIP PnP, DHCPv4
/// and DHCPv6 alike. Looks nothing up outside of memory. URL      the device's effective provisioning.server; else the
/// listener's `url`; else scheme and port of a listener of
///          ours that the family fetches by, at the address of the interface that was asked.
/// Secrets  a site's token or a device's credentials go in only where the listener says so, and only for devices of the
///          catalogue. A stranger is told the bare URL, where it is told anything at all.
/// Threads  its loop's own, publish() included.
#include "base/clock.hpp"
#include "catalogue/snapshot.hpp"
#include "catalogue/timeline/event_ring.hpp"
#include "config/family/family.hpp"
#include "server/acquaintances.hpp"
#include "server/discovery/discovery_options.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

/// Who asks, as its packet shows it. Views live as long as the packet.
struct Asker {
    config::OfferMethod method = config::OfferMethod::pnp;
    std::uint16_t listener = 0; ///< number of the listener that was asked
    std::optional<MacAddress> mac;
    std::string_view vendor_class;           ///< option 60 as text, or the PnP Event's vendor; any bytes
    std::optional<std::uint32_t> enterprise; ///< of a binary option 60, 124, or DHCPv6 16 or 17
    std::string_view model, version;         ///< as it tells them; hints
    std::string_view user_agent;             ///< SIP
    IpAddress source;                        ///< of the packet; 0.0.0.0 before a lease
    IpAddress local;                         ///< ours, on the interface that was asked
};

/// One thing to tell it.
struct OfferedOption {
    const config::OfferRule* rule;
    std::string value; ///< as it goes on the wire
};

struct Offer {
    enum class State : std::uint8_t {
        offered,
        stranger,  ///< in no catalogue, and strangers are not answered here; it is a sighting now
        denied,    ///< by the listener's lists
        no_family, ///< nobody's phone that we know
        no_url     ///< no listener that the family fetches by, or a value that would be too long: `why` says it
    };
    State state = State::no_family;
    const config::Family* family = nullptr;    ///< also where nothing is offered
    const catalogue::Device* device = nullptr; ///< until the next publish()
    std::string url;                           ///< what PnP's NOTIFY says; may hold secrets: never for a log
    std::string shown_url;                     ///< the same with its secrets hidden
    std::vector<OfferedOption> options;        ///< of the method asked by
    std::string why;                           ///< one sentence where nothing is offered
    [[nodiscard]] bool is_offered() const { return state == State::offered; }
};

/// A server of ours that phones can fetch from.
struct OfferOrigin {
    std::string scheme; ///< "http", "https", "tftp", "ftp"
    std::uint16_t port = 0;
    std::optional<IpAddress> address; ///< bound to this one alone; nullopt: to all
};

class Offers {
public:
    struct Listener {
        std::string name; ///< "dhcp4/lobby"
        std::optional<std::string> site;
        OfferOptions options;
    };
    /// All references outlive it. `listeners` by number; those of other kinds are not asked for.
    Offers(const config::Families& families, catalogue::EventRing& ring, Acquaintances& acquaintances,
           const Clock& clock, std::vector<Listener> listeners);
    void set_origins(std::vector<OfferOrigin> origins) { origins_ = std::move(origins); }
    void publish(std::shared_ptr<const catalogue::Snapshot> snapshot);

    [[nodiscard]] Offer make(const Asker& asker) const;
    /// Who that is, and nothing more: for listeners that only watch.
    [[nodiscard]] Offer recognize(const Asker& asker) const;
    [[nodiscard]] const catalogue::Snapshot& snapshot() const { return *snapshot_; }

    /// One step of a discovery into the timeline, and a stranger into the sightings.
    /// `asked`: "SUBSCRIBE", "DISCOVER 66,67,160"; `told`: "160 http://192.0.2.1/{MODEL}.cfg" or why nothing was.
    void note(const Asker& asker, const Offer& offer, catalogue::Outcome outcome, std::string_view asked,
              std::string_view told);

    /// What would not fit for any device of the catalogue or the families: an operator's mistake, said when it is made.
    /// Errors: too_large, naming listener, family and lengths.
    [[nodiscard]] static Result<void> check(const config::Families& families, const Listener& listener,
                                            const catalogue::Snapshot& snapshot);

private:
    struct Who {
        const config::Family* family = nullptr;
        const catalogue::Device* device = nullptr;
        const catalogue::Site* site = nullptr;
    };
    [[nodiscard]] Who who_is(const Asker& asker) const;

    const config::Families& families_;
    catalogue::EventRing& ring_;
    Acquaintances& acquaintances_;
    const Clock& clock_;
    std::vector<Listener> listeners_;
    std::vector<OfferOrigin> origins_;
    std::shared_ptr<const catalogue::Snapshot> snapshot_;
};

} // namespace offhook::server
