// Families that are data from documents: a Grandstream, a Cisco MPP and a Cisco SPA5xx phone get their files.
#include "server/delivery.hpp"

#include "server/test_house.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

const MacAddress grace(0xc074ad0b63eeULL), mika(0x00562b043615ULL), sipa(0x8843e157ddccULL);
constexpr const char* grandstream_agent = "Grandstream Model HW GRP2614 SW 1.0.5.15 DevId c074ad0b63ee";
constexpr const char* mpp_agent = "Cisco-CP-8851-3PCC/11.3.7 (00562b043615)";
constexpr const char* spa_agent = "Cisco/SPA501G-7.4.4 (8843E157DDCC)(CBT141100HR)";

std::shared_ptr<const catalogue::Snapshot> house_of_three() {
    catalogue::SnapshotBuilder builder;
    catalogue::Site first;
    first.id = catalogue::default_site;
    first.name = "default";
    first.revision = 1;
    builder.add(std::move(first));
    catalogue::Fleet fleet;
    fleet.revision = 1;
    fleet.layer = layer_of({{"time.server", "ntp.example.net"}, {"time.zone", "Europe/Berlin"}});
    builder.set(std::move(fleet));
    for (const auto& [mac, family, model, user] : {std::tuple{grace, "grandstream", "GRP2614", "2001"},
                                                   {mika, "cisco-mpp", "CP-8851", "2002"},
                                                   {sipa, "linksys-spa", "SPA501G", "2003"}}) {
        auto device = device_of(mac, line_rows(user));
        device.family = family;
        device.model = model;
        builder.add(std::make_shared<const catalogue::Device>(std::move(device)));
    }
    return builder.build(1);
}

class DeliveryDocumentedFamiliesTest : public testing::Test {
protected:
    DeliveryDocumentedFamiliesTest() { delivery_.publish(house_of_three()); }

    std::string body(std::string_view path, std::string_view user_agent = {}) {
        FileRequest request;
        request.transport = Transport::http;
        request.path = path;
        request.source = *IpAddress::from_text("192.168.1.7");
        request.user_agent = user_agent;
        request.local = *IpAddress::from_text("192.168.1.1");
        request.local_port = 80;
        const auto answer = delivery_.open(request);
        delivery_.answered(answer.file == nullptr ? 404 : 200, 0);
        return answer.file == nullptr ? "(nothing)" : (*answer.file)->text;
    }

    ManualClock clock_;
    catalogue::EventRing ring_{1024};
    Acquaintances acquaintances_;
    Delivery delivery_{house_families(), ring_, acquaintances_, clock_, {{{"http", {}}}, 1 << 20}};
};

TEST_F(DeliveryDocumentedFamiliesTest, AGrandstreamGetsOneFileThatSaysEverything) {
    for (const char* agent : {"", grandstream_agent})
        for (const char* path : {"cfgc074ad0b63ee.xml", "cfgC074AD0B63EE.xml"}) {
            const auto text = body(path, agent);
            for (const char* part : {"<mac>c074ad0b63ee</mac>\n<config version=\"1\">\n", "<P271>1</P271>\n",
                                     "<P35>2001</P35>\n", "<P30>ntp.example.net</P30>\n", "<P64>customize</P64>\n",
                                     "<P246>CET-1CEST,M3.5.0,M10.5.0/3</P246>\n"})
                EXPECT_NE(text.find(part), std::string::npos) << path << ": " << part << "\n" << text;
        }
    for (const char* path :
         {"cfgc074ad0b63ee", "cfgc074ad0b63ee.bin", "cfggrp2614.xml", "cfg.xml", "devc074ad0b63ee.cfg"})
        EXPECT_EQ(body(path, grandstream_agent), "(nothing)") << path << ": the phone goes on to the next";
}

TEST_F(DeliveryDocumentedFamiliesTest, ACiscoMppIsLedFromItsModelsFileToItsOwn) {
    const auto first = body("8851-3PCC.xml", mpp_agent);
    EXPECT_NE(first.find("<Profile_Rule_B>http://192.168.1.1/$MA.xml</Profile_Rule_B>"), std::string::npos) << first;
    EXPECT_NE(first.find("<Primary_NTP_Server>ntp.example.net<"), std::string::npos) << first;
    EXPECT_EQ(first.find("2002"), std::string::npos) << "nothing of one phone";
    EXPECT_EQ(body("CP-8851-3PCC.xml"), first) << "no agent is needed for that";
    for (const char* agent : {"", mpp_agent})
        EXPECT_NE(body("00562b043615.xml", agent).find("<User_ID_1_>2002<"), std::string::npos) << agent;
}

TEST_F(DeliveryDocumentedFamiliesTest, ACiscoSpa5xxIsAModelOfTheLinksysPack) {
    EXPECT_NE(body("spa501G.cfg", spa_agent).find("<Profile_Rule_B>http://192.168.1.1/$MA.xml<"), std::string::npos);
    for (const char* agent : {"", spa_agent})
        EXPECT_NE(body("8843e157ddcc.xml", agent).find("<User_ID_1_>2003<"), std::string::npos) << agent;
}

TEST_F(DeliveryDocumentedFamiliesTest, NoPhoneGetsAFileOfAnotherFamilysForm) {
    for (const char* path : {"cfg00562b043615.xml", "c074ad0b63ee.xml", "cfg8843e157ddcc.xml", "c074ad0b63ee.cfg"})
        EXPECT_EQ(body(path), "(nothing)") << path;
}

} // namespace
} // namespace offhook::server
