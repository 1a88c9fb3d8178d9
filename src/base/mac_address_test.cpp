#include "base/mac_address.hpp"

#include <gtest/gtest.h>

namespace offhook {
namespace {

TEST(MacAddress, AcceptsEverySpellingPhonesAndPeopleUse) {
    for (const char* text :
         {"0004f2abcdef", "0004F2ABCDEF", "00:04:f2:ab:cd:ef", "00-04-F2-AB-CD-EF", "0004.f2ab.cdef"}) {
        const auto mac = MacAddress::from_text(text);
        ASSERT_TRUE(mac) << text;
        EXPECT_EQ(mac->text(), "0004f2abcdef") << text;
    }
}

TEST(MacAddress, RejectsWhatIsNoMacAddress) {
    for (const char* text : {"", "0004f2abcde", "0004f2abcdef0", "0004f2abcdeg", "00:04:f2:ab:cd-ef",
                             "00:04:f2:ab:cd:e", " 0004f2abcdef", "0004:f2ab:cdef", "00.04.f2.ab.cd.ef"})
        EXPECT_FALSE(MacAddress::from_text(text)) << text;
}

TEST(MacAddress, WritesItsThreeForms) {
    const MacAddress mac(0x0004f2abcdefULL);
    EXPECT_EQ(mac.text(), "0004f2abcdef");
    EXPECT_EQ(mac.text_upper(), "0004F2ABCDEF");
    EXPECT_EQ(mac.text_colons(), "00:04:f2:ab:cd:ef");
    EXPECT_EQ(mac.oui(), 0x0004f2U);
}

TEST(MacAddress, ReadsDigitsAtTheFrontAndLeavesTheRest) {
    EXPECT_EQ(MacAddress::from_digits("0004f2abcdef-phone.cfg"), MacAddress(0x0004f2abcdefULL));
    EXPECT_FALSE(MacAddress::from_digits("0004f2abcde-phone.cfg"));
}

} // namespace
} // namespace offhook
