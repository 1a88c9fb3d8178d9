// Whose shared files a phone gets: house() has Anna at the default site and Bert at "lab", which has a network.
#include "server/explain/explain.hpp"
#include "server/explain/findings.hpp"
#include "server/explain/source_story.hpp"
#include "server/test_house.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using catalogue::TimelineEvent;

TimelineEvent shared_file(MacAddress mac, const IpAddress& source, std::string_view path) {
    TimelineEvent event;
    event.at = WallTime{std::chrono::seconds{1'767'225'600}};
    event.mac = mac, event.source = source, event.status = 200;
    event.family = "polycom", event.kind = "site", event.path = path;
    return event;
}

std::string site_told(MacAddress mac, const IpAddress& source, std::string_view path = "site.cfg") {
    const auto snapshot = house();
    const std::vector<TimelineEvent> events{shared_file(mac, source, path)};
    std::string out;
    for (const auto& sentence : explain({mac, snapshot.get(), &house_families(), events}).conclusion)
        out += sentence + '\n';
    return out;
}

const IpAddress lab_desk = IpAddress::v4(0x0a070001); // 10.7.0.1
const IpAddress nowhere = IpAddress::v4(0xac1f0909);  // 172.31.9.9

TEST(SiteFindings, ADeviceFromANetworkOfNoSiteIsToldWhoseSharedFilesItGot) {
    const std::string text = site_told(bert, nowhere);
    for (const char* part :
         {"The catalogue has it at site lab, but site.cfg names no phone, and by its address 172.31.9.9 it is of "
          "site default, because no site's network has it",
          "`offhook site set lab --network ", " --network CIDR`"})
        EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
}

TEST(SiteFindings, ADeviceFromItsOwnSitesNetworkIsToldNothingOfSites) {
    for (const auto& [mac, source] : {std::pair(bert, lab_desk), std::pair(anna, nowhere)})
        EXPECT_EQ(site_told(mac, source).find("by its address"), std::string::npos) << site_told(mac, source);
    const std::string text = site_told(bert, nowhere, "0004f2000002-site.cfg"); // it said who it is
    EXPECT_EQ(text.find("by its address"), std::string::npos) << text;
}

TEST(SiteFindings, AStrangerIsToldWhichSiteAnsweredAndWhy) {
    const MacAddress stranger(0x0004f2777777ULL);
    const std::string text = site_told(stranger, nowhere);
    EXPECT_NE(
        text.find(
            "By its address 172.31.9.9 it is of site default, because no site's network has it: files that "
            "phones share come from there. To give its network to a site: `offhook site set SITE --network CIDR`."),
        std::string::npos)
        << text;
    EXPECT_NE(site_told(stranger, lab_desk).find("it is of site lab, whose network it is in"), std::string::npos);
}

TEST(SiteFindings, WhereThereIsOneSiteThereIsNothingToAssign) {
    catalogue::SnapshotBuilder builder;
    catalogue::Site site;
    site.id = catalogue::default_site;
    site.name = "default";
    builder.add(std::move(site));
    EXPECT_EQ(site_by_address(*builder.build(1), nowhere), "By its address 172.31.9.9 it is of site default.");
}

} // namespace
} // namespace offhook::server
