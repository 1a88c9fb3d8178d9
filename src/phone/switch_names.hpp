#pragma once
/// @file  SwitchNames: which parameters of a family's flash are this virtual phone's own switches.
///
/// What no source says of a vendor's phones can be decided with them (`offhook boot --flash phone.X=...`);
/// docs/virtual-phone.md says what each decides. Their names begin with "phone.", which no vendor's parameter does;
/// what else begins so in a flash is the phone's memory and not to be set by hand.
#include <span>
#include <string_view>

namespace offhook::phone {

inline constexpr std::string_view switch_prefix = "phone.";

/// In the order of the alphabet. Empty: a family without any.
[[nodiscard]] std::span<const std::string_view> switch_names(std::string_view family);

} // namespace offhook::phone
