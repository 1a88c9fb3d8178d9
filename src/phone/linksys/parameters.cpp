#include "phone/linksys/parameters.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "config/profile_rule/delay_list.hpp"

#include <algorithm>

namespace offhook::phone::linksys {
namespace {

constexpr std::size_t parameters_max = 20'000; ///< as one file may have

enum class Kind : std::uint8_t { text, yes_no, delays, number };
struct Row {
    std::string_view name, factory;
    Kind kind = Kind::text;
};
constexpr std::array<Row, 34> rows{{
    {"Provision_Enable", "Yes", Kind::yes_no},
    {"Resync_On_Reset", "Yes", Kind::yes_no},
    {"Resync_Random_Delay", "2", Kind::number},
    {"Resync_Periodic", "3600", Kind::delays},
    {"Resync_Error_Retry_Delay", "3600", Kind::delays},
    {"Forced_Resync_Delay", "14400", Kind::number},
    {"Resync_From_SIP", "Yes", Kind::yes_no},
    {"Resync_After_Upgrade_Attempt", "Yes", Kind::yes_no},
    {"Resync_Trigger_1", ""},
    {"Resync_Trigger_2", ""},
    {"Resync_Fails_On_FNF", "Yes", Kind::yes_no},
    {"Profile_Rule", "/spa$PSN.cfg"},
    {"Profile_Rule_B", ""},
    {"Profile_Rule_C", ""},
    {"Profile_Rule_D", ""},
    {"Log_Resync_Request_Msg", "$PN $MAC -- Requesting resync $SCHEME://$SERVIP:$PORT$PATH"},
    {"Log_Resync_Success_Msg", "$PN $MAC -- Successful resync $SCHEME://$SERVIP:$PORT$PATH"},
    {"Log_Resync_Failure_Msg", "$PN $MAC -- Resync failed: $ERR"},
    {"Report_Rule", ""},
    {"User_Configurable_Resync", "Yes", Kind::yes_no},
    {"Upgrade_Enable", "Yes", Kind::yes_no},
    {"Upgrade_Error_Retry_Delay", "3600", Kind::delays},
    {"Downgrade_Rev_Limit", ""},
    {"Upgrade_Rule", ""},
    {"Log_Upgrade_Request_Msg", "$PN $MAC -- Requesting upgrade $SCHEME://$SERVIP:$PORT$PATH"},
    {"Log_Upgrade_Success_Msg", "$PN $MAC -- Successful upgrade $SCHEME://$SERVIP:$PORT$PATH -- $ERR"},
    {"Log_Upgrade_Failure_Msg", "$PN $MAC -- Upgrade failed: $ERR"},
    {"License_Keys", ""},
    {"Enable_Web_Server", "Yes", Kind::yes_no},
    {"Web_Server_Port", "80", Kind::number},
    {"Enable_Web_Admin_Access", "Yes", Kind::yes_no},
    {"Restricted_Access_Domains", ""},
    {"Admin_Passwd", ""},
    {"User_Password", ""},
}};

const Row* find_row(std::string_view name) {
    const auto* found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name == name; });
    return found == rows.end() ? nullptr : found;
}

bool is_yes(std::string_view value) { return equal_ignoring_case(value, "yes") || value == "1"; }
bool is_no(std::string_view value) { return equal_ignoring_case(value, "no") || value == "0"; }

} // namespace

std::string_view factory_value(std::string_view name) {
    const auto* row = find_row(name);
    return row == nullptr ? std::string_view() : row->factory;
}

std::vector<std::string_view> factory_names() {
    std::vector<std::string_view> names;
    for (const Row& row : rows) names.push_back(row.name);
    return names;
}

std::string_view in_force(const Flash& flash, std::string_view name) {
    const auto found = flash.parameters.find(name);
    return found == flash.parameters.end() ? factory_value(name) : std::string_view(found->second);
}

bool is_on(const Flash& flash, std::string_view name) { return is_yes(in_force(flash, name)); }

std::chrono::seconds seconds_of(const Flash& flash, std::string_view name) {
    return std::chrono::seconds(to_number<std::uint32_t>(in_force(flash, name)).value_or(0));
}

bool takes_value(std::string_view name, std::string_view value) {
    const auto* row = find_row(name);
    if (row == nullptr) return true;
    switch (row->kind) {
    case Kind::text:
        return true;
    case Kind::yes_no:
        return is_yes(value) || is_no(value);
    case Kind::delays:
        return config::parse_delay_list(value).has_value();
    case Kind::number:
        return value.empty() || to_number<std::uint32_t>(value).has_value();
    }
    return true;
}

Setting set_parameter(Flash& flash, std::string_view name, std::string_view value) {
    const bool is_bounded =
        name.size() <= offhook::limits::name_bytes_max && value.size() <= offhook::limits::value_bytes_max;
    if (!is_bounded || name.empty() || name.starts_with("phone.") || !takes_value(name, value)) return Setting::refused;
    const auto known = flash.parameters.find(name);
    if (known == flash.parameters.end()) {
        if (flash.parameters.size() >= parameters_max) return Setting::refused;
        const bool is_same = factory_value(name) == value;
        flash.parameters.emplace(name, value);
        return is_same ? Setting::same : Setting::changed;
    }
    if (known->second == value) return Setting::same;
    known->second = value;
    return Setting::changed;
}

} // namespace offhook::phone::linksys
