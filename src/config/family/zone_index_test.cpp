// What each place of an IP88xx phone's list of time zones is read as, where the file says no summer time.
#include "config/family/pack_case_test.hpp"

#include <gtest/gtest.h>
#include <map>

namespace offhook::config {
namespace {

std::string zone_of_index(const Family& family, unsigned index) {
    const std::vector<Parameter> file{{"NETTIME.timezone", std::to_string(index)}, {"NETTIME.dst_auto_adjust", "off"}};
    const auto read = family.read(file, nullptr);
    const auto zone = read.settings.find(find_setting("time.zone").value());
    return std::string(zone.value_or(""));
}

TEST(GenbandZones, EveryIndexBecomesAWellKnownZone) {
    const auto family = load_or_fail(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "families/genband-ip88");
    ASSERT_NE(family, nullptr);
    const std::pair<const char*, std::vector<unsigned>> zones[] = {
        {"Pacific/Pago_Pago", {61}},
        {"Pacific/Honolulu", {1}},
        {"Pacific/Gambier", {62}},
        {"Pacific/Pitcairn", {2, 3}},
        {"America/Phoenix", {4}},
        {"America/Mexico_City", {5, 6, 7}},
        {"America/Bogota", {8, 9, 10, 11}},
        {"America/Caracas", {12, 13, 14}},
        {"America/Sao_Paulo", {16, 17, 18}},
        {"America/Noronha", {63}},
        {"Atlantic/Cape_Verde", {19, 20}},
        {"Etc/UTC", {21, 22, 23}},
        {"Africa/Lagos", {24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 59}},
        {"Africa/Johannesburg", {35, 36, 37, 38, 39}},
        {"Europe/Moscow", {40, 41, 42, 43}},
        {"Asia/Tehran", {44}},
        {"Asia/Dubai", {45, 46}},
        {"Asia/Kabul", {47}},
        {"Asia/Karachi", {64}},
        {"Asia/Kolkata", {48}},
        {"Asia/Dhaka", {65}},
        {"Asia/Yangon", {66}},
        {"Asia/Bangkok", {49, 50}},
        {"Asia/Shanghai", {51}},
        {"Asia/Tokyo", {52, 53}},
        {"Australia/Darwin", {54}},
        {"Australia/Brisbane", {55}},
        {"Pacific/Noumea", {67}},
        {"Pacific/Fiji", {56, 57}},
        {"Pacific/Tongatapu", {58}},
        {"", {60, 15}}, // nobody lives there, and nobody there without summer time
    };
    std::map<unsigned, std::string> expected;
    for (const auto& [zone, indexes] : zones)
        for (const unsigned index : indexes) expected[index] = zone;
    for (unsigned index = 1; index <= 67; ++index) EXPECT_EQ(zone_of_index(*family, index), expected[index]) << index;
}

} // namespace
} // namespace offhook::config
