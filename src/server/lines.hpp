#pragma once
/// @file  Lines of a device as all its layers together state them: what a phone that took its files would register as.
#include "config/settings/effective.hpp"

#include <string>
#include <vector>

namespace offhook::server {

struct EffectiveLine {
    unsigned index = 0;
    std::string user, auth_user, password;
    std::string registrar; ///< "host" or "host:port", "[2001:db8::5]:5070"

    /// The settings that registering still lacks: "line.1.password".
    [[nodiscard]] std::vector<std::string> missing() const;
};

/// Every line that has a user, in order.
[[nodiscard]] std::vector<EffectiveLine> effective_lines(const config::Effective& settings);

} // namespace offhook::server
