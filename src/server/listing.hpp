#pragma once
/// @file  What stands in the directories that a login sees over FTP: names made from the pack and the snapshot.
///
/// Only names; whether this login may have each is asked of delivery, one by one, like a request for it.
/// Threads  any.
#include "catalogue/snapshot.hpp"
#include "config/family/family.hpp"
#include "server/door.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::server {

inline constexpr std::size_t listed_names_max = 10'000;

/// Every name that could be there: a device's own where there is a device, and what is shared; none with the
/// MAC of another. No name twice.
[[nodiscard]] std::vector<std::string>
nameable_files(const catalogue::Snapshot& snapshot, const config::Families& families, const catalogue::Device* device);
/// The lines of one directory out of whole names; `facts` says what a name is, nullopt where it is not to be had.
[[nodiscard]] std::vector<ListedFile>
list_directory(std::string_view directory, const std::vector<std::string>& names,
               const std::function<std::optional<ListedFile>(const std::string& name)>& facts);

} // namespace offhook::server
