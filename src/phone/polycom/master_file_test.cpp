#include "phone/polycom/master_file.hpp"

#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

const auto mac = *MacAddress::from_text("0004F2AABBCC");

TEST(PolycomMasterFile, ModelsOwnAttributesCountOneByOne) {
    const std::vector<config::Parameter> parameters{
        {"APP_FILE_PATH", "sip.ld"},    {"CONFIG_FILES", "phone1.cfg, sip.cfg"},
        {"LOG_FILE_DIRECTORY", "logs"}, {"SPIP300/CONFIG_FILES", "p212.cfg,s212.cfg"},
        {"SPIP300/MISC_FILES", ""},     {"SPIP500/APP_FILE_PATH", "sip_213.ld"}};
    const auto plain = read_master(parameters, "SPIP650", mac, "");
    EXPECT_EQ(plain.application, "sip.ld");
    EXPECT_EQ(plain.configurations, (std::vector<std::string>{"phone1.cfg", "sip.cfg"}));
    const auto own = read_master(parameters, "SPIP300", mac, "");
    EXPECT_EQ(own.application, "sip.ld");
    EXPECT_EQ(own.configurations, (std::vector<std::string>{"p212.cfg", "s212.cfg"}));
    EXPECT_EQ(own.log_directory, "logs");
    EXPECT_TRUE(own.others.empty());
}

TEST(PolycomMasterFile, ReplacesWhatThePhoneKnowsOfItself) {
    const std::vector<config::Parameter> parameters{
        {"CONFIG_FILES", "[PHONE_MAC_ADDRESS]/[PHONE_MODEL].cfg , [PHONE_MAC_ADDRESS].cfg,, x[PHONE_PART_NUMBER]"},
        {"OVERRIDES_DIRECTORY", "o/[PHONE_MAC_ADDRESS]"}};
    const auto master = read_master(parameters, "SPIP650", mac, "PN");
    EXPECT_EQ(master.configurations, (std::vector<std::string>{"0004f2aabbcc/SPIP650.cfg", "0004f2aabbcc.cfg", "xPN"}));
    EXPECT_EQ(master.overrides_directory, "o/0004f2aabbcc");
}

TEST(PolycomMasterFile, BoundsItsLists) {
    const std::vector<config::Parameter> parameters{{"CONFIG_FILES", [] {
                                                         std::string list;
                                                         for (int i = 0; i < 1000; ++i) list += "a,";
                                                         return list;
                                                     }()}};
    EXPECT_EQ(read_master(parameters, "SPIP650", mac, "").configurations.size(), 256U);
}

} // namespace
} // namespace offhook::phone::polycom
