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

TEST(PolycomMasterFile, KeepsTheGuidesLimitsAndSaysSo) {
    const auto read = [](std::string attribute, std::string value) {
        const std::vector<config::Parameter> parameters{{std::move(attribute), std::move(value)}};
        return read_master(parameters, "SPIP650", mac, "");
    };
    const std::string longest(255, 'a');
    EXPECT_EQ(read("APP_FILE_PATH", longest).application, longest);
    EXPECT_EQ(read("APP_FILE_PATH", longest + "a").application, "");
    EXPECT_EQ(read("APP_FILE_PATH", longest + "a").remarks.size(), 1U);
    EXPECT_EQ(read("CONFIG_FILES", longest + "a, b").configurations, (std::vector<std::string>{"b"}));
    std::string list; // of 2047 characters
    for (int i = 0; i < 8; ++i)
        list += std::string(i < 7 ? 254 : 255, static_cast<char>('a' + i)) + (i < 7 ? ", " : "");
    ASSERT_EQ(list.size(), 2047U);
    EXPECT_EQ(read("CONFIG_FILES", list).configurations.size(), 8U);
    EXPECT_TRUE(read("CONFIG_FILES", list).remarks.empty());
    const auto cut = read("CONFIG_FILES", list + "x");
    EXPECT_EQ(cut.configurations.size(), 7U) << "no half of a name";
    EXPECT_EQ(cut.remarks.size(), 1U);
    EXPECT_TRUE(read("LOG_FILE_DIRECTORY", longest + "a").log_directory.empty());
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
