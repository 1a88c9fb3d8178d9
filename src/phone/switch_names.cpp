#include "phone/switch_names.hpp"

#include <array>

namespace offhook::phone {
namespace {

constexpr std::array<std::string_view, 16> polycom_switches{"phone.application.version",
                                                            "phone.change.via",
                                                            "phone.check_sync.counts",
                                                            "phone.countdown",
                                                            "phone.directory.stage",
                                                            "phone.flash_meg",
                                                            "phone.licences",
                                                            "phone.licences.stage",
                                                            "phone.log.at_boot",
                                                            "phone.log.http_append",
                                                            "phone.overrides.absent",
                                                            "phone.overrides.stage",
                                                            "phone.paths",
                                                            "phone.redirects",
                                                            "phone.redundancy.nesting",
                                                            "phone.redundancy.uploads"};
constexpr std::array<std::string_view, 13> panasonic_switches{
    "phone.CLIENT_CERTIFICATE", "phone.DEFAULT_FILE_NAMES", "phone.DHCP_INFORM",      "phone.DHCP_VENDOR_CLASS",
    "phone.FIRM_NEWER_ONLY",    "phone.GENERATION",         "phone.OPTION67_WITH_66", "phone.PNP_VENDOR_WORD",
    "phone.PRE_PROVISIONING",   "phone.REDIRECTS",          "phone.RESYNC_ACTION",    "phone.STRICT",
    "phone.USER_POLICY"};
constexpr std::array<std::string_view, 32> linksys_switches{"phone.CCERT",
                                                            "phone.CHECK_SYNC",
                                                            "phone.DHCP_INFORM",
                                                            "phone.EMPTY_BODY",
                                                            "phone.ERROR_RETRY_0",
                                                            "phone.FORCED_DELAY",
                                                            "phone.HTTP_VERSION",
                                                            "phone.IP",
                                                            "phone.KEY_WITH_PLAIN",
                                                            "phone.LATER_OPTIONS",
                                                            "phone.POST_TYPE",
                                                            "phone.RANDOM_DELAY",
                                                            "phone.RANDOM_DELAY_UNIT",
                                                            "phone.REDIRECTS",
                                                            "phone.REPORT_PASSWORDS",
                                                            "phone.REPORT_TYPE",
                                                            "phone.RETRY_PAUSE",
                                                            "phone.RULE_COMMENTS",
                                                            "phone.RULE_ERROR",
                                                            "phone.RULE_PAST_END",
                                                            "phone.RULE_SUFFIXES",
                                                            "phone.SEAL_DIGEST",
                                                            "phone.Serial_Number",
                                                            "phone.TRIES",
                                                            "phone.TRIGGERS",
                                                            "phone.TRIGGER_PERIOD",
                                                            "phone.UPGRADE_BY_HTTPS",
                                                            "phone.USER_IN_URL",
                                                            "phone.WEB_DOMAINS",
                                                            "phone.WEB_OLD_PATHS",
                                                            "phone.WEB_QOP",
                                                            "phone.WEB_REALM"};
constexpr std::array<std::string_view, 13> genband_switches{
    "phone.CA",          "phone.DHCP_INFORM",      "phone.MAC_CASE",       "phone.REDIRECTS",
    "phone.RETRY_PAUSE", "phone.SMARTUP_ANSWER",   "phone.SMARTUP_CONFIG", "phone.TRIES",
    "phone.USER_AGENT",  "phone.VERSION_CHECKSUM", "phone.WIFI_MAC",       "phone.http_option",
    "phone.vendor_class"};

} // namespace

std::span<const std::string_view> switch_names(std::string_view family) {
    if (family == "polycom") return polycom_switches;
    if (family == "panasonic") return panasonic_switches;
    if (family == "linksys-spa") return linksys_switches;
    if (family == "genband-ip88") return genband_switches;
    return {};
}

} // namespace offhook::phone
