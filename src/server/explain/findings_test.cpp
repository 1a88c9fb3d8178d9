// Stories of boots that went wrong: what explain must name, and what it must not.
#include "server/event_texts.hpp"
#include "server/explain/explain.hpp"
#include "server/explain/findings.hpp"
#include "server/explain/nearest_name.hpp"
#include "server/explain/source_story.hpp"
#include "server/test_house.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using catalogue::EventTransport;
using catalogue::EventVerb;
using catalogue::Outcome;
using catalogue::TimelineEvent;

const MacAddress paula(0x0080f0c571ebULL); // a Panasonic
const MacAddress lynn(0x000e08aabbccULL);  // a Linksys
const IpAddress desk = IpAddress::v4(0xc0a80107);
const IpAddress far_away = IpAddress::v4(0xcb007107); // 203.0.113.7

/// One contact of a story.
struct Contact {
    std::string path;
    Outcome outcome = Outcome::served;
    EventTransport over = EventTransport::http;
    EventVerb verb = EventVerb::get;
    std::uint16_t status = 200;
    std::uint64_t bytes = 512;
    std::chrono::milliseconds later{200};
    IpAddress source = desk;
};

std::shared_ptr<const catalogue::Snapshot> offices(const SettingRows& more = {}, std::uint32_t first_contact = 0) {
    catalogue::SnapshotBuilder builder;
    catalogue::Site site;
    site.id = catalogue::default_site;
    site.name = "default";
    site.first_contact_minutes = first_contact;
    builder.add(std::move(site));
    builder.set({});
    auto rows = line_rows("1001");
    rows.insert(rows.end(), more.begin(), more.end());
    builder.add(std::make_shared<const catalogue::Device>(device_of(anna, rows)));
    auto device = device_of(paula, rows);
    device.family = "panasonic";
    device.model = "KX-HDV130";
    builder.add(std::make_shared<const catalogue::Device>(std::move(device)));
    auto linksys = device_of(lynn, rows);
    linksys.family = "linksys-spa";
    linksys.model = "SPA942";
    builder.add(std::make_shared<const catalogue::Device>(std::move(linksys)));
    return builder.build(1);
}

/// The contacts as the timeline would give them, newest first.
std::vector<TimelineEvent> events_of(std::string_view family, MacAddress mac, const std::vector<Contact>& contacts) {
    std::vector<TimelineEvent> out;
    WallTime now{std::chrono::seconds{1'767'225'600}};
    for (const Contact& contact : contacts) {
        now += contact.later;
        TimelineEvent event;
        event.at = now;
        event.mac = mac;
        event.source = contact.source;
        event.transport = contact.over;
        event.verb = contact.verb;
        event.outcome = contact.outcome;
        event.status = contact.status;
        event.bytes = contact.bytes;
        event.path = contact.path;
        event.family = family;
        const auto* of_house = config::find_family(house_families(), family); // null: nobody is known yet
        if (const auto match = of_house != nullptr ? of_house->match_path(contact.path) : std::nullopt)
            event.kind = std::string_view(match->document != nullptr ? match->document->kind : match->other->kind);
        out.insert(out.begin(), event);
    }
    return out;
}

std::string conclusion_of(MacAddress mac, const std::vector<TimelineEvent>& events,
                          const std::shared_ptr<const catalogue::Snapshot>& snapshot = offices(),
                          const std::vector<TimelineEvent>& unidentified = {}, const LocalLayer* local = nullptr) {
    std::string out;
    ExplainInput input{mac, snapshot.get(), &house_families(), events, 1, unidentified, local};
    for (const auto& sentence : explain(input).conclusion) out += sentence + '\n';
    return out;
}

const Contact master{"0004f2000001.cfg"}, settings{"0004f2000001-settings.cfg"}, site{"0004f2000001-site.cfg"};
const Contact provisioning{"KX-HDV130.cfg"}, standard{"Config0080f0c571eb.cfg"}, product{"ConfigKX-HDV130.cfg"};

struct Wrong {
    const char* name;
    MacAddress mac;
    std::vector<Contact> contacts;
    std::vector<std::string> told;
    std::vector<std::string> not_told = {};
};

std::vector<Wrong> stories() {
    const auto with = [](Contact contact, Outcome outcome) {
        contact.outcome = outcome;
        return contact;
    };
    const auto from = [](Contact contact, IpAddress source, EventTransport over) {
        contact.source = source, contact.over = over;
        return contact;
    };
    const auto sent = [](std::string path, Outcome outcome, std::uint16_t status) {
        return Contact{std::move(path), outcome, EventTransport::http, EventVerb::put, status};
    };
    return {
        {"all went well", anna, {master, settings, site}, {"got every configuration file"}, {"refused", "matters"}},
        {"all went well, panasonic", paula, {provisioning, standard, product}, {"got every configuration file"}},
        {"a needed file is not there",
         anna,
         {master, with(settings, Outcome::absent)},
         {"asked for and did not get: settings"},
         {"got every"}},
        {"pre-provisioning and no more",
         paula,
         {provisioning},
         {"never asked for: standard", "got its pre-provisioning file, which says where that is",
          "offhook render 0080f0c571eb"},
         {"got every"}},
        {"the master and no more", anna, {master}, {"never asked for: settings", "got its master file"}},
        {"pre-provisioning is refused",
         paula,
         {with(provisioning, Outcome::absent)},
         {"did not get: pre-provisioning"}},
        {"credentials are not given",
         anna,
         {with(master, Outcome::challenged)},
         {"asked for its user name and password for 0004f2000001.cfg", "did not come back with them",
          "offhook credentials show 0004f2000001"}},
        {"credentials are wrong",
         anna,
         {with(master, Outcome::challenged), with(master, Outcome::challenged)},
         {"did not give the right ones"}},
        {"credentials are right at last",
         anna,
         {with(master, Outcome::challenged), master, settings, site},
         {"got every configuration file"},
         {"user name and password"}},
        {"refused from a public address",
         anna,
         {from(with(master, Outcome::refused), far_away, EventTransport::http)},
         {"0004f2000001.cfg was refused over http from 203.0.113.7 (public)", "wants the site's token",
          "offhook site set default --policy public.clear=PROOF"}},
        {"a name with a letter too few",
         anna,
         {master, {"0004f2000001-setings.cfg", Outcome::absent}},
         {"0004f2000001-setings.cfg (the nearest is 0004f2000001-settings.cfg)"}},
        {"a name with a letter too few, panasonic",
         paula,
         {provisioning, {"Confg0080f0c571eb.cfg", Outcome::absent}},
         {"the nearest is Config0080f0c571eb.cfg"}},
        {"firmware that is not stored",
         anna,
         {{"2345-12600-001.bootrom.ld", Outcome::absent}, {"bootrom.ld", Outcome::absent}, master, settings, site},
         {"(bootrom.ld)", "offhook firmware add FILE --family polycom --name bootrom.ld --version V --model SPIP650"}},
        {"firmware that is stored",
         anna,
         {{"2345-12600-001.sip.ld", Outcome::absent}, {"sip.ld"}, master, settings, site},
         {},
         {"firmware add"}},
        {"firmware that is not stored, and a boot that followed at once",
         anna,
         {{"2345-12600-001.bootrom.ld"},
          master,
          settings,
          {"sip.ld", Outcome::absent},
          {"2345-12600-001.bootrom.ld"},
          master,
          settings,
          site},
         {"(sip.ld)"}},
        {"firmware that was not stored in a boot long before",
         anna,
         {{"2345-12600-001.bootrom.ld"},
          master,
          settings,
          {"sip.ld", Outcome::absent},
          {"2345-12600-001.bootrom.ld", Outcome::served, EventTransport::http, EventVerb::get, 200, 512,
           std::chrono::minutes(5)},
          master,
          settings,
          site},
         {},
         {"firmware add"}},
        {"firmware, panasonic",
         paula,
         {provisioning, standard, product, {"KX-HDV130-2.0.fw", Outcome::absent}},
         {"--family panasonic --name KX-HDV130-2.0.fw"}},
        {"a file that could not be made",
         anna,
         {master, with(settings, Outcome::failed)},
         {"0004f2000001-settings.cfg could not be made: `offhook render 0004f2000001 0004f2000001-settings.cfg`"}},
        {"an upload too large",
         anna,
         {master, settings, site, sent("0004f2000001-app.log", Outcome::failed, 413)},
         {"upload of 0004f2000001-app.log was refused: it is larger than 524288 bytes"}},
        {"an upload that nobody may send",
         anna,
         {master, settings, site, sent("0004f2000001-x.bin", Outcome::absent, 404)},
         {"It may not send 0004f2000001-x.bin"}},
        {"an upload that is refused",
         anna,
         {master, settings, site, sent("0004f2000001-phone.cfg", Outcome::refused, 403)},
         {"sending needs the same proof as fetching"}},
        {"an upload without room",
         anna,
         {master, settings, site, sent("0004f2000001-boot.log", Outcome::failed, 507)},
         {"was not stored: see [uploads]"}},
    };
}

TEST(Findings, EachWayToGoWrongIsNamedWithWhatToDo) {
    for (const Wrong& story : stories()) {
        const auto family = story.mac == anna ? "polycom" : "panasonic";
        const auto told = conclusion_of(story.mac, events_of(family, story.mac, story.contacts));
        for (const auto& part : story.told)
            EXPECT_NE(told.find(part), std::string::npos) << story.name << ": " << part << "\n" << told;
        for (const auto& part : story.not_told)
            EXPECT_EQ(told.find(part), std::string::npos) << story.name << ": " << part << "\n" << told;
        EXPECT_EQ(told.find("secret-of"), std::string::npos) << story.name;
    }
}

TEST(Findings, BootsWithoutRestAreALoopAndThreeAreNone) {
    std::vector<Contact> contacts;
    for (int boot = 0; boot < 4; ++boot) {
        for (Contact contact : {master, settings, site}) {
            contact.later = contact.path == master.path ? std::chrono::minutes(2) : std::chrono::milliseconds(200);
            contacts.push_back(contact);
        }
        const auto told = conclusion_of(anna, events_of("polycom", anna, contacts));
        EXPECT_EQ(told.find("boots again and again") != std::string::npos, boot == 3) << boot << told;
    }
    const auto told = conclusion_of(anna, events_of("polycom", anna, contacts));
    EXPECT_NE(told.find("4 times since 00:02:00 UTC. The boot before ended with its site"), std::string::npos) << told;
    auto tried = contacts; // somebody has typed another server type in between
    for (std::size_t i = 0; i < 3; ++i) tried[3 + i].over = EventTransport::tftp;
    EXPECT_EQ(conclusion_of(anna, events_of("polycom", anna, tried)).find("again and again"), std::string::npos);
    for (Contact& contact : contacts)
        if (contact.path == master.path) contact.later = std::chrono::minutes(20);
    EXPECT_EQ(conclusion_of(anna, events_of("polycom", anna, contacts)).find("again and again"), std::string::npos);
}

TEST(Findings, BootsThatWereOrderedAreNoLoop) {
    std::vector<Contact> contacts;
    for (int boot = 0; boot < 5; ++boot)
        for (Contact contact : {master, settings, site}) {
            contact.later = contact.path == master.path ? std::chrono::minutes(4) : std::chrono::milliseconds(200);
            contacts.push_back(contact);
        }
    const auto events = events_of("polycom", anna, contacts);
    const auto snapshot = offices();
    const auto told = [&](std::vector<ToldToCome> orders) {
        ExplainInput input{anna, snapshot.get(), &house_families(), events};
        input.told_to_come = std::move(orders);
        std::string out;
        for (const auto& sentence : explain(input).conclusion) out += sentence + '\n';
        return out;
    };
    std::vector<ToldToCome> each, late;
    for (const auto& event : events)
        if (event.path.view() == master.path) {
            each.push_back({event.at - std::chrono::seconds(5), event.at - std::chrono::seconds(5)});
            late.push_back({event.at - std::chrono::minutes(3), event.at - std::chrono::minutes(3)});
        }
    EXPECT_NE(told({}).find("again and again: 5 times"), std::string::npos) << told({});
    EXPECT_NE(told(late).find("again and again: 5 times"), std::string::npos)
        << "an order of long ago explains nothing";
    EXPECT_EQ(told(each).find("again and again"), std::string::npos) << told(each);
    each.pop_back();
    EXPECT_EQ(told(each).find("again and again"), std::string::npos) << told(each);
    each.resize(1);
    EXPECT_NE(told(each).find("again and again: 4 times"), std::string::npos) << told(each);
    EXPECT_EQ(told({{events.back().at, events.front().at}}).find("again and again"), std::string::npos)
        << "one after another";
}

/// What our virtual phone does at a check-sync: all its files, its log, and the master and the image once more.
TEST(Findings, TheEndOfALookIsNoBootThatStopped) {
    const Contact image{"sip.ld", Outcome::absent};
    const auto told = conclusion_of(anna, events_of("polycom", anna, {master, settings, site, master, image}));
    EXPECT_EQ(told.find("never asked for"), std::string::npos) << told;
    EXPECT_NE(told.find("got every configuration file"), std::string::npos) << told;
    const auto stuck =
        conclusion_of(anna, events_of("polycom", anna, {master, settings, site, {"bootrom.ld"}, master}));
    EXPECT_NE(stuck.find("never asked for: settings"), std::string::npos) << stuck;
}

TEST(Findings, FirmwareThatIsMissingIsToldOfAPhoneThatComesAgainAtOnce) {
    const Contact site_file{"spa942.xml"}, own{"000e08aabbcc.xml"};
    const std::vector<Contact> contacts{site_file, own, {"spa942-6-1-5a.bin", Outcome::absent}, site_file, own};
    const auto told = conclusion_of(lynn, events_of("linksys-spa", lynn, contacts));
    EXPECT_NE(told.find("It asked for firmware that is not stored (spa942-6-1-5a.bin)"), std::string::npos) << told;
    EXPECT_NE(told.find("got every configuration file"), std::string::npos) << told;
}

TEST(Findings, AFirstContactThatIsOverSaysHowToOpenAnother) {
    Contact refused = master;
    refused.outcome = Outcome::refused;
    const auto told = conclusion_of(anna, events_of("polycom", anna, {refused}), offices({}, 60));
    EXPECT_NE(told.find("offhook device first-contact 0004f2000001"), std::string::npos) << told;
}

TEST(Findings, ASealedFileWithoutAKeySaysWhichSetting) {
    Contact failed = settings;
    failed.outcome = Outcome::failed;
    const auto events = events_of("polycom", anna, {master, failed});
    const auto told = conclusion_of(anna, events, offices({{"provisioning.sealed", "yes"}}));
    EXPECT_NE(told.find("0004f2000001-settings.cfg is encrypted, and no key is known for it: `offhook device set "
                        "0004f2000001 provisioning.file_key="),
              std::string::npos)
        << told;
    const SettingRows keyed{{"provisioning.sealed", "yes"}, {"provisioning.file_key", "0123456789abcdef"}};
    EXPECT_EQ(conclusion_of(anna, events, offices(keyed)).find("no key is known"), std::string::npos);
}

TEST(Findings, OfAPlainFileAndItsSealedTwinExplainNamesTheOneThatIsMissing) {
    const Contact sealed{"Config0080F0C571EB.e2c"}, common{"ConfigCommon.cfg"};
    Contact no_sealed = sealed;
    no_sealed.outcome = Outcome::absent;
    const SettingRows asked{{"provisioning.sealed", "yes"}},
        keyed{{"provisioning.sealed", "yes"}, {"provisioning.file_key", "0123456789abcdef"}};
    const struct {
        std::vector<Contact> contacts;
        SettingRows rows;
        const char *told, *not_told;
    } rows[] = {
        {{provisioning, standard, product, common}, {}, "got every configuration file", "sealed"},
        {{provisioning, standard, product, common}, keyed, "never asked for: sealed standard", "every configuration"},
        {{provisioning, standard, sealed, product, common}, keyed, "got every configuration file", "no key"},
        {{provisioning, sealed, product, common}, keyed, "got every configuration file", "never asked"},
        {{provisioning, standard, no_sealed, product, common}, asked, "no key is known for it", "every configuration"},
        {{provisioning, standard, no_sealed, product, common},
         {},
         "Config0080F0C571EB.e2c is not served until provisioning.sealed is yes",
         "no key is known"},
    };
    for (const auto& row : rows) {
        const auto told = conclusion_of(paula, events_of("panasonic", paula, row.contacts), offices(row.rows));
        EXPECT_NE(told.find(row.told), std::string::npos) << row.told << " | " << told;
        EXPECT_EQ(told.find(row.not_told), std::string::npos) << row.not_told << " | " << told;
    }
}

TEST(Findings, FailedTlsFromThePhonesAddressSaysWhatToDo) {
    struct Row {
        const char *why, *advice;
    };
    for (const Row& row : {Row{"no TLS handshake: sslv3 alert certificate expired", "the phone's clock is wrong"},
                           Row{"no TLS handshake: tlsv1 alert unknown ca", "does not believe the server's certificate"},
                           Row{"no TLS handshake: unsupported protocol: the phone offers TLS 1.0", "https_legacy"},
                           Row{"no TLS handshake: no shared cipher", "no cipher in common"},
                           Row{"no TLS handshake: http request", "plain HTTP to a TLS port"},
                           Row{"no TLS handshake: end of file", "Compare the certificate"}}) {
        const auto failed = events_of("polycom", MacAddress(),
                                      {{row.why, Outcome::malformed, EventTransport::https, EventVerb::other, 400}});
        const auto told = conclusion_of(anna, events_of("polycom", anna, {master}), offices(), failed);
        EXPECT_NE(told.find("From its address TLS failed 1 time,"), std::string::npos) << row.why << told;
        EXPECT_NE(told.find(row.advice), std::string::npos) << row.why << told;
    }
}

TEST(Findings, AFailedFtpLoginFromThePhonesAddressSaysWhichAccountIsExpected) {
    const auto failed = events_of(
        "", MacAddress(), {{ftp_login_failed.data(), Outcome::malformed, EventTransport::ftp, EventVerb::other, 400}});
    const auto told = conclusion_of(anna, events_of("polycom", anna, {master}), offices(), failed);
    EXPECT_NE(told.find("From its address 1 FTP login failed"), std::string::npos) << told;
    EXPECT_NE(told.find("offhook credentials show MAC"), std::string::npos) << told;
    EXPECT_EQ(told.find("TLS failed"), std::string::npos) << told;
}

TEST(Findings, ACredentialIsMissingForOneFileThoughAnotherNeedsNone) {
    Contact challenged = settings, shared{"0004f2000001-site.cfg"};
    challenged.outcome = Outcome::challenged;
    const auto told = conclusion_of(anna, events_of("polycom", anna, {challenged, shared}), offices());
    EXPECT_NE(told.find("was asked for its user name and password for 0004f2000001-settings.cfg"), std::string::npos)
        << told;
    Contact given = settings;
    given.outcome = Outcome::served;
    EXPECT_EQ(conclusion_of(anna, events_of("polycom", anna, {challenged, shared, given}), offices())
                  .find("was asked for its user name and password for"),
              std::string::npos);
}

TEST(Findings, AWrongTokenFromThePhonesAddressIsTold) {
    const auto wrong = events_of("polycom", MacAddress(), {{"[not kept: it may hold a token]", Outcome::absent}});
    const auto told = conclusion_of(anna, events_of("polycom", anna, {master}), offices(), wrong);
    EXPECT_NE(told.find("looks like a site's token, and it is no site's"), std::string::npos) << told;
}

TEST(Findings, WhatWasChangedOnThePhoneCountsForItsLines) {
    LocalLayer local;
    local.layer = layer_of({{"line.1.user", "2001"}});
    local.entries = {{"line.1.user", "2001", config::Secrecy::open, "overrides", {}, {}}};
    local.problems = {{"web overrides", "line 3", "it is cut"}};
    const auto told = conclusion_of(anna, events_of("polycom", anna, {master, settings, site}), offices(), {}, &local);
    EXPECT_NE(told.find("Changed on the phone itself, which counts before what is served: line.1.user."),
              std::string::npos)
        << told;
    EXPECT_NE(told.find("register as 2001 at"), std::string::npos) << told;
    EXPECT_NE(told.find("Its web overrides cannot be read wholly: line 3: it is cut."), std::string::npos) << told;
}

TEST(Findings, ADirectoryThatIsCutIsTold) {
    const auto events = events_of("polycom", anna, {master, settings, site});
    const auto snapshot = offices();
    ExplainInput input{
        anna, snapshot.get(), &house_families(), events, 1, {}, nullptr, {{"0004f2000001-directory.xml", 12, 102400}}};
    const auto told = explain(input).conclusion;
    ASSERT_FALSE(told.empty());
    EXPECT_NE(told.back().find("12 of its contacts are left out of 0004f2000001-directory.xml: it keeps 102400 bytes"),
              std::string::npos)
        << told.back();
}

TEST(NearestName, FindsWhatIsNearAndNothingElse) {
    struct Row {
        const char *family, *asked, *near;
    };
    for (const Row& row :
         {Row{"polycom", "0004f2000001-phnoe.cfg", "0004f2000001-phone.cfg"}, Row{"polycom", "x/sipp.ld", "sip.ld"},
          Row{"polycom", "index.html", ""}, Row{"polycom", "", ""}, Row{"polycom", "wpad.dat", ""},
          Row{"panasonic", "ConfigKX-HDV13.cfg", "ConfigKX-HDV130.cfg"}, Row{"panasonic", "favicon.ico", ""}}) {
        const bool polycom = std::string_view(row.family) == "polycom";
        const auto near = nearest_name(*config::find_family(house_families(), row.family), row.asked,
                                       polycom ? anna : paula, polycom ? "SPIP650" : "KX-HDV130");
        EXPECT_EQ(near.value_or(""), row.near) << row.asked;
    }
    const auto* family = config::find_family(house_families(), "polycom");
    EXPECT_FALSE(nearest_name(*family, std::string(100'000, 'a'), anna, ""));
}

std::string story_of(const std::vector<TimelineEvent>& events, bool is_shut_out = false) {
    const auto snapshot = offices();
    std::string out;
    const auto told = explain_source({desk, *snapshot, house_families(), events, is_shut_out});
    for (const auto& sentence : told.sentences) out += sentence + '\n';
    for (const auto& sentence : told.conclusion) out += sentence + '\n';
    return out;
}

TEST(SourceStory, NamesThePhonesThatAreThere) {
    auto events = events_of("polycom", anna, {master});
    const auto strange = events_of("polycom", stranger, {{"0004f20000ff.cfg", Outcome::absent}});
    events.insert(events.end(), strange.begin(), strange.end());
    const auto told = story_of(events);
    EXPECT_NE(told.find("0004f2000001 is there (polycom SPIP650): `offhook explain 0004f2000001`"), std::string::npos);
    EXPECT_NE(told.find("offhook sighting adopt 0004f20000ff"), std::string::npos) << told;
}

TEST(SourceStory, GuessesWhoItIsWhereNoMacIsKnown) {
    auto events = events_of("polycom", MacAddress(), {{"000000000000.cfg"}, {"seting.cfg", Outcome::absent}});
    for (auto& event : events) event.user_agent = "FileTransport PolycomSoundPointIP-SPIP_650-UA/2.2.0.0047";
    const auto told = story_of(events);
    EXPECT_NE(told.find("It looks like Polycom SoundPoint IP / SoundStation IP SPIP650"), std::string::npos) << told;
    EXPECT_NE(told.find("{mac}.cfg was expected"), std::string::npos) << told;
    EXPECT_NE(told.find("offhook device add MAC --family polycom --model SPIP650 --site default"), std::string::npos);
}

TEST(SourceStory, TellsFailedTlsAndSilenceAndAShutDoor) {
    const auto failed = events_of("polycom", MacAddress(),
                                  {{"no TLS handshake: sslv3 alert certificate expired", Outcome::malformed,
                                    EventTransport::https, EventVerb::other, 400}});
    const auto told = story_of(failed, true);
    EXPECT_NE(told.find("was turned away: no TLS handshake: sslv3 alert certificate expired"), std::string::npos);
    EXPECT_NE(told.find("the phone's clock is wrong"), std::string::npos) << told;
    EXPECT_NE(told.find("offhook guard lift 192.168.1.7"), std::string::npos) << told;
    EXPECT_NE(story_of({}).find("Nothing was heard from 192.168.1.7"), std::string::npos);
}

} // namespace
} // namespace offhook::server
