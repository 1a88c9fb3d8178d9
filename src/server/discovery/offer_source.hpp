#pragma once
/// @file  OfferSource: what discovery listeners ask - who is that, and what is it told.
///
/// Threads  the discovery loop's own.
#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "catalogue/device.hpp"
#include "catalogue/timeline/timeline_event.hpp"
#include "config/family/family.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

/// Whether an asker's MAC is good enough for what is a secret. Nothing proves one; `doubtful` is one that we only took
/// from the neighbour table, or that the table contradicts.
enum class Trust : std::uint8_t { named, doubtful };

/// Who asks, as its packet shows it. Views live as long as the packet.
struct Asker {
    config::OfferMethod method = config::OfferMethod::pnp;
    std::uint16_t listener = 0; ///< number of the listener that was asked
    std::optional<MacAddress> mac;
    Trust trust = Trust::named;              ///< doubtful: no token, no credentials
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

class OfferSource {
public:
    virtual ~OfferSource() = default;
    [[nodiscard]] virtual Offer make(const Asker& asker) const = 0;
    /// Who that is, and nothing more: for listeners that only watch.
    [[nodiscard]] virtual Offer recognize(const Asker& asker) const = 0;
    /// One step of a discovery into the timeline, and a stranger into the sightings.
    /// `asked`: "SUBSCRIBE", "DISCOVER wants 66,67,160"; `told`: "160 http://192.0.2.1/{MODEL}.cfg" or why nothing was.
    virtual void note(const Asker& asker, const Offer& offer, catalogue::Outcome outcome, std::string_view asked,
                      std::string_view told) = 0;
    /// The address that the catalogue reserves for a device (network.address); nullopt: none.
    [[nodiscard]] virtual std::optional<IpAddress> reserved_address(MacAddress mac) const = 0;
    /// Whether the catalogue reserves this address for any device: it is given to no other.
    [[nodiscard]] virtual bool is_reserved(const IpAddress&) const { return false; }
};

} // namespace offhook::server
