#pragma once
/// @file  What every Store must do, whatever it is built on. A backend's test includes this and instantiates it:
///
///   INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance, testing::Values(StoreBackend{"sqlite", make_home}),
///                            backend_name);
#include "base/clock.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace offhook::catalogue {

/// Where one test's store lives; open() opens it, again after the last one was closed.
class StoreHome {
public:
    virtual ~StoreHome() = default;
    [[nodiscard]] virtual std::unique_ptr<Store> open(ModelCheck check_model) = 0;
};

struct StoreBackend {
    std::string name;
    std::function<std::unique_ptr<StoreHome>()> make_home;
};

inline std::string backend_name(const testing::TestParamInfo<StoreBackend>& info) { return info.param.name; }

class StoreConformance : public testing::TestWithParam<StoreBackend> {
protected:
    StoreConformance() : home_(GetParam().make_home()) { open(); }

    void open(ModelCheck check_model = {}) {
        catalogue_.reset();
        catalogue_ = std::make_unique<Catalogue>(home_->open(std::move(check_model)));
    }
    Store& store() { return catalogue_->store(); }
    SnapshotPtr snapshot() { return catalogue_->snapshot(); }

    /// The snapshot that was advanced change by change, and one loaded afresh, must be the same catalogue.
    void expect_snapshot_is_what_is_stored() {
        const SnapshotPtr memory = snapshot();
        const SnapshotPtr disk = store().load();
        EXPECT_EQ(memory->revision(), disk->revision());
        EXPECT_EQ(memory->fleet(), disk->fleet());
        EXPECT_EQ(memory->sites(), disk->sites());
        EXPECT_EQ(memory->groups(), disk->groups());
        const auto values = [](const std::vector<const ModelLayer*>& layers) {
            std::vector<ModelLayer> out;
            for (const ModelLayer* layer : layers) out.push_back(*layer);
            return out;
        };
        EXPECT_EQ(values(memory->model_layers()), values(disk->model_layers()));
        EXPECT_EQ(book(*memory, ""), book(*disk, ""));
        for (const auto& [id, site] : disk->sites()) EXPECT_EQ(book(*memory, site.name), book(*disk, site.name));
        ASSERT_EQ(memory->device_count(), disk->device_count());
        Snapshot::Cursor cursor;
        while (!cursor.at_end())
            for (const Device* device : disk->page(cursor, 1'000)) {
                const Device* known = memory->find_lan(device->mac);
                ASSERT_NE(known, nullptr) << device->mac.text();
                EXPECT_EQ(*known, *device) << device->mac.text();
                EXPECT_EQ(store().find_device(device->mac), *device);
            }
    }

    static std::vector<PhonebookEntry> book(const Snapshot& of, std::string_view site) {
        std::vector<PhonebookEntry> out;
        for (const auto& entry : of.phonebook(site.empty() ? SiteId{} : of.site(site)->id)) out.push_back(*entry);
        return out;
    }
    static MacAddress mac(std::uint64_t low) { return MacAddress(0x0004'f200'0000ULL + low); }
    static DeviceDraft draft(std::uint64_t low, std::vector<SettingText> settings = {}) {
        DeviceDraft out;
        out.mac = mac(low);
        out.family = "polycom";
        out.model = "SPIP650";
        out.settings = std::move(settings);
        return out;
    }
    static std::string value(const config::Layer& layer, std::string_view name) {
        for (const config::Layer::Entry& entry : layer)
            if (entry.name() == name) return std::string(entry.value);
        return "(absent)";
    }
    template <class T>
    static ErrorCode code_of(const Result<T>& result) {
        EXPECT_FALSE(result.has_value());
        return result.has_value() ? ErrorCode::unavailable : result.error().code;
    }

    std::unique_ptr<StoreHome> home_;
    std::unique_ptr<Catalogue> catalogue_;
};

TEST_P(StoreConformance, NewStoreIsEmptyButForTheDefaultSite) {
    EXPECT_EQ(snapshot()->revision(), 0U);
    EXPECT_EQ(snapshot()->device_count(), 0U);
    ASSERT_NE(snapshot()->site("default"), nullptr);
    EXPECT_EQ(snapshot()->site("default")->id, default_site);
    EXPECT_EQ(snapshot()->site("default")->policy, SitePolicy());
}

TEST_P(StoreConformance, DeviceIsFoundByTheNextReadAndAfterReopening) {
    DeviceDraft full = draft(1, {{"line.1.user", "100"}, {"line.1.password", "s3cret"}, {"raw:reg.1.ringType", "3"}});
    full.wifi_mac = mac(0xabc);
    full.serial = "SN 1";
    full.note = "by the door";
    const auto added = store().add_device(full);
    ASSERT_TRUE(added) << added.error().text();
    EXPECT_EQ(*added, 1U);
    for (int round = 0; round < 2; ++round) {
        const Device* device = snapshot()->find(mac(0xabc));
        ASSERT_NE(device, nullptr);
        EXPECT_EQ(device->mac, mac(1));
        EXPECT_EQ(device->serial, "SN 1");
        EXPECT_EQ(device->note, "by the door");
        EXPECT_EQ(device->revision, 1U);
        EXPECT_EQ(value(device->layer, "line.1.password"), "s3cret");
        EXPECT_EQ(value(device->layer, "raw:reg.1.ringType"), "3");
        EXPECT_EQ(snapshot()->find_serial("polycom", "SN 1"), device);
        expect_snapshot_is_what_is_stored();
        open();
    }
}

TEST_P(StoreConformance, RefusedDraftsLeaveNothingBehind) {
    ASSERT_TRUE(store().add_device(draft(1)));
    struct Case {
        std::string name;
        std::function<void(DeviceDraft&)> spoil;
        ErrorCode code;
        std::string where;
    };
    const Case cases[] = {
        {"same MAC", [](DeviceDraft& d) { d.mac = mac(1); }, ErrorCode::conflict, "mac"},
        {"zero MAC", [](DeviceDraft& d) { d.mac = MacAddress(); }, ErrorCode::invalid, "mac"},
        {"group MAC", [](DeviceDraft& d) { d.mac = MacAddress(0x0104f2000001ULL); }, ErrorCode::invalid, "mac"},
        {"Wi-Fi MAC is a device", [](DeviceDraft& d) { d.wifi_mac = mac(1); }, ErrorCode::conflict, "wifi_mac"},
        {"no family", [](DeviceDraft& d) { d.family = ""; }, ErrorCode::invalid, "family"},
        {"long model", [](DeviceDraft& d) { d.model = std::string(65, 'x'); }, ErrorCode::too_large, "model"},
        {"no such site", [](DeviceDraft& d) { d.site = "moon"; }, ErrorCode::not_found, "site"},
        {"no such group", [](DeviceDraft& d) { d.group = "moon"; }, ErrorCode::not_found, "group"},
        {"no such setting",
         [](DeviceDraft& d) {
             d.settings = {{"line.1.usr", "1"}};
         },
         ErrorCode::not_found, "line.1.usr"},
        {"bad value",
         [](DeviceDraft& d) {
             d.settings = {{"line.1.registrar.port", "70000"}};
         },
         ErrorCode::invalid, "line.1.registrar.port"},
    };
    for (const Case& one : cases) {
        SCOPED_TRACE(one.name);
        DeviceDraft bad = draft(2);
        one.spoil(bad);
        const auto result = store().add_device(bad);
        EXPECT_EQ(code_of(result), one.code);
        if (!result) {
            EXPECT_EQ(result.error().where, one.where) << result.error().text();
        }
        EXPECT_EQ(snapshot()->device_count(), 1U);
        EXPECT_EQ(snapshot()->revision(), 1U);
    }
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, AsksWhetherAFamilyHasTheModel) {
    open([](std::string_view family, std::string_view model) -> Result<void> {
        if (family == "polycom" && model == "SPIP650") return {};
        return fail(ErrorCode::invalid, "no such model", "model");
    });
    ASSERT_TRUE(store().add_device(draft(1)));
    DeviceDraft other = draft(2);
    other.model = "T46G";
    EXPECT_EQ(code_of(store().add_device(other)), ErrorCode::invalid);
    DeviceChange change;
    change.model = "T46G";
    EXPECT_EQ(code_of(store().change_device(mac(1), change)), ErrorCode::invalid);
    EXPECT_EQ(code_of(store().replace_device({mac(1), mac(3), "T46G", {}, {}})), ErrorCode::invalid);
    EXPECT_NE(snapshot()->find(mac(1)), nullptr);
}

TEST_P(StoreConformance, ChangingADeviceStampsItAlone) {
    ASSERT_TRUE(store().add_device(draft(1, {{"line.1.user", "100"}, {"line.1.label", "Desk"}})));
    ASSERT_TRUE(store().add_device(draft(2)));
    DeviceChange change;
    change.note = "moved";
    change.set = {{"line.1.user", "101"}, {"line.1.password", "x y"}};
    change.unset = {"line.1.label"};
    const auto changed = store().change_device(mac(1), change);
    ASSERT_TRUE(changed) << changed.error().text();
    EXPECT_EQ(*changed, 3U);
    const Device* device = snapshot()->find(mac(1));
    EXPECT_EQ(device->revision, 3U);
    EXPECT_EQ(device->note, "moved");
    EXPECT_EQ(value(device->layer, "line.1.user"), "101");
    EXPECT_EQ(value(device->layer, "line.1.password"), "x y");
    EXPECT_EQ(value(device->layer, "line.1.label"), "(absent)");
    EXPECT_EQ(snapshot()->find(mac(2))->revision, 2U);
    EXPECT_EQ(snapshot()->fleet().revision, 0U);
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, ChangeThatChangesNothingKeepsTheRevision) {
    ASSERT_TRUE(store().add_device(draft(1, {{"line.1.user", "100"}})));
    DeviceChange same;
    same.set = {{"line.1.user", "100"}};
    const auto changed = store().change_device(mac(1), same);
    ASSERT_TRUE(changed);
    EXPECT_EQ(*changed, 1U);
    EXPECT_EQ(snapshot()->revision(), 1U);
}

TEST_P(StoreConformance, ChangesToWhatIsNotThereAreNotFound) {
    EXPECT_EQ(code_of(store().change_device(mac(1), {})), ErrorCode::not_found);
    EXPECT_EQ(code_of(store().remove_device(mac(1))), ErrorCode::not_found);
    EXPECT_EQ(code_of(store().replace_device({mac(1), mac(2), {}, {}, {}})), ErrorCode::not_found);
    EXPECT_EQ(code_of(store().change_site("moon", {})), ErrorCode::not_found);
    EXPECT_EQ(code_of(store().remove_site("moon")), ErrorCode::not_found);
    EXPECT_EQ(code_of(store().remove_group("moon")), ErrorCode::not_found);
    EXPECT_EQ(code_of(store().remove_entry(7)), ErrorCode::not_found);
    EXPECT_EQ(code_of(store().forget_sighting(mac(1))), ErrorCode::not_found);
    EXPECT_EQ(code_of(store().entries("moon")), ErrorCode::not_found);
    EXPECT_EQ(code_of(store().list_devices({.site = "moon"})), ErrorCode::not_found);
    const std::vector<std::string> unset{"line.1.user"};
    EXPECT_EQ(code_of(store().change_layer({config::LayerKind::fleet}, {}, unset)), ErrorCode::not_found);
    EXPECT_EQ(snapshot()->revision(), 0U);
}

TEST_P(StoreConformance, AKeyRotationEndsForTheDeviceThatWasNotChangedSince) {
    auto phone = draft(1);
    phone.settings = {{"provisioning.file_key", "00112233445566778899aabbccddeeff"},
                      {"provisioning.previous_file_key", "ffeeddccbbaa99887766554433221100"}};
    ASSERT_TRUE(store().add_devices(std::array{phone}));
    const auto states = [&](const char* name) {
        return snapshot()->find_lan(mac(1))->layer.find(*config::find_setting(name)).has_value();
    };
    const Revision fetched = snapshot()->find_lan(mac(1))->revision;
    DeviceChange change;
    change.set = {{"provisioning.file_key", "0123456789abcdef0123456789abcdef"}};
    ASSERT_TRUE(store().change_device(mac(1), change));
    ASSERT_TRUE(store().end_key_rotation(mac(1), fetched)); // another key meanwhile: not that one
    EXPECT_TRUE(states("provisioning.previous_file_key"));
    const auto ended = store().end_key_rotation(mac(1), snapshot()->find_lan(mac(1))->revision);
    ASSERT_TRUE(ended);
    EXPECT_FALSE(states("provisioning.previous_file_key"));
    EXPECT_TRUE(states("provisioning.file_key"));
    EXPECT_EQ(*store().end_key_rotation(mac(1), *ended), *ended) << "once";
    EXPECT_EQ(store().end_key_rotation(mac(9), *ended).error().code, ErrorCode::not_found);
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, RemovedDeviceIsGoneAndItsIdentitiesAreFree) {
    DeviceDraft first = draft(1, {{"line.1.password", "old"}});
    first.wifi_mac = mac(0xa);
    first.serial = "S";
    ASSERT_TRUE(store().add_device(first));
    ASSERT_TRUE(store().remove_device(mac(1)));
    EXPECT_EQ(snapshot()->find(mac(1)), nullptr);
    EXPECT_EQ(snapshot()->find(mac(0xa)), nullptr);
    EXPECT_EQ(store().find_device(mac(1)), std::nullopt);
    DeviceDraft second = draft(2);
    second.wifi_mac = mac(0xa);
    second.serial = "S";
    ASSERT_TRUE(store().add_device(second));
    ASSERT_TRUE(store().add_device(draft(1)));
    EXPECT_TRUE(snapshot()->find(mac(1))->layer.empty());
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, ReplacementTakesEverythingOver) {
    ASSERT_TRUE(store().add_site("berlin", {}));
    ASSERT_TRUE(store().add_group("desks", "", "berlin"));
    DeviceDraft old = draft(1, {{"line.1.user", "100"}, {"line.1.password", "s3cret"}});
    old.site = "berlin", old.group = "desks", old.note = "window", old.serial = "S1", old.wifi_mac = mac(0xa);
    ASSERT_TRUE(store().add_device(old));
    Sighting seen;
    seen.mac = mac(2), seen.count = 1;
    ASSERT_TRUE(store().record_sightings({&seen, 1}));
    const auto replaced = store().replace_device({mac(1), mac(2), {}, {}, "S2"});
    ASSERT_TRUE(replaced) << replaced.error().text();
    EXPECT_EQ(snapshot()->find(mac(1)), nullptr);
    const Device* device = snapshot()->find(mac(2));
    ASSERT_NE(device, nullptr);
    EXPECT_EQ(snapshot()->site(device->site)->name, "berlin");
    EXPECT_EQ(snapshot()->group(device->group)->name, "desks");
    EXPECT_EQ(device->note, "window");
    EXPECT_EQ(device->serial, "S2");
    EXPECT_EQ(snapshot()->find(mac(0xa)), nullptr) << "the old handset's own";
    EXPECT_EQ(value(device->layer, "line.1.password"), "s3cret");
    EXPECT_EQ(store().find_sighting(mac(2)), std::nullopt);
    ASSERT_TRUE(store().replace_device({mac(2), mac(3), {}, {}, {}}));
    EXPECT_EQ(snapshot()->find(mac(3))->serial, "") << "nobody has said the new one's";
    ASSERT_TRUE(store().replace_device({mac(3), mac(4), "SPIP335", "0004f2000bcd", "S4"}));
    device = snapshot()->find(MacAddress(0x0004'f200'0bcdULL));
    ASSERT_NE(device, nullptr);
    EXPECT_EQ(device->mac, mac(4));
    EXPECT_EQ(device->serial, "S4");
    EXPECT_EQ(device->model, "SPIP335");
    ASSERT_TRUE(store().replace_device({mac(4), mac(3), {}, {}, {}}));
    const std::vector<FormerMac> former = store().former_macs(mac(3));
    EXPECT_THAT(former,
                testing::ElementsAre(testing::Field(&FormerMac::mac, mac(4)), testing::Field(&FormerMac::mac, mac(3)),
                                     testing::Field(&FormerMac::mac, mac(2)), testing::Field(&FormerMac::mac, mac(1))));
    EXPECT_GE(former.front().replaced_at, former.back().replaced_at);
    EXPECT_GT(former.back().replaced_at, WallTime());
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, AUserThatIsTheOldMacGoesWithTheOldHandset) {
    ASSERT_TRUE(store().add_device(draft(1, {{"provisioning.user", mac(1).text()}, {"provisioning.password", "pw"}})));
    ASSERT_TRUE(store().replace_device({mac(1), mac(2), {}, {}, {}}));
    EXPECT_EQ(value(snapshot()->find(mac(2))->layer, "provisioning.user"), "(absent)");
    EXPECT_EQ(value(snapshot()->find(mac(2))->layer, "provisioning.password"), "pw");
    expect_snapshot_is_what_is_stored();
    DeviceChange change;
    change.set = {{"provisioning.user", "anna"}};
    ASSERT_TRUE(store().change_device(mac(2), change));
    ASSERT_TRUE(store().replace_device({mac(2), mac(3), {}, {}, {}}));
    EXPECT_EQ(value(snapshot()->find(mac(3))->layer, "provisioning.user"), "anna");
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, ReplacementByAnotherDeviceIsRefused) {
    ASSERT_TRUE(store().add_device(draft(1)));
    ASSERT_TRUE(store().add_device(draft(2)));
    EXPECT_EQ(code_of(store().replace_device({mac(1), mac(2), {}, {}, {}})), ErrorCode::conflict);
    EXPECT_EQ(code_of(store().replace_device({mac(1), mac(1), {}, {}, {}})), ErrorCode::invalid);
    EXPECT_NE(snapshot()->find(mac(1)), nullptr);
}

TEST_P(StoreConformance, BulkIsAllOrNone) {
    std::vector<DeviceDraft> drafts;
    for (std::uint64_t i = 1; i <= 300; ++i) drafts.push_back(draft(i, {{"line.1.user", std::to_string(i)}}));
    drafts.push_back(draft(7));
    const auto refused = store().add_devices(drafts);
    EXPECT_EQ(code_of(refused), ErrorCode::conflict);
    EXPECT_NE(refused.error().where.find(mac(7).text()), std::string::npos);
    EXPECT_EQ(snapshot()->device_count(), 0U);
    EXPECT_EQ(store().load()->device_count(), 0U);
    drafts.pop_back();
    const auto added = store().add_devices(drafts);
    ASSERT_TRUE(added) << added.error().text();
    EXPECT_EQ(*added, 1U);
    EXPECT_EQ(snapshot()->device_count(), 300U);
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, ATreeIsImportedAsAWholeOrNotAtAll) {
    ASSERT_TRUE(store().add_device(draft(900, {{"line.1.label", "kept"}})));
    TreeImport tree;
    tree.site_settings = {{"time.server", "ntp.example.net"}};
    tree.models = {{"polycom", "SPIP650", {{"network.vlan.phone", "20"}}}};
    for (std::uint64_t i = 1; i <= 150; ++i) tree.added.push_back(draft(i, {{"line.1.user", std::to_string(i)}}));
    for (DeviceDraft& added : tree.added) added.model = "SPIP650";
    tree.changed = {{mac(900), {{"line.1.user", "9"}}}};
    tree.entries = {{0, "", "Ida", "Voss", "2002", "", ""}, {0, "", "", "Taxi", "2003", "", ""}};
    tree.changed.push_back({mac(10'000), {{"line.1.user", "10"}}});
    const auto refused = store().import_tree(tree);
    EXPECT_EQ(code_of(refused), ErrorCode::not_found);
    EXPECT_NE(refused.error().where.find(mac(10'000).text()), std::string::npos);
    EXPECT_EQ(snapshot()->device_count(), 1U);
    EXPECT_TRUE(snapshot()->site("default")->layer.empty());
    expect_snapshot_is_what_is_stored();

    tree.changed.pop_back();
    const auto done = store().import_tree(tree);
    ASSERT_TRUE(done) << done.error().text();
    EXPECT_EQ(snapshot()->device_count(), 151U);
    EXPECT_EQ(value(snapshot()->site("default")->layer, "time.server"), "ntp.example.net");
    ASSERT_NE(snapshot()->model_layer("polycom", "SPIP650"), nullptr);
    EXPECT_EQ(value(snapshot()->find(mac(900))->layer, "line.1.label"), "kept");
    EXPECT_EQ(value(snapshot()->find(mac(900))->layer, "line.1.user"), "9");
    EXPECT_EQ(store().entries("default")->size(), 2U);
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, AnImportTakesOutOfADeviceWhatItsSiteSaysNow) {
    ASSERT_TRUE(store().add_device(draft(1, {{"time.zone", "America/New_York"}, {"line.1.label", "kept"}})));
    TreeImport tree;
    tree.site_settings = {{"time.zone", "Europe/Berlin"}};
    tree.changed = {{mac(1), {{"line.1.user", "1"}}, {"time.zone", "time.server"}}}; // the latter it never stated
    const auto done = store().import_tree(tree);
    ASSERT_TRUE(done) << done.error().text();
    EXPECT_FALSE(snapshot()->find(mac(1))->layer.find(config::find_setting("time.zone").value()));
    EXPECT_EQ(value(snapshot()->find(mac(1))->layer, "line.1.label"), "kept");
    EXPECT_EQ(value(snapshot()->site("default")->layer, "time.zone"), "Europe/Berlin");
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, AnImportNamesTheContactThatItRefuses) {
    TreeImport tree;
    tree.entries = {{0, "", "Ida", "Voss", "2002", "", ""}, {0, "", "Bad", "", "ext12", "", ""}};
    const auto refused = store().import_tree(tree);
    EXPECT_EQ(code_of(refused), ErrorCode::invalid);
    EXPECT_NE(refused.error().where.find("ext12"), std::string::npos) << refused.error().where;
    EXPECT_EQ(store().entries("default")->size(), 0U);
}

TEST_P(StoreConformance, LayersOfFleetSiteAndGroupAreStampedApart) {
    using config::LayerKind;
    ASSERT_TRUE(store().add_site("berlin", {}));
    ASSERT_TRUE(store().add_group("desks", "", ""));
    const auto set = [&](const LayerPlace& place, std::string name, std::string to) {
        const SettingText setting{std::move(name), std::move(to)};
        const auto done = store().change_layer(place, {&setting, 1}, {});
        EXPECT_TRUE(done) << done.error().text();
    };
    set({LayerKind::fleet}, "time.server", "a.example");
    set({LayerKind::site, "berlin"}, "time.server", "b.example");
    set({LayerKind::group, "desks"}, "time.server", "c.example");
    EXPECT_EQ(snapshot()->fleet().revision, 3U);
    EXPECT_EQ(snapshot()->site("berlin")->revision, 4U);
    EXPECT_EQ(snapshot()->group("desks")->revision, 5U);
    EXPECT_EQ(snapshot()->site("default")->revision, 0U);
    EXPECT_EQ(value(snapshot()->fleet().layer, "time.server"), "a.example");
    const std::vector<std::string> unset{"time.server"};
    ASSERT_TRUE(store().change_layer({LayerKind::fleet}, {}, unset));
    EXPECT_TRUE(snapshot()->fleet().layer.empty());
    EXPECT_EQ(snapshot()->fleet().revision, 6U);
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, AModelsLayerIsThereWhileItStatesSomething) {
    const LayerPlace place{config::LayerKind::model, "polycom/SPIP650"};
    const std::vector<SettingText> settings{{"time.server", "a.example"}, {"web.admin_password", "s3cret"}};
    EXPECT_EQ(snapshot()->model_layer("polycom", "SPIP650"), nullptr);
    ASSERT_TRUE(store().change_layer(place, settings, {}));
    ASSERT_NE(snapshot()->model_layer("polycom", "SPIP650"), nullptr);
    EXPECT_EQ(snapshot()->model_layer("polycom", "SPIP650")->revision, 1U);
    EXPECT_EQ(value(snapshot()->model_layer("polycom", "SPIP650")->layer, "web.admin_password"), "s3cret");
    EXPECT_EQ(snapshot()->model_layer("polycom", "SPIP65"), nullptr);
    EXPECT_EQ(snapshot()->model_layer("panasonic", "SPIP650"), nullptr);
    expect_snapshot_is_what_is_stored();

    const std::vector<SettingText> other{{"phone.label", "Lobby"}};
    ASSERT_TRUE(store().change_layer({config::LayerKind::model, "polycom/SPIP330"}, other, {}));
    EXPECT_EQ(snapshot()->model_layer("polycom", "SPIP650")->revision, 1U) << "each has a stamp of its own";
    const std::vector<std::string> one{"time.server"}, both{"web.admin_password"};
    ASSERT_TRUE(store().change_layer(place, {}, one));
    EXPECT_EQ(snapshot()->model_layer("polycom", "SPIP650")->revision, 3U);
    EXPECT_EQ(code_of(store().change_layer(place, {}, one)), ErrorCode::not_found);
    expect_snapshot_is_what_is_stored();
    ASSERT_TRUE(store().change_layer(place, {}, both));
    EXPECT_EQ(snapshot()->model_layer("polycom", "SPIP650"), nullptr);
    EXPECT_EQ(snapshot()->model_layers().size(), 1U);
    expect_snapshot_is_what_is_stored();
    ASSERT_TRUE(store().change_layer(place, other, {}));
    EXPECT_EQ(snapshot()->model_layer("polycom", "SPIP650")->revision, 5U) << "a stamp that was never seen before";
    open();
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, AModelsLayerIsNamedFamilyAndModel) {
    const std::vector<SettingText> settings{{"time.server", "a.example"}};
    for (const std::string name :
         {"", "/", "polycom", "polycom/", "/SPIP650", "polycom/SPIP650/x", "polycom/SPIP\n650"})
        EXPECT_EQ(code_of(store().change_layer({config::LayerKind::model, name}, settings, {})), ErrorCode::invalid)
            << name;
    EXPECT_EQ(
        code_of(store().change_layer({config::LayerKind::model, "polycom/" + std::string(65, 'x')}, settings, {})),
        ErrorCode::invalid);
    EXPECT_TRUE(snapshot()->model_layers().empty());
}

TEST_P(StoreConformance, SitesKeepNetworksTokenAndPolicy) {
    SiteChange berlin;
    berlin.title = "Berlin";
    berlin.networks = {"10.1.0.0/16", "2001:db8::/32"};
    berlin.url_token = "abcdefghijklmnop";
    berlin.policy = "private.clear=certificate";
    const auto added = store().add_site("berlin", berlin);
    ASSERT_TRUE(added) << added.error().text();
    EXPECT_EQ(code_of(store().add_site("berlin", {})), ErrorCode::conflict);
    EXPECT_EQ(code_of(store().add_site("paris", {.networks = std::vector<std::string>{"10.1.0.0/16"}})),
              ErrorCode::conflict);
    EXPECT_EQ(code_of(store().add_site("paris", {.networks = std::vector<std::string>{"10.1.2.3/16"}})),
              ErrorCode::invalid);
    EXPECT_EQ(code_of(store().add_site("paris", {.url_token = "abcdefghijklmnop"})), ErrorCode::conflict);
    EXPECT_EQ(code_of(store().add_site("paris", {.url_token = "short"})), ErrorCode::invalid);
    EXPECT_EQ(code_of(store().add_site("paris", {.policy = "private.clear=hope"})), ErrorCode::invalid);
    open();
    ASSERT_NE(snapshot()->site_of_token("abcdefghijklmnop"), nullptr);
    const Site& site = snapshot()->site_of_source(*IpAddress::from_text("10.1.9.9"));
    EXPECT_EQ(site.name, "berlin");
    EXPECT_EQ(site.policy.needed(SourceClass::private_net, Privacy::clear), Proof::certificate);
    EXPECT_EQ(site.policy.needed(SourceClass::loopback, Privacy::clear), Proof::mac_alone);
    ASSERT_TRUE(store().change_site("berlin", {.url_token = ""}));
    EXPECT_EQ(snapshot()->site_of_token("abcdefghijklmnop"), nullptr);
    EXPECT_EQ(snapshot()->site("berlin")->networks.size(), 2U);
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, ATokensPredecessorAndFirstContactAreKept) {
    SiteChange change;
    change.url_token = "new-token-0123456789";
    change.previous_url_token = "old-token-0123456789";
    change.first_contact_minutes = 60;
    ASSERT_TRUE(store().add_site("lab", change));
    for (const auto token : {"new-token-0123456789", "old-token-0123456789"}) {
        ASSERT_NE(snapshot()->site_of_token(token), nullptr) << token;
        EXPECT_EQ(snapshot()->site_of_token(token)->name, "lab");
        SiteChange taken;
        taken.url_token = token;
        EXPECT_EQ(store().add_site("other", taken).error().code, ErrorCode::conflict);
    }
    const WallTime before = SystemClock().wall();
    auto phone = draft(1);
    phone.site = "lab";
    ASSERT_TRUE(store().add_devices(std::vector{phone, draft(2)}));
    const WallTime until = snapshot()->find_lan(mac(1))->first_contact_until;
    EXPECT_GE(until, before + std::chrono::minutes(60));
    EXPECT_LE(until, SystemClock().wall() + std::chrono::minutes(60));
    EXPECT_EQ(snapshot()->find_lan(mac(2))->first_contact_until, WallTime()); // its site has no such windows
    expect_snapshot_is_what_is_stored();
    open();
    EXPECT_EQ(snapshot()->find_lan(mac(1))->first_contact_until, until);
    EXPECT_EQ(snapshot()->site("lab")->first_contact_minutes, 60U);
    EXPECT_EQ(snapshot()->site("lab")->previous_url_token, "old-token-0123456789");

    ASSERT_TRUE(store().close_first_contact(mac(1), until + std::chrono::minutes(1))); // another window: it stays
    EXPECT_EQ(snapshot()->find_lan(mac(1))->first_contact_until, until);
    ASSERT_TRUE(store().close_first_contact(mac(1), until));
    EXPECT_EQ(snapshot()->find_lan(mac(1))->first_contact_until, WallTime());
    EXPECT_EQ(store().close_first_contact(mac(9), until).error().code, ErrorCode::not_found);
    DeviceChange opened;
    opened.first_contact_minutes = 5;
    ASSERT_TRUE(store().change_device(mac(1), opened));
    EXPECT_GE(snapshot()->find_lan(mac(1))->first_contact_until, before + std::chrono::minutes(5));
    EXPECT_EQ(store().change_device(mac(2), opened).error().code, ErrorCode::conflict);
    opened.first_contact_minutes = limits::first_contact_minutes_max + 1;
    EXPECT_EQ(store().change_device(mac(1), opened).error().code, ErrorCode::invalid);
    opened.first_contact_minutes = 0;
    ASSERT_TRUE(store().change_device(mac(1), opened));
    ASSERT_TRUE(store().replace_device({mac(1), mac(3), {}, {}, {}})); // a handset that has not booted here yet
    EXPECT_GE(snapshot()->find_lan(mac(3))->first_contact_until, before + std::chrono::minutes(60));

    SiteChange finished;
    finished.previous_url_token = "";
    ASSERT_TRUE(store().change_site("lab", finished));
    EXPECT_EQ(snapshot()->site_of_token("old-token-0123456789"), nullptr);
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, SitesAndGroupsAreAddedWithTheirSettingsOrNotAtAll) {
    const std::vector<SettingText> good{{"time.server", "a.example"}, {"web.admin_password", "s3cret"}};
    const std::vector<SettingText> bad{{"time.server", "a.example"}, {"line.1.registrar.port", "70000"}};
    EXPECT_EQ(code_of(store().add_site("berlin", {}, bad)), ErrorCode::invalid);
    EXPECT_EQ(code_of(store().add_group("desks", "", "", bad)), ErrorCode::invalid);
    EXPECT_EQ(snapshot()->revision(), 0U);
    EXPECT_EQ(snapshot()->site("berlin"), nullptr);
    EXPECT_EQ(snapshot()->group("desks"), nullptr);
    const auto site = store().add_site("berlin", {}, good);
    ASSERT_TRUE(site) << site.error().text();
    EXPECT_EQ(*site, 1U) << "one write";
    const auto group = store().add_group("desks", "", "berlin", good);
    ASSERT_TRUE(group) << group.error().text();
    EXPECT_EQ(*group, 2U) << "one write";
    EXPECT_EQ(value(snapshot()->site("berlin")->layer, "web.admin_password"), "s3cret");
    EXPECT_EQ(value(snapshot()->group("desks")->layer, "time.server"), "a.example");
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, ChangingAPartOfAPolicyKeepsTheRest) {
    ASSERT_TRUE(store().add_site("berlin", {.policy = "private.clear=certificate loopback.tls=token"}));
    ASSERT_TRUE(store().change_site("berlin", {.policy = "public.tls=never"}));
    SitePolicy policy = snapshot()->site("berlin")->policy;
    EXPECT_EQ(policy.needed(SourceClass::public_net, Privacy::tls), Proof::never);
    EXPECT_EQ(policy.needed(SourceClass::private_net, Privacy::clear), Proof::certificate);
    EXPECT_EQ(policy.needed(SourceClass::loopback, Privacy::tls), Proof::token);
    expect_snapshot_is_what_is_stored();
    EXPECT_EQ(code_of(store().change_site("berlin", {.policy = "public.tls=hope"})), ErrorCode::invalid);
    EXPECT_EQ(snapshot()->site("berlin")->policy, policy);
    ASSERT_TRUE(store().change_site("berlin", {.policy = ""}));
    EXPECT_EQ(snapshot()->site("berlin")->policy, SitePolicy());
}

TEST_P(StoreConformance, WhatIsInUseCannotBeRemoved) {
    ASSERT_TRUE(store().add_site("berlin", {}));
    ASSERT_TRUE(store().add_group("desks", "", "berlin"));
    DeviceDraft one = draft(1);
    one.group = "desks";
    EXPECT_EQ(code_of(store().add_device(one)), ErrorCode::conflict) << "its group is of another site";
    one.site = "berlin";
    ASSERT_TRUE(store().add_device(one));
    EXPECT_EQ(code_of(store().remove_site("default")), ErrorCode::conflict);
    EXPECT_EQ(code_of(store().remove_site("berlin")), ErrorCode::conflict);
    EXPECT_EQ(code_of(store().remove_group("desks")), ErrorCode::conflict);
    ASSERT_TRUE(store().remove_device(mac(1)));
    EXPECT_EQ(code_of(store().remove_site("berlin")), ErrorCode::conflict);
    ASSERT_TRUE(store().remove_group("desks"));
    ASSERT_TRUE(store().remove_site("berlin"));
    EXPECT_EQ(snapshot()->site("berlin"), nullptr);
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, PhonebookBelongsToASiteOrToAll) {
    ASSERT_TRUE(store().add_site("berlin", {}));
    const auto id = store().add_entry({0, "berlin", "Ada", "Lovelace", "+49 30 1234", "work", ""});
    ASSERT_TRUE(id) << id.error().text();
    ASSERT_TRUE(store().add_entry({0, "berlin", "Alan", "Turing", "200", "", ""}));
    ASSERT_TRUE(store().add_entry({0, "", "", "Reception", "0", "", ""}));
    EXPECT_EQ(snapshot()->site("berlin")->phonebook_revision, 3U);
    EXPECT_EQ(snapshot()->site("berlin")->revision, 1U);
    EXPECT_EQ(snapshot()->fleet().phonebook_revision, 4U);
    EXPECT_EQ(code_of(store().add_entry({0, "", "", "", "0", "", ""})), ErrorCode::invalid);
    EXPECT_EQ(code_of(store().add_entry({0, "", "", "X", "call me", "", ""})), ErrorCode::invalid);
    EXPECT_EQ(code_of(store().add_entry({0, "moon", "", "X", "0", "", ""})), ErrorCode::not_found);
    ASSERT_TRUE(store().change_entry({*id, "", "Ada", "King", "201", "", ""}));
    EXPECT_EQ(snapshot()->site("berlin")->phonebook_revision, snapshot()->fleet().phonebook_revision);
    const auto berlin = store().entries("berlin");
    ASSERT_TRUE(berlin);
    ASSERT_EQ(berlin->size(), 1U);
    EXPECT_EQ(berlin->front().last_name, "Turing");
    const auto all = store().entries("");
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ(all->front().last_name, "King");
    ASSERT_TRUE(store().remove_entry(*id));
    EXPECT_EQ(store().entries("")->size(), 1U);
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, SnapshotHoldsPhonebooksAsTheStoreListsThem) {
    ASSERT_TRUE(store().add_site("berlin", {}));
    const SnapshotPtr before = snapshot();
    const auto ada = store().add_entry({0, "berlin", "Ada", "Lovelace", "201", "work", "a note"});
    ASSERT_TRUE(ada);
    ASSERT_TRUE(store().add_entry({0, "berlin", "Grace", "Hopper", "202", "", ""}));
    ASSERT_TRUE(store().add_entry({0, "berlin", "Anna", "Hopper", "203", "", ""}));
    ASSERT_TRUE(store().add_entry({0, "", "", "Reception", "0", "", ""}));
    EXPECT_EQ(book(*snapshot(), "berlin"), store().entries("berlin").value());
    EXPECT_EQ(book(*snapshot(), "berlin").front().first_name, "Anna");
    EXPECT_EQ(book(*snapshot(), ""), store().entries("").value());
    EXPECT_TRUE(book(*before, "berlin").empty()) << "an older snapshot changed";
    ASSERT_TRUE(store().change_entry({*ada, "berlin", "Ada", "Baker", "201", "work", ""}));
    EXPECT_EQ(book(*snapshot(), "berlin").front().last_name, "Baker");
    ASSERT_TRUE(store().change_entry({*ada, "", "Ada", "Baker", "201", "", ""}));
    EXPECT_EQ(book(*snapshot(), "berlin").size(), 2U);
    EXPECT_EQ(book(*snapshot(), "").size(), 2U);
    expect_snapshot_is_what_is_stored();
    ASSERT_TRUE(store().remove_entry(*ada));
    EXPECT_EQ(book(*snapshot(), ""), store().entries("").value());
    expect_snapshot_is_what_is_stored();
    open();
    EXPECT_EQ(book(*snapshot(), "berlin"), store().entries("berlin").value());
    const auto berlin = snapshot()->site("berlin")->id;
    ASSERT_TRUE(store().remove_site("berlin"));
    EXPECT_TRUE(snapshot()->phonebook(berlin).empty());
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, SightingsAddUpUntilTheyAreDevices) {
    const WallTime start{std::chrono::seconds(1'700'000'000)};
    Sighting first;
    first.mac = mac(1), first.first_seen = start, first.last_seen = start, first.count = 2;
    first.source = *IpAddress::from_text("10.0.0.1"), first.user_agent = "FileTransport", first.path = "a.cfg";
    first.family = "polycom";
    ASSERT_TRUE(store().record_sightings({&first, 1}));
    Sighting again = first;
    again.last_seen = start + std::chrono::seconds(5), again.first_seen = again.last_seen, again.count = 3;
    again.path = "b.cfg", again.family = "";
    ASSERT_TRUE(store().record_sightings({&again, 1}));
    const auto found = store().find_sighting(mac(1));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->count, 5U);
    EXPECT_EQ(found->first_seen, start);
    EXPECT_EQ(found->last_seen, again.last_seen);
    EXPECT_EQ(found->path, "b.cfg");
    EXPECT_EQ(found->family, "polycom");
    EXPECT_EQ(snapshot()->revision(), 0U) << "strangers must not empty the caches";
    ASSERT_TRUE(store().add_device(draft(1)));
    EXPECT_EQ(store().find_sighting(mac(1)), std::nullopt);
    ASSERT_TRUE(store().record_sightings({&again, 1}));
    EXPECT_EQ(store().find_sighting(mac(1)), std::nullopt) << "a device is no stranger";
}

TEST_P(StoreConformance, ScannerCannotGrowTheSightings) {
    const WallTime start{std::chrono::seconds(1'700'000'000)};
    std::vector<Sighting> batch(limits::sightings_max + 50);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        batch[i].mac = mac(i + 1), batch[i].count = 1;
        batch[i].first_seen = batch[i].last_seen = start + std::chrono::seconds(i);
    }
    ASSERT_TRUE(store().record_sightings(batch));
    EXPECT_EQ(store().sightings(limits::page_max).size(), limits::sightings_max);
    EXPECT_EQ(store().find_sighting(mac(50)), std::nullopt) << "longest unseen";
    EXPECT_NE(store().find_sighting(mac(51)), std::nullopt);
    EXPECT_EQ(store().sightings(1).front().mac, batch.back().mac);
    ASSERT_TRUE(store().forget_sighting(mac(60)));
    EXPECT_EQ(store().find_sighting(mac(60)), std::nullopt);
}

TEST_P(StoreConformance, ListsInOrderByPageAndFilter) {
    ASSERT_TRUE(store().add_site("berlin", {}));
    for (std::uint64_t i = 9; i >= 1; --i) {
        DeviceDraft one = draft(i, {{"line.1.user", std::to_string(i)}});
        if (i % 2 == 0) one.site = "berlin";
        if (i % 3 == 0) one.model = "SPIP335";
        ASSERT_TRUE(store().add_device(one));
    }
    const auto macs = [&](DeviceQuery query) {
        std::vector<std::uint64_t> out;
        const auto listed = store().list_devices(query);
        EXPECT_TRUE(listed);
        for (const Device& device : *listed) {
            EXPECT_EQ(device, *snapshot()->find_lan(device.mac));
            out.push_back(device.mac.bits() & 0xffU);
        }
        return out;
    };
    using testing::ElementsAre;
    EXPECT_THAT(macs({.count = 4}), ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(macs({.after = mac(4), .count = 4}), ElementsAre(5, 6, 7, 8));
    EXPECT_THAT(macs({.site = "berlin"}), ElementsAre(2, 4, 6, 8));
    EXPECT_THAT(macs({.site = "berlin", .model = "SPIP335"}), ElementsAre(6));
    EXPECT_THAT(macs({.family = "panasonic"}), ElementsAre());
}

TEST_P(StoreConformance, WritersAtOnceEachSeeTheirOwnChange) {
    std::atomic<int> unseen{0}, refused{0};
    std::vector<std::thread> writers;
    for (std::uint64_t writer = 0; writer < 8; ++writer)
        writers.emplace_back([&, writer] {
            for (std::uint64_t i = 0; i < 20; ++i) {
                const auto done = store().add_device(draft(writer * 100 + i + 1));
                if (!done) ++refused;
                const SnapshotPtr now = snapshot();
                if (now->find(mac(writer * 100 + i + 1)) == nullptr || (done && now->revision() < *done)) ++unseen;
            }
        });
    for (auto& writer : writers) writer.join();
    EXPECT_EQ(refused, 0);
    EXPECT_EQ(unseen, 0);
    EXPECT_EQ(snapshot()->revision(), 160U);
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, ARefusedWriteDoesNotSpoilItsNeighbours) {
    ASSERT_TRUE(store().add_device(draft(1)));
    std::atomic<int> added{0}, conflicts{0};
    std::vector<std::thread> writers;
    for (std::uint64_t writer = 0; writer < 4; ++writer)
        writers.emplace_back([&, writer] {
            for (std::uint64_t i = 0; i < 20; ++i) {
                if (store().add_device(draft(1000 + writer * 100 + i))) ++added;
                if (!store().add_device(draft(1))) ++conflicts;
            }
        });
    for (auto& writer : writers) writer.join();
    EXPECT_EQ(added, 80);
    EXPECT_EQ(conflicts, 80);
    EXPECT_EQ(snapshot()->device_count(), 81U);
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreConformance, PublishRunsBeforeTheWriteReturns) {
    std::vector<Revision> published;
    catalogue_->set_publish([&](const SnapshotPtr& now) { published.push_back(now->revision()); });
    ASSERT_TRUE(store().add_device(draft(1)));
    EXPECT_THAT(published, testing::ElementsAre(0, 1));
    EXPECT_FALSE(store().add_device(draft(1)));
    EXPECT_THAT(published, testing::ElementsAre(0, 1));
    catalogue_->set_publish({});
    ASSERT_TRUE(store().add_device(draft(2)));
    EXPECT_THAT(published, testing::ElementsAre(0, 1));
}

} // namespace offhook::catalogue
