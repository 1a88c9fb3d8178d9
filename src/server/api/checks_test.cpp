#include "server/api/checks.hpp"

#include "server/discovery/offer_lengths.hpp"
#include "server/test_house.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using Settings = std::vector<catalogue::SettingText>;

TEST(CheckOffers, JudgesAnAccountWithTheHalfOfItThatIsStored) {
    OfferOptions options;
    options.url = "http://boot.example.net/" + std::string(100, 'p');
    options.secrets = OfferSecrets::credentials;
    const OfferLengths lengths(house_families(), {{"dhcp4", {}, options}});
    const std::string half(80, 'x'), user = "provisioning.user", password = "provisioning.password";
    const auto nothing = layer_of({}), has_user = layer_of({{user, half}}), has_password = layer_of({{password, half}});
    struct Row {
        const char* name;
        Settings set;
        std::vector<std::string> unset;
        const config::Layer* stored;
        bool fits;
    };
    for (const auto& row : {Row{"a password alone", {{password, half}}, {}, &nothing, true},
                            {"both at once", {{user, half}, {password, half}}, {}, nullptr, false},
                            {"a password behind a stored user", {{password, half}}, {}, &has_user, false},
                            {"a user before a stored password", {{user, half}}, {}, &has_password, false},
                            {"a user that is nobody's account", {{user, half}}, {}, &nothing, true},
                            {"the stored user goes", {{password, half}}, {user}, &has_user, true},
                            {"the stored password goes", {{user, half}}, {password}, &has_password, true},
                            {"a shorter one takes its place", {{user, "u"}}, {}, &has_password, true},
                            {"something else", {{"time.server", half}}, {}, &has_password, true}})
        EXPECT_EQ(check_offers(&lengths, *house(), LayerChange{row.set, row.unset, row.stored}).has_value(), row.fits)
            << row.name;
}

TEST(CheckRawParameters, AMasterFilesOwnAreHeldAgainstTheMasterFile) {
    for (const Settings& set :
         {Settings{{"raw:MISC_FILES", "http://boot.example.net/hook, b.cfg"}},
          Settings{{"raw:SPIP430/LOG_FILE_DIRECTORY", "logs"}}, Settings{{"raw:up.headsetMode", "1"}}})
        EXPECT_TRUE(check_raw_parameters(house_families(), "polycom", set)) << set.front().name;
    for (const Settings& set :
         {Settings{{"raw:LOG_FILE_DIRECTORY", std::string(256, 'x')}}, Settings{{"raw:SPIP999/MISC_FILES", "x"}},
          Settings{{"raw:SPIP430/up.headsetMode", "1"}}, Settings{{"raw:a b", "1"}}})
        EXPECT_FALSE(check_raw_parameters(house_families(), "polycom", set)) << set.front().name;
}

TEST(CheckRawParameters, AnotherFamilysNameIsRefusedWithTheReason) {
    for (const char* name : {"raw:voIpProt.SIP.x", "raw:reg.1.address", "raw:tcpIpApp.sntp", "raw:VOIP.SIP.x"}) {
        const auto refused = check_raw_parameters(house_families(), "genband-ip88", Settings{{name, "1"}});
        ASSERT_FALSE(refused) << name;
        EXPECT_EQ(refused.error().where, name);
        EXPECT_EQ(refused.error().message,
                  "a genband-ip88 phone's global file cannot carry it: not a name of the form SECTION.field: a section "
                  "in capitals, as VOIP, and a field of letters, digits, - and _. Is the parameter of this family?");
    }
    for (const char* name : {"raw:VOIP.timer_register_expires", "raw:PROG.add 3", "raw:WLAN.x"})
        EXPECT_TRUE(check_raw_parameters(house_families(), "genband-ip88", Settings{{name, "1"}})) << name;
}

TEST(CheckRawParameters, AValueIsNotRepeated) {
    const auto refused = check_raw_parameters(house_families(), "polycom",
                                              Settings{{"raw:reg.1.auth.password", std::string("s3cret\x01", 7)}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message.find("s3cret"), std::string::npos) << refused.error().message;
}

} // namespace
} // namespace offhook::server
