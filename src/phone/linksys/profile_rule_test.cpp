#include "phone/linksys/profile_rule.hpp"

#include <gtest/gtest.h>

namespace offhook::phone::linksys {
namespace {

const Macros macros{{"MA", "000e08012345"}, {"MAU", "000E08012345"}, {"PSN", "942"}, {"A", "192.0.2.1"}, {"B", ""}};

TEST(LinksysMacros, AreExpandedOnce) {
    const std::pair<const char*, const char*> cases[] = {
        {"/spa$PSN.cfg", "/spa942.cfg"},
        {"spa$(MAU)config.cfg", "spa000E08012345config.cfg"},
        {"$(MAU:6)-$(MAU:6:2)-$(MAU:0:6)", "012345-01-000E08"},
        {"$$MAU", "$MAU"},
        {"dev$BOGUS-$MAU.cfg", "dev$BOGUS-000E08012345.cfg"},
        {"$(BOGUS)$(MAU", "$(BOGUS)$(MAU"},
        {"$(MAU:99)|$(MAU:x)|$(MAU:1:2:3)", "|$(MAU:x)|$(MAU:1:2:3)"},
        {"http://$A/$B$", "http://192.0.2.1/$"},
        {"$MAUX $mau", "$MAUX $mau"},
    };
    for (const auto& [text, expanded] : cases) EXPECT_EQ(expand(text, macros), expanded);
}

std::string place(std::string_view rule, const char* base) {
    std::optional<protocol::Url> url;
    if (base != nullptr) url = *protocol::parse_url(base);
    const auto read = read_rule(rule, macros, url);
    if (!read) return "error";
    return *read ? (*read)->shown() : "";
}

TEST(LinksysProfileRule, CompletesWhatIsLeftOut) {
    EXPECT_EQ(place("/spa$PSN.cfg", "192.0.2.10"), "tftp://192.0.2.10/spa942.cfg");
    EXPECT_EQ(place("/spa$PSN.cfg", "http://h:8080/base/"), "http://h:8080/base/spa942.cfg");
    EXPECT_EQ(place("192.0.2.10/dir/init.cfg", nullptr), "tftp://192.0.2.10/dir/init.cfg");
    EXPECT_EQ(place(" http://$A/p/$MA.xml ", "192.0.2.10"), "http://192.0.2.1/p/000e08012345.xml");
    EXPECT_EQ(place("", "192.0.2.10"), "");
    EXPECT_EQ(place("# /spa$PSN.cfg", "192.0.2.10"), "");
}

TEST(LinksysProfileRule, SaysWhatItCannotRead) {
    for (const char* rule : {"[--key $SA] http://h/x", "( $SWVER lt 5.1.0 )? http://h/x | http://h/y",
                             "(GPP_A = \"x\";)! http://h/x", "ftp://h/x", "http://h", "http://h:99999/x"})
        EXPECT_EQ(place(rule, "192.0.2.10"), "error") << rule;
    EXPECT_EQ(place("/spa$PSN.cfg", nullptr), "error");
}

} // namespace
} // namespace offhook::phone::linksys
