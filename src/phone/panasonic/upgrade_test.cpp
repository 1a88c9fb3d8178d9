#include "phone/panasonic/upgrade.hpp"

#include <gtest/gtest.h>
#include <map>

namespace offhook::phone::panasonic {
namespace {

TEST(PanasonicUpgrade, GoesByItsParameters) {
    const struct {
        std::map<std::string, std::string, std::less<>> parameters; // besides FIRM_FILE_PATH; 01.103 runs
        bool wanted;
        std::string reason; // part of it
    } cases[] = {
        {{}, true, ""},
        {{{"FIRM_VERSION", "01.133"}}, true, ""},
        {{{"FIRM_VERSION", "01.061"}}, true, ""},
        {{{"FIRM_VERSION", "01.103"}}, false, "runs already"},
        {{{"FIRM_VERSION", "01.133"}, {"FIRM_UPGRADE_ENABLE", "N"}}, false, "FIRM_UPGRADE_ENABLE is N"},
        {{{"FIRM_VERSION", "01.133"}, {"FIRM_UPGRADE_AUTO", "N"}}, false, "FIRM_UPGRADE_AUTO is N"},
        {{{"FIRM_VERSION", "01.061"}, {"phone.FIRM_NEWER_ONLY", "Y"}}, false, "is not newer than 01.103"},
        {{{"FIRM_VERSION", "01.133"}, {"phone.FIRM_NEWER_ONLY", "Y"}}, true, ""},
        {{{"FIRM_VERSION", "01.133"}, {"FIRM_FILE_PATH", ""}}, false, ""},
    };
    for (const auto& [parameters, wanted, part] : cases) {
        Flash flash;
        flash.application = StoredImage{"", "01.103", "", 0};
        flash.parameters = parameters;
        flash.parameters.emplace("FIRM_FILE_PATH", "http://h/f.fw");
        std::string reason;
        EXPECT_EQ(upgrade_wanted(flash, reason).has_value(), wanted) << part;
        EXPECT_NE(reason.find(part), std::string::npos) << reason;
        EXPECT_EQ(reason.empty(), part.empty()) << reason;
    }
}

} // namespace
} // namespace offhook::phone::panasonic
