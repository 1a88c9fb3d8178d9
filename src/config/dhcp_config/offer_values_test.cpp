#include "config/dhcp_config/offer_values.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

Discovery with_schemes(std::vector<std::string> schemes) {
    Discovery discovery;
    discovery.schemes = std::move(schemes);
    return discovery;
}

TEST(OfferValues, PutTheFamilysFirstSchemeBeforeAUrlWithoutOne) {
    struct Case {
        const char* url;
        std::vector<std::string> schemes;
        const char *whole, *scheme, *host;
    };
    const Case cases[] = {
        {"192.0.2.10", {"tftp", "http"}, "tftp://192.0.2.10", "tftp", "192.0.2.10"},
        {"192.0.2.10", {"http", "tftp"}, "http://192.0.2.10", "http", "192.0.2.10"},
        {"boot.example.net:8080/p/", {"https"}, "https://boot.example.net:8080/p", "https", "boot.example.net"},
        {"HTTP://h/", {"tftp"}, "HTTP://h", "http", "h"},
        {"http://h/p", {}, "http://h/p", "http", "h"},
    };
    for (const Case& each : cases) {
        const auto values = offer_values(each.url, with_schemes(each.schemes), {});
        ASSERT_TRUE(values.has_value()) << each.url << ": " << values.error().text();
        EXPECT_EQ(values->url, each.whole);
        EXPECT_EQ(values->scheme, each.scheme);
        EXPECT_EQ(values->host, each.host);
    }
}

TEST(OfferValues, RefuseWhatNamesNoSchemeWhereNobodyKnowsOne) {
    const auto values = offer_values("192.0.2.10", {}, {});
    ASSERT_FALSE(values.has_value());
    EXPECT_NE(values.error().message.find("no scheme"), std::string::npos) << values.error().text();
    for (const char* url : {"", "gopher://h/", "http://", "http://h:0/"})
        EXPECT_FALSE(offer_values(url, with_schemes({"http"}), {}).has_value()) << url;
}

TEST(OfferValues, TakeTheAddressOfTheUrlWhereNoneIsSaid) {
    const auto discovery = with_schemes({"http"});
    EXPECT_EQ(offer_values("http://192.0.2.10", discovery, {})->address, IpAddress::v4(0xc000020a));
    EXPECT_EQ(offer_values("http://192.0.2.10", discovery, IpAddress::v4(1))->address, IpAddress::v4(1));
    EXPECT_EQ(offer_values("http://h", discovery, {})->address, IpAddress());
}

TEST(OfferValues, KnowWhatAHostAloneSays) {
    for (const char* url : {"tftp://h", "tftp://h/", "tftp://h:69", "http://h:80/", "https://h:443", "ftp://u:p@h:21"})
        EXPECT_TRUE(is_host_alone(url).value()) << url;
    for (const char* url : {"tftp://h:6969", "tftp://h/p", "http://h:443", "http://h:8080/prov"})
        EXPECT_FALSE(is_host_alone(url).value()) << url;
    EXPECT_FALSE(is_host_alone("").has_value());
}

} // namespace
} // namespace offhook::config
