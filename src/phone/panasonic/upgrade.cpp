#include "phone/panasonic/upgrade.hpp"

#include "base/text.hpp"
#include "phone/image.hpp"
#include "phone/panasonic/generation.hpp"

#include <fmt/format.h>

namespace offhook::phone::panasonic {

std::optional<std::string> upgrade_wanted(const Flash& flash, std::string& reason) {
    if (in_force(flash, "FIRM_FILE_PATH").empty()) return std::nullopt;
    const auto wanted = in_force(flash, "FIRM_VERSION");
    const std::string runs = flash.application ? flash.application->version : "";
    const auto no = [&](std::string why) {
        reason = std::move(why);
        return std::nullopt;
    };
    if (!wanted.empty() && wanted == runs) return no(fmt::format("FIRM_VERSION {} runs already", printable(wanted)));
    for (const auto* name : {"FIRM_UPGRADE_ENABLE", "FIRM_UPGRADE_AUTO"})
        if (!is_yes(in_force(flash, name))) return no(fmt::format("{} is N: the phone keeps {}", name, runs));
    if (wanted.empty()) return "FIRM_VERSION is empty: the phone looks at what FIRM_FILE_PATH has";
    if (switched(flash, "phone.FIRM_NEWER_ONLY", false) && !is_after(wanted, runs))
        return no(fmt::format("FIRM_VERSION {} is not newer than {} (phone.FIRM_NEWER_ONLY)", printable(wanted), runs));
    return fmt::format("FIRM_VERSION is {}, {} runs", printable(wanted), runs);
}

} // namespace offhook::phone::panasonic
