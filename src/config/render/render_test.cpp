#include "config/render/render.hpp"

#include "config/family/loader.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

const Family& polycom() {
    static const auto family = load_family(OFFHOOK_SOURCE_DIR "/families/polycom");
    EXPECT_TRUE(family) << family.error().front().text();
    return **family;
}

const Document& document(std::string_view kind) {
    for (const Document& each : polycom().documents())
        if (each.kind == kind) return each;
    ADD_FAILURE() << "no document " << kind;
    return polycom().documents().front();
}

Layer layer(std::initializer_list<std::pair<std::string_view, std::string_view>> rows) {
    LayerBuilder builder;
    for (const auto& [name, value] : rows) EXPECT_TRUE(builder.set(name, value)) << name;
    return builder.build();
}

/// A phone with the layers a test gives it.
struct Phone {
    Layer fleet, site, device;
    Wire wire = Wire::clear;

    [[nodiscard]] Rendered render_kind(std::string_view kind) const {
        const LayerRef refs[] = {{LayerKind::vendor_default, &polycom().defaults()},
                                 {LayerKind::fleet, &fleet},
                                 {LayerKind::site, &site},
                                 {LayerKind::device, &device}};
        Subject subject;
        subject.family = &polycom();
        subject.model = polycom().find_model("SPIP650");
        subject.mac = MacAddress(0x0004f2000001ULL);
        subject.model_name = "SPIP650";
        subject.site_name = "hq";
        subject.wire = wire;
        subject.shared = std::span(refs).first(3);
        subject.all = refs;
        auto rendered = render(document(kind), subject);
        EXPECT_TRUE(rendered) << rendered.error().text();
        return std::move(*rendered);
    }
};

const WrittenParameter* find(const Rendered& rendered, std::string_view name) {
    for (const WrittenParameter& p : rendered.parameters)
        if (p.parameter.name == name) return &p;
    return nullptr;
}

TEST(Render, SharedDocumentHoldsTheSharedLayersAndTheOwnOneWhatDiffers) {
    Phone phone;
    phone.fleet = layer({{"time.server", "ntp.example.net"}, {"web.enabled", "yes"}});
    phone.device = layer({{"time.server", "ntp.own.example.net"}, {"line.1.user", "100"}});
    const auto shared = phone.render_kind("site");
    EXPECT_EQ(find(shared, "tcpIpApp.sntp.address")->parameter.value, "ntp.example.net");
    EXPECT_EQ(find(shared, "tcpIpApp.sntp.address")->origin, LayerKind::fleet);
    EXPECT_EQ(find(shared, "reg.1.address"), nullptr);
    const auto own = phone.render_kind("settings");
    EXPECT_EQ(find(own, "tcpIpApp.sntp.address")->parameter.value, "ntp.own.example.net");
    EXPECT_EQ(find(own, "tcpIpApp.sntp.address")->origin, LayerKind::device);
    EXPECT_EQ(find(own, "reg.1.address")->parameter.value, "100");
    EXPECT_EQ(find(own, "httpd.enabled"), nullptr) << "the same as in the shared document";
}

TEST(Render, SecretsOfAnyLayerGoIntoTheOwnDocumentOnly) {
    Phone phone;
    phone.site = layer({{"web.admin_password", "site-secret"}, {"line.1.password", "line-secret"}});
    phone.device = layer({{"line.1.user", "100"}});
    EXPECT_EQ(phone.render_kind("site").text.find("secret"), std::string::npos);
    const auto own = phone.render_kind("settings");
    EXPECT_NE(own.text.find("site-secret"), std::string::npos);
    EXPECT_NE(own.text.find("line-secret"), std::string::npos);
    EXPECT_EQ(find(own, "device.auth.localAdminPassword")->secrecy, Secrecy::secret);
}

TEST(Render, ANarrowerLayerCanHideWhatTheSharedOneSays) {
    Phone phone;
    phone.site = layer({{"syslog.server", "log.example.net"}});
    phone.device = layer({{"syslog.server", ""}});
    const auto shared = phone.render_kind("site");
    ASSERT_NE(find(shared, "device.syslog.serverName"), nullptr);
    const auto own = phone.render_kind("settings");
    ASSERT_NE(find(own, "device.syslog.serverName"), nullptr);
    EXPECT_EQ(find(own, "device.syslog.serverName")->parameter.value, "");
}

TEST(Render, FixedDocumentsNameTheOthers) {
    const auto master = Phone().render_kind("master");
    EXPECT_EQ(find(master, "CONFIG_FILES")->parameter.value, "0004f2000001-settings.cfg, 0004f2000001-site.cfg");
    const auto stranger = Phone().render_kind("default master");
    EXPECT_NE(find(stranger, "CONFIG_FILES")->parameter.value.find("[PHONE_MAC_ADDRESS]"), std::string::npos)
        << "the phone expands it";
}

TEST(Render, AMasterFilesParametersAreWhatLayersStateOfThem) {
    Phone phone;
    phone.site = layer({{"raw:LOG_FILE_DIRECTORY", "logs"}, {"raw:MISC_FILES", "hook.cfg"}});
    phone.device = layer({{"raw:MISC_FILES", "own.cfg"}, {"raw:SPIP430/MISC_FILES", "small.cfg"}, {"raw:a.b", "1"}});
    const auto master = phone.render_kind("master"), shared = phone.render_kind("default master");
    EXPECT_EQ(find(master, "MISC_FILES")->parameter.value, "own.cfg");
    EXPECT_EQ(find(master, "MISC_FILES")->origin, LayerKind::device);
    EXPECT_EQ(find(master, "LOG_FILE_DIRECTORY")->parameter.value, "logs");
    EXPECT_EQ(find(master, "LOG_FILE_DIRECTORY")->secrecy, Secrecy::open);
    EXPECT_NE(master.text.find("MISC_FILES_SPIP430=\"small.cfg\""), std::string::npos) << master.text;
    EXPECT_EQ(find(master, "OVERRIDES_DIRECTORY")->parameter.value, "") << "nobody states it";
    EXPECT_EQ(find(master, "a.b"), nullptr);
    EXPECT_EQ(find(shared, "MISC_FILES")->parameter.value, "hook.cfg");
    EXPECT_EQ(find(shared, "LOG_FILE_DIRECTORY")->parameter.value, "logs");
    for (const auto* kind : {"settings", "site"}) {
        const auto rendered = phone.render_kind(kind);
        for (const auto* name : {"MISC_FILES", "LOG_FILE_DIRECTORY", "SPIP430/MISC_FILES"})
            EXPECT_EQ(find(rendered, name), nullptr) << kind << ' ' << name;
    }
    EXPECT_NE(find(phone.render_kind("settings"), "a.b"), nullptr);
}

TEST(Render, AnAccountInAMasterFileIsInNoSharedOne) {
    Phone phone;
    phone.site = layer({{"raw:LOG_FILE_DIRECTORY", "ftp://logs:geheim@boot.example.net/"}});
    const auto shared = phone.render_kind("default master");
    EXPECT_EQ(shared.text.find("geheim"), std::string::npos);
    EXPECT_EQ(find(shared, "LOG_FILE_DIRECTORY")->parameter.value, "");
    ASSERT_EQ(shared.notes.size(), 1U);
    EXPECT_EQ(shared.notes[0].setting, "raw:LOG_FILE_DIRECTORY");
    const auto master = phone.render_kind("master");
    EXPECT_NE(master.text.find("ftp://logs:geheim@"), std::string::npos);
    EXPECT_EQ(find(master, "LOG_FILE_DIRECTORY")->secrecy, Secrecy::secret);
}

TEST(Render, AModelThatTakesAnotherImageIsToldSoInEachMasterFile) {
    Phone phone;
    phone.fleet = layer({{"firmware.path", "318.sip.ld"}});
    for (const auto* kind : {"master", "default master"}) {
        const auto rendered = phone.render_kind(kind);
        EXPECT_EQ(find(rendered, "APP_FILE_PATH")->parameter.value, "318.sip.ld") << kind;
        EXPECT_NE(rendered.text.find("APP_FILE_PATH_SPIP300=\"sip_212.ld\""), std::string::npos) << kind;
    }
    phone.device = layer({{"firmware.path", "mine.ld"}});
    EXPECT_EQ(find(phone.render_kind("master"), "SPIP300/APP_FILE_PATH"), nullptr)
        << "this phone's own counts, whatever its model";
}

TEST(Render, NothingAnOperatorTypesBreaksOutOfTheFile) {
    Phone phone;
    phone.device = layer(
        {{"line.1.user", "100"}, {"line.1.password", "\"/><x a='&amp;'>"}, {"line.1.display_name", "<!-- \" -->"}});
    const auto own = phone.render_kind("settings");
    const auto read = document("settings").syntax->read(own.text);
    ASSERT_TRUE(read) << read.error().text();
    std::string password;
    for (const Parameter& p : read->parameters)
        if (p.name == "reg.1.auth.password") password = p.value;
    EXPECT_EQ(password, "\"/><x a='&amp;'>");
    EXPECT_EQ(read->parameters.size(), own.parameters.size());
}

TEST(Render, TheBootServersOwnAccountGoesIntoNoFileThatTravelsInClear) {
    Phone phone;
    phone.fleet = layer({{"provisioning.user", "boot-user"}, {"provisioning.password", "boot-secret"}});
    const auto clear = phone.render_kind("settings");
    EXPECT_EQ(clear.text.find("boot-secret"), std::string::npos);
    EXPECT_EQ(clear.text.find("device.prov.password"), std::string::npos)
        << "nor a guard that would empty it on the phone";
    EXPECT_FALSE(clear.notes.empty());
    phone.wire = Wire::tls;
    EXPECT_NE(phone.render_kind("settings").text.find("boot-secret"), std::string::npos);
}

TEST(Render, NorWhenItIsTypedAsTheVendorsOwnParameter) {
    Phone phone;
    phone.device = layer({{"raw:device.prov.password", "boot-secret"}, {"raw:up.headsetMode", "1"}});
    const auto clear = phone.render_kind("settings");
    EXPECT_EQ(clear.text.find("boot-secret"), std::string::npos);
    EXPECT_NE(clear.text.find("up.headsetMode"), std::string::npos);
    EXPECT_FALSE(clear.notes.empty());
    phone.wire = Wire::tls;
    EXPECT_NE(phone.render_kind("settings").text.find("boot-secret"), std::string::npos);
}

TEST(Render, ARawParameterThatThePackDoesNotKnowIsASecret) {
    Phone phone;
    phone.fleet = layer({{"raw:some.vendor.thing", "who-knows"}});
    EXPECT_EQ(phone.render_kind("site").text.find("who-knows"), std::string::npos);
    EXPECT_EQ(find(phone.render_kind("settings"), "some.vendor.thing")->secrecy, Secrecy::secret);
}

TEST(Render, ARawParameterReplacesWhatARowSays) {
    Phone phone;
    phone.device = layer({{"line.1.user", "100"}, {"raw:reg.1.address", "raw-user"}, {"raw:up.headsetMode", "1"}});
    const auto own = phone.render_kind("settings");
    EXPECT_EQ(find(own, "reg.1.address")->parameter.value, "raw-user");
    EXPECT_EQ(find(own, "up.headsetMode")->parameter.value, "1");
    EXPECT_EQ(std::count_if(own.parameters.begin(), own.parameters.end(),
                            [](const auto& p) { return p.parameter.name == "reg.1.address"; }),
              1);
}

} // namespace
} // namespace offhook::config
