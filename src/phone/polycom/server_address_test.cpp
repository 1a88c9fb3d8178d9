#include "phone/polycom/server_address.hpp"

#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

using protocol::Scheme;

Flash flash_with(std::string name, std::string type) {
    Flash flash;
    flash.parameters = {{"device.prov.serverName", std::move(name)},
                        {"device.prov.serverType", std::move(type)},
                        {"device.prov.user", "user"},
                        {"device.prov.password", "word"}};
    return flash;
}

TEST(PolycomServerAddress, SchemeInTheAddressCountsBeforeServerType) {
    const struct {
        const char *name, *type, *directory, *master, *remark;
    } cases[] = {
        {"192.0.2.1", "0", "ftp://192.0.2.1", "", "by Server Type FTP"},
        {"192.0.2.1", "", "ftp://192.0.2.1", "", "by Server Type FTP"},
        {"boot/dir", "2", "http://boot/dir", "", "by Server Type HTTP"},
        {"http://boot/", "0", "http://boot/", "", "http in the address counts over Server Type FTP"},
        {"http://boot/", "2", "http://boot/", "", ""},
        {"https://boot:8443/x/", "9", "https://boot:8443/x/", "", "https in the address counts over Server Type 9"},
        {"http://boot/dir/site.cfg", "2", "http://boot/dir/", "site.cfg", ""},
        {"boot/a.cfg", "2", "http://boot/", "a.cfg", "by Server Type HTTP"},
        {"http://boot/.cfg", "2", "http://boot/.cfg", "", ""}, // under five characters
        {"http://boot/dir.cfg/", "2", "http://boot/dir.cfg/", "", ""},
        {"http://u:p@boot/x", "2", "http://boot/x", "", ""},
    };
    for (const auto& c : cases) {
        const auto server = read_server_address(flash_with(c.name, c.type));
        ASSERT_TRUE(server) << c.name << ": " << server.error().text();
        EXPECT_EQ(server->directory.shown(), c.directory) << c.name;
        EXPECT_EQ(server->master_name, c.master) << c.name;
        EXPECT_EQ(server->remark, c.remark) << c.name;
    }
}

TEST(PolycomServerAddress, RefusesWhatIsNoAddress) {
    EXPECT_EQ(read_server_address(flash_with("", "2")).error().code, ErrorCode::not_found);
    EXPECT_EQ(read_server_address(flash_with("0.0.0.0", "2")).error().code, ErrorCode::not_found);
    EXPECT_EQ(read_server_address(flash_with("gopher://x", "2")).error().code, ErrorCode::invalid);
    EXPECT_EQ(read_server_address(flash_with("boot", "5")).error().code, ErrorCode::invalid);
}

TEST(PolycomServerAddress, EachStageSpeaksWhatTheSeedTableSays) {
    using enum Stage;
    const struct {
        Scheme specified;
        Stage stage;
        Tls tls;
        Scheme spoken;
    } table[] = {
        {Scheme::ftp, bootrom, Tls::spoken, Scheme::ftp},
        {Scheme::ftp, application, Tls::spoken, Scheme::ftp},
        {Scheme::tftp, bootrom, Tls::spoken, Scheme::tftp},
        {Scheme::tftp, application, Tls::spoken, Scheme::tftp},
        {Scheme::http, bootrom, Tls::spoken, Scheme::http},
        {Scheme::http, application, Tls::spoken, Scheme::http},
        {Scheme::https, bootrom, Tls::spoken, Scheme::http},
        {Scheme::https, application, Tls::spoken, Scheme::https},
        {Scheme::https, application, Tls::unknown, Scheme::http},
    };
    for (const auto& row : table) EXPECT_EQ(scheme_in_stage(row.specified, row.stage, row.tls), row.spoken);
}

TEST(PolycomServerAddress, JoinsWithExactlyOneSlash) {
    const struct {
        const char *directory, *name, *expected;
    } cases[] = {{"", "a", "a"},
                 {"logs", "a", "logs/a"},
                 {"logs/", "a", "logs/a"},
                 {"./logs", "a", "./logs/a"},
                 {"/logs", "a", "/logs/a"},
                 {"/", "a", "/a"},
                 {"/x", "/a", "/x/a"},
                 {"http://h", "a", "http://h/a"}};
    for (const auto& c : cases) EXPECT_EQ(join_path(c.directory, c.name), c.expected);
}

TEST(PolycomServerAddress, LocatesFilesBelowTheServerAndElsewhere) {
    const struct {
        const char *address, *name;
        Stage stage;
        const char *url, *user;
    } cases[] = {
        {"http://boot", "sip.cfg", Stage::application, "http://boot/sip.cfg", "user"},
        {"http://boot/d", "sip.cfg", Stage::application, "http://boot/d/sip.cfg", "user"},
        {"http://boot/d/m.cfg", "x/sip.cfg", Stage::application, "http://boot/d/x/sip.cfg", "user"},
        {"http://boot/d/", "/sip.cfg", Stage::application, "http://boot/d/sip.cfg", "user"},
        {"http://boot//d", "./a{x}.cfg", Stage::application, "http://boot//d/./a{x}.cfg", "user"},
        {"http://boot/d", "tftp://h/x", Stage::application, "tftp://h/x", "user"},
        {"http://boot/d", "https://a:b@h/x", Stage::application, "https://h/x", "a"},
        {"http://boot/d", "https://a:b@h/x", Stage::bootrom, "http://h/x", "a"},
        {"https://boot:8443/d", "x", Stage::bootrom, "http://boot:8443/d/x", "user"},
        {"https://me:w@boot/d", "x", Stage::application, "https://boot/d/x", "me"},
    };
    for (const auto& c : cases) {
        const auto url = locate(*read_server_address(flash_with(c.address, "2")), c.name, c.stage, Tls::spoken);
        ASSERT_TRUE(url) << c.name;
        EXPECT_EQ(url->shown(), c.url);
        EXPECT_EQ(url->credentials->user, c.user) << c.name;
    }
    const auto server = *read_server_address(flash_with("http://boot", "2"));
    EXPECT_FALSE(locate(server, "gopher://x/", Stage::application, Tls::spoken));
    EXPECT_FALSE(locate(server, std::string(5000, 'x'), Stage::application, Tls::spoken));
}

TEST(PolycomServerAddress, RefusesPathsThatTheGuideForbidsUnlessTold) {
    auto server = *read_server_address(flash_with("http://boot/d", "2"));
    for (const char* name : {"a b.cfg", "a%41.cfg", "dir\\a.cfg", "../a.cfg", "x/../a.cfg", "..", "http://h/../x"}) {
        const auto refused = locate(server, name, Stage::application, Tls::spoken);
        ASSERT_FALSE(refused) << name;
        EXPECT_EQ(refused.error().code, ErrorCode::invalid);
    }
    for (const char* name : {"./a.cfg", "..a.cfg", "a..b/c.cfg", "a//b.cfg"})
        EXPECT_TRUE(locate(server, name, Stage::application, Tls::spoken)) << name;
    server.paths = Switches::Paths::as_written;
    EXPECT_EQ(locate(server, "../a b%41.cfg", Stage::application, Tls::spoken)->path, "/d/../a b%41.cfg");
}

TEST(PolycomServerAddress, TriesMasterFilesInOrder) {
    const auto mac = *MacAddress::from_text("0004f2aabbcc");
    EXPECT_EQ(master_names(*read_server_address(flash_with("http://b/site.cfg", "2")), mac),
              (std::vector<std::string>{"site.cfg", "0004f2aabbcc.cfg", "000000000000.cfg"}));
    EXPECT_EQ(master_names(*read_server_address(flash_with("http://b/000000000000.cfg", "2")), mac),
              (std::vector<std::string>{"000000000000.cfg", "0004f2aabbcc.cfg"}));
}

TEST(PolycomServerAddress, PutsThePartNumberBeforeTheLastName) {
    EXPECT_EQ(with_part_number("sip.ld", "PN"), "PN.sip.ld");
    EXPECT_EQ(with_part_number("http://h/fw/318.sip.ld", "PN"), "http://h/fw/PN.318.sip.ld");
}

TEST(PolycomServerAddress, KnowsServerTypesByNumberAndName) {
    EXPECT_EQ(server_type_number("HTTP"), "2");
    EXPECT_EQ(server_type_number("3"), "3");
    EXPECT_FALSE(server_type_number("5"));
    EXPECT_FALSE(server_type_number("gopher"));
    EXPECT_FALSE(server_type_number(""));
}

TEST(ServerAddress, PlainHttpIsAskedForAtThePortThatTheTesterSays) {
    ServerAddress server;
    server.directory = *protocol::parse_url("https://boot.example.net:8443/");
    EXPECT_EQ(locate(server, "a.cfg", Stage::bootrom, Tls::spoken)->shown(), "http://boot.example.net:8443/a.cfg");
    server.plain_port = 8080;
    EXPECT_EQ(locate(server, "a.cfg", Stage::bootrom, Tls::spoken)->shown(), "http://boot.example.net:8080/a.cfg");
    EXPECT_EQ(locate(server, "a.cfg", Stage::application, Tls::spoken)->shown(), "https://boot.example.net:8443/a.cfg");
    EXPECT_EQ(locate(server, "http://other.example.net:90/a.ld", Stage::bootrom, Tls::spoken)->shown(),
              "http://other.example.net:90/a.ld");
}

} // namespace
} // namespace offhook::phone::polycom
