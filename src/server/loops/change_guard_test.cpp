#include "server/loops/change_guard.hpp"

#include "catalogue/data_directory.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "catalogue/test_directory.hpp"
#include "server/api/device_files.hpp"
#include "server/test_house.hpp"

namespace offhook::server {
namespace {

using namespace std::chrono_literals;
using catalogue::ChangeHold;
using catalogue::TimelineEvent;
using config::LayerKind;

const MacAddress genband(0xb40edc000001ULL);
const IpAddress desk = *IpAddress::from_text("192.168.1.7"), elsewhere = *IpAddress::from_text("192.168.1.8");
constexpr const char* port_setting = "sip.local_port";

TimelineEvent own_fetch(WallTime at, const IpAddress& source, std::string_view kind = "phone") {
    TimelineEvent event;
    event.at = at, event.source = source, event.kind = kind, event.mac = genband;
    return event;
}

TEST(WasThereBefore, WhoTookTheSettingsBeforeTheChangeAndNobodyElseSince) {
    const WallTime changed{std::chrono::seconds{1'767'268'800}}, before = changed - 1h, after = changed + 1min;
    const auto& family = *config::find_family(house_families(), "genband-ip88");
    const auto other_way = [&](auto alter) {
        auto event = own_fetch(after, elsewhere);
        alter(event);
        return event;
    };
    struct Row {
        const char* what;
        std::vector<TimelineEvent> events; // newest first
        bool expected;
    };
    const Row rows[] = {
        {"nothing is known", {}, false},
        {"only since the change", {own_fetch(after, desk)}, false},
        {"before and since", {own_fetch(after, desk), own_fetch(before, desk)}, true},
        {"at the moment of the change", {own_fetch(after, desk), own_fetch(changed, desk)}, false},
        {"somebody else before", {own_fetch(after, desk), own_fetch(before, elsewhere)}, false},
        {"somebody else last before",
         {own_fetch(after, desk), own_fetch(before, elsewhere), own_fetch(before - 1h, desk)},
         false},
        {"somebody else long before", {own_fetch(before, desk), own_fetch(before - 1h, elsewhere)}, true},
        {"somebody else since", {own_fetch(after, desk), own_fetch(after, elsewhere), own_fetch(before, desk)}, false},
        {"another file", {own_fetch(after, elsewhere, "global"), own_fetch(before, desk)}, true},
        {"no name of ours", {own_fetch(after, elsewhere, ""), own_fetch(before, desk)}, true},
        {"one who was refused",
         {other_way([](auto& event) { event.outcome = catalogue::Outcome::refused; }), own_fetch(before, desk)},
         true},
        {"one who asked how long it is",
         {other_way([](auto& event) { event.verb = catalogue::EventVerb::head; }), own_fetch(before, desk)},
         true},
        {"our own word",
         {other_way([](auto& event) { event.transport = catalogue::EventTransport::notify; }), own_fetch(before, desk)},
         true},
        {"unchanged for it",
         {other_way([](auto& event) { event.outcome = catalogue::Outcome::not_modified; }), own_fetch(before, desk)},
         false},
    };
    for (const Row& row : rows)
        EXPECT_EQ(was_there_before(row.events, family, desk, changed), row.expected) << row.what;
}

TEST(RanQuietly, WhoWentOnWithTheChangeForLongerThanTheWindow) {
    const WallTime changed{std::chrono::seconds{1'767'268'800}}, boot = changed + 10h;
    const auto& family = *config::find_family(house_families(), "genband-ip88");
    auto repeated = own_fetch(boot - 3h, desk);
    repeated.span_ms = static_cast<std::uint32_t>(std::chrono::milliseconds(150min).count());
    auto refused = own_fetch(boot - 2h, desk);
    refused.outcome = catalogue::Outcome::refused;
    struct Row {
        const char* what;
        std::vector<TimelineEvent> events; // newest first
        bool expected;
    };
    const Row rows[] = {
        {"nothing is known", {}, false},
        {"it got the change with the first boot", {own_fetch(boot, desk), own_fetch(changed - 1h, desk)}, false},
        {"at once before", {own_fetch(boot, desk), own_fetch(boot - 60min, desk)}, false},
        {"long before", {own_fetch(boot, desk), own_fetch(boot - 61min, desk)}, true},
        {"long before, and at once before",
         {own_fetch(boot - 1min, desk), own_fetch(boot - 2min, desk), own_fetch(boot - 2h, desk)},
         true},
        {"round after round", {own_fetch(boot - 50min, desk), own_fetch(boot - 100min, desk)}, false},
        {"a row of repeats", {own_fetch(boot, desk), repeated}, false},
        {"it got nothing", {own_fetch(boot, desk), refused}, false},
        {"another file", {own_fetch(boot, desk), own_fetch(boot - 2h, desk, "global")}, false},
        {"after the loop began", {own_fetch(boot + 2h, desk), own_fetch(boot, desk)}, false},
    };
    for (const Row& row : rows) EXPECT_EQ(ran_quietly(row.events, family, changed, boot), row.expected) << row.what;
}

/// A GENBAND phone that was at its desk, whose SIP port is changed an hour later.
class ChangeGuardTest : public testing::Test {
protected:
    ChangeGuardTest() {
        catalogue::DeviceDraft draft;
        draft.mac = genband, draft.family = "genband-ip88", draft.model = "IP8830";
        draft.settings = {{"line.1.user", "101"}, {"line.1.password", "s3cret"}, {port_setting, "5070"}};
        EXPECT_TRUE(store().add_device(draft));
        fetch(desk);
    }
    catalogue::Store& store() { return catalogue_.store(); }
    void fetch(const IpAddress& source) {
        timeline_.ring(0).push(own_fetch(clock_.wall(), source));
        clock_.advance(1min);
    }
    void set(const catalogue::LayerPlace& place, const std::string& name, const std::string& value) {
        const catalogue::SettingText setting{name, value};
        ASSERT_TRUE(store().change_layer(place, {&setting, 1}, {}));
    }
    void set_own(const std::string& name, const std::string& value) {
        set({LayerKind::device, {}, genband}, name, value);
    }
    /// It comes so often for what it is offered; what is withheld then: "sip.local_port 5070".
    std::string go_round(BootLoop::Sender sender = BootLoop::Sender::placed, const IpAddress& source = desk) {
        clock_.advance(1min);
        const BootLoop loop{genband, source, clock_.wall(), 9, sender};
        for (int i = 0; i < 9; ++i) fetch(source);
        const auto held = guard_.judge(loop);
        EXPECT_TRUE(held) << held.error().text();
        std::string out;
        if (!held) return out;
        for (const ChangeHold& hold : *held) {
            EXPECT_EQ(hold.boots, 9U);
            EXPECT_EQ(hold.first, loop.first);
            EXPECT_EQ(hold.since, clock_.wall());
            out += hold.setting + " " + hold.former.value_or("-") + ";";
        }
        return out;
    }
    std::string file() {
        DeviceFiles files;
        files.snapshot = catalogue_.snapshot();
        files.device = files.snapshot->find(genband);
        files.site = files.snapshot->site(files.device->site);
        files.family = config::find_family(house_families(), "genband-ip88");
        files.model = files.family->find_model("IP8830");
        files.store = &store();
        const auto rendered = files.render(**files.document(genband.text()), *files.device);
        EXPECT_TRUE(rendered) << rendered.error().text();
        return rendered ? rendered->text : std::string();
    }
    catalogue::TimelineOptions timeline_options() const {
        catalogue::TimelineOptions out;
        out.directory = home_.path();
        return out;
    }
    bool says(std::string_view text) { return file().find(text) != std::string::npos; }

    catalogue::TestDirectory home_;
    ManualClock clock_;
    catalogue::Catalogue catalogue_{catalogue::open_sqlite_store({home_.path(), {}, &clock_})};
    catalogue::Timeline timeline_{timeline_options()};
    ChangeGuard guard_{catalogue_, timeline_, house_families(), clock_};
};

TEST_F(ChangeGuardTest, TheFormerValueIsOfferedAndEverythingElseGoesOn) {
    set_own(port_setting, "5090");
    EXPECT_TRUE(says("local_udp_port 5090"));
    EXPECT_EQ(go_round(), "sip.local_port 5070;");
    EXPECT_TRUE(says("local_udp_port 5070"));
    set_own("line.1.user", "102");
    EXPECT_TRUE(says("102") && says("local_udp_port 5070"));
    set_own(port_setting, "5095");
    EXPECT_TRUE(says("local_udp_port 5095"));
    EXPECT_EQ(store().change_hold_count(), 0U);
}

TEST_F(ChangeGuardTest, WhereThereWasNoneNothingIsOffered) {
    set({LayerKind::site, "default", {}}, "network.vlan.phone", "7");
    EXPECT_TRUE(says("phone_vlan_id 7"));
    EXPECT_EQ(go_round(), "network.vlan.phone -;");
    EXPECT_FALSE(says("phone_vlan_id"));
    ASSERT_TRUE(store().release_changes(genband, "network.vlan.phone"));
    EXPECT_TRUE(says("phone_vlan_id 7"));
}

TEST_F(ChangeGuardTest, WhatRestartsNobodyIsNotWithheld) {
    set_own("line.1.display_name", "Zoe");
    EXPECT_EQ(go_round(), "");
    set_own("phone.label", "no place in this family");
    EXPECT_EQ(go_round(), "");
}

TEST_F(ChangeGuardTest, TheOneBeforeWhereItGoesOnWithoutThat) {
    set_own(port_setting, "5090");
    clock_.advance(1min);
    set_own("network.vlan.phone", "7");
    EXPECT_EQ(go_round(), "network.vlan.phone -;");
    EXPECT_EQ(go_round(), "sip.local_port 5070;");
    EXPECT_EQ(go_round(), "");
    EXPECT_EQ(store().change_hold_count(), 2U);
}

TEST_F(ChangeGuardTest, AStrangerWithholdsNothingWithoutAProof) {
    set_own(port_setting, "5090");
    EXPECT_EQ(go_round(BootLoop::Sender::placed, elsewhere), "");
    EXPECT_EQ(go_round(), "") << "nor the phone, while another one comes as it";
    EXPECT_TRUE(says("local_udp_port 5090"));
    EXPECT_EQ(go_round(BootLoop::Sender::proven, elsewhere), "sip.local_port 5070;");
}

TEST_F(ChangeGuardTest, WhatItHasRunWithIsNotWithheld) {
    set_own(port_setting, "5090");
    fetch(desk);
    clock_.advance(2h);
    EXPECT_EQ(go_round(), "") << "its power fails";
    EXPECT_EQ(go_round(BootLoop::Sender::proven), "");
    EXPECT_TRUE(says("local_udp_port 5090"));
}

TEST_F(ChangeGuardTest, AnOldChangeIsNotWithheldNorOfWhoIsGone) {
    set_own(port_setting, "5090");
    clock_.advance(25h);
    EXPECT_EQ(go_round(), "");
    set_own(port_setting, "5095");
    ASSERT_TRUE(store().remove_device(genband));
    EXPECT_EQ(go_round(BootLoop::Sender::proven), "");
}

} // namespace
} // namespace offhook::server
