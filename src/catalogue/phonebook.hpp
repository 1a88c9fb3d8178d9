#pragma once
/// @file  PhonebookEntry: a line of the directory that phones of a site, or all phones, show.
#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace offhook::catalogue {

struct PhonebookEntry {
    std::int64_t id = 0; ///< 0 for one that is yet to be added
    std::string site;    ///< name; empty: every site's phones show it
    std::string first_name;
    std::string last_name;
    std::string number; ///< what is dialled: digits, + * # . - ( ), or user@host
    std::string label;  ///< "mobile", "reception"
    std::string note;

    friend bool operator==(const PhonebookEntry&, const PhonebookEntry&) = default;
};

/// The entries of one site, or those of no site: by last name, first name, id.
using Phonebook = std::vector<std::shared_ptr<const PhonebookEntry>>;

/// Errors: invalid (no name at all, a number that cannot be dialled), too_large.
[[nodiscard]] Result<void> check(const PhonebookEntry& entry);

} // namespace offhook::catalogue
