#pragma once
/// @file  The parts of a time zone (part.hpp): taken from its rules, and put together to a zone that behaves alike.
/// Threads any: rules read once are kept per thread, at most 512 of them.
#include "config/family/part.hpp"

namespace offhook::config {

[[nodiscard]] bool find_zone_part(std::string_view name, SettingPart& out);
[[nodiscard]] Taken take_zone_part(Part part, std::string_view zone, std::string& out);
/// An IANA name. Errors: invalid, when no zone behaves so.
[[nodiscard]] Result<std::string> join_zone(std::span<const PartValue> parts);

/// What of the zone is lost when only `parts` are told; empty: nothing.
[[nodiscard]] std::string zone_loss(std::string_view zone, std::span<const Part> parts);

} // namespace offhook::config
