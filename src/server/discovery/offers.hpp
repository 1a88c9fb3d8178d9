#pragma once
/// @file  Offers: which server, and which URL, a phone that looks for one is told.
///
/// The one place that joins who asks (what it shows, its MAC, its interface) with the catalogue, for SIP PnP, DHCPv4
/// and DHCPv6 alike. Looks nothing up outside of memory. URL      the device's effective provisioning.server; else the
/// listener's `url`; else scheme and port of a listener of
///          ours that the family fetches by, at the address of the interface that was asked.
/// Secrets  a site's token or a device's credentials go in only where the listener says so, and only for devices of the
///          catalogue whose MAC is not in doubt (Trust). A stranger is told the bare URL, where it is told anything at
///          all.
/// Threads  its loop's own, publish() included.
#include "base/clock.hpp"
#include "catalogue/snapshot.hpp"
#include "catalogue/timeline/event_ring.hpp"
#include "config/family/family.hpp"
#include "server/discovery/discovery_options.hpp"
#include "server/discovery/offer_origin.hpp"
#include "server/discovery/offer_source.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

class Offers final : public OfferSource {
public:
    struct Listener {
        std::string name; ///< "dhcp4/lobby"
        std::optional<std::string> site;
        OfferOptions options;
    };
    /// All references outlive it. `listeners` by number; those of other kinds are not asked for.
    Offers(const config::Families& families, catalogue::EventRing& ring, const Clock& clock,
           std::vector<Listener> listeners);
    void set_origins(std::vector<OfferOrigin> origins) { origins_ = std::move(origins); }
    void publish(std::shared_ptr<const catalogue::Snapshot> snapshot);

    [[nodiscard]] Offer make(const Asker& asker) const override;
    [[nodiscard]] Offer recognize(const Asker& asker) const override;
    [[nodiscard]] std::optional<IpAddress> reserved_address(MacAddress mac) const override;
    /// As of a second ago, at worst: an address that was reserved just now may still be given.
    [[nodiscard]] bool is_reserved(const IpAddress& address) const override;
    [[nodiscard]] const catalogue::Snapshot& snapshot() const { return *snapshot_; }

    void note(const Asker& asker, const Offer& offer, catalogue::Outcome outcome, std::string_view asked,
              std::string_view told) override;

private:
    struct Who {
        const config::Family* family = nullptr;
        const catalogue::Device* device = nullptr;
        const catalogue::Site* site = nullptr;
    };
    [[nodiscard]] Who who_is(const Asker& asker) const;
    /// What stands for <url> and the others where a rule wants one of these schemes.
    struct Base {
        config::OfferValues values;
        std::string shown_url;
        bool is_bare = false; ///< nothing in it but scheme and host
    };
    [[nodiscard]] Result<Base> base_for(const Asker& asker, const Who& who,
                                        const std::vector<std::string>& schemes) const;
    [[nodiscard]] std::optional<std::string_view> stated(const Who& who, config::SettingKey key) const;
    /// Says in the log, once, that what the catalogue states cannot be told to the family.
    void warn_of_server(const Who& who) const;
    void fill(Offer& offer, const Asker& asker, const Who& who) const;

    const config::Families& families_;
    catalogue::EventRing& ring_;
    const Clock& clock_;
    std::vector<Listener> listeners_;
    std::vector<OfferOrigin> origins_;
    std::shared_ptr<const catalogue::Snapshot> snapshot_;
    // Found anew when a pool asks and the catalogue has changed, once a second at most: it goes through all devices,
    // and somebody may be importing many.
    mutable std::optional<catalogue::Revision> reserved_of_;
    mutable std::optional<Instant> reserved_at_;
    mutable std::set<IpAddress> reserved_;
    mutable std::set<std::string> warned_; ///< of what
};

} // namespace offhook::server
