/// /v1/devices/{mac}/file-key/make and .../rotate
#include "base/hex.hpp"
#include "base/random.hpp"
#include "server/api/api.hpp"
#include "server/api/device_files.hpp"
#include "server/introduction.hpp"
#include "server/layers.hpp"

#include <array>

namespace offhook::server {
namespace {

namespace json = boost::json;

constexpr const char *key_setting = "provisioning.file_key", *previous_key_setting = "provisioning.previous_file_key",
                     *sealed_setting = "provisioning.sealed";

/// 128 bits as 32 hexadecimal digits: what every seal takes for a key.
std::string random_key() {
    std::array<std::byte, 16> bytes{};
    SystemRandom().fill(bytes);
    return to_hex(bytes);
}

std::string_view stated(const config::Effective& settings, std::string_view name) {
    const auto key = config::find_setting(name);
    const auto* value = key ? settings.find(*key) : nullptr;
    return value == nullptr ? std::string_view() : std::string_view(value->value);
}

/// Whether somebody who knows no more than the MAC may have this device's files now, from anywhere but this machine.
bool is_mac_enough(const catalogue::Site& site, const catalogue::Device& device, WallTime now) {
    using catalogue::Privacy;
    if (site.first_contact_minutes != 0 && device.first_contact_until <= now) return false;
    for (const auto from : {SourceClass::private_net, SourceClass::public_net})
        for (const auto over : {Privacy::clear, Privacy::tls})
            if (site.policy.needed(from, over) == catalogue::Proof::mac_alone) return true;
    return false;
}

/// A new key, and the one that the phone has as the one before: delivery ends it when the phone has got the new one.
/// The key itself is never shown: phones learn it from their files.
Result<ApiAnswer> rotate_file_key(const ApiCall& call) {
    const auto files = find_device_files(call);
    if (!files) return tl::unexpected(files.error());
    const Layers layers(*files->snapshot, *files->family, *files->site, files->device);
    const config::Effective settings(layers.all());
    const std::string present(stated(settings, key_setting));
    if (present.empty())
        return fail(ErrorCode::conflict, "there is no file key to rotate: set provisioning.file_key", key_setting);
    if (stated(settings, sealed_setting) != "yes")
        return fail(ErrorCode::conflict,
                    "its files are not sealed, so it learns a key in clear: set provisioning.file_key itself",
                    sealed_setting);
    if (!stated(settings, previous_key_setting).empty())
        return fail(ErrorCode::conflict,
                    "a rotation is under way already: it ends when the phone has fetched its sealed file",
                    previous_key_setting);
    const auto stored = call.context.catalogue.store().change_layer(
        {config::LayerKind::device, "", files->device->mac},
        std::vector<catalogue::SettingText>{{key_setting, random_key()}, {previous_key_setting, present}},
        std::vector<std::string>{});
    if (!stored) return tl::unexpected(stored.error());
    json::object out{{"mac", files->device->mac.text()}, {"is_rotating", true}};
    if (is_mac_enough(*files->site, *files->device, call.context.clock.wall()))
        out["warning"] = "its site lets a MAC alone do: whoever fetches the sealed file in the phone's name ends the "
                         "rotation, and the phone, which has the old key, cannot open its files any more. Ask for more "
                         "first: `offhook site set " +
                         files->site->name + " --policy private.clear=token`";
    return ApiAnswer{200, std::move(out)};
}

/// A first key, for a device of its own.
Result<ApiAnswer> make_file_key(const ApiCall& call) {
    const auto files = find_device_files(call);
    if (!files) return tl::unexpected(files.error());
    const Layers layers(*files->snapshot, *files->family, *files->site, files->device);
    const config::Effective settings(layers.all());
    if (!stated(settings, key_setting).empty())
        return fail(ErrorCode::conflict, "it has a file key: `offhook device rotate-key` makes a new one", key_setting);
    if (!has_sealed_files(settings) && has_introduction(*files->family))
        return fail(ErrorCode::conflict,
                    "its plain file would tell the key to whoever may fetch it: set provisioning.sealed=yes first, and "
                    "the key goes only to who shows the phone's certificate or account, or within a first-contact "
                    "window",
                    sealed_setting);
    const auto stored = call.context.catalogue.store().change_layer(
        {config::LayerKind::device, "", files->device->mac},
        std::vector<catalogue::SettingText>{{key_setting, random_key()}}, std::vector<std::string>{});
    if (!stored) return tl::unexpected(stored.error());
    return ApiAnswer{200, json::object{{"mac", files->device->mac.text()}, {"has_key", true}}};
}

} // namespace

std::vector<ApiRoute> file_key_routes() {
    return {{"POST", "/v1/devices/{mac}/file-key/make", make_file_key},
            {"POST", "/v1/devices/{mac}/file-key/rotate", rotate_file_key}};
}

} // namespace offhook::server
