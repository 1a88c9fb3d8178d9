#include "phone/genband/smart_update.hpp"

#include "base/text.hpp"
#include "phone/genband/discovery.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace offhook::phone::genband {
namespace {

using std::chrono::seconds;

constexpr seconds rest_min{60}; // OwnAction: less would be no rest

/// Minutes east of Greenwich, by the phone's index, from 1.
constexpr std::array<std::int16_t, 67> offsets{
    -600, -480, -480, -420, -360, -360, -360, -300, -300, -300, -300, -240, -240, -240, -210, -180, -180,
    -180, -60,  -60,  0,    0,    0,    60,   60,   60,   60,   60,   60,   60,   60,   60,   60,   60,
    120,  120,  120,  120,  120,  180,  180,  180,  180,  210,  240,  240,  270,  330,  420,  420,  480,
    540,  540,  570,  600,  720,  720,  780,  60,   -720, -660, -540, -120, 300,  360,  390,  660};

unsigned number_or(const Flash& flash, std::string_view name, unsigned otherwise, unsigned most) {
    return std::min(to_number<unsigned>(flash.parameter(name)).value_or(otherwise), most);
}

} // namespace

std::chrono::minutes zone_offset(unsigned index) {
    return std::chrono::minutes(index == 0 || index > offsets.size() ? 0 : offsets[index - 1]);
}

std::vector<OwnAction> smart_update_actions(const Flash& flash, WallTime now) {
    if (read_switch(flash, "PROVISION.smartup_use") == Switch::off) return {};
    if (flash.parameter("PROVISION.smartup_type") == "1") {
        const seconds every(number_or(flash, "PROVISION.smartup_interval", 3600, 86400));
        if (every.count() == 0) return {};
        return {
            {OwnAction::What::check, std::max(every, rest_min), fmt::format("smartup_interval {} s", every.count())}};
    }
    const auto hour = number_or(flash, "PROVISION.smartup_time", 0, 23);
    const auto zone = zone_offset(number_or(flash, "NETTIME.timezone", 3, 99)); // 3: the factory's
    const auto local = std::chrono::floor<seconds>(now) + zone;
    auto after = std::chrono::floor<std::chrono::days>(local) + std::chrono::hours(hour) - local;
    while (after < rest_min) after += std::chrono::days(1);
    return {{OwnAction::What::check, after, fmt::format("smartup_time, daily at {:02}:00", hour)}};
}

} // namespace offhook::phone::genband
