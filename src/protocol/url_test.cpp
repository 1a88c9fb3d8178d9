#include "protocol/url.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

namespace offhook::protocol {
namespace {

using Credentials = Url::Credentials;

TEST(Url, ReadsWhatAnInstallerTypes) {
    const struct {
        const char* text;
        Url expected;
    } accepted[] = {
        {"192.0.2.1", {{}, {}, "192.0.2.1", {}, ""}},
        {"boot.example.net", {{}, {}, "boot.example.net", {}, ""}},
        {"boot/Polycom", {{}, {}, "boot", {}, "/Polycom"}},
        {"192.0.2.1:8080/", {{}, {}, "192.0.2.1", 8080, "/"}},
        {"http://192.0.2.1", {Scheme::http, {}, "192.0.2.1", {}, ""}},
        {"HTTPS://boot:8443/a/b.cfg", {Scheme::https, {}, "boot", 8443, "/a/b.cfg"}},
        {"tftp://10.10.10.1/Polycom", {Scheme::tftp, {}, "10.10.10.1", {}, "/Polycom"}},
        {"http://boot:/x", {Scheme::http, {}, "boot", {}, "/x"}},
        {"ftp://PlcmSpIp:PlcmSpIp@boot/dir/", {Scheme::ftp, Credentials{"PlcmSpIp", "PlcmSpIp"}, "boot", {}, "/dir/"}},
        {"http://user@boot/", {Scheme::http, Credentials{"user", ""}, "boot", {}, "/"}},
        {"http://u:p@ss:w@boot/", {Scheme::http, Credentials{"u", "p@ss:w"}, "boot", {}, "/"}},
        {"u:p@boot", {{}, Credentials{"u", "p"}, "boot", {}, ""}},
        {"http://[2001:db8::1]:8080/x", {Scheme::http, {}, "2001:db8::1", 8080, "/x"}},
        {"[::1]", {{}, {}, "::1", {}, ""}},
        {"2001:db8::1/x", {{}, {}, "2001:db8::1", {}, "/x"}},
        // kept exactly as written
        {"http://boot/a b/{mac}/%zz%2F//..//[PHONE_MAC_ADDRESS].cfg?x=1#y",
         {Scheme::http, {}, "boot", {}, "/a b/{mac}/%zz%2F//..//[PHONE_MAC_ADDRESS].cfg?x=1#y"}},
        {"http://boot//root", {Scheme::http, {}, "boot", {}, "//root"}},
        {"boot/go?to=http://x/", {{}, {}, "boot", {}, "/go?to=http://x/"}},
        {"http://boot/@home", {Scheme::http, {}, "boot", {}, "/@home"}},
    };
    for (const auto& c : accepted) {
        const auto url = parse_url(c.text);
        ASSERT_TRUE(url) << c.text << ": " << url.error().text();
        EXPECT_EQ(*url, c.expected) << c.text << " is shown as " << url->shown();
    }
}

TEST(Url, RefusesWhatNamesNoPlace) {
    using namespace std::string_view_literals;
    for (const std::string_view text : {""sv, "/"sv, "http://"sv, "http:///x"sv, "gopher://boot/"sv, "http://boot:0/"sv,
                                        "http://boot:65536/"sv, "http://boot:80a/"sv, "http://[::1/"sv,
                                        "http://[::1]x/"sv, "http://boot/\n"sv, "bo\0ot"sv, "u:p@"sv, ":80"sv})
        EXPECT_FALSE(parse_url(text)) << text;
    EXPECT_EQ(parse_url("http://boot/" + std::string(limits::path_bytes_max, 'x')).error().code, ErrorCode::too_large);
}

TEST(Url, ShowsNoCredentials) {
    EXPECT_EQ(parse_url("http://user:secret@boot:81/x y")->shown(), "http://boot:81/x y");
    EXPECT_EQ(parse_url("ftp://[::1]/x")->shown(), "ftp://[::1]/x");
    EXPECT_EQ(parse_url("boot")->shown(), "boot");
}

TEST(Url, KnowsAUrlFromAPath) {
    for (const char* text : {"http://boot/x", "tftp://b"}) EXPECT_TRUE(names_scheme(text)) << text;
    for (const char* text : {"sip.cfg", "a/b.cfg", "/a", "a/http://b", "://b", ""}) EXPECT_FALSE(names_scheme(text));
}

} // namespace
} // namespace offhook::protocol
