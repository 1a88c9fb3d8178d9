#pragma once
/// @file  OfferLengths: whether what phones are told fits, asked when it is configured and not when they ask.
///
/// A family takes so many characters (Panasonic 384 by PnP, a DHCP option 255), and a URL grows by the site's token or
/// a device's credentials where the listener offers them. Errors   too_large, naming listener, family and both lengths;
/// never a secret.
#include "base/result.hpp"
#include "catalogue/snapshot.hpp"
#include "config/family/family.hpp"
#include "server/discovery/offers.hpp"

#include <string_view>
#include <vector>

namespace offhook::server {

class OfferLengths {
public:
    /// `families` outlive it. Only discovery listeners.
    OfferLengths(const config::Families& families, std::vector<Offers::Listener> listeners);

    /// What the configuration alone says: each listener's `url`.
    [[nodiscard]] Result<void> check_configured() const;
    /// All that stands in the catalogue, too: at the start.
    [[nodiscard]] Result<void> check(const catalogue::Snapshot& snapshot) const;
    // What is about to be written, with all that it would meet.
    [[nodiscard]] Result<void> check_server(const catalogue::Snapshot& snapshot, std::string_view url) const;
    [[nodiscard]] Result<void> check_token(const catalogue::Snapshot& snapshot, std::string_view token) const;
    [[nodiscard]] Result<void> check_account(const catalogue::Snapshot& snapshot, std::string_view user,
                                             std::string_view password) const;

private:
    struct Pieces {
        std::string_view url;
        std::size_t secret_bytes = 0; ///< what token or credentials add
    };
    [[nodiscard]] Result<void> fits(const Offers::Listener& listener, const Pieces& pieces) const;
    [[nodiscard]] Result<void> fits_all_servers(const catalogue::Snapshot& snapshot, const Offers::Listener& listener,
                                                std::size_t secret_bytes) const;

    const config::Families& families_;
    std::vector<Offers::Listener> listeners_;
};

} // namespace offhook::server
