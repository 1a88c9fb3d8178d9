#include "server/discovery/offer_lengths.hpp"

#include "base/assert.hpp"
#include "catalogue/account.hpp"
#include "config/settings/setting.hpp"
#include "protocol/url.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace offhook::server {
namespace {

/// What a listener makes of an interface's address is never longer.
constexpr std::string_view longest_of_our_own = "https://[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535";
constexpr std::string_view longest_model = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

config::SettingKey server_key() {
    const auto key = config::find_setting("provisioning.server");
    OFFHOOK_ASSERT(key); // the vocabulary is ours
    return *key;
}

/// Every boot server that a layer which many share states; a device's own is checked when it is written.
std::set<std::string_view> stated_servers(const catalogue::Snapshot& snapshot) {
    std::set<std::string_view> out;
    const auto key = server_key();
    const auto look = [&](const config::Layer& layer) {
        if (const auto value = layer.find(key); value && !value->empty()) out.insert(*value);
    };
    look(snapshot.fleet().layer);
    for (const auto& [id, site] : snapshot.sites()) look(site.layer);
    for (const auto* stated : snapshot.model_layers()) look(stated->layer);
    for (const auto& [id, group] : snapshot.groups()) look(group.layer);
    return out;
}

std::size_t longest_token(const catalogue::Snapshot& snapshot) {
    std::size_t longest = 0;
    for (const auto& [id, site] : snapshot.sites())
        if (!site.url_token.empty()) longest = std::max(longest, site.url_token.size() + 1); // and its slash
    return longest;
}

std::size_t bytes_of(const catalogue::Account& account) {
    constexpr std::size_t mac_digits = 12, colon_and_at = 2;
    return (account.user.empty() ? mac_digits : account.user.size()) + account.passwords[0].size() + colon_and_at;
}

std::size_t longest_account(const catalogue::Snapshot& snapshot) {
    std::size_t longest = 0;
    for (catalogue::Snapshot::Cursor cursor; !cursor.at_end();)
        for (const auto* device : snapshot.page(cursor, 4'096))
            if (const auto account = catalogue::account_of(*device)) longest = std::max(longest, bytes_of(*account));
    return longest;
}

} // namespace

OfferLengths::OfferLengths(const config::Families& families, std::vector<Offers::Listener> listeners)
    : families_(families), listeners_(std::move(listeners)) {}

Result<void> OfferLengths::fits(const Offers::Listener& listener, const Pieces& pieces) const {
    const auto url = protocol::parse_url(pieces.url);
    if (!url) return {}; // said where it is read
    const auto scheme = url->scheme ? protocol::to_text(*url->scheme) : std::string_view();
    config::OfferValues values;
    values.url = std::string(pieces.url) + std::string(pieces.secret_bytes, 'x');
    while (values.url.ends_with('/')) values.url.pop_back();
    values.host = url->host;
    values.address = IpAddress::v4(0xffffffffU);
    values.scheme = scheme;
    values.mac = std::string(12, 'f');
    values.model = longest_model;
    const auto method = config::offer_method_text.from_text(listener.name.substr(0, listener.name.find('/')));
    for (const auto& family : families_) {
        const auto& discovery = family->discovery();
        for (const auto& rule : discovery.offers) {
            const auto& schemes = rule.schemes.empty() ? discovery.schemes : rule.schemes;
            const bool is_for_it = scheme.empty() || std::find(schemes.begin(), schemes.end(), scheme) != schemes.end();
            if (rule.method != method || !is_for_it) continue;
            const auto value = config::expand(rule, values);
            if (value || value.error().code != ErrorCode::too_large) continue;
            return fail(ErrorCode::too_large,
                        fmt::format("what {} phones would be told is too long: {}. Shorten the URL, or do not offer "
                                    "secrets there (`offer_secrets`)",
                                    family->name(), value.error().message),
                        "listener " + listener.name);
        }
    }
    return {};
}

Result<void> OfferLengths::fits_all_servers(const catalogue::Snapshot& snapshot, const Offers::Listener& listener,
                                            std::size_t secret_bytes) const {
    auto servers = stated_servers(snapshot);
    servers.insert(listener.options.url.empty() ? longest_of_our_own : std::string_view(listener.options.url));
    for (const auto server : servers)
        if (const auto fit = fits(listener, {server, secret_bytes}); !fit) return fit;
    return {};
}

Result<void> OfferLengths::check_configured() const {
    for (const auto& listener : listeners_)
        if (!listener.options.url.empty())
            if (const auto fit = fits(listener, {listener.options.url, 0}); !fit) return fit;
    return {};
}

Result<void> OfferLengths::check(const catalogue::Snapshot& snapshot) const {
    for (const auto& listener : listeners_) {
        const auto secrets = listener.options.secrets;
        const std::size_t bytes = secrets == OfferSecrets::token         ? longest_token(snapshot)
                                  : secrets == OfferSecrets::credentials ? longest_account(snapshot)
                                                                         : 0;
        if (const auto fit = fits_all_servers(snapshot, listener, bytes); !fit) return fit;
    }
    return {};
}

Result<void> OfferLengths::check_server(const catalogue::Snapshot& snapshot, std::string_view url) const {
    for (const auto& listener : listeners_) {
        const auto secrets = listener.options.secrets;
        const std::size_t bytes = secrets == OfferSecrets::token         ? longest_token(snapshot)
                                  : secrets == OfferSecrets::credentials ? longest_account(snapshot)
                                                                         : 0;
        if (const auto fit = fits(listener, {url, bytes}); !fit) return fit;
    }
    return {};
}

Result<void> OfferLengths::check_token(const catalogue::Snapshot& snapshot, std::string_view token) const {
    for (const auto& listener : listeners_)
        if (listener.options.secrets == OfferSecrets::token)
            if (const auto fit = fits_all_servers(snapshot, listener, token.size() + 1); !fit) return fit;
    return {};
}

Result<void> OfferLengths::check_account(const catalogue::Snapshot& snapshot, std::string_view user,
                                         std::string_view password) const {
    for (const auto& listener : listeners_)
        if (listener.options.secrets == OfferSecrets::credentials)
            if (const auto fit = fits_all_servers(snapshot, listener, bytes_of({user, {password, {}}})); !fit)
                return fit;
    return {};
}

} // namespace offhook::server
