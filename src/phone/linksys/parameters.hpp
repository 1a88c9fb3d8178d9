#pragma once
/// @file  Parameters: what provisioning itself reads of a Linksys SPA phone's configuration, and what the factory put
/// there.
///
/// The store is Flash::parameters, by the names of the XML tags; "phone.X" are this phone's own (switches.hpp,
/// state.hpp), which no file can set. Access marks of the phone's user are in Flash::origins: "rw", "ro", "na".
/// Source  reference: Linksys 4.1, 13; 8.3 (Yes and No in any letter case; what cannot be is not taken: U).
#include "config/syntax/syntax.hpp"
#include "phone/flash.hpp"

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone::linksys {

inline constexpr std::array<std::string_view, 4> profile_rules{"Profile_Rule", "Profile_Rule_B", "Profile_Rule_C",
                                                               "Profile_Rule_D"};
inline constexpr std::string_view serial_number = "phone.Serial_Number";

/// As set, else the factory's.
[[nodiscard]] std::string_view in_force(const Flash& flash, std::string_view name);
[[nodiscard]] std::string_view factory_value(std::string_view name);
[[nodiscard]] std::vector<std::string_view> factory_names(); ///< of what the factory has put there
/// Of a Yes/No parameter.
[[nodiscard]] bool is_on(const Flash& flash, std::string_view name);
[[nodiscard]] std::chrono::seconds seconds_of(const Flash& flash, std::string_view name);
/// What the phone can make something of; true for parameters that provisioning does not read.
[[nodiscard]] bool takes_value(std::string_view name, std::string_view value);

/// What came of setting a parameter.
enum class Setting : std::uint8_t { changed, same, refused };
[[nodiscard]] Setting set_parameter(Flash& flash, std::string_view name, std::string_view value);

} // namespace offhook::phone::linksys
