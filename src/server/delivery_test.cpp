#include "server/delivery.hpp"

#include "server/test_house.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using catalogue::Outcome;

class DeliveryTest : public testing::Test {
protected:
    DeliveryTest() { delivery_.publish(house()); }

    FileAnswer ask(std::string_view path, const char* source = "192.168.1.7", std::string_view user_agent = agent) {
        FileRequest request;
        request.path = path;
        request.source = *IpAddress::from_text(source);
        request.user_agent = user_agent;
        request.listener = listener_;
        const auto answer = delivery_.open(request);
        delivery_.answered(answer.file == nullptr ? 404 : 200,
                           answer.file == nullptr ? 0 : (*answer.file)->body.size());
        return answer;
    }
    std::string body(std::string_view path, const char* source = "192.168.1.7") {
        const auto answer = ask(path, source);
        return answer.file == nullptr ? "(nothing)" : (*answer.file)->text;
    }
    catalogue::TimelineEvent last_event() {
        catalogue::TimelineEvent last;
        ring_.drain([&](const catalogue::TimelineEvent& event) { last = event; });
        return last;
    }

    static constexpr std::string_view agent = "FileTransport PolycomSoundPointIP-SPIP_650-UA/2.2.0.0047";
    ManualClock clock_;
    catalogue::EventRing ring_{1024};
    Acquaintances acquaintances_;
    std::uint16_t listener_ = 0;
    Delivery delivery_{house_families(), ring_, acquaintances_, clock_, {{{"http", {}}, {"http/lab", "lab"}}, 1 << 20}};
};

TEST_F(DeliveryTest, ADeviceGetsItsMasterAndItsOwnSettings) {
    EXPECT_NE(body("0004f2000001.cfg").find("0004f2000001-settings.cfg"), std::string::npos);
    const std::string own = body("0004f2000001-settings.cfg");
    EXPECT_NE(own.find("1001"), std::string::npos);
    EXPECT_NE(own.find("secret-of-1001"), std::string::npos);
    EXPECT_EQ(own.find("1002"), std::string::npos);
    EXPECT_EQ(body("0004F2000001-SETTINGS.CFG"), own);
}

TEST_F(DeliveryTest, ASharedFileNeverHoldsASecret) {
    for (const char* path : {"site.cfg", "0004f2000001-site.cfg", "000000000000.cfg"}) {
        const std::string shared = body(path);
        EXPECT_NE(shared, "(nothing)") << path;
        EXPECT_EQ(shared.find("secret"), std::string::npos) << path;
    }
    EXPECT_NE(body("site.cfg").find("ntp.example.net"), std::string::npos);
    EXPECT_NE(body("0004f2000001-settings.cfg").find("fleet-web-secret"), std::string::npos);
}

TEST_F(DeliveryTest, AStrangerGetsNothingAndIsRemembered) {
    EXPECT_EQ(body("0004f20000ff.cfg"), "(nothing)");
    const auto event = last_event();
    EXPECT_EQ(event.mac, stranger);
    EXPECT_EQ(event.acquaintance, catalogue::Acquaintance::stranger);
    EXPECT_EQ(event.outcome, Outcome::absent);
    EXPECT_EQ(event.family.view(), "polycom");
    EXPECT_EQ(event.kind.view(), "master");
}

TEST_F(DeliveryTest, ASharedFileBelongsToTheSiteOfTokenListenerNetworkOrElseTheDefault) {
    const auto site_of = [&](std::string_view path, const char* source) {
        const std::string text = body(path, source);
        return text.find("ntp.lab.example.net") != std::string::npos ? "lab"
               : text.find("ntp.example.net") != std::string::npos   ? "default"
                                                                     : "none";
    };
    EXPECT_STREQ(site_of("site.cfg", "192.168.1.7"), "default");
    EXPECT_STREQ(site_of("site.cfg", "10.7.3.4"), "lab");
    EXPECT_STREQ(site_of(std::string(lab_token) + "/site.cfg", "192.168.1.7"), "lab");
    listener_ = 1;
    EXPECT_STREQ(site_of("site.cfg", "192.168.1.7"), "lab");
    EXPECT_STREQ(site_of("0004f2000001-site.cfg", "10.7.3.4"), "default"); // a device's name says whose it is
}

TEST_F(DeliveryTest, FromAPublicNetworkAMacAloneIsNotEnoughButTheSitesTokenIs) {
    EXPECT_EQ(body("0004f2000002-settings.cfg", "198.51.100.7"), "(nothing)");
    EXPECT_EQ(last_event().outcome, Outcome::refused);
    EXPECT_NE(body(std::string(lab_token) + "/0004f2000002-settings.cfg", "198.51.100.7"), "(nothing)");
    EXPECT_EQ(last_event().path.view(), "0004f2000002-settings.cfg"); // the token is no part of any record
    EXPECT_EQ(body(std::string(lab_token) + "/0004f2000001-settings.cfg", "198.51.100.7"),
              "(nothing)"); // another site's
    EXPECT_EQ(body("wrong-token-0123456789/0004f2000002-settings.cfg", "198.51.100.7"), "(nothing)");
}

TEST_F(DeliveryTest, NamesThatAreNoFilesGetNothing) {
    for (const char* path :
         {"", "/", "0004f2000001", "0004f2000001.cfg/", "spip/0004f2000001.cfg", "../etc/passwd",
          "0004f2000001-other.cfg", "000000000000-settings.cfg", "xx0004f2000001.cfg", "0004f20000010.cfg"})
        EXPECT_EQ(body(path), "(nothing)") << path;
}

TEST_F(DeliveryTest, AHitIsTheSameFileAndAChangeThatChangesNothingKeepsIt) {
    const auto first = *ask("0004f2000001-settings.cfg").file;
    EXPECT_EQ(*ask("0004f2000001-settings.cfg").file, first);
    catalogue::ChangeSet change;
    change.revision = 2;
    auto noted = device_of(anna, line_rows("1001"), 2);
    noted.note = "by the window";
    change.devices.push_back(std::make_shared<const catalogue::Device>(std::move(noted)));
    delivery_.publish(house()->advanced(change));
    EXPECT_EQ(*ask("0004f2000001-settings.cfg").file, first);
}

TEST_F(DeliveryTest, TheNextRequestAfterAPublishSeesTheChange) {
    const auto before = *ask("0004f2000001-settings.cfg").file;
    const auto untouched = *ask("0004f2000002-settings.cfg").file;
    catalogue::ChangeSet change;
    change.revision = 2;
    change.devices.push_back(std::make_shared<const catalogue::Device>(device_of(anna, line_rows("1009"), 2)));
    auto snapshot = house()->advanced(change);
    delivery_.publish(snapshot);
    const auto after = *ask("0004f2000001-settings.cfg").file;
    EXPECT_NE(after->body.find("1009"), std::string::npos);
    EXPECT_NE(after->entity_tag, before->entity_tag);
    EXPECT_EQ(*ask("0004f2000002-settings.cfg").file, untouched);

    catalogue::ChangeSet fleet;
    fleet.revision = 3;
    fleet.fleet.emplace();
    fleet.fleet->revision = 3;
    fleet.fleet->layer = layer_of({{"time.server", "ntp.new.example.net"}});
    delivery_.publish(snapshot->advanced(fleet));
    EXPECT_NE(body("site.cfg").find("ntp.new.example.net"), std::string::npos);

    catalogue::ChangeSet removal;
    removal.revision = 4;
    removal.removed_devices.push_back(anna);
    delivery_.publish(snapshot->advanced(removal));
    EXPECT_EQ(body("0004f2000001-settings.cfg"), "(nothing)");
}

TEST_F(DeliveryTest, HeadsAreReadyAndSayTheTruth) {
    const auto file = *ask("0004f2000001-settings.cfg").file;
    EXPECT_NE(file->http_head_close.find("Content-Length: " + std::to_string(file->body.size()) + "\r\n"),
              std::string::npos);
    EXPECT_NE(file->http_head_close.find(file->entity_tag), std::string::npos);
    EXPECT_EQ(file->media_type, "text/xml");
}

TEST_F(DeliveryTest, AFileWithoutAMacIsOnTheTimelineOfWhoeverJustAskedFromThere) {
    (void)ask("0004f2000001.cfg");
    (void)ask("sip.ld");
    const auto event = last_event();
    EXPECT_EQ(event.mac, anna);
    EXPECT_EQ(event.outcome, Outcome::absent);
}

TEST_F(DeliveryTest, TheTimelineSaysHowItWasAnswered) {
    FileRequest request;
    request.path = "0004f2000001.cfg";
    request.source = IpAddress::v4(0x7f000001);
    ASSERT_NE(delivery_.open(request).file, nullptr);
    delivery_.answered(304, 0);
    EXPECT_EQ(last_event().outcome, Outcome::not_modified);
    ASSERT_NE(delivery_.open(request).file, nullptr);
    delivery_.answered(206, 7);
    const auto part = last_event();
    EXPECT_EQ(part.outcome, Outcome::served);
    EXPECT_EQ(part.bytes, 7U);
    EXPECT_EQ(part.status, 206U);
}

TEST_F(DeliveryTest, ATransferThatBreaksOffNamesWhatWasBroken) {
    const auto answer = ask("0004f2000001-settings.cfg");
    delivery_.broken_off(answer.ticket, 5);
    const auto event = last_event();
    EXPECT_EQ(event.outcome, Outcome::broken_off);
    EXPECT_EQ(event.kind.view(), "settings");
    EXPECT_EQ(event.mac, anna);
    EXPECT_EQ(event.source, *IpAddress::from_text("192.168.1.7"));
}

TEST_F(DeliveryTest, NothingOfATokensShapeIsKept) {
    const std::string token(lab_token);
    for (const std::string& path : {token, token + "/", "dir/" + token + "/0004f2000002.cfg",
                                    token + "/" + token + "/0004f2000002.cfg", "x" + token + "/0004f2000002.cfg"}) {
        (void)ask(path);
        EXPECT_EQ(last_event().path.view().find(lab_token.substr(0, 10)), std::string_view::npos) << path;
    }
    (void)ask("0004f2000001-nosuch.cfg");
    EXPECT_EQ(last_event().path.view(), "0004f2000001-nosuch.cfg");
}

TEST_F(DeliveryTest, WhatAFileHasNoPlaceForIsLeftOutAndSaidOncePerChange) {
    catalogue::ChangeSet change;
    change.revision = 2;
    change.devices.push_back(std::make_shared<const catalogue::Device>(device_of(anna, {{"raw:1 no name", "x"}}, 2)));
    delivery_.publish(house()->advanced(change));
    testing::internal::CaptureStderr();
    for (int i = 0; i < 5; ++i) EXPECT_NE(ask("0004f2000001-settings.cfg").file, nullptr);
    EXPECT_EQ(last_event().outcome, Outcome::served);
    const std::string logged = testing::internal::GetCapturedStderr();
    EXPECT_EQ(std::count(logged.begin(), logged.end(), '\n'), 1) << logged;
}

TEST_F(DeliveryTest, ARenderedFileHasNoDateThatCouldHideAChange) {
    EXPECT_EQ((*ask("0004f2000001.cfg").file)->http_head_close.find("Last-Modified"), std::string::npos);
}

} // namespace
} // namespace offhook::server
