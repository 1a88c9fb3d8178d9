#include "server/discovery/discovery_options.hpp"

#include <array>
#include <gtest/gtest.h>
#include <string>
#include <string_view>

namespace offhook::server {
namespace {

TEST(AskerFilter, DenyCountsBeforeAllow) {
    constexpr MacAddress phone(0x0004f2abcdef);
    struct Case {
        const char* name;
        AskerFilter filter;
        std::optional<MacAddress> mac;
        bool is_known, is_let_in;
    };
    for (const auto& [name, filter, mac, is_known, is_let_in] : {
             Case{"no lists, known", {{}, {}, false}, phone, true, true},
             Case{"no lists, stranger", {{}, {}, false}, phone, false, false},
             Case{"no lists, strangers welcome", {{}, {}, true}, phone, false, true},
             Case{"allowed by MAC", {{"0004f2abcdef"}, {}, false}, phone, true, true},
             Case{"allowed by another's MAC", {{"0004f2abcdee"}, {}, false}, phone, true, false},
             Case{"allowed by OUI", {{"64167f", "0004F2"}, {}, false}, phone, true, true},
             Case{"allowed by family", {{"Polycom"}, {}, false}, phone, true, true},
             Case{"allowed by another family", {{"panasonic"}, {}, false}, phone, true, false},
             Case{"allowed by MAC, without one", {{"0004f2abcdef"}, {}, true}, std::nullopt, false, false},
             Case{"allowed by family, without a MAC", {{"polycom"}, {}, true}, std::nullopt, false, true},
             Case{"being allowed makes no stranger welcome", {{"0004f2abcdef"}, {}, false}, phone, false, false},
             Case{"denied by OUI, allowed by MAC", {{"0004f2abcdef"}, {"0004f2"}, false}, phone, true, false},
             Case{"denied by family", {{}, {"polycom"}, true}, phone, true, false},
             Case{"another denied", {{}, {"64167f", "panasonic", "0004f2abcdee"}, false}, phone, true, true},
         })
        EXPECT_EQ(filter.lets_in(mac, "polycom", is_known), is_let_in) << name;
}

TEST(AskerFilter, ARowThatNamesNobodyIsSaid) {
    constexpr std::array<std::string_view, 2> families{"polycom", "linksys-spa"};
    for (const auto& [row, is_good] : {std::pair("0004f2abcdef", true),
                                       {"00:04:f2:ab:cd:ef", true},
                                       {"0004F2", true},
                                       {"Polycom", true},
                                       {"linksys-spa", true},
                                       {"polycomm", false},
                                       {"0004f", false},
                                       {"0004g2", false},
                                       {"0004f2abcde", false},
                                       {"", false}}) {
        EXPECT_EQ((AskerFilter{{"polycom", row}, {}, false}).check(families).has_value(), is_good) << row;
        const auto denied = (AskerFilter{{}, {row}, false}).check(families);
        EXPECT_EQ(denied.has_value(), is_good) << row;
        if (denied) continue;
        const auto text = denied.error().text();
        for (const std::string& part :
             {"'" + std::string(row) + "'", std::string("`deny`"), std::string("linksys-spa")})
            EXPECT_NE(text.find(part), std::string::npos) << text;
    }
}

} // namespace
} // namespace offhook::server
