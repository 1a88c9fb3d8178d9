/// /v1/devices/{mac}/credentials, /v1/devices/{mac}/first-contact, /v1/sites/{name}/credentials, /v1/sites/{name}/token
#include "base/random.hpp"
#include "base/text.hpp"
#include "catalogue/account.hpp"
#include "catalogue/limits.hpp"
#include "server/api/api.hpp"
#include "server/api/checks.hpp"
#include "server/api/shapes.hpp"

namespace offhook::server {
namespace {

namespace json = boost::json;

constexpr std::size_t random_letters = 22; // about 131 bits
constexpr const char *user_setting = "provisioning.user", *password_setting = "provisioning.password",
                     *previous_setting = "provisioning.previous_password";

std::string random_secret() { return SystemRandom().letters(random_letters); }

/// Whose account a route means. Lifetime: of the snapshot.
struct Holder {
    catalogue::SnapshotPtr snapshot;
    catalogue::LayerPlace place;
    std::optional<catalogue::Account> account;
    std::string default_user;
    bool user_stated = false; ///< in its layer
};

bool states_user(const config::Layer& layer) {
    const auto key = config::find_setting(user_setting);
    return key && layer.find(*key).has_value();
}

Result<Holder> device_holder(const ApiCall& call) {
    const auto mac = call.mac();
    if (!mac) return tl::unexpected(mac.error());
    Holder out{call.context.catalogue.snapshot(), {}, {}, {}};
    const auto* device = out.snapshot->find(*mac);
    if (device == nullptr) return fail(ErrorCode::not_found, "no such device in the catalogue", mac->text());
    out.place = {config::LayerKind::device, "", device->mac};
    out.account = catalogue::account_of(*device);
    out.default_user = device->mac.text();
    out.user_stated = states_user(device->layer);
    return out;
}

Result<Holder> site_holder(const ApiCall& call) {
    Holder out{call.context.catalogue.snapshot(), {}, {}, {}};
    const auto* site = out.snapshot->site(call.words.at(0));
    if (site == nullptr) return fail(ErrorCode::not_found, "no such site", printable(call.words[0], 64));
    out.place = {config::LayerKind::site, site->name, {}};
    out.account = catalogue::account_of(*site);
    out.default_user = site->name;
    out.user_stated = states_user(site->layer);
    return out;
}

using FindHolder = Result<Holder> (*)(const ApiCall&);

std::string user_of(const Holder& holder) {
    return holder.account && !holder.account->user.empty() ? std::string(holder.account->user) : holder.default_user;
}

/// A device's own MAC is not stored as its user: it is one anyhow, and must not stay when another handset takes its
/// place. A site has no account without a user.
void put_user(const Holder& holder, const std::string& user, std::vector<catalogue::SettingText>& set,
              std::vector<std::string>& unset) {
    const bool is_default = holder.place.kind == config::LayerKind::device &&
                            (user.empty() || catalogue::canonical_user(user) == holder.default_user);
    if (!is_default)
        set.push_back({user_setting, user});
    else if (holder.user_stated)
        unset.emplace_back(user_setting);
}

Result<ApiAnswer> answer_with(const ApiCall& call, const Holder& holder, Secrets secrets) {
    json::object out;
    if (holder.place.kind == config::LayerKind::device)
        out["mac"] = holder.place.mac.text();
    else
        out["site"] = holder.place.name;
    out["has_password"] = holder.account.has_value();
    if (!holder.account) return ApiAnswer{200, std::move(out)};
    const auto& [present, previous] = holder.account->passwords;
    out["user"] = user_of(holder);
    out["has_previous"] = !previous.empty();
    if (secrets == Secrets::shown || call.flag("show_secrets")) {
        out["password"] = present;
        if (!previous.empty()) out["previous_password"] = previous;
    }
    return ApiAnswer{200, std::move(out)};
}

Result<ApiAnswer> store_and_answer(const ApiCall& call, FindHolder find, const Holder& holder,
                                   const std::vector<catalogue::SettingText>& set,
                                   const std::vector<std::string>& unset, Secrets secrets) {
    const auto snapshot = call.context.catalogue.snapshot();
    const auto* device = holder.place.kind == config::LayerKind::device ? snapshot->find(holder.place.mac) : nullptr;
    const LayerChange to_offer{set, unset, device != nullptr ? &device->layer : nullptr};
    if (const auto fit = check_offers(call.context.offer_lengths, *snapshot, to_offer); !fit)
        return tl::unexpected(fit.error());
    const auto stored = call.context.catalogue.store().change_layer(holder.place, set, unset);
    if (!stored) return tl::unexpected(stored.error());
    const auto now = find(call);
    if (!now) return tl::unexpected(now.error());
    return answer_with(call, *now, secrets);
}

template <FindHolder find>
Result<ApiAnswer> show_credentials(const ApiCall& call) {
    const auto holder = find(call);
    if (!holder) return tl::unexpected(holder.error());
    return answer_with(call, *holder, Secrets::hidden);
}

/// A password that was made here is shown once: it is worth nothing to an operator who cannot read it.
template <FindHolder find>
Result<ApiAnswer> set(const ApiCall& call) {
    const auto body = call.object({"user", "password"});
    if (!body) return tl::unexpected(body.error());
    const auto user = text_member(*body, "user");
    if (!user) return tl::unexpected(user.error());
    const auto password = text_member(*body, "password");
    if (!password) return tl::unexpected(password.error());
    const auto holder = find(call);
    if (!holder) return tl::unexpected(holder.error());
    if (!*password && !holder->account)
        return fail(ErrorCode::invalid, "the password is missing; \"random\" makes one", "password");
    if (*password && (*password)->empty())
        return fail(ErrorCode::invalid, "an empty password is none; DELETE takes the account away", "password");
    const bool made = *password == "random";
    std::vector<catalogue::SettingText> settings;
    std::vector<std::string> unset;
    put_user(*holder, user->value_or(user_of(*holder)), settings, unset);
    if (*password) settings.push_back({password_setting, made ? random_secret() : **password});
    return store_and_answer(call, find, *holder, settings, unset, made ? Secrets::shown : Secrets::hidden);
}

template <FindHolder find>
Result<ApiAnswer> rotate(const ApiCall& call) {
    const auto holder = find(call);
    if (!holder) return tl::unexpected(holder.error());
    if (!holder->account) return fail(ErrorCode::conflict, "there is no password to rotate; set one", "password");
    const auto& [present, previous] = holder->account->passwords;
    if (!previous.empty())
        return fail(ErrorCode::conflict, "a rotation is under way already; finish it first", "password");
    std::vector<catalogue::SettingText> settings{{password_setting, random_secret()},
                                                 {previous_setting, std::string(present)}};
    std::vector<std::string> unset;
    put_user(*holder, user_of(*holder), settings, unset);
    return store_and_answer(call, find, *holder, settings, unset, Secrets::shown);
}

template <FindHolder find>
Result<ApiAnswer> finish(const ApiCall& call) {
    const auto holder = find(call);
    if (!holder) return tl::unexpected(holder.error());
    if (!holder->account || holder->account->passwords[1].empty())
        return fail(ErrorCode::conflict, "no rotation is under way", "password");
    return store_and_answer(call, find, *holder, {}, {previous_setting}, Secrets::hidden);
}

template <FindHolder find>
Result<ApiAnswer> remove_credentials(const ApiCall& call) {
    const auto holder = find(call);
    if (!holder) return tl::unexpected(holder.error());
    if (!holder->account) return fail(ErrorCode::not_found, "it has no credentials of its own");
    std::vector<std::string> unset{password_setting};
    if (!holder->account->user.empty()) unset.emplace_back(user_setting);
    if (!holder->account->passwords[1].empty()) unset.emplace_back(previous_setting);
    return store_and_answer(call, find, *holder, {}, unset, Secrets::hidden);
}

/// A token that was made here is shown once, alone.
Result<ApiAnswer> change_token(const ApiCall& call, bool (*fits)(const catalogue::Site&), std::string_view otherwise,
                               const std::function<catalogue::SiteChange(const catalogue::Site&)>& change) {
    const auto before = call.context.catalogue.snapshot();
    const auto* site = before->site(call.words.at(0));
    if (site == nullptr) return fail(ErrorCode::not_found, "no such site", printable(call.words[0], 64));
    if (!fits(*site)) return fail(ErrorCode::conflict, std::string(otherwise), "token");
    const auto changed = call.context.catalogue.store().change_site(site->name, change(*site));
    if (!changed) return tl::unexpected(changed.error());
    const auto after = call.context.catalogue.snapshot();
    const auto* now = after->site(call.words[0]);
    if (now == nullptr) return fail(ErrorCode::not_found, "no such site", printable(call.words[0], 64));
    auto out = to_json(*now, Secrets::hidden);
    if (now->url_token != site->url_token || call.flag("show_secrets")) out["token"] = now->url_token;
    return ApiAnswer{200, std::move(out)};
}

Result<ApiAnswer> rotate_token(const ApiCall& call) {
    return change_token(
        call, [](const catalogue::Site& site) { return !site.url_token.empty() && site.previous_url_token.empty(); },
        "the site has no token to rotate (`offhook site set NAME --token random` makes one), or a rotation is under "
        "way "
        "(`offhook site finish-token NAME` ends it)",
        [](const catalogue::Site& site) {
            catalogue::SiteChange change;
            change.previous_url_token = site.url_token;
            change.url_token = random_secret();
            return change;
        });
}

Result<ApiAnswer> finish_token(const ApiCall& call) {
    return change_token(
        call, [](const catalogue::Site& site) { return !site.previous_url_token.empty(); }, "no rotation is under way",
        [](const catalogue::Site&) {
            catalogue::SiteChange change;
            change.previous_url_token = "";
            return change;
        });
}

/// {"minutes": N}; 0 closes, absent is the site's own length.
Result<ApiAnswer> first_contact(const ApiCall& call) {
    const auto body = call.object({"minutes"});
    if (!body) return tl::unexpected(body.error());
    const auto holder = device_holder(call);
    if (!holder) return tl::unexpected(holder.error());
    const auto* device = holder->snapshot->find_lan(holder->place.mac);
    const auto minutes = minutes_member(*body, "minutes");
    if (!minutes) return tl::unexpected(minutes.error());
    catalogue::DeviceChange change;
    change.first_contact_minutes =
        *minutes ? *minutes : std::optional(holder->snapshot->site(device->site)->first_contact_minutes);
    if (!*minutes && *change.first_contact_minutes == 0)
        return fail(ErrorCode::conflict,
                    "its site has no first-contact windows: `offhook site set SITE --first-contact MINUTES`",
                    "first_contact");
    const auto changed = call.context.catalogue.store().change_device(device->mac, change);
    if (!changed) return tl::unexpected(changed.error());
    const auto after = call.context.catalogue.snapshot();
    const auto* now = after->find_lan(device->mac);
    if (now == nullptr) return fail(ErrorCode::not_found, "no such device in the catalogue", device->mac.text());
    return ApiAnswer{200, to_json(*now, *after, Secrets::hidden)};
}

} // namespace

std::vector<ApiRoute> credential_routes() {
    return {{"GET", "/v1/devices/{mac}/credentials", show_credentials<device_holder>},
            {"PATCH", "/v1/devices/{mac}/credentials", set<device_holder>},
            {"DELETE", "/v1/devices/{mac}/credentials", remove_credentials<device_holder>},
            {"POST", "/v1/devices/{mac}/credentials/rotate", rotate<device_holder>},
            {"POST", "/v1/devices/{mac}/credentials/finish", finish<device_holder>},
            {"GET", "/v1/sites/{name}/credentials", show_credentials<site_holder>},
            {"PATCH", "/v1/sites/{name}/credentials", set<site_holder>},
            {"DELETE", "/v1/sites/{name}/credentials", remove_credentials<site_holder>},
            {"POST", "/v1/sites/{name}/credentials/rotate", rotate<site_holder>},
            {"POST", "/v1/sites/{name}/credentials/finish", finish<site_holder>},
            {"POST", "/v1/sites/{name}/token/rotate", rotate_token},
            {"POST", "/v1/sites/{name}/token/finish", finish_token},
            {"POST", "/v1/devices/{mac}/first-contact", first_contact}};
}

} // namespace offhook::server
