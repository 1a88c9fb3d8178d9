#pragma once
/// @file  Accounts: whose credentials these are - a device's, a site's, or a family's factory account.
///
/// Whom a request is for does not change what is found, and every try costs the same hashes whether the user exists or
/// not: an unknown user is checked against passwords that nobody has.
/// Limits   catalogue::Snapshot::accounts_max holders of one user; a device that is itself asked for comes first.
/// Threads  any; it keeps nothing.
#include "catalogue/snapshot.hpp"
#include "config/family/family.hpp"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace offhook::server {

/// What credentials have shown.
struct Proven {
    enum class Kind : std::uint8_t { nobody, factory, site, device } kind = Kind::nobody;
    const catalogue::Device* device = nullptr;
    std::vector<const catalogue::Site*> sites; ///< more than one where sites share user and password

    [[nodiscard]] bool belongs_to(const catalogue::Site* site) const {
        for (const auto* one : sites)
            if (one == site) return true;
        return false;
    }
};

class Accounts {
public:
    /// Whether credentials were made with that password. Called several times for each try.
    using Matches = std::function<bool(std::string_view password)>;

    /// `families` outlives it.
    explicit Accounts(const config::Families& families) : families_(families) {}

    /// `asked` may be null: the device that the request names.
    [[nodiscard]] Proven find(const catalogue::Snapshot& snapshot, std::string_view user,
                              const catalogue::Device* asked, const Matches& matches) const;
    /// The same for a password in clear.
    [[nodiscard]] Proven find(const catalogue::Snapshot& snapshot, std::string_view user,
                              const catalogue::Device* asked, std::string_view password) const;

private:
    const config::Families& families_;
};

} // namespace offhook::server
