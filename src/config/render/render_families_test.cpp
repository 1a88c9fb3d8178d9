// A first file of each family: what a new phone asks for, and where it is led.
#include "config/render/render.hpp"

#include "config/family/loader.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

const Family& family_of(std::string_view name) {
    static const auto families = load_families(OFFHOOK_SOURCE_DIR "/families");
    EXPECT_TRUE(families) << families.error().front().text();
    return *find_family(*families, name);
}

struct Phone {
    const Family& family;
    const char* model;
    std::string_view origin = "http://192.0.2.1:8080";
    std::vector<std::pair<std::string, std::string>> site_rows = {{"time.server", "ntp.example.net"},
                                                                  {"web.admin_password", "site-secret"}};

    [[nodiscard]] Result<Rendered> file(std::string_view path) const {
        LayerBuilder site, device;
        for (const auto& [name, value] : site_rows) EXPECT_TRUE(site.set(name, value));
        for (const auto& [name, value] : {std::pair{"line.1.user", "201"},
                                          {"line.1.password", "s3cret"},
                                          {"line.1.registrar.host", "pbx.example.net"}})
            EXPECT_TRUE(device.set(name, value));
        const Layer site_layer = site.build(), device_layer = device.build();
        const LayerRef refs[] = {{LayerKind::vendor_default, &family.defaults()},
                                 {LayerKind::site, &site_layer},
                                 {LayerKind::device, &device_layer}};
        const auto match = family.match_path(path);
        EXPECT_TRUE(match && match->document != nullptr) << path;
        Subject subject;
        subject.family = &family;
        subject.model = family.find_model(model);
        subject.mac = MacAddress(0x0080f0c571ebULL);
        subject.model_name = model;
        subject.origin = origin;
        subject.shared = std::span(refs).first(2);
        subject.all = refs;
        return render(*match->document, subject);
    }
    [[nodiscard]] std::string text(std::string_view path) const {
        const auto rendered = file(path);
        return rendered ? rendered->text : rendered.error().text();
    }
};

const std::string panasonic_head = "# Panasonic SIP Phone Standard Format File # DO NOT CHANGE THIS LINE!\r\n";

TEST(RenderFamilies, APanasonicIsLedToItsFilesAndFillsInItsOwnMacros) {
    const Phone phone{family_of("panasonic"), "KX-HDV130"};
    EXPECT_EQ(phone.text("KX-HDV130N.cfg"),
              panasonic_head + "CFG_STANDARD_FILE_PATH=\"http://192.0.2.1:8080/Config{MAC}.cfg\"\r\n"
                               "CFG_PRODUCT_FILE_PATH=\"http://192.0.2.1:8080/Config{MODEL}.cfg\"\r\n"
                               "CFG_MASTER_FILE_PATH=\"http://192.0.2.1:8080/ConfigCommon.cfg\"\r\n\r\n");
    EXPECT_EQ(phone.text("Config0080F0C571EB.cfg"),
              panasonic_head + "SIP_URI_1=\"201\"\r\nPHONE_NUMBER_1=\"201\"\r\nSIP_RGSTR_ADDR_1=\"pbx.example.net\"\r\n"
                               "SIP_PRXY_ADDR_1=\"pbx.example.net\"\r\nSIP_PASS_1=\"s3cret\"\r\n"
                               "ADMIN_PASS=\"site-secret\"\r\n"
                               "CFG_STANDARD_FILE_PATH=\"http://192.0.2.1:8080/Config{MAC}.cfg\"\r\n\r\n");
    const std::string shared = phone.text("ConfigCommon.cfg");
    EXPECT_NE(shared.find("NTP_ADDR=\"ntp.example.net\""), std::string::npos) << shared;
    EXPECT_EQ(shared.find("s3cret"), std::string::npos);
    EXPECT_EQ(shared.find("site-secret"), std::string::npos);
    EXPECT_EQ(phone.text("ConfigKX-HDV130N.cfg"), panasonic_head + "\r\n") << "its model has nothing of its own";
}

TEST(RenderFamilies, APanasonicFindsItsSealedFileByTheNameThatItIsTold) {
    Phone phone{family_of("panasonic"), "KX-HDV130"};
    phone.site_rows = {{"provisioning.sealed", "yes"},
                       {"provisioning.file_key", "0123456789abcdef"},
                       {"provisioning.ca_file", "http://192.0.2.1/ca.pem"}};
    const std::string sealed_path = "CFG_STANDARD_FILE_PATH=\"http://192.0.2.1:8080/Config{MAC}.e2c\"\r\n";
    const std::string first = phone.text("KX-HDV130.cfg");
    EXPECT_NE(first.find(sealed_path), std::string::npos) << first;
    EXPECT_NE(first.find("CFG_ROOT_CERTIFICATE_PATH=\"http://192.0.2.1/ca.pem\""), std::string::npos) << first;
    EXPECT_EQ(first.find("0123456789abcdef"), std::string::npos);
    const std::string left = phone.text("Config0080F0C571EB.cfg");
    EXPECT_NE(left.find(sealed_path), std::string::npos) << "a phone that knows the plain name is led on: " << left;
    EXPECT_EQ(left.find("CFG_FILE_KEY"), std::string::npos) << left;
    EXPECT_EQ(std::count(left.begin(), left.end(), '='), 1) << "nothing else stands in clear beside it: " << left;
    const auto sealed = phone.file("Config0080F0C571EB.e2c");
    ASSERT_TRUE(sealed) << sealed.error().text();
    EXPECT_NE(sealed->text.find(sealed_path), std::string::npos) << sealed->text;
    EXPECT_NE(sealed->text.find("CFG_FILE_KEY2=\"0123456789abcdef\"\r\nCFG_FILE_KEY_LENGTH=\"128\""),
              std::string::npos);
    EXPECT_EQ(*find_seal("panasonic-project")->open(sealed->served(), "0123456789abcdef"), sealed->text);
}

TEST(RenderFamilies, APanasonicGetsItsFirmwareFromUsOrFromAnotherAddress) {
    Phone phone{family_of("panasonic"), "KX-HDV130"};
    const auto path_line = [&](const char* path) {
        phone.site_rows = {{"firmware.version", "07.101"}, {"firmware.path", path}};
        const std::string text = phone.text("Config0080F0C571EB.cfg");
        const auto at = text.find("FIRM_FILE_PATH=");
        EXPECT_EQ(text.find("FIRM_FILE_PATH=", at + 1), std::string::npos) << "once";
        return at == std::string::npos ? text : text.substr(at, text.find('\r', at) - at);
    };
    EXPECT_EQ(path_line("hdv/HDV130.fw"), "FIRM_FILE_PATH=\"http://192.0.2.1:8080/hdv/HDV130.fw\"");
    EXPECT_EQ(path_line("https://fw.example.net/{MODEL}.fw"), "FIRM_FILE_PATH=\"https://fw.example.net/{MODEL}.fw\"");
    EXPECT_NE(phone.text("ConfigCommon.cfg").find("FIRM_VERSION=\"07.101\""), std::string::npos);
    phone.site_rows = {};
    EXPECT_EQ(phone.text("Config0080F0C571EB.cfg").find("FIRM_"), std::string::npos);
}

TEST(RenderFamilies, ALinksysIsLedToItsOwnProfile) {
    const Phone phone{family_of("linksys-spa"), "SPA942"};
    const std::string first = phone.text("spa942.cfg");
    for (const auto* line : {"<Resync_Periodic>10</Resync_Periodic>",
                             "<Resync_Error_Retry_Delay>10,20,30,300+60</Resync_Error_Retry_Delay>",
                             "<Profile_Rule>http://192.0.2.1:8080/spa$PSN.xml</Profile_Rule>",
                             "<Profile_Rule_B>http://192.0.2.1:8080/$MA.xml</Profile_Rule_B>"})
        EXPECT_NE(first.find(line), std::string::npos) << first;
    EXPECT_EQ(phone.text("init.cfg"), first) << "a PAP2T knows another name";
    const std::string shared = phone.text("spa942.xml");
    EXPECT_NE(shared.find("<Resync_Periodic>3600</Resync_Periodic>"), std::string::npos) << "the long period again";
    EXPECT_EQ(shared.find("<Profile_Rule>"), std::string::npos);
    EXPECT_NE(shared.find("<Profile_Rule_B>http://192.0.2.1:8080/$MA.xml</Profile_Rule_B>"), std::string::npos)
        << shared;
    EXPECT_NE(shared.find("<Primary_NTP_Server>ntp.example.net</Primary_NTP_Server>"), std::string::npos);
    EXPECT_EQ(shared.find("secret"), std::string::npos);
    const std::string own = phone.text("0080f0c571eb.xml");
    EXPECT_NE(own.find("<User_ID_1_>201</User_ID_1_>"), std::string::npos) << own;
    EXPECT_NE(own.find("<Password_1_>s3cret</Password_1_>"), std::string::npos);
    EXPECT_NE(own.find("<Admin_Passwd>site-secret</Admin_Passwd>"), std::string::npos);
    EXPECT_EQ(own.find("ntp.example.net"), std::string::npos) << "the same as in the shared document";
}

TEST(RenderFamilies, AGenbandHasAGlobalFileAndItsOwn) {
    const Phone phone{family_of("genband-ip88"), "IP8830", ""};
    EXPECT_EQ(phone.text("sysconf_8830_sip.cfg"), "[NETTIME]\r\nsntp_server_address ntp.example.net\r\n");
    EXPECT_EQ(phone.text("0080f0c571eb"),
              "[VOIP]\r\nline1_name 201\r\nline1_password s3cret\r\nline1_proxy_address pbx.example.net\r\n")
        << "and includes no phonebook, for there is none";
}

TEST(RenderFamilies, WhatRestartsAGenbandStandsInItsOwnFileAlone) {
    Phone phone{family_of("genband-ip88"), "IP8830", ""};
    phone.site_rows.emplace_back("rtp.port_first", "20000");
    phone.site_rows.emplace_back("network.vlan.phone", "100");
    phone.site_rows.emplace_back("raw:LAN.pc_vlan_id", "7");
    phone.site_rows.emplace_back("raw:VOIP.timer_t1", "200");
    EXPECT_EQ(phone.text("sysconf_8830_sip.cfg"),
              "[NETTIME]\r\nsntp_server_address ntp.example.net\r\n[VOIP]\r\ntimer_t1 200\r\n");
    const std::string own = phone.text("0080f0c571eb");
    for (const char* line : {"\r\nrtp_port 20000\r\n", "\r\nphone_vlan_id 100\r\n", "\r\npc_vlan_id 7\r\n"})
        EXPECT_NE(own.find(line), std::string::npos) << own;
    EXPECT_EQ(own.find("timer_t1"), std::string::npos) << own;
}

TEST(RenderFamilies, NothingOutOfRangeIsWrittenForAGenband) {
    Phone phone{family_of("genband-ip88"), "IP8830", ""};
    phone.site_rows.emplace_back("raw:VOIP.timer_t1", "99");
    phone.site_rows.emplace_back("raw:VOIP.replaces_mode", "maybe");
    const auto rendered = phone.file("sysconf_8830_sip.cfg");
    ASSERT_TRUE(rendered);
    EXPECT_EQ(rendered->text, "[NETTIME]\r\nsntp_server_address ntp.example.net\r\n");
    ASSERT_FALSE(rendered->notes.empty());
    EXPECT_EQ(rendered->notes.back().setting, "raw:VOIP.timer_t1");
    EXPECT_EQ(rendered->notes.back().text, "left out of VOIP.timer_t1: it takes 100 to 640");
}

TEST(RenderFamilies, TheStatedServerCountsBeforeWhereItWasReached) {
    Phone phone{family_of("panasonic"), "KX-HDV130"};
    phone.site_rows.emplace_back("provisioning.server", "https://prov.example.net/a/");
    EXPECT_NE(phone.text("KX-HDV130.cfg").find("\"https://prov.example.net/a/Config{MAC}.cfg\""), std::string::npos);
}

TEST(RenderFamilies, AFileThatCannotSayWhereTheServerIsIsNotMade) {
    for (const auto& [name, model, path] :
         {std::tuple{"panasonic", "KX-HDV130", "KX-HDV130.cfg"}, {"linksys-spa", "SPA942", "spa942.cfg"}}) {
        const auto rendered = Phone{family_of(name), model, ""}.file(path);
        ASSERT_FALSE(rendered) << path;
        EXPECT_EQ(rendered.error().code, ErrorCode::not_found);
    }
}

TEST(RenderFamilies, DocumentsAreNamedAsTheirPhonesAskForThem) {
    for (const auto& [name, model, names] :
         {std::tuple{"panasonic", "KX-HDV130N",
                     std::vector<std::string>{"KX-HDV130N.cfg", "Config0080f0c571eb.cfg", "ConfigKX-HDV130N.cfg",
                                              "ConfigCommon.cfg", "Config0080f0c571eb.e2c"}},
          {"linksys-spa", "SPA942", {"spa942.xml", "spa942.cfg", "0080f0c571eb.xml"}},
          {"genband-ip88", "IP8830", {"sysconf_8830_sip.cfg", "0080f0c571eb"}}}) {
        Subject subject;
        subject.family = &family_of(name);
        subject.model = subject.family->find_model(model);
        subject.model_name = model;
        subject.mac = MacAddress(0x0080f0c571ebULL);
        for (std::size_t i = 0; i < names.size(); ++i)
            EXPECT_EQ(document_name(subject.family->documents()[i], subject), names[i]);
    }
}

} // namespace
} // namespace offhook::config
