#include "protocol/http_target.hpp"

#include <gtest/gtest.h>

#include <string>

namespace offhook::protocol {
namespace {

TEST(HttpTarget, AcceptsWhatPhonesSend) {
    struct Case {
        std::string_view target;
        std::string_view path;
        std::string_view query = "";
    };
    for (const auto& [target, path, query] : {
             Case{"/", ""},
             Case{"/0004f2abcdef.cfg", "0004f2abcdef.cfg"},
             Case{"/a/b.cfg?mac=0004f2abcdef&x=%20", "a/b.cfg", "mac=0004f2abcdef&x=%20"},
             Case{"/a?b?c", "a", "b?c"},
             Case{"/?x", "", "x"},
             Case{"http://boot.example:8080/a/b.cfg", "a/b.cfg"},
             Case{"HTTPS://boot.example/a", "a"},
             Case{"http://boot.example", ""},
             Case{"http://boot.example?q", "", "q"},
             Case{"http://user:pw@[2001:db8::1]:80//a", "a"},
             Case{"http:///a", "a"},
             Case{"a/b.cfg", "a/b.cfg"},
             Case{"a?next=http://elsewhere/", "a", "next=http://elsewhere/"},
             Case{"/go?to=ftp://elsewhere/", "go", "to=ftp://elsewhere/"},
             Case{"//a///b", "a/b"},
             Case{"/a//", "a/"},
             Case{"/a/", "a/"},
             Case{"\\a\\b.cfg", "a/b.cfg"},
             Case{"/a%5Cb", "a/b"},
             Case{"/a%2Fb%2f%2Fc", "a/b/c"},
             Case{"/%41%62c", "Abc"},
             Case{"/100%", "100%"},
             Case{"/100%4", "100%4"},
             Case{"/%zz%", "%zz%"},
             Case{"/%%41", "%A"},
             Case{"/%252e", "%2e"},
             Case{"/a b{MAC}[x]|^.cfg", "a b{MAC}[x]|^.cfg"},
             Case{"/./a/./b/.", "a/b/"},
             Case{"/a/../b", "b"},
             Case{"/a/b/..", "a/"},
             Case{"/a/..", ""},
             Case{"/a/b/../../c", "c"},
             Case{"/a/%2e%2E/b", "b"},
             Case{"/.hidden/..x/...", ".hidden/..x/..."},
             Case{"/caf\xc3\xa9.cfg", "caf\xc3\xa9.cfg"},
             Case{"/a#b", "a#b"},
             Case{"/a+b", "a+b"},
             Case{"/a?../..", "a", "../.."},
         }) {
        HttpTargetScratch scratch;
        const auto parsed = parse_http_target(target, scratch);
        ASSERT_TRUE(parsed) << target << ": " << to_text(parsed.error().code);
        EXPECT_EQ(parsed->path, path) << target;
        EXPECT_EQ(parsed->query, query) << target;
    }
}

TEST(HttpTarget, RejectsWhatNoFileIsCalled) {
    using Code = HttpTargetError;
    using namespace std::string_view_literals;
    struct Case {
        std::string_view target;
        Code code;
        std::size_t offset;
    };
    for (const auto& [target, code, offset] : {
             Case{"", Code::empty, 0},
             Case{"*", Code::no_path, 0},
             Case{"ftp://host/a", Code::unknown_scheme, 0},
             Case{"/..", Code::escapes_root, 3},
             Case{"/../../etc/passwd", Code::escapes_root, 3},
             Case{"/a/../../b", Code::escapes_root, 8},
             Case{"/a/%2e%2e/%2e%2e/b", Code::escapes_root, 16},
             Case{"/..\\..\\windows", Code::escapes_root, 3},
             Case{"http://h/../a", Code::escapes_root, 11},
             Case{"/a%00", Code::control_character, 2},
             Case{"/a\0b"sv, Code::control_character, 2},
             Case{"/a%0d%0aSet-Cookie:x", Code::control_character, 2},
             Case{"/a%7f", Code::control_character, 2},
             Case{"/a?b\x01", Code::control_character, 4},
         }) {
        HttpTargetScratch scratch;
        const auto parsed = parse_http_target(target, scratch);
        ASSERT_FALSE(parsed) << target;
        EXPECT_EQ(parsed.error().code, code) << target << ": " << to_text(parsed.error().code);
        EXPECT_EQ(parsed.error().offset, offset) << target;
    }
}

TEST(HttpTarget, BoundsTheNameAndNotTheQuery) {
    HttpTargetScratch scratch;
    const std::string longest(limits::path_bytes_max, 'a');
    EXPECT_TRUE(parse_http_target("/" + longest + "?" + longest, scratch));
    EXPECT_FALSE(parse_http_target("/" + longest + "a", scratch));
    EXPECT_TRUE(parse_http_target("/%61" + longest.substr(1), scratch));
    EXPECT_FALSE(parse_http_target("/%61" + longest, scratch));
    EXPECT_TRUE(parse_http_target("/x/../" + longest, scratch));
}

} // namespace
} // namespace offhook::protocol
