#pragma once
/// @file  Device: a desk phone that an operator manages, and what an operator says when adding or changing one.
///
/// Limits  catalogue/limits.hpp: words <= 64 bytes, note <= 1,024.
/// One group at most, not several: with one, "which layer set this?" has one answer that an operator can say without
/// knowing an order; phones that need two groups' settings want a third group. Adding an order later adds a column.
#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "base/result.hpp"
#include "catalogue/change_hold.hpp"
#include "catalogue/revision.hpp"
#include "config/settings/layer.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::catalogue {

/// As stored. Immutable once it is in a Snapshot.
struct Device {
    MacAddress mac; ///< of its wired port: the primary identity
    std::optional<MacAddress> wifi_mac;
    std::string serial; ///< empty: not known
    std::string family; ///< "polycom": by name only; packs are config/family's
    std::string model;  ///< "SPIP650"
    std::string note;
    SiteId site = default_site;
    GroupId group = GroupId::none;
    WallTime first_contact_until{}; ///< end of its first-contact window; 1970: closed, or never opened
    Revision revision = 0;
    config::Layer layer;
    HeldChanges held; ///< what it is offered in the place of changes that it booted for again and again

    friend bool operator==(const Device&, const Device&) = default;
};

/// One setting as an operator writes it: "line.1.user" or "raw:reg.1.ringType".
struct SettingText {
    std::string name;
    std::string value;

    friend bool operator==(const SettingText&, const SettingText&) = default;
};

/// A device to add; also what a row of a CSV file becomes.
struct DeviceDraft {
    MacAddress mac;
    std::optional<MacAddress> wifi_mac;
    std::string serial;
    std::string family;
    std::string model;
    std::string site;  ///< name; empty: the default site
    std::string group; ///< name; empty: none
    std::string note;
    std::vector<SettingText> settings;
};

/// What to change of a device; absent means "as it is". Empty text clears where a thing may be absent.
struct DeviceChange {
    std::optional<std::string> wifi_mac = {};
    std::optional<std::string> serial = {};
    std::optional<std::string> family = {};
    std::optional<std::string> model = {};
    std::optional<std::string> site = {};
    std::optional<std::string> group = {};
    std::optional<std::string> note = {};
    /// Opens the first-contact window for so long from now; 0 closes it. Only at a site that has such windows.
    std::optional<std::uint32_t> first_contact_minutes = {};
    std::vector<SettingText> set = {};
    std::vector<std::string> unset = {};
};

/// A replacement phone takes over a device: its settings, site, group and note. Wi-Fi MAC and serial number name the
/// handset that is taken away, so they do not move.
struct Replacement {
    MacAddress old_mac;
    MacAddress new_mac;
    std::optional<std::string> model = {};    ///< where the new phone is another model
    std::optional<std::string> wifi_mac = {}; ///< of the new phone; absent or empty: none
    std::optional<std::string> serial = {};   ///< of the new phone; absent or empty: none
};

/// Everything about a draft that can be judged without the catalogue: MAC, words, settings. The layer of its settings.
/// Errors: invalid, too_large, not_found (an unknown setting's name), with `where` the field or the setting.
[[nodiscard]] Result<config::Layer> check(const DeviceDraft& draft);

/// 1..64 bytes of printable UTF-8 without blanks at its ends. `what` names it in the message.
[[nodiscard]] Result<void> check_word(std::string_view what, std::string_view text);

} // namespace offhook::catalogue
