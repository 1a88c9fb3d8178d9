#include "server/boot_server.hpp"

#include "catalogue/catalogue.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "server/test_house.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace offhook::server {
namespace {

class BootServerTest : public testing::Test {
protected:
    BootServerTest() {
        std::string name = (std::filesystem::temp_directory_path() / "offhook-boot-XXXXXX").string();
        directory_ = ::mkdtemp(name.data());
    }
    ~BootServerTest() override { std::filesystem::remove_all(directory_); }

    [[nodiscard]] BootServerOptions options(std::vector<ListenerOptions> listeners) const {
        BootServerOptions out;
        out.data_directory = directory_;
        out.listeners = std::move(listeners);
        out.loops = 1;
        return out;
    }
    /// Why it does not start; "" where it does.
    std::string refusal(const BootServerOptions& options) {
        try {
            const BootServer server(options, house_families(), clock_, {});
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return {};
    }

    SystemClock clock_;
    std::filesystem::path directory_;
};

TEST_F(BootServerTest, RefusesAListenersSiteThatIsNotThere) {
    EXPECT_EQ(refusal(options({{"http", "127.0.0.1:0", "default"}})), "");
    EXPECT_THAT(refusal(options({{"http", "127.0.0.1:0", {}}, {"http/lobby", "127.0.0.1:0", "nosuch"}})),
                testing::AllOf(testing::HasSubstr("http/lobby"), testing::HasSubstr("'nosuch'")));
}

ListenerOptions watcher(const OfferOptions& offer) {
    ListenerOptions out{"dhcp4/lobby", "127.0.0.1:0", {}};
    out.dhcp4.mode = Dhcp4Mode::observe;
    out.dhcp4.offer = offer;
    return out;
}

TEST_F(BootServerTest, RefusesAskerRowsThatNameNobodyAndAUrlThatIsTooLong) {
    OfferOptions offer;
    offer.who.deny = {"0004f2", "polycomm"};
    EXPECT_THAT(refusal(options({watcher(offer)})),
                testing::AllOf(testing::HasSubstr("dhcp4/lobby"), testing::HasSubstr("'polycomm'")));
    offer.who.deny.clear();
    offer.url = "http://boot.example.net/" + std::string(240, 'p');
    EXPECT_THAT(refusal(options({watcher(offer)})), testing::HasSubstr("too long"));
}

TEST_F(BootServerTest, StartsAlthoughWhatTheCatalogueHoldsIsTooLongToOffer) {
    {
        catalogue::Catalogue before(catalogue::open_sqlite_store({directory_, {}, &clock_, {}}));
        const catalogue::LayerPlace fleet{config::LayerKind::fleet, {}, {}};
        const std::array set{
            catalogue::SettingText{"provisioning.server", "http://boot.example.net/" + std::string(240, 'p')}};
        ASSERT_TRUE(before.store().change_layer(fleet, set, {}));
    }
    testing::internal::CaptureStderr();
    const std::string why = refusal(options({watcher({})}));
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(why, "");
    EXPECT_THAT(said, testing::HasSubstr("OFFER_TOO_LONG"));
}

TEST_F(BootServerTest, StartsOnADeepDataDirectory) {
    directory_ /= std::string(120, 'd');
    const BootServer server(options({{"http", "127.0.0.1:0", {}}}), house_families(), clock_, {});
    EXPECT_TRUE(std::filesystem::is_socket(directory_ / "offhook.sock"));
    directory_ = directory_.parent_path();
}

/// What the API answers to bytes on its socket, until it closes.
std::string exchanged(const std::filesystem::path& socket_path, const std::string& head, std::string_view body) {
    const int peer = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket_path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    std::string out;
    if (::connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        (void)::send(peer, head.data(), head.size(), MSG_NOSIGNAL);
        while (!body.empty()) {
            const auto sent = ::send(peer, body.data(), std::min<std::size_t>(body.size(), 100'000), MSG_NOSIGNAL);
            if (sent <= 0) break;
            body.remove_prefix(static_cast<std::size_t>(sent));
        }
        ::shutdown(peer, SHUT_WR);
        std::array<char, 4096> piece{};
        for (ssize_t got = 0; (got = ::recv(peer, piece.data(), piece.size(), 0)) > 0;)
            out.append(piece.data(), static_cast<std::size_t>(got));
    }
    ::close(peer);
    return out;
}

std::size_t blobs_in(const std::filesystem::path& directory) {
    std::size_t count = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(directory / "blobs"))
        if (file.is_regular_file()) ++count;
    return count;
}

TEST_F(BootServerTest, StreamsAnImageToDiskAndLeavesNothingOfABrokenOne) {
    const BootServer server(options({{"http", "127.0.0.1:0", {}}}), house_families(), clock_, {});
    const auto socket = directory_ / "offhook.sock";
    const std::string image(5'000'000, 'i'), head =
                                                 "POST /v1/firmware?family=polycom&name=sip.ld&version=1 HTTP/1.1\r\n"
                                                 "Host: o\r\nContent-Length: ";
    EXPECT_THAT(exchanged(socket, head + "5000000\r\n\r\n", image),
                testing::AllOf(testing::HasSubstr("201 Created"), testing::HasSubstr("\"bytes\":5000000")));
    EXPECT_EQ(blobs_in(directory_), 1U);
    EXPECT_EQ(exchanged(socket, head + "5000001\r\n\r\n", image), ""); // broken off
    EXPECT_THAT(exchanged(socket, head + "1073741825\r\n\r\n", ""), testing::HasSubstr("413"));
    const std::string diff = "POST /v1/devices/0004f2000001/diff HTTP/1.0\r\nContent-Length: ";
    EXPECT_THAT(exchanged(socket, diff + "4194305\r\n\r\n", ""), testing::HasSubstr("413"));
    EXPECT_THAT(exchanged(socket, diff + "1500000\r\n\r\n", std::string(1'500'000, ' ')),
                testing::HasSubstr("no such device"));
    EXPECT_THAT(exchanged(socket, "POST /v1/devices HTTP/1.1\r\nHost: o\r\nContent-Length: 1048577\r\n\r\n", ""),
                testing::HasSubstr("413"));
    EXPECT_EQ(blobs_in(directory_), 1U);
    const auto removed = exchanged(socket, "DELETE /v1/firmware/1 HTTP/1.0\r\n\r\n", "");
    EXPECT_THAT(removed, testing::HasSubstr("200 OK"));
    EXPECT_EQ(blobs_in(directory_), 0U);
}

/// A server, and a Panasonic phone that comes for its firmware.
class LoopingPhone {
public:
    LoopingPhone(const BootServerOptions& options, const Clock& clock)
        : socket_(options.data_directory / "offhook.sock"),
          server_(std::make_unique<BootServer>(options, house_families(), clock,
                                               [this](const std::string&, const std::string& address) {
                                                   port_ = std::stoi(address.substr(address.rfind(':') + 1));
                                               })) {}

    /// The status line of what it is answered.
    [[nodiscard]] std::string fetch(const std::string& path = "fw/a.fw") const {
        const int peer = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port_));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const std::string ask =
            "GET /" + path + " HTTP/1.0\r\nUser-Agent: Panasonic_KX-HDV130/01.000 (0080f0000001)\r\n\r\n";
        std::string out;
        if (::connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
            (void)::send(peer, ask.data(), ask.size(), MSG_NOSIGNAL);
            std::array<char, 4096> piece{};
            for (ssize_t got = 0; (got = ::recv(peer, piece.data(), piece.size(), 0)) > 0;)
                out.append(piece.data(), static_cast<std::size_t>(got));
        }
        ::close(peer);
        return out.substr(0, out.find('\r'));
    }
    [[nodiscard]] std::string api(const std::string& line, const std::string& body = {}) const {
        return exchanged(socket_, line + " HTTP/1.0\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n",
                         body);
    }
    /// Until what is written behind an answer is there.
    [[nodiscard]] std::string api_soon(const std::string& line, const std::string& text) const {
        std::string out;
        for (int i = 0; i < 200 && out.find(text) == std::string::npos; ++i) {
            if (i != 0) ::usleep(50'000);
            out = api(line);
        }
        return out;
    }

private:
    int port_ = 0;
    std::filesystem::path socket_;
    std::unique_ptr<BootServer> server_;
};

TEST_F(BootServerTest, WhatAPhoneFetchesAgainAndAgainIsHeldAcrossARestartUntilItIsReleased) {
    using testing::HasSubstr;
    const auto with_http = options({{"http", "127.0.0.1:0", {}}});
    const std::string timeline = "GET /v1/devices/0080f0000001/timeline", device = R"({"mac":"0080f0000001",)"
                                                                                   R"("family":"panasonic","model":)"
                                                                                   R"("KX-HDV130"})";
    {
        const LoopingPhone phone(with_http, clock_);
        ASSERT_THAT(phone.api("POST /v1/devices", device), HasSubstr("201 Created"));
        ASSERT_THAT(phone.api("POST /v1/firmware?family=panasonic&name=fw%2Fa.fw&version=1", "an image"),
                    HasSubstr("201 Created"));
        const unsigned most = config::find_family(house_families(), "panasonic")->loop_limits().images;
        for (unsigned i = 0; i < most + 2; ++i)
            EXPECT_THAT(phone.fetch(), HasSubstr("200")) << "he only says who he is";
        EXPECT_THAT(phone.api("GET /v1/loops"), HasSubstr(R"("held":[])"));
        ASSERT_THAT(phone.fetch("Config0080f0000001.cfg"), HasSubstr("200")) << "it is the phone that stands there";
        for (unsigned i = 0; i < most; ++i) EXPECT_THAT(phone.fetch(), HasSubstr("200")) << i;
        EXPECT_THAT(phone.api("GET /v1/loops"), HasSubstr(R"("held":[])"));
        EXPECT_THAT(phone.fetch(), HasSubstr("404"));
        EXPECT_THAT(phone.api("GET /v1/loops"), HasSubstr(R"("mac":"0080f0000001","file":"fw/a.fw")"));
        EXPECT_THAT(phone.api("GET /v1/status"), HasSubstr(R"("held_images":1)"));
        EXPECT_THAT(phone.api("GET /v1/devices/0080f0000001/explain"), HasSubstr("fetched fw/a.fw (digest "));
        EXPECT_THAT(phone.api_soon(timeline, "alarm"), HasSubstr("alarm: a loop, not offered any more: fw/a.fw"));
    }
    {
        const LoopingPhone phone(with_http, clock_);
        EXPECT_THAT(phone.fetch(), HasSubstr("404"));
        EXPECT_THAT(phone.api("DELETE /v1/loops/0080f0000002"), HasSubstr("404 Not Found"));
        EXPECT_THAT(phone.api("DELETE /v1/loops/0080f0000001/other.fw"), HasSubstr("404 Not Found"));
        EXPECT_THAT(phone.api("DELETE /v1/loops/0080f0000001/fw%2Fa.fw"), HasSubstr(R"("released":["fw/a.fw"])"));
        EXPECT_THAT(phone.api_soon(timeline, "released"), HasSubstr("released by an operator: fw/a.fw"));
        EXPECT_THAT(phone.fetch(), HasSubstr("200"));
    }
    const LoopingPhone phone(with_http, clock_);
    EXPECT_THAT(phone.api("GET /v1/loops"), HasSubstr(R"("held":[])"));
    EXPECT_THAT(phone.fetch(), HasSubstr("200"));
}

} // namespace
} // namespace offhook::server
