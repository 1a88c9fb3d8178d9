#pragma once
/// @file  Flash: what a phone remembers without power.
///
/// Shape   one JSON file, flash.json, in the phone's state directory, mode 0600: it holds passwords. What is no UTF-8
///         is {"hex": ...}, or "hex:..." where it is the name of a member.
/// Limits  limits::flash_file_bytes_max, cached_bytes_max, cached_files_max.
#include "base/mac_address.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::phone {

/// A program in flash. Of an image that is not in our own stub format only digest and size are known.
struct StoredImage {
    std::string name;    ///< of the file it came from; "" from the factory
    std::string version; ///< "" where the image does not tell
    std::string digest;  ///< 64 hexadecimal digits; "" from the factory
    std::uint64_t bytes = 0;

    friend bool operator==(const StoredImage&, const StoredImage&) = default;
};

struct Flash {
    std::string family, model;
    MacAddress mac;
    std::map<std::string, std::string, std::less<>> parameters; ///< by the vendor's name: device.prov.serverName
    std::map<std::string, std::string, std::less<>> files;      ///< cached configuration, by the name it was asked by
    /// Of files that were obtained, so that a change is seen in one that found no room, too.
    std::map<std::string, std::string, std::less<>> digests;
    /// Set on the phone itself, by the vendor's name: overrides, changes on its web page.
    std::map<std::string, std::string, std::less<>> changes;
    /// Who set a parameter and when, in the family's own spelling (panasonic/configuration.hpp).
    std::map<std::string, std::string, std::less<>> origins;
    std::string directory; ///< its contact directory, as the vendor's file; "": it has none
    std::string log;       ///< what it has not uploaded yet
    std::optional<StoredImage> application;
    StoredImage bootrom;
    std::string configuration_digest; ///< of the configuration in force at the last boot; "" before the first

    /// "" where it is not set.
    [[nodiscard]] std::string_view parameter(std::string_view name) const;
    /// Keeps a copy where there is room; drops the old one in any case.
    void cache(std::string_view name, std::string_view content);

    friend bool operator==(const Flash&, const Flash&) = default;
};

/// Errors: not_found where the directory holds no flash; invalid, naming the file and what is wrong with it.
[[nodiscard]] Result<Flash> load_flash(const std::filesystem::path& directory);
/// Written beside, synced and renamed: a flash is the old one or the new one. Makes the directory.
/// Errors: unavailable with the system's reason.
[[nodiscard]] Result<void> save_flash(const Flash& flash, const std::filesystem::path& directory);

[[nodiscard]] std::string flash_to_json(const Flash& flash);
[[nodiscard]] Result<Flash> flash_from_json(std::string_view text);

} // namespace offhook::phone
