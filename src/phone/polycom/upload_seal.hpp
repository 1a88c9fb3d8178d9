#pragma once
/// @file  Whether a Polycom phone encrypts what it uploads, and with what.
///
/// Source  reference: Polycom 5.4 (sec.encryption.upload.dir and .overrides: 0, 1), 8. The format is
///         project-defined: config/seal.
#include "phone/polycom/session.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace offhook::phone::polycom {

/// What goes out for `plain`, by the parameter `rule`. nullopt: it should be encrypted and cannot be, and said so; in
/// clear it goes nowhere.
[[nodiscard]] std::optional<std::string> body_to_send(Session& session, std::string_view rule, const std::string& name,
                                                      const std::string& plain);

} // namespace offhook::phone::polycom
