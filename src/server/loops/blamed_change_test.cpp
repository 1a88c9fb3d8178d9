#include "server/loops/blamed_change.hpp"

#include "server/test_house.hpp"

namespace offhook::server {
namespace {

using namespace std::chrono_literals;
using catalogue::ChangeHold;
using catalogue::LayerChange;
using catalogue::LayerHistory;
using config::LayerKind;

const WallTime noon{std::chrono::seconds{1'767'268'800}};
constexpr const char *vlan = "network.vlan.phone", *label = "phone.label", *password = "line.1.password";

/// A device's layers and their journals; every change is made at its time, the loop begins at noon.
class BlamedChangeTest : public testing::Test {
protected:
    void state(LayerKind kind, const SettingRows& rows) { of(kind).now = layer_of(rows); }
    /// nullopt: not stated.
    void change(LayerKind kind, catalogue::Revision revision, WallTime at, const std::string& name,
                std::optional<std::string> before, std::optional<std::string> after) {
        LayerHistory& history = of(kind);
        config::LayerBuilder builder(history.now);
        if (after)
            EXPECT_TRUE(builder.set(name, *after));
        else
            (void)builder.unset(name);
        history.now = builder.build();
        const catalogue::SettingChange setting{name, std::move(before), std::move(after)};
        if (!history.changes.empty() && history.changes.front().revision == revision)
            history.changes.front().settings.push_back(setting);
        else
            history.changes.insert(history.changes.begin(), LayerChange{revision, at, {setting}});
    }
    LayerHistory& of(LayerKind kind) { return histories_[static_cast<std::size_t>(kind)]; }

    std::vector<ChangeHold> blamed() {
        std::vector<LayerPasts::Past> pasts{{LayerKind::vendor_default, layer_of({{vlan, "1"}}), std::nullopt}};
        for (const auto kind :
             {LayerKind::fleet, LayerKind::site, LayerKind::model, LayerKind::group, LayerKind::device})
            pasts.push_back({kind, of(kind).now, of(kind)});
        const LayerPasts read(std::move(pasts));
        return blamed_change({read, held_, noon}, [&](const ChangeHold& hold) { return hold.setting != label; });
    }
    /// "network.vlan.phone 10->20 @5"
    std::string told() {
        std::string out;
        for (const ChangeHold& hold : blamed())
            out += (out.empty() ? "" : ", ") + hold.setting + " " + hold.former.value_or("-") + "->" +
                   hold.withheld.value_or("-") + " @" + std::to_string(hold.revision);
        return out;
    }

    std::array<LayerHistory, 8> histories_;
    catalogue::HeldChanges held_;
};

TEST_F(BlamedChangeTest, TheOneThatWasMadeBeforeTheLoopBegan) {
    change(LayerKind::device, 5, noon - 1min, vlan, "10", "20");
    const auto holds = blamed();
    ASSERT_EQ(holds.size(), 1U);
    ChangeHold expected;
    expected.setting = vlan, expected.former = "10", expected.withheld = "20";
    expected.revision = 5, expected.changed = noon - 1min;
    EXPECT_EQ(holds[0], expected);
}

TEST_F(BlamedChangeTest, NoneWhereNothingWasChangedOrNotThen) {
    EXPECT_EQ(told(), "");
    struct Row {
        WallTime at;
        const char* expected;
    };
    for (const Row& row : {Row{noon - 24h, "network.vlan.phone 10->20 @5"}, Row{noon - 24h - 1ms, ""},
                           Row{noon, "network.vlan.phone 10->20 @5"}, Row{noon + 1ms, ""}}) {
        histories_ = {};
        change(LayerKind::device, 5, row.at, vlan, "10", "20");
        EXPECT_EQ(told(), row.expected) << (row.at - noon).count();
    }
}

TEST_F(BlamedChangeTest, OfAnyLayerThatTheDeviceIsUnder) {
    for (const auto kind : {LayerKind::fleet, LayerKind::site, LayerKind::model, LayerKind::group, LayerKind::device}) {
        histories_ = {};
        change(kind, 5, noon - 1h, vlan, "10", "20");
        EXPECT_EQ(told(), "network.vlan.phone 10->20 @5") << to_text(kind);
    }
}

TEST_F(BlamedChangeTest, WhatANarrowerLayerHidesIsNoChange) {
    state(LayerKind::device, {{vlan, "7"}});
    change(LayerKind::site, 5, noon - 1h, vlan, "10", "20");
    EXPECT_EQ(told(), "");
}

TEST_F(BlamedChangeTest, TheFormerValueIsWhatABroaderLayerSaid) {
    state(LayerKind::fleet, {{vlan, "10"}});
    change(LayerKind::device, 5, noon - 1h, vlan, std::nullopt, "20");
    EXPECT_EQ(told(), "network.vlan.phone 10->20 @5");
    histories_ = {};
    state(LayerKind::fleet, {{vlan, "10"}});
    change(LayerKind::device, 5, noon - 1h, vlan, "20", std::nullopt);
    EXPECT_EQ(told(), "network.vlan.phone 20->10 @5");
}

TEST_F(BlamedChangeTest, WhereNobodyStatedItNothingIsOffered) {
    change(LayerKind::site, 5, noon - 1h, vlan, std::nullopt, "20");
    EXPECT_EQ(told(), "network.vlan.phone -->20 @5") << "what the vendor has by itself is none of ours";
    histories_ = {};
    change(LayerKind::site, 5, noon - 1h, vlan, "20", std::nullopt);
    EXPECT_EQ(told(), "network.vlan.phone 20->- @5");
}

TEST_F(BlamedChangeTest, TheNewestThatRestartsAndAllOfIt) {
    change(LayerKind::device, 3, noon - 3h, "sip.local_port", "5060", "5070");
    change(LayerKind::site, 5, noon - 2h, vlan, "10", "20");
    change(LayerKind::site, 5, noon - 2h, password, "0ld", "s3cret");
    change(LayerKind::device, 8, noon - 1h, label, "a", "b");
    EXPECT_EQ(told(), "line.1.password 0ld->s3cret @5, network.vlan.phone 10->20 @5");
    held_ = catalogue::HeldChanges(blamed());
    EXPECT_EQ(told(), "sip.local_port 5060->5070 @3") << "where it goes on without that";
}

TEST_F(BlamedChangeTest, WhatDoesNotStandAnyMoreIsNotBlamed) {
    change(LayerKind::device, 5, noon - 2h, vlan, "10", "20");
    change(LayerKind::device, 6, noon + 5min, vlan, "20", "30"); // in the loop: another content
    EXPECT_EQ(told(), "");
    histories_ = {};
    change(LayerKind::device, 5, noon - 2h, vlan, "10", "20");
    change(LayerKind::device, 6, noon - 1h, vlan, "20", "10");
    EXPECT_EQ(told(), "network.vlan.phone 20->10 @6") << "the phone may have had it";
}

TEST_F(BlamedChangeTest, WhatTheServerItselfGoesByIsNotWithheld) {
    change(LayerKind::device, 5, noon - 1h, "provisioning.password", "0ld", "s3cret");
    change(LayerKind::device, 6, noon - 1h, "provisioning.sealed", "no", "yes");
    EXPECT_EQ(told(), "");
}

TEST_F(BlamedChangeTest, TheSearchEndsWhereALayerIsNotKnown) {
    change(LayerKind::site, 5, noon - 1h, vlan, "10", "20");
    of(LayerKind::device).made = 5;
    EXPECT_EQ(told(), "") << "it came with that";
    of(LayerKind::device).made = 4;
    EXPECT_NE(told(), "");
    of(LayerKind::group).begins = 6;
    EXPECT_EQ(told(), "");
}

TEST_F(BlamedChangeTest, SoManyChangesAreLookedAt) {
    change(LayerKind::site, 1, noon - 2h, vlan, "10", "20");
    for (std::size_t i = 1; i < changes_looked_at; ++i)
        change(LayerKind::site, 1 + i, noon - 1h, label, std::to_string(i - 1), std::to_string(i));
    EXPECT_EQ(told(), "network.vlan.phone 10->20 @1");
    change(LayerKind::site, 1000, noon - 1h, label, "x", "y");
    EXPECT_EQ(told(), "");
}

} // namespace
} // namespace offhook::server
