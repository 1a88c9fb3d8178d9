#pragma once
/// @file  TypedServer: what an installer types into a phone's menus instead of letting it look.
#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace offhook::phone {

struct TypedServer {
    std::string url; ///< an address, a name or a URL; "": what is in flash
    std::optional<std::string> type, user, password;
};

/// The address as a whole URL: the scheme from `type` or else `scheme`, the account where the address has none.
/// Errors: invalid for no URL or a scheme that is none.
[[nodiscard]] Result<std::string> complete_url(const TypedServer& typed, std::string_view scheme);

} // namespace offhook::phone
