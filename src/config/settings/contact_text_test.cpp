#include "config/settings/contact_text.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

TEST(ContactText, ANumberIsWhatCanBeDialled) {
    for (const char* number : {"1", "*98", "#", "+49 (30) 1234-5", "ida@example.net", "0800.123"})
        EXPECT_TRUE(can_be_dialled(number)) << number;
    for (const char* number : {"", " ", "ext12", "+", "()", "ida @example.net", "1;2", "1\n"})
        EXPECT_FALSE(can_be_dialled(number)) << number;
}

TEST(ContactText, TheSameNumberIsDialledHoweverItIsWritten) {
    EXPECT_EQ(dialled(" +49 (30) 1234-5 "), "+493012345");
    EXPECT_EQ(dialled("030.12345"), "03012345");
    EXPECT_EQ(dialled(" ida.voss@example.net "), "ida.voss@example.net");
    EXPECT_EQ(dialled(""), "");
}

} // namespace
} // namespace offhook::config
