#include "phone/panasonic/generation.hpp"

#include "base/text.hpp"

#include <array>

namespace offhook::phone::panasonic {
namespace {

constexpr std::string_view standard_format = "# Panasonic SIP Phone Standard Format File #"; // G
constexpr std::array magic_hdv{standard_format};
constexpr std::array magic_tgp500{std::string_view("# PCC Standard Format File #"), standard_format}; // C

constexpr std::array<SealedExtension, 2> seals_hdv{{{".e2c", "CFG_FILE_KEY2", "panasonic-project"}, // G
                                                    {".e3c", "CFG_FILE_KEY3", "panasonic-project"}}};
constexpr std::array<SealedExtension, 3> seals_ut{{{".e1c", "CFG_FILE_KEY1", "panasonic-project"}, // G
                                                   {".e2c", "CFG_FILE_KEY2", "panasonic-project"},
                                                   {".e3c", "CFG_FILE_KEY3", "panasonic-project"}}};
constexpr std::array<SealedExtension, 1> seals_utg{{{".enc", "CFG_FILE_KEY", "openssl-enc"}}}; // G

constexpr std::size_t ut_file_bytes_max = 120 * 1024; // G for UT; kept for the others as a soft limit

struct Row {
    std::string_view model_prefix;
    Generation generation;
};
using Bare = Generation::BareAddress;
constexpr std::array<Row, 7> rows{{
    {"KX-HDV", {"KX-HDV", UserPolicy::later_wins, magic_hdv, seals_hdv, ut_file_bytes_max, Bare::refused, "01.103"}},
    {"KX-TGP6", {"KX-TGP6", UserPolicy::later_wins, magic_hdv, seals_hdv, ut_file_bytes_max, Bare::refused, "01.061"}},
    {"KX-TGP7", {"KX-TGP7", UserPolicy::later_wins, magic_hdv, seals_hdv, ut_file_bytes_max, Bare::refused, "01.061"}},
    {"KX-TGP5", {"KX-TGP5", UserPolicy::user_wins, magic_tgp500, seals_ut, ut_file_bytes_max, Bare::refused, "12.81"}},
    {"KX-UTG", {"KX-UTG", UserPolicy::user_wins, magic_hdv, seals_utg, ut_file_bytes_max, Bare::completed, "01.133"}},
    {"KX-UT", {"KX-UT", UserPolicy::user_wins, magic_hdv, seals_ut, ut_file_bytes_max, Bare::refused, "01.133"}},
    {"", {"KX-HDV", UserPolicy::later_wins, magic_hdv, seals_hdv, ut_file_bytes_max, Bare::refused, "01.103"}},
}};

using Kind = OwnParameter::Kind;
// Defaults and ranges: sheet 4.4, 6, 7; C or R unless the comment says otherwise.
constexpr std::array<OwnParameter, 40> own_parameters{{
    {Kind::yes_no, "PROVISION_ENABLE", "Y"},
    {Kind::yes_no, "SIPPNP_PROV_ENABLE", "Y"}, // G, and the four after it
    {Kind::yes_no, "OPTION66_ENABLE", "Y"},
    {Kind::yes_no, "OPTION159_PROV_ENABLE", "Y"},
    {Kind::yes_no, "OPTION160_PROV_ENABLE", "Y"},
    {Kind::yes_no, "DHCPV6_OPTION17_PROV_ENABLE", "Y"},
    {Kind::yes_no, "OPTION66_REBOOT", "Y"},
    {Kind::choice, "IP_ADDR_MODE", "0", 0, 0, "0|1|2"},
    {Kind::choice, "CONNECTION_TYPE_IPV6", "1", 0, 0, "0|1|2"},
    {Kind::address, "CFG_STANDARD_FILE_PATH", ""}, // G, and the two after it
    {Kind::address, "CFG_PRODUCT_FILE_PATH", ""},
    {Kind::address, "CFG_MASTER_FILE_PATH", ""},
    {Kind::yes_no, "CFG_CYCLIC", "N"},
    {Kind::number, "CFG_CYCLIC_INTVL", "10080", 1, 40320}, // the most: G of TGP
    {Kind::number, "CFG_RTRY_INTVL", "30", 1, 1440},
    {Kind::time_of_day, "CFG_RESYNC_TIME", ""}, // G of UT
    {Kind::number, "CFG_RESYNC_DURATION", "0", 0, 1439},
    {Kind::text, "CFG_RESYNC_FROM_SIP", "check-sync"}, // G of UT and TGP
    {Kind::key, "CFG_FILE_KEY", ""},
    {Kind::key, "CFG_FILE_KEY1", ""},
    {Kind::key, "CFG_FILE_KEY2", ""},
    {Kind::key, "CFG_FILE_KEY3", ""},
    {Kind::choice, "CFG_FILE_KEY_LENGTH", "192", 0, 0, "128|192|256"},
    {Kind::address, "CFG_ROOT_CERTIFICATE_PATH", ""},
    {Kind::address, "CFG_CLIENT_CERT_PATH", ""},
    {Kind::address, "CFG_PKEY_PATH", ""},
    {Kind::text, "HTTP_USER_AGENT", "Panasonic_{MODEL}/{fwver} ({mac})"},
    {Kind::choice, "HTTP_VER", "1", 0, 0, "0|1"},
    {Kind::choice, "HTTP_SSL_VERIFY", "", 0, 0, "0|1|2"},
    {Kind::text, "HTTP_AUTH_ID", ""},
    {Kind::text, "HTTP_AUTH_PASS", ""},
    {Kind::yes_no, "FIRM_UPGRADE_ENABLE", "Y"},
    {Kind::yes_no, "FIRM_UPGRADE_AUTO", "Y"},
    {Kind::text, "FIRM_VERSION", ""},
    {Kind::address, "FIRM_FILE_PATH", ""},
    {Kind::number, "TIME_ZONE", "0", -720, 840},
    {Kind::yes_no, "DST_ENABLE", "N"},
    {Kind::number, "DST_OFFSET", "60", 0, 720},
    {Kind::text, "LOCAL_TIME_ZONE_POSIX", ""},
    {Kind::number, "CONNECTION_TYPE", "1", 0, 9},
}};

} // namespace

const Generation& generation_of(std::string_view model) {
    for (const auto& row : rows)
        if (starts_with_ignoring_case(model, row.model_prefix)) return row.generation;
    return rows.back().generation;
}

const Generation& generation_of(const Flash& flash) {
    const auto chosen = flash.parameter("phone.GENERATION");
    return generation_of(chosen.empty() ? std::string_view(flash.model) : chosen);
}

UserPolicy policy_of(const Flash& flash, const config::Model& model) {
    if (const auto chosen = user_policy_text.from_text(flash.parameter("phone.USER_POLICY"))) return *chosen;
    if (!flash.parameter("phone.GENERATION").empty()) return generation_of(flash).policy;
    for (const auto& [name, value] : model.traits)
        if (name == "web_changes")
            if (const auto known = user_policy_text.from_text(value)) return *known;
    return generation_of(model.name).policy;
}

const OwnParameter* find_own_parameter(std::string_view name) {
    for (const auto& parameter : own_parameters)
        if (parameter.name == name) return &parameter;
    return nullptr;
}

std::string_view in_force(const Flash& flash, std::string_view name) {
    const auto found = flash.parameters.find(name);
    if (found != flash.parameters.end()) return found->second;
    const auto* own = find_own_parameter(name);
    return own == nullptr ? std::string_view() : own->factory;
}

bool is_yes(std::string_view value) { return equal_ignoring_case(value, "Y"); }

bool switched(const Flash& flash, std::string_view name, bool otherwise) {
    const auto value = flash.parameter(name);
    return value.empty() ? otherwise : is_yes(value);
}

} // namespace offhook::phone::panasonic
