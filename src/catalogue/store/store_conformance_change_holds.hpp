#pragma once
/// @file  What every Store must do with changes that are not offered any more. Included by store_conformance.hpp's
/// users.
#include "catalogue/store/store_conformance.hpp"

namespace offhook::catalogue {

class StoreChangeHoldsConformance : public StoreConformance {
protected:
    static constexpr const char *vlan = "network.vlan.phone", *time_server = "time.server";

    static ChangeHold hold(std::string setting, std::optional<std::string> former,
                           std::optional<std::string> withheld) {
        using namespace std::chrono_literals;
        const WallTime changed(1'767'225'600'123ms);
        return {
            std::move(setting), std::move(former), std::move(withheld), 2, changed, changed + 1min, changed + 9min, 7};
    }
    /// At site berlin, in group desks. The device states a VLAN, the fleet a time server.
    void add_phone(std::uint64_t low) {
        DeviceDraft out = draft(low, {{vlan, "20"}, {"line.1.password", "s3cret"}});
        out.site = "berlin", out.group = "desks";
        ASSERT_TRUE(store().add_device(out));
    }
    void furnish() {
        ASSERT_TRUE(store().add_site("berlin", {}));
        ASSERT_TRUE(store().add_site("paris", {}));
        ASSERT_TRUE(store().add_group("desks", "", ""));
        set({config::LayerKind::fleet}, time_server, "a.example");
        add_phone(1), add_phone(2);
    }
    void set(const LayerPlace& place, const std::string& name, const std::string& to) {
        const SettingText setting{name, to};
        const auto done = store().change_layer(place, {&setting, 1}, {});
        ASSERT_TRUE(done) << done.error().text();
    }
    void unset(const LayerPlace& place, const std::string& name) {
        const auto done = store().change_layer(place, {}, {&name, 1});
        ASSERT_TRUE(done) << done.error().text();
    }
    void hold_both() {
        const std::vector<ChangeHold> holds{hold(vlan, "10", "20"), hold(time_server, std::nullopt, "a.example")};
        const auto held = store().hold_changes(mac(1), holds);
        ASSERT_TRUE(held) << held.error().text();
    }
    std::vector<std::string> held(std::uint64_t low = 1) {
        std::vector<std::string> out;
        const Device* device = snapshot()->find_lan(mac(low));
        if (device != nullptr)
            for (const ChangeHold& each : device->held.all()) out.push_back(each.setting);
        return out;
    }
    static inline const std::vector<std::string> both{vlan, time_server}, none{};
};

TEST_P(StoreChangeHoldsConformance, LieOverTheirDeviceAloneAndComeBackAfterARestart) {
    furnish();
    const Revision before = snapshot()->revision();
    hold_both();
    const std::vector<ChangeHold> secret{hold("line.1.password", "0ld", "s3cret")};
    ASSERT_TRUE(store().hold_changes(mac(1), secret));
    const std::vector<std::string> all{"line.1.password", vlan, time_server};
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(held(), all);
        EXPECT_EQ(held(2), none);
        const Device* device = snapshot()->find_lan(mac(1));
        EXPECT_EQ(device->revision, before + 2);
        EXPECT_EQ(value(device->held.offered(), vlan), "10");
        EXPECT_EQ(value(device->held.offered(), "line.1.password"), "0ld");
        EXPECT_EQ(value(device->held.offered(), time_server), "(absent)");
        EXPECT_EQ(value(device->held.unstated(), time_server), "");
        EXPECT_EQ(value(device->layer, vlan), "20") << "what the operator states stands";
        EXPECT_EQ(*device->held.find(vlan), hold(vlan, "10", "20"));
        EXPECT_EQ(store().change_hold_count(), 3U);
        ASSERT_EQ(store().change_holds().size(), 3U);
        EXPECT_EQ(store().change_holds()[0], (DeviceHold{mac(1), secret[0]}));
        expect_snapshot_is_what_is_stored();
        open();
    }
}

TEST_P(StoreChangeHoldsConformance, EndWithAnyChangeThatTheDeviceWouldSee) {
    using enum config::LayerKind;
    struct Row {
        const char* what;
        std::function<void()> change;
        std::vector<std::string> left;
    };
    const LayerPlace own{device, {}, mac(1)};
    const auto move = [&](DeviceChange change) {
        const auto done = store().change_device(mac(1), change);
        ASSERT_TRUE(done) << done.error().text();
    };
    const Row rows[] = {
        {"the device's own", [&] { set(own, vlan, "30"); }, {time_server}},
        {"back to what it was", [&] { set(own, vlan, "10"); }, {time_server}},
        {"said once more", [&] { set(own, vlan, "20"); }, both},
        {"taken out", [&] { unset(own, vlan); }, {time_server}},
        {"another one", [&] { set(own, "phone.label", "Lobby"); }, both},
        {"the fleet's", [&] { set({fleet}, time_server, "b.example"); }, {vlan}},
        {"of the fleet, taken out", [&] { unset({fleet}, time_server); }, {vlan}},
        {"of the fleet, beneath the device's", [&] { set({fleet}, vlan, "30"); }, both},
        {"its site's",
         [&] {
             set({site, "berlin"}, time_server, "b.example");
         },
         {vlan}},
        {"another site's",
         [&] {
             set({site, "paris"}, time_server, "b.example");
         },
         both},
        {"its group's",
         [&] {
             set({group, "desks"}, time_server, "b.example");
         },
         {vlan}},
        {"its model's",
         [&] {
             set({model, "polycom/SPIP650"}, time_server, "b.example");
         },
         {vlan}},
        {"another model's",
         [&] {
             set({model, "polycom/SPIP330"}, time_server, "b.example");
         },
         both},
        {"moved where nothing else is said", [&] { move({.site = "paris", .group = ""}); }, both},
        {"moved where something else is said",
         [&] {
             set({site, "paris"}, time_server, "b.example");
             move({.site = "paris", .group = ""});
         },
         {vlan}},
    };
    for (const Row& row : rows) {
        home_ = GetParam().make_home();
        open();
        furnish();
        hold_both();
        const Revision before = snapshot()->find_lan(mac(1))->revision;
        row.change();
        EXPECT_EQ(held(), row.left) << row.what;
        EXPECT_TRUE(row.left == both || snapshot()->find_lan(mac(1))->revision > before) << row.what;
        EXPECT_EQ(store().change_hold_count(), row.left.size()) << row.what;
        expect_snapshot_is_what_is_stored();
    }
}

TEST_P(StoreChangeHoldsConformance, EndByAnOperatorsWord) {
    furnish();
    hold_both();
    EXPECT_EQ(code_of(store().release_changes(mac(2), "")), ErrorCode::not_found);
    EXPECT_EQ(code_of(store().release_changes(mac(3), "")), ErrorCode::not_found);
    EXPECT_EQ(code_of(store().release_changes(mac(1), "phone.label")), ErrorCode::not_found);
    ASSERT_TRUE(store().release_changes(mac(1), vlan));
    EXPECT_EQ(held(), std::vector<std::string>{time_server});
    expect_snapshot_is_what_is_stored();
    ASSERT_TRUE(store().hold_changes(mac(1), std::vector{hold(vlan, "10", "20")})) << "it may be held again";
    ASSERT_TRUE(store().release_changes(mac(1), ""));
    EXPECT_EQ(held(), none);
    expect_snapshot_is_what_is_stored();
}

TEST_P(StoreChangeHoldsConformance, AreGoneWithTheirDeviceAndNotTheNextPhones) {
    furnish();
    hold_both();
    ASSERT_TRUE(store().replace_device({mac(1), mac(9)}));
    EXPECT_EQ(held(9), none);
    EXPECT_EQ(store().change_hold_count(), 0U);
    expect_snapshot_is_what_is_stored();
    ASSERT_TRUE(store().hold_changes(mac(2), std::vector{hold(vlan, "10", "20")}));
    ASSERT_TRUE(store().remove_device(mac(2)));
    EXPECT_EQ(store().change_hold_count(), 0U);
    add_phone(2);
    EXPECT_EQ(held(2), none);
}

TEST_P(StoreChangeHoldsConformance, AreNotBegunForWhatWasChangedMeanwhileOrIsHeld) {
    furnish();
    const Revision before = snapshot()->revision();
    ASSERT_TRUE(store().hold_changes(mac(1), std::vector{hold(vlan, "10", "19"), hold(time_server, "x", {})}));
    EXPECT_EQ(held(), none);
    EXPECT_EQ(snapshot()->revision(), before);
    hold_both();
    ASSERT_TRUE(store().hold_changes(mac(1), std::vector{hold(vlan, "5", "20")}));
    EXPECT_EQ(snapshot()->find_lan(mac(1))->held.find(vlan)->former, "10");
    EXPECT_EQ(code_of(store().hold_changes(mac(3), std::vector{hold(vlan, "5", "20")})), ErrorCode::not_found);
    EXPECT_EQ(code_of(store().hold_changes(mac(2), std::vector{hold("no.such", "5", "20")})), ErrorCode::not_found);
    EXPECT_EQ(code_of(store().hold_changes(mac(2), std::vector{hold(vlan, "many", "20")})), ErrorCode::invalid);
}

TEST_P(StoreChangeHoldsConformance, AreBoundedForADevice) {
    furnish();
    std::vector<ChangeHold> holds;
    for (std::size_t i = 0; i <= limits::change_holds_per_device_max; ++i)
        holds.push_back(hold("raw:x." + std::to_string(i), "1", std::nullopt));
    EXPECT_EQ(code_of(store().hold_changes(mac(1), holds)), ErrorCode::too_large);
    EXPECT_EQ(held(), none) << "all or none";
    EXPECT_EQ(store().change_hold_count(), 0U);
    holds.pop_back();
    ASSERT_TRUE(store().hold_changes(mac(1), holds));
    EXPECT_EQ(held().size(), limits::change_holds_per_device_max);
}

} // namespace offhook::catalogue
