#pragma once
/// @file  Account: the user and passwords that a device or a site has at the boot server (design 6).
///
/// They are settings of its own layer: provisioning.user, provisioning.password, and while a password is rotated
/// provisioning.previous_password. What broader layers state is what phones are told, and nobody's account.
/// Lifetime  views into the layer.
#include "catalogue/device.hpp"
#include "catalogue/site.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::catalogue {

struct Account {
    std::string_view user;                     ///< empty: the device's MAC
    std::array<std::string_view, 2> passwords; ///< present and previous; the previous may be empty: there is none
};

/// nullopt: no password is stated, or, at a site, no user.
[[nodiscard]] std::optional<Account> account_of(const Device& device);
[[nodiscard]] std::optional<Account> account_of(const Site& site);

/// A user in the one spelling that tables are kept by: a MAC, however it is written, as twelve digits.
[[nodiscard]] std::string canonical_user(std::string_view user);
/// Whether it is the user of that account: a MAC counts in any usual spelling.
[[nodiscard]] bool is_user_of(const Device& device, const Account& account, std::string_view user);

} // namespace offhook::catalogue
