#include "cli/serve_config.hpp"

#include <gtest/gtest.h>

namespace offhook::cli {
namespace {

TEST(ServeConfig, ReadsEveryKeyInTheOrderOfTheFile) {
    const auto config = parse_serve_config(R"(
data = "/srv/offhook"
packs = "/srv/packs"
loops = 2
cache_mib = 64
[listen.http]
address = "0.0.0.0:80"
[listen."http/lab"]
address = "[::1]:8081"
site = "lab"
)",
                                           "offhook.toml");
    ASSERT_TRUE(config) << config.error().text();
    EXPECT_EQ(config->data_directory, "/srv/offhook");
    EXPECT_EQ(config->server.loops, 2U);
    EXPECT_EQ(config->server.cache_bytes_max, 64U << 20U);
    ASSERT_EQ(config->server.listeners.size(), 2U);
    EXPECT_EQ(config->server.listeners[0].name, "http");
    EXPECT_EQ(config->server.listeners[1].site, "lab");
}

TEST(ServeConfig, RejectsWithFileAndLine) {
    const struct {
        const char *text, *says;
    } rows[] = {{"dta = \"x\"", "offhook.toml:1: no such key 'dta'"},
                {"\nloops = \"two\"", "offhook.toml:2: expected a whole number"},
                {"loops = 257", "offhook.toml:1: expected a whole number from 0 to 256"},
                {"[listen.gopher]\naddress = \"0.0.0.0:70\"", "listens for http only"},
                {"[listen.http]\nadress = \"0.0.0.0:80\"", "offhook.toml:2: no such key 'adress'"},
                {"[listen.http]\naddress = \"0.0.0.0\"", "offhook.toml:1"},
                {"[listen.http]", "has no address"},
                {"listen = 3", "offhook.toml:1: expected tables"},
                {"data = ", "offhook.toml:1"},
                {"data = \"\"", "offhook.toml:1: expected a text"}};
    for (const auto& row : rows) {
        const auto config = parse_serve_config(row.text, "offhook.toml");
        ASSERT_FALSE(config) << row.text;
        EXPECT_NE(config.error().text().find(row.says), std::string::npos)
            << row.text << " -> " << config.error().text();
    }
}

TEST(ServeConfig, ListenArgumentsAreCheckedBeforeAnythingStarts) {
    EXPECT_EQ(parse_listener("http=127.0.0.1:8080")->address, "127.0.0.1:8080");
    EXPECT_EQ(parse_listener("http/lab=[::1]:0")->name, "http/lab");
    for (const char* argument : {"http", "=127.0.0.1:80", "http=", "http=127.0.0.1", "http=127.0.0.1:70000",
                                 "http=name:80", "tftp=127.0.0.1:69"})
        EXPECT_FALSE(parse_listener(argument)) << argument;
}

} // namespace
} // namespace offhook::cli
