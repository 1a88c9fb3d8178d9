#pragma once
/// @file  MasterFile: what the master configuration file says to one phone.
///
/// Limits  a path 255 characters, a list 2047 with its commas and blanks (G); what is beyond does not count (I).
/// Source  reference: Polycom 4. A model's own attribute counts instead of the generic one, one by one.
#include "base/mac_address.hpp"
#include "config/syntax/syntax.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone::polycom {

struct MasterFile {
    std::string application;                 ///< APP_FILE_PATH, or ""
    std::vector<std::string> configurations; ///< CONFIG_FILES: paths below the boot server's directory, or URLs
    std::vector<std::string> others;         ///< MISC_FILES
    /// What of it goes beyond the guide's limits and does not count, in sentences.
    std::vector<std::string> remarks;
    std::string log_directory, overrides_directory, contacts_directory, licence_directory;
};

/// `parameters` as "polycom-master" reads them. [PHONE_MAC_ADDRESS], [PHONE_MODEL] and [PHONE_PART_NUMBER] are the
/// phone's to replace (C; the latter two from UCS on).
[[nodiscard]] MasterFile read_master(std::span<const config::Parameter> parameters, std::string_view model,
                                     MacAddress mac, std::string_view part_number);

} // namespace offhook::phone::polycom
