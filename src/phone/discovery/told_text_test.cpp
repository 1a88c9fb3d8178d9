#include "phone/discovery/told_text.hpp"

#include <gtest/gtest.h>

namespace offhook::phone {
namespace {

TEST(ToldText, DropsWhatServersPutBehindIt) {
    EXPECT_EQ(told_text(std::string("10.0.0.1\0\0", 10)).value_or(""), "10.0.0.1");
    EXPECT_EQ(told_text("  http://h/ \r\n").value_or(""), "http://h/");
    EXPECT_EQ(told_text(std::string(255, 'x')).value_or(""), std::string(255, 'x'));
}

TEST(ToldText, RefusesWhatIsNoTextForThisPhone) {
    EXPECT_EQ(told_text("").error().code, ErrorCode::not_found);
    EXPECT_EQ(told_text(std::string("\0\0", 2)).error().code, ErrorCode::not_found);
    EXPECT_EQ(told_text(std::string(256, 'x')).error().message, "it is 256 characters long, the phone takes 255");
    EXPECT_EQ(told_text(std::string("\x0a\x00\x00\x01", 4)).error().code, ErrorCode::invalid);
    EXPECT_EQ(told_text("\x01\x04u:p@h").error().message, "its 7 bytes are no text") << "a password may be in it";
    EXPECT_EQ(told_text("h\xc3\xb6rer").error().code, ErrorCode::invalid);
    EXPECT_EQ(told_text(std::string("a\0b", 3)).error().code, ErrorCode::invalid);
}

TEST(ShownAddress, HidesThePassword) {
    const std::pair<const char*, const char*> cases[] = {{"http://me:mine@h/a", "http://me:***@h/a"},
                                                         {"ftp://me:a@b@h", "ftp://me:***@h"},
                                                         {"http://me:a/b@h/c", "http://me:***@h/c"},
                                                         {"HTTP://me:mine@h", "HTTP://me:***@h"},
                                                         {"id:pass@10.0.0.1", "id:***@10.0.0.1"},
                                                         {"id://pass@10.0.0.1", "id:***@10.0.0.1"},
                                                         {"id:a/b@10.0.0.1/c", "id:***@10.0.0.1/c"},
                                                         {"id:a b@h", "id:***@h"},
                                                         {"http://h/ http://me:a@h", "http://h/ http://me:***@h"},
                                                         {"http://h:80/ me:a@h", "http://h:***@h"},
                                                         {"http://me@h/a:b@c", "http://me@h/a:***@c"},
                                                         {"http://h:8080/a", "http://h:8080/a"},
                                                         {"http://me@h:8080", "http://me@h:8080"},
                                                         {"fd99::1", "fd99::1"},
                                                         {"", ""},
                                                         {"10.0.0.1", "10.0.0.1"},
                                                         {"\x1b[2J", "\\x1b[2J"}};
    for (const auto& [text, shown] : cases) EXPECT_EQ(shown_address(text), shown);
}

} // namespace
} // namespace offhook::phone
