#include "catalogue/snapshot.hpp"

#include <gtest/gtest.h>

#include <set>

namespace offhook::catalogue {
namespace {

std::shared_ptr<Device> device(std::uint64_t mac, std::string user = "100") {
    auto out = std::make_shared<Device>();
    out->mac = MacAddress(mac);
    out->family = "polycom";
    out->model = "SPIP650";
    config::LayerBuilder builder;
    EXPECT_TRUE(builder.set("line.1.user", user));
    out->layer = builder.build();
    return out;
}

ChangeSet put(Revision revision, std::vector<std::shared_ptr<const Device>> devices) {
    ChangeSet out;
    out.revision = revision;
    out.devices = std::move(devices);
    return out;
}

TEST(Snapshot, StartsWithTheDefaultSiteAndNothingElse) {
    const Snapshot empty;
    EXPECT_EQ(empty.device_count(), 0U);
    EXPECT_EQ(empty.find(MacAddress(0x0004f2000001)), nullptr);
    ASSERT_NE(empty.site("default"), nullptr);
    EXPECT_EQ(empty.site_of_source(*IpAddress::from_text("192.0.2.1")).id, default_site);
    Snapshot::Cursor cursor;
    EXPECT_TRUE(empty.page(cursor, 10).empty());
    EXPECT_TRUE(cursor.at_end());
}

TEST(Snapshot, FindsEveryDeviceOfARunOfAddresses) {
    SnapshotBuilder builder;
    for (std::uint64_t i = 0; i < 20'000; ++i) builder.add(device(0x0004f2000000 + i));
    const auto snapshot = builder.build(7);
    EXPECT_EQ(snapshot->revision(), 7U);
    EXPECT_EQ(snapshot->device_count(), 20'000U);
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        const Device* found = snapshot->find(MacAddress(0x0004f2000000 + i));
        ASSERT_NE(found, nullptr) << i;
        ASSERT_EQ(found->mac.bits(), 0x0004f2000000 + i);
    }
    EXPECT_EQ(snapshot->find(MacAddress(0x0004f2000000 + 20'000)), nullptr);
    EXPECT_EQ(snapshot->find(MacAddress(0x0004f1ffffff)), nullptr);
}

TEST(Snapshot, PagesThroughEveryDeviceOnce) {
    SnapshotBuilder builder;
    for (std::uint64_t i = 0; i < 10'000; ++i) builder.add(device(0x482567000000 + i));
    const auto snapshot = builder.build(1);
    std::set<MacAddress> seen;
    Snapshot::Cursor cursor;
    std::size_t pages = 0;
    while (!cursor.at_end()) {
        const auto page = snapshot->page(cursor, 100);
        EXPECT_LE(page.size(), 100U);
        for (const Device* one : page) EXPECT_TRUE(seen.insert(one->mac).second);
        ++pages;
    }
    EXPECT_EQ(seen.size(), 10'000U);
    EXPECT_EQ(pages, 100U);
}

TEST(Snapshot, ChangeLeavesTheOldOneAsItWas) {
    const auto one = Snapshot().advanced(put(1, {device(0x0004f2000001), device(0x0004f2000002)}));
    ChangeSet change = put(2, {device(0x0004f2000001, "200"), device(0x0004f2000003)});
    change.removed_devices.push_back(MacAddress(0x0004f2000002));
    const auto two = one->advanced(change);
    const auto user = *config::find_setting("line.1.user");
    EXPECT_EQ(one->find(MacAddress(0x0004f2000001))->layer.find(user), "100");
    EXPECT_EQ(two->find(MacAddress(0x0004f2000001))->layer.find(user), "200");
    EXPECT_NE(one->find(MacAddress(0x0004f2000002)), nullptr);
    EXPECT_EQ(two->find(MacAddress(0x0004f2000002)), nullptr);
    EXPECT_EQ(one->find(MacAddress(0x0004f2000003)), nullptr);
    EXPECT_EQ(one->device_count(), 2U);
    EXPECT_EQ(two->device_count(), 2U);
    EXPECT_EQ(two->revision(), 2U);
}

TEST(Snapshot, UnchangedDevicesAreShared) {
    const auto one = Snapshot().advanced(put(1, {device(0x0004f2000001), device(0x0004f2000002)}));
    const auto two = one->advanced(put(2, {device(0x0004f2000001)}));
    EXPECT_EQ(one->find(MacAddress(0x0004f2000002)), two->find(MacAddress(0x0004f2000002)));
    EXPECT_NE(one->find(MacAddress(0x0004f2000001)), two->find(MacAddress(0x0004f2000001)));
}

TEST(Snapshot, OtherIdentitiesFollowTheDevice) {
    auto first = device(0x0004f2000001);
    first->wifi_mac = MacAddress(0x0004f2aaaaaa);
    first->serial = "S1";
    const auto one = Snapshot().advanced(put(1, {first}));
    EXPECT_EQ(one->find(MacAddress(0x0004f2aaaaaa))->mac.bits(), 0x0004f2000001U);
    EXPECT_EQ(one->find_lan(MacAddress(0x0004f2aaaaaa)), nullptr);
    EXPECT_EQ(one->find_serial("polycom", "S1")->mac.bits(), 0x0004f2000001U);
    EXPECT_EQ(one->find_serial("panasonic", "S1"), nullptr);

    auto second = device(0x0004f2000001);
    second->wifi_mac = MacAddress(0x0004f2bbbbbb);
    const auto two = one->advanced(put(2, {second}));
    EXPECT_EQ(two->find(MacAddress(0x0004f2aaaaaa)), nullptr);
    EXPECT_NE(two->find(MacAddress(0x0004f2bbbbbb)), nullptr);
    EXPECT_EQ(two->find_serial("polycom", "S1"), nullptr);

    ChangeSet replace;
    replace.revision = 3;
    replace.removed_devices.push_back(MacAddress(0x0004f2000001));
    auto third = device(0x0004f2000009);
    third->wifi_mac = MacAddress(0x0004f2bbbbbb);
    replace.devices.push_back(third);
    const auto three = two->advanced(replace);
    EXPECT_EQ(three->find(MacAddress(0x0004f2bbbbbb))->mac.bits(), 0x0004f2000009U);
    EXPECT_EQ(three->find(MacAddress(0x0004f2000001)), nullptr);
}

TEST(Snapshot, SiteIsFoundByTokenAndByLongestPrefix) {
    Site wide, narrow;
    wide.id = SiteId{10}, wide.name = "wide", wide.networks = {*Network::from_text("10.0.0.0/8")};
    narrow.id = SiteId{11}, narrow.name = "narrow", narrow.networks = {*Network::from_text("10.1.0.0/16")};
    narrow.url_token = "abcdefghijklmnop";
    ChangeSet change;
    change.revision = 1;
    change.sites = {wide, narrow};
    const auto snapshot = Snapshot().advanced(change);
    EXPECT_EQ(snapshot->site_of_source(*IpAddress::from_text("10.1.2.3")).name, "narrow");
    EXPECT_EQ(snapshot->site_of_source(*IpAddress::from_text("10.2.2.3")).name, "wide");
    EXPECT_EQ(snapshot->site_of_source(*IpAddress::from_text("192.0.2.1")).name, "default");
    EXPECT_EQ(snapshot->site_of_network(*IpAddress::from_text("192.0.2.1")), nullptr) << "what is left is no network";
    EXPECT_EQ(snapshot->site_of_network(*IpAddress::from_text("10.1.2.3"))->name, "narrow");
    ASSERT_NE(snapshot->site_of_token("abcdefghijklmnop"), nullptr);
    EXPECT_EQ(snapshot->site_of_token("abcdefghijklmnop")->name, "narrow");
    EXPECT_EQ(snapshot->site_of_token("abcdefghijklmno"), nullptr);
    EXPECT_EQ(snapshot->site_of_token(""), nullptr);
}

TEST(ChangeSet, LaterChangesWinWhenMerged) {
    ChangeSet early = put(1, {device(0x0004f2000001, "100"), device(0x0004f2000002)});
    ChangeSet late = put(2, {device(0x0004f2000001, "200")});
    late.removed_devices.push_back(MacAddress(0x0004f2000002));
    early.merge(std::move(late));
    EXPECT_EQ(early.revision, 2U);
    ASSERT_EQ(early.devices.size(), 1U);
    const auto snapshot = Snapshot().advanced(early);
    EXPECT_EQ(snapshot->find(MacAddress(0x0004f2000001))->layer.find(*config::find_setting("line.1.user")), "200");
    EXPECT_EQ(snapshot->find(MacAddress(0x0004f2000002)), nullptr);
}

TEST(SnapshotUploads, AreFoundByDeviceAndKindAndShareTheRest) {
    const auto upload = [](std::uint64_t mac, std::string_view kind, std::int64_t id) {
        UploadChange out{MacAddress(mac), upload_key(kind), std::nullopt};
        if (id != 0) out.mark.emplace().id = id;
        return out;
    };
    const auto id_of = [](const Snapshot& snapshot, std::uint64_t mac, std::string_view kind) -> std::int64_t {
        const UploadMark* mark = snapshot.upload(MacAddress(mac), kind);
        return mark == nullptr ? 0 : mark->id;
    };
    ChangeSet many;
    many.revision = 1;
    for (std::uint64_t mac = 1; mac <= 5'000; ++mac)
        for (const char* kind : {"a", "b"})
            many.uploads.push_back(upload(mac, kind, static_cast<std::int64_t>(mac * 10 + (*kind == 'b' ? 1 : 0))));
    const auto first = Snapshot().advanced(many);
    for (std::uint64_t mac = 1; mac <= 5'000; ++mac) {
        EXPECT_EQ(id_of(*first, mac, "a"), static_cast<std::int64_t>(mac * 10));
        EXPECT_EQ(id_of(*first, mac, "b"), static_cast<std::int64_t>(mac * 10 + 1));
    }
    EXPECT_EQ(id_of(*first, 1, "c"), 0);
    ChangeSet change;
    change.revision = 2;
    change.removed_devices = {MacAddress(2)};
    change.uploads = {upload(1, "a", 77), upload(1, "b", 0), upload(2, "b", 78), upload(1, "a", 79)};
    const auto second = first->advanced(change);
    EXPECT_EQ(id_of(*second, 1, "a"), 79) << "of changes to one the last stands";
    EXPECT_EQ(id_of(*second, 1, "b"), 0);
    EXPECT_EQ(id_of(*second, 2, "a"), 0) << "a removed device's are gone";
    EXPECT_EQ(id_of(*second, 2, "b"), 78) << "of one that was added again they are there";
    EXPECT_EQ(id_of(*second, 3, "a"), 30);
    EXPECT_EQ(id_of(*first, 1, "a"), 10) << "a snapshot never changes";
}

TEST(SnapshotUploads, ALaterRemovalInOneCommitTakesThemAway) {
    ChangeSet first, second;
    first.revision = 1, second.revision = 2;
    first.uploads.push_back({MacAddress(1), upload_key("a"), UploadMark{}});
    auto file = std::make_shared<StoredFile>();
    file->id = 5, file->name = "sip.ld";
    first.files.push_back(file);
    second.removed_devices = {MacAddress(1)};
    second.removed_files = {5};
    first.merge(std::move(second));
    const auto snapshot = Snapshot().advanced(first);
    EXPECT_EQ(snapshot->upload(MacAddress(1), "a"), nullptr);
    EXPECT_TRUE(snapshot->files_named("sip.ld").empty());
}

} // namespace
} // namespace offhook::catalogue
