#pragma once
/// @file  Identity: whom a request's path names, and which site it belongs to (design 6).
///
/// A file that names a device belongs to that device; a file without a MAC belongs to a site: by URL token, else by
/// credentials or certificate, else by a known serial number in the User-Agent, else by listener, else by source network, else the default site.
/// Threads  any; it keeps nothing.
#include "server/access/asked.hpp"

#include <optional>
#include <string>
#include <vector>

namespace offhook::server {

/// What delivery knows of a listener beyond its number.
struct ListenerTraits {
    std::string name;                     ///< "http", "http/lobby"
    std::optional<std::string> site = {}; ///< requests without a better sign belong to this site
};

class Identity {
public:
    /// Both outlive it.
    Identity(const config::Families& families, const std::vector<ListenerTraits>& listeners)
        : families_(families), listeners_(listeners) {}

    /// A site's token at the path's head: states the site and takes the token off the path.
    static void take_token(Asked& asked, const catalogue::Snapshot& snapshot);
    /// The MAC in the path, and the device that has it.
    static void find_device(Asked& asked, const catalogue::Snapshot& snapshot);
    /// What the device's family calls the name; or the site, and whichever family knows the name.
    /// serve: there is a device, or a site, to judge. absent: a stranger. refuse: the signs contradict each other.
    [[nodiscard]] Verdict identify(Asked& asked, const catalogue::Snapshot& snapshot) const;

private:
    [[nodiscard]] Verdict identify_device(Asked& asked, const catalogue::Snapshot& snapshot) const;
    [[nodiscard]] Verdict identify_shared(Asked& asked, const catalogue::Snapshot& snapshot) const;
    void name_listed_image(Asked& asked, const catalogue::Snapshot& snapshot) const;
    /// The site of the device whose serial number the User-Agent tells, where that site lets the MAC alone do: a serial
    /// number is no better. Null: there is none.
    [[nodiscard]] const catalogue::Site* site_by_serial(const Asked& asked, const catalogue::Snapshot& snapshot) const;
    [[nodiscard]] const catalogue::Site& site_of(const Asked& asked, const catalogue::Snapshot& snapshot) const;

    const config::Families& families_;
    const std::vector<ListenerTraits>& listeners_;
};

/// The MAC that a path names: the one in its last segment, else the first one in its folders.
[[nodiscard]] std::optional<MacAddress> mac_in(std::string_view path);

/// A site's token may stand where it does nothing: alone, in a deeper folder, twice, or mistyped. It is a secret all
/// the same, so a path with anything of a token's shape (letters, digits, '-', '_') is not kept.
[[nodiscard]] bool may_hold_token(std::string_view path);

} // namespace offhook::server
