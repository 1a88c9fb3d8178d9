#pragma once
/// @file  Configuration: files laid over each other as a Polycom phone does it.
///
/// Source  reference: Polycom 5.2 (the first file that holds a parameter wins, overrides before all) and 5.3 (device.*
///         needs device.set and its own .set).
#include "config/syntax/syntax.hpp"
#include "phone/flash.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone::polycom {

struct ConfigurationFile {
    std::string name;
    enum class Origin : std::uint8_t { fetched, cached } origin = Origin::fetched;
    std::vector<config::Parameter> parameters;
};

/// In force: one value a name, in order of names. "" is the vendor's null: the built-in default, whatever files behind
/// say.
struct Merged {
    std::map<std::string, std::string, std::less<>> values;
    std::size_t hidden = 0;   ///< parameters that an earlier one of the same name hides, with another value
    std::string first_hidden; ///< "reg.1.label in sip.cfg"

    [[nodiscard]] std::string_view find(std::string_view name) const; ///< "" where absent
    [[nodiscard]] std::vector<config::Parameter> parameters() const;
    [[nodiscard]] std::string digest() const; ///< names the content
};

/// `files` from the strongest to the weakest.
[[nodiscard]] Merged merge(std::span<const ConfigurationFile> files);
/// Only what was fetched in this boot.
[[nodiscard]] Merged merge_fetched(std::span<const ConfigurationFile> files);

/// The flash parameters that this configuration may set and that differ from the flash.
[[nodiscard]] std::vector<config::Parameter> device_changes(const Merged& configuration, const Flash& flash);

} // namespace offhook::phone::polycom
