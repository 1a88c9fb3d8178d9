// Six families behind one door: each gets its own files, and is led to the address at which it found the server.
#include "server/delivery.hpp"

#include "server/test_house.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

const MacAddress pana(0x0080f0c571ebULL), lynn(0x000e08aabbccULL), gene(0xb40edc0a1b2cULL), yana(0x805ec0aabbccULL),
    sven(0x000413922d24ULL);

std::shared_ptr<const catalogue::Snapshot> house_of_six(const SettingRows& of_fleet = {},
                                                        const SettingRows& of_gene = {}) {
    catalogue::SnapshotBuilder builder;
    catalogue::Site first;
    first.id = catalogue::default_site;
    first.name = "default";
    first.revision = 1;
    builder.add(std::move(first));
    catalogue::Fleet fleet;
    fleet.revision = 1;
    SettingRows all{{"time.server", "ntp.example.net"}};
    all.insert(all.end(), of_fleet.begin(), of_fleet.end());
    fleet.layer = layer_of(all);
    builder.set(std::move(fleet));
    for (const auto& [mac, family, model, user] : {std::tuple{anna, "polycom", "SPIP650", "1001"},
                                                   {pana, "panasonic", "KX-HDV130", "1002"},
                                                   {lynn, "linksys-spa", "SPA942", "1003"},
                                                   {gene, "genband-ip88", "IP8830", "1004"},
                                                   {yana, "yealink", "T46U", "1005"},
                                                   {sven, "snom", "snomD785", "1006"}}) {
        auto rows = line_rows(user);
        if (mac == gene) rows.insert(rows.end(), of_gene.begin(), of_gene.end());
        auto device = device_of(mac, rows);
        device.family = family;
        device.model = model;
        builder.add(std::make_shared<const catalogue::Device>(std::move(device)));
    }
    return builder.build(1);
}

class DeliveryFamiliesTest : public testing::Test {
protected:
    DeliveryFamiliesTest() { delivery_.publish(house_of_six()); }

    std::string body(std::string_view path, std::string_view user_agent = {}) {
        FileRequest request;
        request.transport = transport_;
        request.path = path;
        request.source = *IpAddress::from_text("192.168.1.7");
        request.user_agent = user_agent;
        request.local = *IpAddress::from_text(local_);
        request.local_port = port_;
        const auto answer = delivery_.open(request);
        delivery_.answered(answer.file == nullptr ? 404 : 200, 0);
        return answer.file == nullptr ? "(nothing)" : (*answer.file)->text;
    }

    Transport transport_ = Transport::http;
    const char* local_ = "192.168.1.1";
    std::uint16_t port_ = 80;
    ManualClock clock_;
    catalogue::EventRing ring_{1024};
    Acquaintances acquaintances_;
    Delivery delivery_{house_families(), ring_, acquaintances_, clock_, {{{"http", {}}}, 1 << 20}};
};

TEST_F(DeliveryFamiliesTest, EachPhoneGetsItsOwnFile) {
    EXPECT_NE(body("0004f2000001-settings.cfg").find("reg.1.address=\"1001\""), std::string::npos);
    EXPECT_NE(body("Config0080F0C571EB.cfg").find("SIP_URI_1=\"1002\""), std::string::npos);
    EXPECT_NE(body("000e08aabbcc.xml").find("<User_ID_1_>1003<"), std::string::npos);
    for (const char* path : {"b40edc0a1b2c", "B40EDC0A1B2C"})
        EXPECT_NE(body(path).find("line1_name 1004\r\n"), std::string::npos) << path;
}

TEST_F(DeliveryFamiliesTest, AYealinkIsLedFromItsBootFileToItsOwn) {
    constexpr auto agent = "Yealink SIP-T46U 108.86.0.20 805ec0aabbcc";
    EXPECT_EQ(body("805ec0aabbcc.boot", agent), "#!version:1.0.0.1\ninclude:config \"yealink-common.cfg\"\n"
                                                "include:config \"805ec0aabbcc.cfg\"\n");
    EXPECT_EQ(body("y000000000000.boot", agent), "(nothing)") << "it would not ask for its own file";
    EXPECT_EQ(body("yealink-common.cfg", agent), "#!version:1.0.0.1\nlocal_time.ntp_server1 = ntp.example.net\n");
    EXPECT_EQ(body("y000000000108.cfg", agent), body("yealink-common.cfg")) << "for phones that know no boot file";
    for (const char* path : {"805ec0aabbcc.cfg", "805EC0AABBCC.cfg"})
        EXPECT_NE(body(path, agent).find("account.1.user_name = 1005\n"), std::string::npos) << path;
    EXPECT_NE(body("805ec0aabbcc.cfg").find("account.1.enable = 1\n"), std::string::npos) << "by its MAC alone";
}

TEST_F(DeliveryFamiliesTest, ASnomGetsAllInOneFile) {
    constexpr auto agent = "Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413922D24 SXM:0 "
                           "UXM:0)";
    EXPECT_EQ(body("snomD785.htm", agent), "(nothing)");
    const auto text = body("snomD785-000413922D24.htm", agent);
    EXPECT_NE(text.find("<user_name idx=\"1\" perm=\"R\">1006</user_name>"), std::string::npos) << text;
    EXPECT_NE(text.find("<ntp_server>ntp.example.net</ntp_server>"), std::string::npos) << text;
    EXPECT_EQ(body("snomD785-000413922D24.htm"), text) << "by its MAC alone";
}

TEST_F(DeliveryFamiliesTest, NoPhoneGetsAFileOfAnotherFamilysForm) {
    for (const char* path :
         {"0080f0c571eb.cfg", "0080f0c571eb", "0080f0c571eb.xml", "000e08aabbcc.cfg", "000e08aabbcc",
          "b40edc0a1b2c.cfg", "Configb40edc0a1b2c.cfg", "0004f2000001", "0004f2000001.xml", "Config0004f2000001.cfg",
          "805ec0aabbcc", "805ec0aabbcc.xml", "0004f2000001.boot", "000413922d24.cfg", "snomD785-0004f2000001.htm"})
        EXPECT_EQ(body(path), "(nothing)") << path;
}

TEST_F(DeliveryFamiliesTest, ANameOrValueThatAFileCannotHoldTakesNoFile) {
    delivery_.publish(house_of_six({{"raw:voIpProt.SIP.x y", "1"}}, {{"line.1.display_name", "Joe ;x"}}));
    EXPECT_NE(body("b40edc0a1b2c").find("line1_name 1004\r\n"), std::string::npos);
    EXPECT_EQ(body("b40edc0a1b2c").find("Joe"), std::string::npos);
    EXPECT_NE(body("0004f2000001-settings.cfg").find("reg.1.address=\"1001\""), std::string::npos);
    EXPECT_NE(body("000e08aabbcc.xml").find("<User_ID_1_>1003<"), std::string::npos);
}

TEST_F(DeliveryFamiliesTest, NamesWithoutAMacAreKnownFromTheNameAlone) {
    EXPECT_NE(body("site.cfg").find("<polycomConfig>"), std::string::npos);
    EXPECT_NE(body("000000000000.cfg").find("<APPLICATION"), std::string::npos);
    EXPECT_NE(body("KX-HDV130N.cfg").find("CFG_STANDARD_FILE_PATH"), std::string::npos);
    EXPECT_NE(body("ConfigCommon.cfg").find("NTP_ADDR"), std::string::npos);
    EXPECT_NE(body("spa942.cfg").find("<flat-profile>"), std::string::npos);
    EXPECT_NE(body("sysconf_8830_sip.cfg").find("[NETTIME]"), std::string::npos);
}

TEST_F(DeliveryFamiliesTest, AFileSaysWhereThePhoneFoundTheServer) {
    EXPECT_NE(body("KX-HDV130.cfg").find("\"http://192.168.1.1/Config{MAC}.cfg\""), std::string::npos);
    local_ = "10.0.0.1";
    port_ = 8080;
    EXPECT_NE(body("KX-HDV130.cfg").find("\"http://10.0.0.1:8080/Config{MAC}.cfg\""), std::string::npos);
    local_ = "2001:db8::1";
    transport_ = Transport::tftp;
    port_ = 69;
    EXPECT_NE(body("spa942.cfg").find(">tftp://[2001:db8::1]/$MA.xml<"), std::string::npos);
    local_ = "192.168.1.1";
    transport_ = Transport::http;
    port_ = 80;
    EXPECT_NE(body("KX-HDV130.cfg").find("\"http://192.168.1.1/Config{MAC}.cfg\""), std::string::npos);
    EXPECT_EQ(delivery_.cached_files(), 3U) << "one for each way in, and no more";
    local_ = "::";
    EXPECT_EQ(body("KX-HDV130.cfg"), "(nothing)") << "nobody knows where";
}

TEST_F(DeliveryFamiliesTest, ASealedFileGoesOutSealedAndStaysTheSame) {
    constexpr auto key = "00112233445566778899aabbccddeeff";
    catalogue::ChangeSet change;
    change.revision = 2;
    for (const auto& [mac, family, model] :
         {std::tuple{anna, "polycom", "SPIP650"}, {pana, "panasonic", "KX-HDV130"}}) {
        auto rows = line_rows("1001");
        rows.insert(rows.end(), {{"provisioning.file_key", key}, {"provisioning.sealed", "yes"}});
        auto device = device_of(mac, rows, 2);
        device.family = family;
        device.model = model;
        change.devices.push_back(std::make_shared<const catalogue::Device>(std::move(device)));
    }
    delivery_.publish(house_of_six()->advanced(change));
    for (const auto& [path, seal] :
         {std::pair{"0004f2000001-settings.cfg", "polycom-project"}, {"Config0080F0C571EB.e2c", "panasonic-project"}}) {
        FileRequest request;
        request.path = path;
        request.source = *IpAddress::from_text("192.168.1.7");
        request.local = *IpAddress::from_text(local_);
        request.local_port = port_;
        const auto answer = delivery_.open(request);
        ASSERT_NE(answer.file, nullptr) << path;
        EXPECT_EQ((*answer.file)->media_type, "application/octet-stream");
        EXPECT_EQ((*answer.file)->text.find("1001"), std::string::npos);
        const auto opened = config::find_seal(seal)->open((*answer.file)->text, key);
        ASSERT_TRUE(opened) << opened.error().text();
        EXPECT_NE(opened->find("secret-of-1001"), std::string::npos);
    }
    const auto stub = body("Config0080F0C571EB.cfg");
    EXPECT_NE(stub.find("\"http://192.168.1.1/Config{MAC}.e2c\""), std::string::npos) << "or it never learns of it";
    EXPECT_EQ(stub.find("1001"), std::string::npos) << "not in clear beside it";
    EXPECT_EQ(body("0004f2000001.cfg").find("Crypt="), std::string::npos) << "a master configuration never is";
}

/// By each family's own pack, and through the listeners' eyes: who gets what, and what it ends.
TEST_F(DeliveryFamiliesTest, ASealedFileWithTheNewKeyEndsARotationOnceItIsWithThePhone) {
    constexpr auto key = "00112233445566778899aabbccddeeff", old_key = "ffeeddccbbaa99887766554433221100";
    std::vector<std::pair<MacAddress, catalogue::Revision>> ended;
    DeliveryOptions options;
    options.listeners = {{"http", {}}};
    options.end_key_rotation = [&](MacAddress mac, catalogue::Revision revision) { ended.emplace_back(mac, revision); };
    Delivery delivery(house_families(), ring_, acquaintances_, clock_, options);
    catalogue::ChangeSet change;
    change.revision = 7;
    for (const auto& [mac, family, model] :
         {std::tuple{anna, "polycom", "SPIP650"}, {pana, "panasonic", "KX-HDV130"}}) {
        auto rows = line_rows("1001");
        rows.insert(rows.end(), {{"provisioning.file_key", key},
                                 {"provisioning.previous_file_key", old_key},
                                 {"provisioning.sealed", "yes"}});
        auto device = device_of(mac, rows, 7);
        device.family = family;
        device.model = model;
        change.devices.push_back(std::make_shared<const catalogue::Device>(std::move(device)));
    }
    delivery.publish(house_of_six()->advanced(change));
    const auto ask = [&](const char* path, Verb verb) {
        FileRequest request;
        request.path = path;
        request.verb = verb;
        request.source = *IpAddress::from_text("192.168.1.7");
        request.local = *IpAddress::from_text(local_);
        request.local_port = port_;
        auto answer = delivery.open(request);
        delivery.answered(200, 1);
        return answer;
    };
    for (const auto& [path, seal, mac] : {std::tuple{"0004f2000001-settings.cfg", "polycom-project", anna},
                                          {"Config0080F0C571EB.e2c", "panasonic-project", pana}}) {
        ended.clear();
        EXPECT_EQ(ask(path, Verb::head).ticket.key_rotation, 0U) << path;
        const auto answer = ask(path, Verb::get);
        ASSERT_NE(answer.file, nullptr) << path;
        EXPECT_TRUE(config::find_seal(seal)->open((*answer.file)->text, old_key)) << "a phone that missed it opens it";
        EXPECT_EQ(answer.ticket.key_rotation, 7U) << path;
        EXPECT_TRUE(ended.empty()) << "it is under way";
        delivery.broken_off(answer.ticket, 1);
        EXPECT_TRUE(ended.empty()) << "it did not get there";
        delivery.went_out(answer.ticket);
        ASSERT_EQ(ended.size(), 1U) << path;
        EXPECT_EQ(ended[0], (std::pair<MacAddress, catalogue::Revision>{mac, 7}));
    }
    for (const char* path : {"0004f2000001.cfg", "site.cfg", "Config0080F0C571EB.cfg"})
        EXPECT_EQ(ask(path, Verb::get).ticket.key_rotation, 0U) << path;
}

TEST_F(DeliveryFamiliesTest, FirmwareThatComesWithoutTlsAloneIsAtAnotherListenerOfOurs) {
    auto rows = line_rows("1003");
    rows.insert(rows.end(), {{"firmware.version", "6.1.5(a)"}, {"firmware.path", "spa.bin"}});
    catalogue::ChangeSet change;
    change.revision = 2;
    auto device = device_of(lynn, rows, 2);
    device.family = "linksys-spa", device.model = "SPA942";
    change.devices.push_back(std::make_shared<const catalogue::Device>(std::move(device)));
    delivery_.publish(house_of_six()->advanced(change));
    const auto rule = [&](std::vector<OfferOrigin> listening) {
        delivery_.publish(house_of_six()); // or it would be taken from the cache
        (void)body("000e08aabbcc.xml");
        delivery_.set_origins(std::move(listening));
        delivery_.publish(house_of_six()->advanced(change));
        const auto text = body("000e08aabbcc.xml");
        const auto at = text.find("<Upgrade_Rule>");
        return at == std::string::npos ? std::string() : text.substr(at + 38, text.find('<', at + 1) - at - 38);
    };
    const auto here = *IpAddress::from_text("192.168.1.1"), elsewhere = *IpAddress::from_text("192.0.2.1");
    EXPECT_EQ(rule({{"http", 8080, here}}), "http://192.168.1.1/spa.bin") << "where it asked";
    transport_ = Transport::https;
    port_ = 443;
    EXPECT_EQ(rule({{"https", 443, here}, {"tftp", 69, IpAddress::v4(0)}, {"http", 8080, here}}),
              "http://192.168.1.1:8080/spa.bin");
    EXPECT_EQ(rule({{"http", 80, elsewhere}, {"tftp", 69, IpAddress::v4(0)}}), "tftp://192.168.1.1/spa.bin");
    EXPECT_EQ(rule({{"http", 80, IpAddress()}}), "http://192.168.1.1/spa.bin");
    EXPECT_EQ(rule({{"https", 443, here}, {"ftp", 21, here}}), "");
    EXPECT_NE(body("000e08aabbcc.xml").find("<User_ID_1_>1003<"), std::string::npos);
}

/// A Linksys phone's first contact, and what it is kept from.
TEST_F(DeliveryFamiliesTest, TheFileThatBringsAKeyIsForACertificateOrAnAccountOverTls) {
    constexpr auto key = "00112233445566778899aabbccddeeff", old_key = "ffeeddccbbaa99887766554433221100";
    const auto publish = [&](catalogue::Revision revision, SettingRows more) {
        auto rows = line_rows("1003");
        rows.insert(rows.end(), more.begin(), more.end());
        catalogue::ChangeSet change;
        change.revision = revision;
        auto device = device_of(lynn, rows, revision);
        device.family = "linksys-spa";
        device.model = "SPA942";
        change.devices.push_back(std::make_shared<const catalogue::Device>(std::move(device)));
        delivery_.publish(house_of_six()->advanced(change));
    };
    const DeviceCertificate hers{"linksys-spa", lynn, "88019FA42805"}, anothers{"linksys-spa", anna, ""};
    const auto ask = [&](const char* path, catalogue::Privacy privacy, const DeviceCertificate* certificate) {
        FileRequest request;
        request.transport = privacy == catalogue::Privacy::tls ? Transport::https : Transport::http;
        request.privacy = privacy;
        request.path = path;
        request.certificate = certificate;
        request.user_agent = "Linksys/SPA-942-5.1.8 (4MM00F903042)";
        request.source = *IpAddress::from_text("192.168.1.7");
        request.local = *IpAddress::from_text(local_);
        request.local_port = port_;
        auto answer = delivery_.open(request);
        delivery_.answered(answer.file == nullptr ? 404 : 200, 0);
        return answer;
    };
    constexpr auto clear = catalogue::Privacy::clear, tls = catalogue::Privacy::tls;
    constexpr auto plain = "000e08aabbcc.xml", sealed = "000e08aabbcc.enc";
    publish(2, {{"provisioning.file_key", key}});
    EXPECT_NE(ask(plain, clear, nullptr).file, nullptr) << "nothing is sealed yet: as the site's policy says";
    publish(3, {{"provisioning.file_key", key}, {"provisioning.sealed", "yes"}});
    EXPECT_EQ(ask(plain, clear, nullptr).file, nullptr);
    EXPECT_EQ(ask(plain, tls, nullptr).file, nullptr) << "TLS alone shows nobody";
    EXPECT_EQ(ask(plain, tls, &anothers).file, nullptr);
    testing::internal::CaptureStderr();
    const auto told = ask(plain, tls, &hers);
    ASSERT_NE(told.file, nullptr);
    (void)ask(plain, tls, &hers);
    const auto log = testing::internal::GetCapturedStderr();
    EXPECT_NE(log.find("CERTIFICATE_SERIAL_DIFFERS"), std::string::npos) << log;
    EXPECT_EQ(log.find("CERTIFICATE_SERIAL_DIFFERS"), log.rfind("CERTIFICATE_SERIAL_DIFFERS")) << "once";
    EXPECT_EQ(log.find(key), std::string::npos);
    EXPECT_NE((*told.file)->text.find(key), std::string::npos);
    const auto closed = ask(sealed, clear, nullptr);
    ASSERT_NE(closed.file, nullptr) << "it opens for its phone alone";
    EXPECT_TRUE(config::find_seal("openssl-raw-256")->open((*closed.file)->text, key));
    EXPECT_EQ(told.ticket.key_rotation, 0U);
    publish(
        4,
        {{"provisioning.file_key", key}, {"provisioning.previous_file_key", old_key}, {"provisioning.sealed", "yes"}});
    const auto next = ask(sealed, clear, nullptr);
    EXPECT_TRUE(config::find_seal("openssl-raw-256")->open((*next.file)->text, old_key));
    EXPECT_EQ(next.ticket.key_rotation, 4U);
    EXPECT_EQ(ask(plain, tls, &hers).ticket.key_rotation, 4U) << "a phone that was reset has the new key at once";
}

TEST_F(DeliveryFamiliesTest, ASealedTwinThatAPhoneDoesNotHaveIsAbsentAndNoFailure) {
    catalogue::Revision revision = 1;
    for (const SettingRows& rows : {SettingRows{}, SettingRows{{"provisioning.file_key", "0123456789abcdef"}},
                                    SettingRows{{"provisioning.sealed", "yes"}}}) {
        catalogue::ChangeSet change;
        change.revision = ++revision;
        auto device = device_of(pana, rows, revision);
        device.family = "panasonic";
        device.model = "KX-HDV130";
        change.devices.push_back(std::make_shared<const catalogue::Device>(std::move(device)));
        delivery_.publish(house_of_six()->advanced(change));
        testing::internal::CaptureStderr();
        EXPECT_EQ(body("Config0080F0C571EB.e2c"), "(nothing)");
        EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
        EXPECT_NE(body("Config0080F0C571EB.cfg"), "(nothing)");
    }
    std::vector<catalogue::Outcome> outcomes;
    ring_.drain([&](const catalogue::TimelineEvent& event) {
        if (event.kind.view() == "sealed standard") outcomes.push_back(event.outcome);
    });
    EXPECT_EQ(outcomes, std::vector(3, catalogue::Outcome::absent));
}

TEST_F(DeliveryFamiliesTest, ANameThatSaysAModelCountsBeforeTheUserAgent) {
    catalogue::ChangeSet change;
    change.revision = 2;
    for (const auto& [model, server] : {std::pair{"KX-HDV130", "small.example"}, {"KX-HDV230", "large.example"}})
        change.model_layers.push_back({"panasonic", model, 2, layer_of({{"time.server", server}})});
    delivery_.publish(house_of_six()->advanced(change));
    constexpr std::string_view large = "Panasonic_KX-HDV230/07.101 (0080f0c571eb)";
    EXPECT_NE(body("ConfigKX-HDV130.cfg", large).find("small.example"), std::string::npos);
    EXPECT_NE(body("ConfigKX-HDV230.cfg", large).find("large.example"), std::string::npos);
    EXPECT_NE(body("ConfigKX-HDV130.cfg").find("small.example"), std::string::npos);
}

TEST_F(DeliveryFamiliesTest, WhoShowedTheSitesTokenIsLedOnWithIt) {
    const std::string token(lab_token);
    const auto publish = [&](catalogue::Revision revision, const SettingRows& fleet_rows) {
        catalogue::SnapshotBuilder builder;
        catalogue::Site first;
        first.id = catalogue::default_site;
        first.name = "default";
        first.url_token = token;
        first.revision = 2;
        builder.add(std::move(first));
        catalogue::Fleet fleet;
        fleet.revision = revision;
        fleet.layer = layer_of(fleet_rows);
        builder.set(std::move(fleet));
        delivery_.publish(builder.build(revision));
    };
    publish(2, {});
    const std::string led = "\"http://192.168.1.1/" + token + "/Config{MAC}.cfg\"";
    EXPECT_NE(body(token + "/KX-HDV130.cfg").find(led), std::string::npos) << body(token + "/KX-HDV130.cfg");
    EXPECT_NE(body(token + "/spa942.cfg").find(">http://192.168.1.1/" + token + "/$MA.xml<"), std::string::npos);
    for (const char* path : {"KX-HDV130.cfg", "spa942.cfg", "some-other-token-012345/KX-HDV130.cfg"})
        EXPECT_EQ(body(path).find(token), std::string::npos) << path << ": who did not show it does not learn it";
    EXPECT_NE(body("KX-HDV130.cfg").find("\"http://192.168.1.1/Config{MAC}.cfg\""), std::string::npos);

    publish(3, {{"provisioning.server", "http://boot.example.net/p/"}});
    const std::string stated = "\"http://boot.example.net/p/" + token + "/Config{MAC}.cfg\"";
    EXPECT_NE(body(token + "/KX-HDV130.cfg").find(stated), std::string::npos) << body(token + "/KX-HDV130.cfg");
    publish(4, {{"provisioning.server", "http://boot.example.net/p/" + token}});
    EXPECT_NE(body(token + "/KX-HDV130.cfg").find(stated), std::string::npos) << "once is enough";
}

TEST_F(DeliveryFamiliesTest, OtherFilesDoNotCareWhereItWas) {
    (void)body("ConfigCommon.cfg");
    local_ = "10.0.0.1";
    (void)body("ConfigCommon.cfg");
    EXPECT_EQ(delivery_.cached_files(), 1U);
}

TEST_F(DeliveryFamiliesTest, AChangeOfAModelsLayerIsSeenByItsPhonesAloneAndAtOnce) {
    const auto whole = house_of_six();
    catalogue::Revision revision = 1;
    auto snapshot = whole;
    const auto publish = [&](const char* family, const char* model, const SettingRows& rows) {
        catalogue::ChangeSet change;
        change.revision = ++revision;
        change.model_layers.push_back({family, model, revision, layer_of(rows)});
        snapshot = snapshot->advanced(change);
        delivery_.publish(snapshot);
    };
    const auto tags = [&](std::initializer_list<const char*> paths) {
        std::string out;
        for (const char* path : paths) {
            FileRequest request;
            request.path = path;
            request.source = *IpAddress::from_text("192.168.1.7");
            request.local = *IpAddress::from_text(local_);
            request.local_port = port_;
            const auto answer = delivery_.open(request);
            out += answer.file == nullptr ? "(nothing) " : (*answer.file)->entity_tag + ' ';
        }
        return out;
    };
    const auto others = [&] {
        return tags({"ConfigKX-HDV230N.cfg", "ConfigCommon.cfg", "KX-HDV230.cfg", "0004f2000001-settings.cfg",
                     "site.cfg", "spa942.cfg"});
    };
    const std::string before = others(), of_others = tags({"ConfigKX-HDV130.cfg"});
    publish("panasonic", "KX-HDV130", {{"time.server", "ntp.model.example.net"}});
    EXPECT_EQ(others(), before);
    EXPECT_NE(tags({"ConfigKX-HDV130.cfg"}), of_others);
    for (const char* path : {"ConfigKX-HDV130.cfg", "ConfigKX-HDV130N.cfg"})
        EXPECT_NE(body(path).find("ntp.model.example.net"), std::string::npos) << path;
    EXPECT_EQ(body("Config0080f0c571eb.cfg").find("ntp."), std::string::npos) << "the product file says it";
    publish("panasonic", "KX-HDV130", {{"provisioning.server", "http://model.example.net"}});
    EXPECT_EQ(others(), before);
    EXPECT_EQ(body("ConfigKX-HDV130.cfg").find("ntp.model"), std::string::npos);
    EXPECT_NE(body("KX-HDV130.cfg").find("http://model.example.net/Config"), std::string::npos);
    publish("panasonic", "KX-HDV130", {{"line.1.password", "model-secret"}, {"line.2.password", "model-secret"}});
    EXPECT_EQ(body("ConfigKX-HDV130.cfg").find("secret"), std::string::npos);
    EXPECT_NE(body("Config0080f0c571eb.cfg").find("model-secret"), std::string::npos);
    publish("panasonic", "KX-HDV130", {});
    EXPECT_EQ(body("Config0080f0c571eb.cfg").find("model-secret"), std::string::npos);
    EXPECT_EQ(tags({"ConfigKX-HDV130.cfg"}), of_others);
    EXPECT_EQ(others(), before);
}

TEST_F(DeliveryFamiliesTest, WithoutAModelsFileAPhonesOwnChangesWithItsModelsLayer) {
    const auto own = [&] { return body("0004f2000001-settings.cfg"); };
    EXPECT_EQ(own().find("ntp."), std::string::npos);
    catalogue::ChangeSet change;
    change.revision = 2;
    change.model_layers.push_back({"polycom", "SPIP650", 2, layer_of({{"time.server", "ntp.model.example.net"}})});
    delivery_.publish(house_of_six()->advanced(change));
    EXPECT_NE(own().find("ntp.model.example.net"), std::string::npos);
    EXPECT_EQ(body("0004f2000001-site.cfg").find("ntp.model"), std::string::npos);
}

TEST_F(DeliveryFamiliesTest, AModelsFileHasAsManyLinesAsTheModel) {
    catalogue::SnapshotBuilder builder;
    catalogue::Site first;
    first.id = catalogue::default_site;
    first.name = "default";
    first.revision = 2;
    first.layer = layer_of({{"audio.codecs", "pcma"}});
    builder.add(std::move(first));
    builder.add(catalogue::ModelLayer{"panasonic", "KX-HDV130", 2, layer_of({{"audio.codecs", "pcmu"}})});
    delivery_.publish(builder.build(2));
    const std::string small = body("ConfigKX-HDV130N.cfg");
    EXPECT_NE(small.find("CODEC_ENABLE1_2="), std::string::npos);
    EXPECT_EQ(small.find("CODEC_ENABLE1_3="), std::string::npos);
    EXPECT_NE(body("spa962.xml").find("<Preferred_Codec_6_>"), std::string::npos);
    EXPECT_EQ(body("spa942.xml").find("<Preferred_Codec_5_>"), std::string::npos);
}

/// As the store writes it: who has the entry knows the revision. A null number: the entry goes.
catalogue::ChangeSet phonebook_change(const catalogue::Snapshot& house, catalogue::SiteId site, std::int64_t id,
                                      const char* number) {
    catalogue::ChangeSet change;
    change.revision = house.revision() + 1;
    if (site == catalogue::SiteId{}) {
        change.fleet = house.fleet();
        change.fleet->phonebook_revision = change.revision;
    } else {
        change.sites.push_back(*house.site(site));
        change.sites.back().phonebook_revision = change.revision;
    }
    auto entry = std::make_shared<catalogue::PhonebookEntry>();
    entry->id = id;
    entry->last_name = "Lee";
    entry->number = number == nullptr ? "" : number;
    change.phonebook.push_back({site, id, number == nullptr ? nullptr : std::move(entry)});
    return change;
}

TEST_F(DeliveryFamiliesTest, AFileNamesThePhonebookOnlyWhileItHasAContact) {
    const auto includes = [&] {
        return body("b40edc0a1b2c").find("include b40edc0a1b2c-phonebook.csv phonebook") != std::string::npos;
    };
    const auto has_phonebook = [&] { return body("b40edc0a1b2c-phonebook.csv") != "(nothing)"; };
    const auto polycoms = [&] { return body("0004f2000001-settings.cfg"); };
    const std::string polycom_before = polycoms();
    EXPECT_FALSE(includes());
    EXPECT_FALSE(has_phonebook());
    auto house = house_of_six();
    for (const auto site : {catalogue::default_site, catalogue::SiteId{}}) { // the site's, then the fleet's
        house = house->advanced(phonebook_change(*house, site, 7, "201"));
        delivery_.publish(house);
        EXPECT_TRUE(includes());
        EXPECT_TRUE(has_phonebook());
        const std::string first = body("b40edc0a1b2c");
        house = house->advanced(phonebook_change(*house, site, 8, "202"));
        delivery_.publish(house);
        EXPECT_EQ(body("b40edc0a1b2c"), first) << "a further contact changes nothing";
        for (const std::int64_t id : {7, 8}) {
            EXPECT_TRUE(includes());
            house = house->advanced(phonebook_change(*house, site, id, nullptr));
            delivery_.publish(house);
        }
        EXPECT_FALSE(includes()) << "the last one is gone";
        EXPECT_FALSE(has_phonebook());
    }
    EXPECT_EQ(polycoms(), polycom_before);
}

} // namespace
} // namespace offhook::server
