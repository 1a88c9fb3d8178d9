#pragma once
/// @file  offer_values: what a family's templates stand for, from the URL that an operator gives.
///
/// Shape   a URL without a scheme gets the family's first one: phones that are told a bare name choose for themselves.
/// Errors  invalid for a URL that is none, and for one without a scheme where the family names none either.
#include "config/family/discovery.hpp"

#include <optional>
#include <string_view>

namespace offhook::config {

/// `address` is the server's, where the operator says it; else that of the URL, where a literal stands there.
[[nodiscard]] Result<OfferValues> offer_values(std::string_view url, const Discovery& discovery,
                                               const std::optional<IpAddress>& address);

/// Whether scheme and host say all that the URL says: no port but the scheme's own, no path.
/// Errors: invalid for a URL that is none.
[[nodiscard]] Result<bool> is_host_alone(std::string_view url);

} // namespace offhook::config
