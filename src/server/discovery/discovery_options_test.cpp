#include "server/discovery/discovery_options.hpp"

#include <gtest/gtest.h>

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

} // namespace
} // namespace offhook::server
