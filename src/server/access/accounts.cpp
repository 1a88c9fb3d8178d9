#include "server/access/accounts.hpp"

#include "base/digest.hpp"
#include "catalogue/account.hpp"

#include <algorithm>
#include <openssl/crypto.h>

namespace offhook::server {
namespace {

/// Passwords are tried in whole rounds of so many, filled up with one that is nobody's.
constexpr std::size_t tries_per_round = 4;
constexpr std::string_view nobodys_password = "\x01 no account has a control character in its password";

struct Candidate {
    std::string_view password; ///< empty, of a factory account: any
    Proven::Kind kind = Proven::Kind::nobody;
    const catalogue::Device* device = nullptr;
    const catalogue::Site* site = nullptr;
};

void add(std::vector<Candidate>& out, const catalogue::Account& account, Candidate who) {
    for (const std::string_view password : account.passwords) {
        if (password.empty()) continue;
        who.password = password;
        out.push_back(who);
    }
}

} // namespace

Proven Accounts::find(const catalogue::Snapshot& snapshot, std::string_view user, const catalogue::Device* asked,
                      const Matches& matches) const {
    std::vector<Candidate> candidates;
    const auto add_device = [&](const catalogue::Device* device) {
        const auto account = catalogue::account_of(*device);
        if (account && catalogue::is_user_of(*device, *account, user))
            add(candidates, *account, {{}, Proven::Kind::device, device, nullptr});
    };
    if (asked != nullptr) add_device(asked);
    const auto holders = snapshot.holders_of(user);
    for (const auto* device : holders.devices)
        if (device != asked) add_device(device);
    for (const auto* site : holders.sites)
        if (const auto account = catalogue::account_of(*site))
            add(candidates, *account, {{}, Proven::Kind::site, nullptr, site});
    for (const auto& family : families_)
        for (const config::FactoryAccount& account : family->accounts())
            if (account.user == user) candidates.push_back({account.password, Proven::Kind::factory, nullptr, nullptr});
    const std::size_t rounds = std::max<std::size_t>(1, (candidates.size() + tries_per_round - 1) / tries_per_round);
    candidates.resize(rounds * tries_per_round, {nobodys_password, Proven::Kind::nobody, nullptr, nullptr});

    Proven out;
    for (const Candidate& candidate : candidates) {
        // Asked of each, even where any will do: the time it takes tells nothing.
        const bool matched = matches(candidate.password);
        const bool takes_any = candidate.password.empty() && candidate.kind == Proven::Kind::factory;
        if ((!matched && !takes_any) || candidate.kind < out.kind) continue;
        out.kind = candidate.kind;
        if (candidate.device != nullptr && out.device == nullptr) out.device = candidate.device;
        if (candidate.site != nullptr) out.sites.push_back(candidate.site);
    }
    return out;
}

Proven Accounts::find(const catalogue::Snapshot& snapshot, std::string_view user, const catalogue::Device* asked,
                      std::string_view password) const {
    const Sha256 given = sha256(password); // of equal length, so that comparing tells nothing of the password's
    return find(snapshot, user, asked, [&](std::string_view one) {
        const Sha256 known = sha256(one);
        return CRYPTO_memcmp(known.data(), given.data(), given.size()) == 0;
    });
}

} // namespace offhook::server
