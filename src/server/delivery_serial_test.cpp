// Shared files for phones that tell their serial number and no MAC.
#include "server/delivery.hpp"

#include "server/test_house.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

const MacAddress spa_of_lab(0x000e08aabbccULL);
constexpr std::string_view its_agent = "Linksys/SPA-942-5.1.8 (88019FA42805)";

struct LabPolicy {
    catalogue::Proof needed = catalogue::Proof::mac_alone;
    std::uint32_t first_contact_minutes = 0;
};

/// The device is of "lab", whose phones go to another server than those of the default site.
std::shared_ptr<const catalogue::Snapshot> house_with_serial(const LabPolicy& lab_has) {
    catalogue::SnapshotBuilder builder;
    catalogue::Site first;
    first.id = catalogue::default_site;
    first.name = "default";
    first.revision = 1;
    first.layer = layer_of({{"provisioning.server", "http://default.example.net"}});
    builder.add(std::move(first));
    catalogue::Site lab;
    lab.id = catalogue::SiteId(2);
    lab.name = "lab";
    lab.revision = 1;
    lab.layer = layer_of({{"provisioning.server", "http://lab.example.net"}});
    lab.policy.least[static_cast<std::size_t>(SourceClass::private_net)][0] = lab_has.needed;
    lab.first_contact_minutes = lab_has.first_contact_minutes;
    builder.add(std::move(lab));
    auto device = device_of(spa_of_lab, line_rows("1003"));
    device.family = "linksys-spa";
    device.model = "SPA942";
    device.serial = "88019FA42805";
    device.site = catalogue::SiteId(2);
    builder.add(std::make_shared<const catalogue::Device>(std::move(device)));
    return builder.build(1);
}

class DeliveryBySerial : public testing::Test {
protected:
    std::string body(std::string_view user_agent, std::string_view path = "spa942.cfg") {
        FileRequest request;
        request.path = path;
        request.source = *IpAddress::from_text("192.168.1.7");
        request.user_agent = user_agent;
        request.local = *IpAddress::from_text("192.168.1.1");
        request.local_port = 80;
        const auto answer = delivery_.open(request);
        delivery_.answered(answer.file == nullptr ? 404 : 200, 0);
        ring_.drain([this](const catalogue::TimelineEvent& event) { last_ = event; });
        return answer.file == nullptr ? "(nothing)" : (*answer.file)->text;
    }
    [[nodiscard]] bool is_of(std::string_view site, const std::string& text) const {
        return text.find("http://" + std::string(site) + ".example.net/") != std::string::npos;
    }

    ManualClock clock_;
    catalogue::EventRing ring_{64};
    Acquaintances acquaintances_;
    Delivery delivery_{house_families(), ring_, acquaintances_, clock_, {{{"http", {}}}, 1 << 20}};
    catalogue::TimelineEvent last_;
};

TEST_F(DeliveryBySerial, AKnownOneGetsItsSitesFileAndIsNamedInTheTimeline) {
    delivery_.publish(house_with_serial({}));
    EXPECT_TRUE(is_of("lab", body(its_agent)));
    EXPECT_EQ(last_.mac, spa_of_lab);
    EXPECT_EQ(last_.acquaintance, catalogue::Acquaintance::device);
    EXPECT_FALSE(acquaintances_.likely(last_.source, its_agent, clock_.wall())) << "it makes nobody known";
}

TEST_F(DeliveryBySerial, AnUnknownOneIsNobody) {
    delivery_.publish(house_with_serial({}));
    for (const auto* agent : {"Linksys/SPA-942-5.1.8 (88019FA42806)", "Linksys/SPA-942-5.1.8 ()", "88019FA42805", ""}) {
        EXPECT_TRUE(is_of("default", body(agent))) << agent;
        EXPECT_EQ(last_.mac.bits(), 0U) << agent;
    }
    EXPECT_EQ(body("Linksys/SPA-942-5.1.8 (88019FA42806)"), body("")) << "nothing tells which numbers are known";
}

TEST_F(DeliveryBySerial, ItOpensNothingWhereAMacAloneOpensNothing) {
    delivery_.publish(house_with_serial({catalogue::Proof::token, 0}));
    EXPECT_TRUE(is_of("default", body(its_agent))) << "as if it had told none";
    delivery_.publish(house_with_serial({catalogue::Proof::mac_alone, 60}));
    EXPECT_TRUE(is_of("default", body(its_agent))) << "nor does it count for a first contact";
}

} // namespace
} // namespace offhook::server
