#pragma once
/// @file  Site, Group, ModelLayer and Fleet: what devices share, and who may fetch what where.
#include "base/enum_text.hpp"
#include "base/ip_address.hpp"
#include "base/result.hpp"
#include "catalogue/revision.hpp"
#include "config/settings/layer.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::catalogue {

/// How strongly a request shows who asks, weakest first (design 6). Family factory accounts count as mac_alone.
enum class Proof : std::uint8_t { mac_alone, token, credentials, certificate, never };

inline constexpr EnumText<Proof, 5> proof_text{{{{Proof::mac_alone, "mac_alone"},
                                                 {Proof::token, "token"},
                                                 {Proof::credentials, "credentials"},
                                                 {Proof::certificate, "certificate"},
                                                 {Proof::never, "never"}}}};

enum class Privacy : std::uint8_t { clear, tls }; ///< of a transport

/// The least proof that a document holding a device's secrets needs, by where the request comes from and over what.
/// Out of the box: the MAC alone from loopback and private networks, a token or better from anywhere else.
struct SitePolicy {
    std::array<std::array<Proof, 2>, 3> least{
        {{Proof::mac_alone, Proof::mac_alone}, {Proof::mac_alone, Proof::mac_alone}, {Proof::token, Proof::token}}};

    [[nodiscard]] Proof needed(SourceClass from, Privacy over) const {
        return least[static_cast<std::size_t>(from)][static_cast<std::size_t>(over)];
    }
    friend bool operator==(const SitePolicy&, const SitePolicy&) = default;
};

/// "loopback.clear=mac_alone loopback.tls=mac_alone private.clear=… public.tls=token".
[[nodiscard]] std::string to_text(const SitePolicy& policy);
/// Any of the words above in any order; what is not named stays as in `base`, so that naming one never loosens another.
/// Empty text, and only that, is the policy out of the box. Errors: invalid.
[[nodiscard]] Result<SitePolicy> policy_from_text(std::string_view text, const SitePolicy& base);

struct Site {
    SiteId id{};
    std::string name; ///< unique: "headquarters"
    std::string title;
    std::vector<Network> networks;  ///< requests from here without a better sign belong to this site; unique over sites
    std::string url_token;          ///< secret; empty: none. In clear here, sealed in the database
    std::string previous_url_token; ///< while the token is rotated: as good, until the operator ends it
    SitePolicy policy;
    /// Not zero: the MAC alone suffices only within a device's first-contact window, which a device that is added here
    /// has for so long, or until its first complete boot.
    std::uint32_t first_contact_minutes = 0;
    Revision revision = 0;
    Revision phonebook_revision = 0; ///< of the site's own entries
    config::Layer layer;

    friend bool operator==(const Site&, const Site&) = default;
};

/// Devices of one kind or purpose, of one site or of all. Names are unique over all sites, so that a CSV cell and a
/// command line say which is meant with the name alone.
struct Group {
    GroupId id{};
    std::string name;
    std::string title;
    std::optional<SiteId> site; ///< nullopt: devices of any site may join
    Revision revision = 0;
    config::Layer layer;

    friend bool operator==(const Group&, const Group&) = default;
};

/// What all phones of one model share, wherever they are. There while it states something.
struct ModelLayer {
    std::string family, model; ///< names of the family's pack; together unique
    Revision revision = 0;
    config::Layer layer;

    friend bool operator==(const ModelLayer&, const ModelLayer&) = default;
};

struct Fleet {
    Revision revision = 0;
    Revision phonebook_revision = 0; ///< of the entries that belong to no site
    config::Layer layer;

    friend bool operator==(const Fleet&, const Fleet&) = default;
};

/// A site to add, or what to change of one; absent means "as it is", empty text clears.
struct SiteChange {
    std::optional<std::string> title = {};
    std::optional<std::vector<std::string>> networks = {}; ///< "10.1.0.0/16"
    std::optional<std::string> url_token = {};             ///< 16..64 letters, digits, '-', '_'
    std::optional<std::string> previous_url_token = {};
    std::optional<std::uint32_t> first_contact_minutes = {}; ///< <= limits::first_contact_minutes_max; 0: off
    std::optional<std::string> policy = {}; ///< policy_from_text over the site's own; empty: out of the box
};

} // namespace offhook::catalogue
