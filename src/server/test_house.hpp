#pragma once
/// @file  A small house for the server's tests: the packs of this tree, and a snapshot with a few devices.
#include "base/clock.hpp"
#include "catalogue/snapshot.hpp"
#include "config/family/loader.hpp"

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace offhook::server {

inline const config::Families& house_families() {
    static const auto families = [] {
        auto loaded = config::load_families(OFFHOOK_SOURCE_DIR "/families");
        if (!loaded)
            for (const Error& error : loaded.error()) ADD_FAILURE() << error.text();
        return loaded ? *loaded : config::Families();
    }();
    return families;
}

using SettingRows = std::vector<std::pair<std::string, std::string>>;

inline config::Layer layer_of(const SettingRows& rows) {
    config::LayerBuilder builder;
    for (const auto& [name, value] : rows) {
        const auto set = builder.set(name, value);
        EXPECT_TRUE(set) << set.error().text();
    }
    return builder.build();
}

inline const MacAddress anna(0x0004f2000001ULL);
inline const MacAddress bert(0x0004f2000002ULL);
inline const MacAddress stranger(0x0004f20000ffULL);
inline constexpr std::string_view lab_token = "lab-token-0123456789";

inline catalogue::Device device_of(MacAddress mac, const SettingRows& rows, catalogue::Revision revision = 1) {
    catalogue::Device device;
    device.mac = mac;
    device.family = "polycom";
    device.model = "SPIP650";
    device.revision = revision;
    device.layer = layer_of(rows);
    return device;
}

inline SettingRows line_rows(const std::string& user) {
    return {
        {"line.1.user", user}, {"line.1.password", "secret-of-" + user}, {"line.1.registrar.host", "pbx.example.net"}};
}

/// Anna is at the default site, Bert at "lab", which has a token and a network. The fleet has a time server and a web
/// password.
inline std::shared_ptr<const catalogue::Snapshot> house() {
    catalogue::SnapshotBuilder builder;
    catalogue::Site first;
    first.id = catalogue::default_site;
    first.name = "default";
    first.revision = 1;
    builder.add(std::move(first));
    catalogue::Site lab;
    lab.id = catalogue::SiteId(2);
    lab.name = "lab";
    lab.revision = 1;
    lab.url_token = lab_token;
    lab.networks = {*Network::from_text("10.7.0.0/16")};
    lab.layer = layer_of({{"time.server", "ntp.lab.example.net"}});
    builder.add(std::move(lab));
    catalogue::Fleet fleet;
    fleet.revision = 1;
    fleet.layer = layer_of({{"time.server", "ntp.example.net"}, {"web.admin_password", "fleet-web-secret"}});
    builder.set(std::move(fleet));
    builder.add(std::make_shared<const catalogue::Device>(device_of(anna, line_rows("1001"))));
    auto berts = device_of(bert, line_rows("1002"));
    berts.site = catalogue::SiteId(2);
    builder.add(std::make_shared<const catalogue::Device>(std::move(berts)));
    return builder.build(1);
}

} // namespace offhook::server
