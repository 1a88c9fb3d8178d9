// Whom a resync goes to, and what a phone's own page is told.
#include "server/resync/resync_targets.hpp"

#include "catalogue/test_directory.hpp"
#include "server/test_house.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

const MacAddress paged_mac(0x000e08aabbccULL);

std::string target_of(const SettingRows& fleet_rows, const ResyncWish& wish) {
    catalogue::SnapshotBuilder builder;
    catalogue::Site site;
    site.id = catalogue::default_site;
    site.name = "default";
    builder.add(std::move(site));
    catalogue::Fleet fleet;
    fleet.layer = layer_of(fleet_rows);
    builder.set(std::move(fleet));
    auto device = device_of(paged_mac, line_rows("1001"));
    device.family = "linksys-spa", device.model = "SPA942";
    builder.add(std::make_shared<const catalogue::Device>(device));
    const catalogue::TestDirectory home;
    catalogue::TimelineOptions options;
    options.directory = home.path();
    catalogue::Timeline timeline(options);
    const auto target = resync_target(*builder.build(1), house_families(), timeline, device, wish);
    EXPECT_TRUE(target.page) << target.why_not;
    return target.page ? target.page->target : std::string();
}

ResyncWish page_wish(std::string event = "", std::string rule = "") {
    ResyncWish wish;
    wish.via = ResyncWish::Via::url;
    wish.address = ResyncAddress{IpAddress::v4(0x7f000001), 8080};
    wish.event = std::move(event);
    wish.rule = std::move(rule);
    return wish;
}

TEST(ResyncTargets, APageIsToldTheWayToThePhonesOwnFileWhereThatIsKnown) {
    const SettingRows here{{"provisioning.server", "http://boot.example.net:8080"}};
    EXPECT_EQ(target_of(here, page_wish()), "/admin/resync?http://boot.example.net:8080/$MA.xml");
    EXPECT_EQ(target_of(here, page_wish("", "http://h/x")), "/admin/resync?http://h/x") << "the operator knows better";
    EXPECT_EQ(target_of(here, page_wish("reboot")), "/admin/reboot");
    EXPECT_EQ(target_of({}, page_wish()), "/admin/resync") << "the phone's default: who asks, by TFTP";
}

TEST(ResyncTargets, APageIsToldTheRuleThatSealedFilesNeed) {
    const auto target = target_of({{"provisioning.server", "tftp://192.0.2.1"},
                                   {"provisioning.key_server", "https://192.0.2.1"},
                                   {"provisioning.sealed", "yes"}},
                                  page_wish());
    EXPECT_NE(target.find("tftp://192.0.2.1/$MA.enc"), std::string::npos) << target;
    EXPECT_NE(target.find("https://192.0.2.1/$MA.xml"), std::string::npos) << target;
    EXPECT_EQ(target.find(' '), std::string::npos) << target;
}

TEST(ResyncTargets, ARuleOfTheOperatorsWhichMayHoldAKeyIsNotSent) {
    const SettingRows theirs{{"provisioning.server", "http://h"},
                             {"raw:Profile_Rule_B", "[--key s3cret] http://h/$MA.enc"}};
    EXPECT_EQ(target_of(theirs, page_wish()), "/admin/resync?http://h/$MA.xml");
}

} // namespace
} // namespace offhook::server
