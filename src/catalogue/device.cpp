#include "catalogue/device.hpp"

#include "base/text.hpp"
#include "catalogue/limits.hpp"

#include <fmt/format.h>

namespace offhook::catalogue {

Result<void> check_word(std::string_view what, std::string_view text) {
    if (text.empty()) return fail(ErrorCode::invalid, "it must not be empty", std::string(what));
    if (text.size() > limits::word_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("it is longer than {} bytes", limits::word_bytes_max),
                    std::string(what));
    if (!is_printable_utf8(text) || trim(text) != text)
        return fail(ErrorCode::invalid,
                    "blanks at its ends, control characters and bytes that are not UTF-8 are refused",
                    std::string(what));
    return {};
}

namespace {

Result<void> check_note(std::string_view note) {
    if (note.size() > limits::note_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("it is longer than {} bytes", limits::note_bytes_max), "note");
    if (!is_printable_utf8(note, LineBreaks::allowed))
        return fail(ErrorCode::invalid, "control characters and bytes that are not UTF-8 are refused", "note");
    return {};
}

/// A MAC that can be one phone's: vendors name their default files after the zero one, and groups have no phone.
Result<void> check_mac(std::string_view what, MacAddress mac) {
    if (mac.bits() == 0) return fail(ErrorCode::invalid, "000000000000 names no phone", std::string(what));
    if (((mac.bits() >> 40U) & 1U) != 0)
        return fail(ErrorCode::invalid, mac.text() + " is a group address, not a phone's", std::string(what));
    return {};
}

} // namespace

Result<config::Layer> check(const DeviceDraft& draft) {
    if (const auto ok = check_mac("mac", draft.mac); !ok) return tl::unexpected(ok.error());
    if (draft.wifi_mac) {
        if (const auto ok = check_mac("wifi_mac", *draft.wifi_mac); !ok) return tl::unexpected(ok.error());
        if (*draft.wifi_mac == draft.mac)
            return fail(ErrorCode::invalid, "it is the same as mac: leave it out", "wifi_mac");
    }
    if (const auto ok = check_word("family", draft.family); !ok) return tl::unexpected(ok.error());
    if (const auto ok = check_word("model", draft.model); !ok) return tl::unexpected(ok.error());
    const std::pair<std::string_view, std::string_view> optional_words[] = {
        {"serial", draft.serial}, {"site", draft.site}, {"group", draft.group}};
    for (const auto& [what, text] : optional_words) {
        if (text.empty()) continue;
        if (const auto ok = check_word(what, text); !ok) return tl::unexpected(ok.error());
    }
    if (const auto ok = check_note(draft.note); !ok) return tl::unexpected(ok.error());
    if (draft.settings.size() > limits::settings_per_layer_max)
        return fail(ErrorCode::too_large, fmt::format("more than {} settings", limits::settings_per_layer_max));
    config::LayerBuilder builder;
    for (const SettingText& setting : draft.settings)
        if (const auto ok = builder.set(setting.name, setting.value); !ok) {
            Error error = ok.error();
            error.where = setting.name;
            return tl::unexpected(std::move(error));
        }
    return builder.build();
}

} // namespace offhook::catalogue
