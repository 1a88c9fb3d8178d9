#pragma once
/// @file  SealedFile: opening what comes to a Polycom phone encrypted.
///
/// Configuration files, overrides and directories may be; a master file never is (G C-4). The container is ours
/// (config/seal, "polycom-project"), for the vendor's is not public.
/// Source  reference: Polycom 8. The key in flash is "Crypt=1;KeyDesc=TEXT;Key=HEX;" (G); how it is read is the seal's.
#include "base/result.hpp"
#include "config/seal/seal.hpp"

#include <string>
#include <string_view>

namespace offhook::phone::polycom {

inline constexpr std::string_view key_parameter = "device.sec.configEncryption.key";

/// The text as it is, or opened. `seal` may be null: nothing is ever sealed.
/// Errors: invalid, without key or plain text, saying what was expected.
[[nodiscard]] Result<std::string> open_if_sealed(std::string content, std::string_view key_string,
                                                 const config::Seal* seal);

} // namespace offhook::phone::polycom
