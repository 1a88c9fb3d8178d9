#include "cli/serve_config.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>

namespace offhook::cli {
namespace {

std::string errors_of(const config::Checked<ServeConfig>& config) {
    std::string out;
    if (!config)
        for (const Error& error : config.error()) out += error.text() + "\n";
    return out;
}

TEST(ServeConfig, ReadsEveryKeyInTheOrderOfTheFile) {
    const auto config = parse_serve_config(R"(
data = "/srv/offhook"
packs = "/srv/packs"
loops = 2
cache_mib = 64
[listen.http]
address = "0.0.0.0:80"
connections_per_source = 7
[listen."http/lab"]
address = "[::1]:8081"
site = "lab"
[listen.https]
address = "0.0.0.0:443"
certificate = ["rsa.pem", "ecdsa.pem"]
key = ["rsa.key", "ecdsa.key"]
ocsp = "rsa.ocsp"
[listen.tftp]
address = "0.0.0.0:69"
transfer_ports = "20000-20999"
single_port = true
[listen.ftp]
address = "0.0.0.0:21"
passive_ports = "30000-30999"
public_address = "203.0.113.5"
local_networks = ["10.0.0.0/8"]
require_tls = true
require_tls_reuse = true
[client_ca.polycom]
bundle = "polycom.pem"
accept_expired = true
[access]
realm = "phones"
digest_sha256 = true
[guard]
slow_from_macs = 3
shut_out_from_macs = 5
exempt = "198.51.100.7/32"
[history]
changes = 7
days = 3
[uploads]
versions = 2
device_mib = 1
)",
                                           "offhook.toml");
    ASSERT_TRUE(config) << errors_of(config);
    const auto& server = config->server;
    EXPECT_EQ(config->data_directory, "/srv/offhook");
    EXPECT_EQ(server.loops, 2U);
    EXPECT_EQ(server.cache_bytes_max, 64U << 20U);
    ASSERT_EQ(server.listeners.size(), 5U);
    EXPECT_EQ(server.listeners[0].name, "http");
    EXPECT_EQ(server.listeners[0].http.connections_per_source_max, 7U);
    EXPECT_EQ(server.listeners[1].site, "lab");
    ASSERT_EQ(server.listeners[2].certificates.size(), 2U);
    EXPECT_EQ(server.listeners[2].certificates[0].staple, "rsa.ocsp");
    EXPECT_EQ(server.listeners[2].certificates[1].staple, "");
    EXPECT_EQ(server.listeners[2].certificates[1].key, "ecdsa.key");
    EXPECT_EQ(server.listeners[3].tftp.port_first, 20000);
    EXPECT_EQ(server.listeners[3].tftp.ports, server::TftpOptions::Ports::the_listeners);
    EXPECT_EQ(server.listeners[4].ftp.passive_port_last, 30999);
    EXPECT_EQ(server.listeners[4].ftp.public_address, IpAddress::from_text("203.0.113.5"));
    EXPECT_EQ(server.listeners[4].ftp.tls_use, server::FtpTlsUse::required);
    EXPECT_EQ(server.listeners[4].ftp.tls_reuse, server::FtpTlsReuse::required);
    ASSERT_EQ(server.client_authorities.size(), 1U);
    EXPECT_EQ(server.client_authorities[0].expired, net::TlsExpired::accepted);
    EXPECT_EQ(server.access.realm, "phones");
    EXPECT_EQ(server.access.guard.shut_out_from_macs, 5U);
    EXPECT_EQ(server.access.guard.exempt.size(), 1U);
    EXPECT_EQ(server.journal.changes, 7U);
    EXPECT_EQ(server.journal.age, std::chrono::hours(72));
    EXPECT_EQ(server.uploads.versions, 2U);
    EXPECT_EQ(server.uploads.device_bytes, 1U << 20U);
}

TEST(ServeConfig, TheOneThatIsShippedHoldsTheDefaults) {
    const auto config = read_serve_config(OFFHOOK_SOURCE_DIR "/packaging/offhook.toml");
    ASSERT_TRUE(config) << errors_of(config);
    const server::BootServerOptions defaults;
    EXPECT_EQ(config->server.listeners.size(), 4U);
    for (const auto& listener : config->server.listeners) {
        const server::ListenerOptions plain;
        EXPECT_EQ(listener.http.connections_max, plain.http.connections_max);
        EXPECT_EQ(listener.http.connections_per_source_max, plain.http.connections_per_source_max);
        EXPECT_EQ(listener.tftp.transfers_max, plain.tftp.transfers_max);
        EXPECT_EQ(listener.tftp.transfers_per_source_max, plain.tftp.transfers_per_source_max);
        EXPECT_EQ(listener.ftp.sessions_max, plain.ftp.sessions_max);
        EXPECT_EQ(listener.ftp.sessions_per_source_max, plain.ftp.sessions_per_source_max);
    }
    EXPECT_EQ(config->server.cache_bytes_max, defaults.cache_bytes_max);
    EXPECT_EQ(config->server.access.realm, defaults.access.realm);
    EXPECT_EQ(config->server.access.guard.slow_from_macs, defaults.access.guard.slow_from_macs);
    EXPECT_EQ(config->server.access.guard.shut_out_from_macs, defaults.access.guard.shut_out_from_macs);
    EXPECT_EQ(config->server.access.guard.slow_from_logins, defaults.access.guard.slow_from_logins);
    EXPECT_EQ(config->server.access.guard.shut_out_from_logins, defaults.access.guard.shut_out_from_logins);
    EXPECT_EQ(config->server.access.guard.window, defaults.access.guard.window);
    EXPECT_EQ(config->server.access.guard.shut_out, defaults.access.guard.shut_out);
    EXPECT_EQ(config->server.journal.changes, defaults.journal.changes);
    EXPECT_EQ(config->server.journal.age, defaults.journal.age);
    EXPECT_EQ(config->server.uploads.versions, defaults.uploads.versions);
    EXPECT_EQ(config->server.uploads.device_bytes, defaults.uploads.device_bytes);
    EXPECT_EQ(config->server.uploads.site_bytes, defaults.uploads.site_bytes);
}

TEST(ServeConfig, RejectsWithFileAndLine) {
    const struct {
        const char *text, *says;
    } rows[] = {
        {"dta = \"x\"", "offhook.toml:1: unknown key 'dta' in the configuration; there is: access, cache_mib"},
        {"\nloops = \"two\"", "offhook.toml:2: `loops` must be a number from 0 to 256"},
        {"[compile]\nspc = \"spc\"", "offhook.toml:2: `spc` is the absolute path of a program"},
        {"[compile]\ntool = \"/opt/spc\"", "offhook.toml:2: unknown key 'tool' in [compile]"},
        {"loops = 257", "offhook.toml:1: `loops` must be a number from 0 to 256"},
        {"[listen.gopher]\naddress = \"0.0.0.0:70\"", "offhook.toml:1: gopher: this version listens for http"},
        {"[listen.http]\nadress = \"0.0.0.0:80\"", "offhook.toml:2: unknown key 'adress' in [listen.http]"},
        {"[listen.http]\naddress = \"0.0.0.0\"", "offhook.toml:1"},
        {"[listen.http]", "offhook.toml:1: [listen.http] needs `address`"},
        {"[listen.http]\naddress = \"0.0.0.0:80\"\npassive_ports = \"1-2\"", "unknown key 'passive_ports'"},
        {"[listen.ftp]\naddress = \"0.0.0.0:21\"\npassive_ports = \"9-2\"", "offhook.toml:3: `passive_ports` must be"},
        {"[listen.ftp]\naddress = \"0.0.0.0:21\"\npublic_address = \"me\"", "offhook.toml:3: `public_address`"},
        {"[listen.https]\naddress = \"0.0.0.0:443\"\ncertificate = \"a.pem\"", "as many `key` as `certificate`"},
        {"[guard]\nslow_from_macs = 9\nshut_out_from_macs = 9", "who is shut out is slowed before"},
        {"[guard]\nexempt = \"here\"", "offhook.toml:2: 'here' is no network"},
        {"[client_ca.polycom]", "needs `bundle`"},
        {"[access]\nrealm = \"a\\\"b\"", "offhook.toml:2: `realm`"},
        {"listen = 3", "offhook.toml:1: `listen` must be a table"},
        {"data = ", "offhook.toml:1"},
        {"data = \"\"", "offhook.toml:1: `data` is empty"}};
    for (const auto& row : rows) {
        const auto config = parse_serve_config(row.text, "offhook.toml");
        ASSERT_FALSE(config) << row.text;
        EXPECT_NE(errors_of(config).find(row.says), std::string::npos) << row.text << " -> " << errors_of(config);
    }
}

TEST(ServeConfig, ReportsAllThatIsWrongInOneGo) {
    const auto config = parse_serve_config("loops = 999\nfoo = 1\n[guard]\non = 3\n", "offhook.toml");
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().size(), 3U) << errors_of(config);
}

TEST(ServeConfig, ListenArgumentsAreCheckedBeforeAnythingStarts) {
    EXPECT_EQ(parse_listener("http=127.0.0.1:8080")->address, "127.0.0.1:8080");
    EXPECT_EQ(parse_listener("http/lab=[::1]:0")->name, "http/lab");
    for (const char* argument : {"http", "=127.0.0.1:80", "http=", "http=127.0.0.1", "http=127.0.0.1:70000",
                                 "http=name:80", "gopher=127.0.0.1:69"})
        EXPECT_FALSE(parse_listener(argument)) << argument;
}

/// The commented sections of discovery, without the sign in front.
std::string discovery_as_shipped() {
    std::ifstream file(OFFHOOK_SOURCE_DIR "/packaging/offhook.toml");
    std::string out;
    for (std::string line; std::getline(file, line);)
        if (line.starts_with('#') && line.size() > 1 && line[1] != ' ') out += line.substr(1) + "\n";
    return out;
}

TEST(ServeConfig, ShowsEveryKeyOfDiscoveryWithWhatItIsWithoutIt) {
    auto config = parse_serve_config(discovery_as_shipped(), "offhook.toml");
    if (!config) { // a small_pool's keys stand beside another mode there
        EXPECT_THAT(errors_of(config), ::testing::HasSubstr("a pool is of use in mode small_pool alone"));
    }
    std::string as_pool = discovery_as_shipped();
    for (const std::string mode : {"options_only", "stateless"})
        as_pool.replace(as_pool.find(mode), mode.size(), "small_pool");
    config = parse_serve_config(as_pool, "offhook.toml");
    ASSERT_TRUE(config) << errors_of(config);
    ASSERT_EQ(config->server.listeners.size(), 4U); // syslog is the first
    const server::PnpOptions pnp;
    EXPECT_EQ(config->server.listeners[1].pnp.answer_port, pnp.answer_port);
    EXPECT_EQ(config->server.listeners[1].pnp.same_link, pnp.same_link);
    EXPECT_EQ(config->server.listeners[1].pnp.answers_per_source_second, pnp.answers_per_source_second);
    EXPECT_EQ(config->server.listeners[1].pnp.answers_per_second, pnp.answers_per_second);
    EXPECT_EQ(config->server.listeners[1].pnp.transactions_max, pnp.transactions_max);
    const server::Dhcp4Options dhcp4;
    const auto& shipped = config->server.listeners[2].dhcp4;
    EXPECT_EQ(shipped.lease_time, dhcp4.lease_time);
    EXPECT_EQ(shipped.conflict_wait, dhcp4.conflict_wait);
    EXPECT_EQ(shipped.only_phones, dhcp4.only_phones);
    ASSERT_EQ(shipped.pools.size(), 1U);
    EXPECT_EQ(shipped.pools[0].last.text(), "192.0.2.199");
    EXPECT_EQ(config->server.listeners[3].dhcp6.lease_time, server::Dhcp6Options().lease_time);
}

TEST(ServeConfig, ReadsTheBoundsOfSyslog) {
    const auto config = parse_serve_config(
        "[listen.syslog]\naddress = '127.0.0.1:5514'\nlines_per_source = 7\nlines = 70", "offhook.toml");
    ASSERT_TRUE(config);
    EXPECT_EQ(config->server.listeners.at(0).syslog.lines_per_source_second, 7U);
    EXPECT_EQ(config->server.listeners.at(0).syslog.lines_per_second, 70U);
    EXPECT_THAT(errors_of(parse_serve_config("[listen.syslog]\naddress = '127.0.0.1:5514'\nlines = 0", "offhook.toml")),
                ::testing::HasSubstr("`lines` must be a number from 1"));
}

TEST(ServeConfig, RefusesDiscoveryThatCannotWork) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"[listen.pnp]\naddress = '0.0.0.0:5060'\nanswer_delay_ms = 2001", "answer_delay_ms"},
        {"[listen.pnp]\naddress = '[::1]:5060'", "IPv4"},
        {"[listen.pnp]\naddress = '0.0.0.0:5060'\nurl = 'boot.example.net'", "must begin with its scheme"},
        {"[listen.pnp]\naddress = '0.0.0.0:5060'\nurl = 'http://a:b@boot.example.net'", "must hold no user"},
        {"[listen.pnp]\naddress = '0.0.0.0:5060'\noffer_secrets = 'all'", "one of none, token, credentials"},
        {"[listen.dhcp4]\naddress = '10.0.0.1:67'\nmode = 'small_pool'", "needs a pool"},
        {"[listen.dhcp4]\naddress = '0.0.0.0:67'\nmode = 'small_pool'", "not 0.0.0.0"},
        {"[listen.dhcp4]\naddress = '10.0.0.1:67'\noptions = { \"300\" = \"x\" }", "an option is its number"},
        {"[listen.dhcp4]\naddress = '10.0.0.1:67'\nmode = 'small_pool'\n[[listen.dhcp4.pool]]\nsubnet = '10.0.0.0/24'\n"
         "range = '10.0.1.5-10.0.1.9'",
         "not inside of its subnet"},
        {"[listen.dhcp6]\naddress = '10.0.0.1:547'", "IPv6"}};
    for (const auto& [text, wanted] : cases)
        EXPECT_THAT(errors_of(parse_serve_config(text, "offhook.toml")), ::testing::HasSubstr(wanted)) << text;
}

} // namespace
} // namespace offhook::cli
