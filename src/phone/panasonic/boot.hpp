#pragma once
/// @file  Boot: a Panasonic KX-HDV phone from power-on to what it would register as.
///
/// One pre-provisioning file, found or typed in, names up to three device files; what an earlier one of them says
/// counts (standard, product, master), the pre-provisioning file least. What no file says stays as flash has it.
/// Not here yet: encrypted files (.e2c, .e3c), firmware, timers.
/// Source  reference: Panasonic 2.3, 4.1 to 4.3, 5, 7 (User-Agent).
#include "phone/family_boot.hpp"

namespace offhook::phone::panasonic {

/// The pre-provisioning address that was typed in; the vendor's name for it is not known.
inline constexpr std::string_view typed_address = "phone.ADDRESS";

[[nodiscard]] const FamilyBoot& family_boot();
[[nodiscard]] boost::asio::awaitable<BootReport> boot(BootSurroundings surroundings, Flash& flash,
                                                      std::function<void(const Flash&)> keep_flash);

} // namespace offhook::phone::panasonic
