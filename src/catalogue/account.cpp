#include "catalogue/account.hpp"

#include "base/assert.hpp"

namespace offhook::catalogue {
namespace {

config::SettingKey key_of(std::string_view name) {
    const auto key = config::find_setting(name);
    OFFHOOK_ASSERT(key.has_value());
    return *key;
}

std::optional<Account> account_in(const config::Layer& layer) {
    static const auto user = key_of("provisioning.user"), password = key_of("provisioning.password"),
                      previous = key_of("provisioning.previous_password");
    if (layer.empty()) return std::nullopt;
    const auto present = layer.find(password);
    if (!present || present->empty()) return std::nullopt;
    return Account{layer.find(user).value_or(""), {*present, layer.find(previous).value_or("")}};
}

} // namespace

std::optional<Account> account_of(const Device& device) { return account_in(device.layer); }

std::optional<Account> account_of(const Site& site) {
    auto out = account_in(site.layer);
    if (out && out->user.empty()) return std::nullopt;
    return out;
}

std::string canonical_user(std::string_view user) {
    const auto mac = MacAddress::from_text(user);
    return mac ? mac->text() : std::string(user);
}

bool is_user_of(const Device& device, const Account& account, std::string_view user) {
    if (account.user == user) return !user.empty();
    const auto given = MacAddress::from_text(user);
    if (!given) return false;
    return account.user.empty() ? *given == device.mac : MacAddress::from_text(account.user) == given;
}

} // namespace offhook::catalogue
