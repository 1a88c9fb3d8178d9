#pragma once
/// @file  How the catalogue's things look as JSON, and how JSON becomes changes of them.
#include "base/result.hpp"
#include "catalogue/device.hpp"
#include "catalogue/site.hpp"
#include "catalogue/snapshot.hpp"
#include "config/settings/layer.hpp"

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

/// Secrets are shown only where a caller asked for them by name and may.
enum class Secrets : std::uint8_t { hidden, shown };

/// Puts "settings" {name: value} and "secrets_set" [names] of the hidden ones. A raw parameter counts as a secret: what
/// a vendor's parameter means we cannot know.
void put_layer(boost::json::object& out, const config::Layer& layer, Secrets secrets);
[[nodiscard]] boost::json::object to_json(const catalogue::Device& device, const catalogue::Snapshot& snapshot,
                                          Secrets secrets);
[[nodiscard]] boost::json::object to_json(const catalogue::Site& site, Secrets secrets);
[[nodiscard]] boost::json::object to_json(const catalogue::Group& group, const catalogue::Snapshot& snapshot);

struct SettingChanges {
    std::vector<catalogue::SettingText> set;
    std::vector<std::string> unset;
};
/// {"settings": {NAME: VALUE, NAME: null}}. Errors: invalid where a value is neither text, number, boolean nor null.
[[nodiscard]] Result<SettingChanges> setting_changes(const boost::json::object& body);
/// A member that is a whole number of minutes. Errors: invalid for anything else. Absent: nullopt.
[[nodiscard]] Result<std::optional<std::uint32_t>> minutes_member(const boost::json::object& body,
                                                                  std::string_view name);
/// A member that is a text. Errors: invalid for another kind. Absent: nullopt.
[[nodiscard]] Result<std::optional<std::string>> text_member(const boost::json::object& body, std::string_view name);

} // namespace offhook::server
