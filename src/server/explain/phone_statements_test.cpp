#include "server/explain/phone_statements.hpp"

#include "server/explain/explain.hpp"
#include "server/test_house.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace offhook::server {
namespace {

using catalogue::EventVerb;
using catalogue::Outcome;
using catalogue::TimelineEvent;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const WallTime noon{std::chrono::seconds{1'767'268'800}};
constexpr auto long_ago = std::chrono::hours(2);

const config::Family& polycom() { return *config::find_family(house_families(), "polycom"); }

const config::OtherFile* log_kind(std::string_view kind) {
    const auto files = polycom().other_files();
    const auto found = std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.kind == kind; });
    return found == files.end() ? nullptr : &*found;
}

struct Contact {
    std::string_view path;
    EventVerb verb = EventVerb::get;
    std::chrono::milliseconds after{0}; ///< noon
};

std::vector<TimelineEvent> events_of(std::initializer_list<Contact> contacts) {
    std::vector<TimelineEvent> out;
    for (const Contact& contact : contacts) {
        TimelineEvent event;
        event.at = noon + contact.after;
        event.mac = anna;
        event.verb = contact.verb;
        event.outcome = Outcome::served;
        event.bytes = 512;
        const auto match = polycom().match_path(contact.path);
        EXPECT_TRUE(match) << contact.path;
        event.kind = std::string_view(match->document != nullptr ? match->document->kind : match->other->kind);
        event.path = contact.path;
        out.insert(out.begin(), event);
    }
    return out;
}

/// A boot in which both logs came.
std::vector<TimelineEvent> one_boot() {
    return events_of({{"sip.ld"},
                      {"0004f2000001-boot.log", EventVerb::put},
                      {"0004f2000001-settings.cfg"},
                      {"0004f2000001-app.log", EventVerb::put}});
}

std::shared_ptr<const catalogue::Snapshot> offices(const SettingRows& more = {}) {
    catalogue::SnapshotBuilder builder;
    catalogue::Site site;
    site.id = catalogue::default_site;
    site.name = "default";
    builder.add(std::move(site));
    builder.set(catalogue::Fleet{});
    auto rows = line_rows("1001");
    rows.insert(rows.end(), more.begin(), more.end());
    builder.add(std::make_shared<const catalogue::Device>(device_of(anna, rows)));
    auto image = std::make_shared<catalogue::StoredFile>();
    image->id = 7;
    image->family = "polycom";
    image->name = "sip.ld";
    image->version = "3.1.8.0070";
    image->hash = std::string(64, 'a');
    image->bytes = 25'000;
    builder.add(std::shared_ptr<const catalogue::StoredFile>(std::move(image)));
    return builder.build(1);
}

Explanation told(const std::vector<TimelineEvent>& events, std::string_view kind, std::string_view text,
                 WallTime stored_at = noon, const SettingRows& more = {}) {
    const auto snapshot = offices(more);
    const std::vector<UploadedLog> logs{{log_kind(kind), text, stored_at}};
    ExplainInput input{anna, snapshot.get(), &house_families(), events};
    input.logs = logs;
    return explain(input);
}

std::string conclusion(const Explanation& told) {
    std::string out;
    for (const auto& sentence : told.conclusion) out += sentence + '\n';
    return out;
}

TEST(PhoneStatements, NameTheFileWhatWasSeenWhatWasExpectedAndTheCommand) {
    const std::string fetched = "1|copy |3|00|Download of 'dir/sip.ld' succeeded on attempt 1 (addr 1 of 1)\n";
    const struct {
        const char* kind;
        std::string log;
        std::vector<const char*> said;
    } cases[] = {
        {"boot log",
         fetched + "2|cfg  |5|00|Bad image checksum, expected=0x1 got=0x2\n",
         {"In its boot log (0004f2000001-boot.log, sent at 12:00:00 UTC) it says of dir/sip.ld: \"Bad image checksum, "
          "expected=0x1 got=0x2\". The image is not whole",
          "sip.ld is stored here as number 7, version 3.1.8.0070, 25000 bytes, SHA-256 aaaaaaaaaaaaaaaa…",
          "`offhook firmware add FILE --family polycom --name sip.ld --version V --model SPIP650`",
          "`offhook firmware remove 7`"}},
        {"boot log",
         "1|copy |3|00|Download of 'sip.ld' succeeded on attempt 1\n2|cfg  |5|00|Bad image checksum, expected=0x1 "
         "got=0x2\n",
         {"of sip.ld", "and 512 bytes were sent: compare"}},
        {"boot log",
         "2|cfg  |5|00|Application 2345-12600-001.sip.ld is not compatible with the phone.\n",
         {"Expected is software for SPIP650 (part number 2345-12600-001", "sip.ld is stored here as number 7",
          "for any model"}},
        {"boot log",
         "2|cfg  |5|00|Application 2345-12600-001.new.ld is not compatible with the phone.\n",
         {"No such file is stored here", "--name 2345-12600-001.new.ld --version V"}},
        {"boot log",
         "2|so   |6|00|Application image not found in file system\n",
         {"Expected is SPIP650's software in its flash or on the server"}},
        {"application log",
         "2|cfg  |5|00|Error decrypting file 'http://h/x/0004f2000001-settings.cfg': it is encrypted\n",
         {"In its application log (0004f2000001-app.log", "seals it with provisioning.file_key (device layer)",
          "`offhook device set 0004f2000001 provisioning.file_key=KEY`", "provisioning.sealed=no"}},
        {"application log",
         "2|cfg  |5|00|Error decrypting file '0004f2000001-phone.cfg': it is encrypted\n",
         {"sent it itself", "`offhook upload remove 0004f2000001 \"overrides\"`"}},
        {"application log",
         "2|cfg  |5|00|Error parsing file '0004f2000001-settings.cfg': line 1\n3|cfg  |5|00|Error parsing file "
         "'0004f2000001-settings.cfg': line 1\n",
         {"\"Error parsing file '0004f2000001-settings.cfg': line 1\", 2 times.",
          "`offhook render 0004f2000001 0004f2000001-settings.cfg`", "512 bytes were sent"}},
        {"application log", "2|cfg  |5|00|Error parsing file 'x.dat': line 1\n", {"This server has none of that name"}},
    };
    for (const auto& c : cases) {
        const auto all =
            told(one_boot(), c.kind, c.log, noon,
                 {{"provisioning.sealed", "yes"}, {"provisioning.file_key", "0123456789abcdef0123456789abcdef"}});
        ASSERT_THAT(all.logs, SizeIs(1)) << c.log;
        EXPECT_EQ(all.conclusion.front(), all.logs[0].sentence);
        for (const auto* said : c.said) EXPECT_THAT(all.logs[0].sentence, HasSubstr(said));
        EXPECT_THAT(conclusion(all), Not(HasSubstr("0123456789abcdef"))) << "a secret";
    }
}

TEST(PhoneStatements, CountOnlyOfTheBootThatIsTold) {
    const std::string bad = "2|cfg  |5|00|Error parsing file '0004f2000001-settings.cfg': x\n";
    EXPECT_THAT(told(one_boot(), "application log", bad).logs, SizeIs(1));
    EXPECT_THAT(told(one_boot(), "application log", bad, noon - long_ago).logs, IsEmpty()) << "sent before";
    EXPECT_THAT(told({}, "application log", bad).logs, IsEmpty()) << "nothing was heard of it";
    EXPECT_THAT(told(one_boot(), "application log", bad + "3|so   |3|00|Platform: Model=SPIP650, Assembly=x\n").logs,
                IsEmpty())
        << "it booted since";
    // Under way once more, and no such log came yet: what the boot before said stands.
    const auto again = events_of({{"sip.ld", EventVerb::get, -std::chrono::minutes(5)},
                                  {"0004f2000001-settings.cfg", EventVerb::get, -std::chrono::minutes(5)},
                                  {"sip.ld"},
                                  {"0004f2000001-boot.log", EventVerb::put}});
    const auto between = noon - std::chrono::minutes(4);
    EXPECT_THAT(told(again, "application log", bad, between).logs, SizeIs(1));
    EXPECT_THAT(told(again, "boot log", bad, between).logs, IsEmpty());
    EXPECT_THAT(told(again, "application log", bad, noon - long_ago).logs, IsEmpty());
}

TEST(PhoneStatements, LeaveToTheTimelineWhatItKnowsBetter) {
    for (const char* line : {"1|copy |4|00|Download of 'sip.ld' failed on attempt 1 (addr 1 of 1): HTTP 404",
                             "1|log  |4|00|UtilLogServerC::uploadFifoLog: upload error. protocol 0 result = 17",
                             "1|copy |3|00|Download of 'sip.ld' succeeded on attempt 1 (addr 1 of 1)", "", "\n\n"})
        EXPECT_THAT(told(one_boot(), "application log", line).logs, IsEmpty()) << line;
}

TEST(PhoneStatements, AreFewAndToldOnce) {
    std::string both;
    for (const char* name : {"2345-12600-001.sip.ld", "sip.ld"})
        both += fmt::format("Download of '{}' succeeded on attempt 1\nBad image checksum, expected=1 got=2\n", name);
    EXPECT_THAT(told(one_boot(), "boot log", both).logs, SizeIs(1)) << "two names, one image";
    std::string many;
    for (int i = 0; i < 50; ++i) many += fmt::format("Error parsing file '{}.cfg': x\n", i);
    EXPECT_THAT(told(one_boot(), "application log", many).logs, SizeIs(statements_shown_max));
}

TEST(PhoneStatements, PutNoWordsIntoOurMouth) {
    const auto all = told(one_boot(), "application log",
                          "Error parsing file 'x`rm -rf /`; .ld': \x1b[2J\". `offhook device remove`\n");
    ASSERT_THAT(all.logs, SizeIs(1));
    const auto& sentence = all.logs[0].sentence;
    EXPECT_THAT(sentence, Not(HasSubstr("\x1b")));
    EXPECT_THAT(sentence, Not(HasSubstr("`rm")));
    EXPECT_THAT(sentence, Not(HasSubstr("`offhook device remove`")));
    const auto image = told(one_boot(), "boot log", "Application $(x) y.ld is not compatible with the phone.\n");
    ASSERT_THAT(image.logs, SizeIs(1));
    EXPECT_THAT(image.logs[0].sentence, HasSubstr("--name NAME --version V"));
}

// By syslog.

const MacAddress spa_mac(0x000e08aabbccULL);

std::string told_of_spa(std::initializer_list<std::string_view> newest_first, const SettingRows& more = {}) {
    catalogue::SnapshotBuilder builder;
    catalogue::Site site;
    site.id = catalogue::default_site;
    site.name = "default";
    builder.add(std::move(site));
    builder.set(catalogue::Fleet{});
    auto rows = line_rows("1001");
    rows.insert(rows.end(), more.begin(), more.end());
    auto device = device_of(spa_mac, rows);
    device.family = "linksys-spa";
    device.model = "SPA942";
    builder.add(std::make_shared<const catalogue::Device>(std::move(device)));
    const auto snapshot = builder.build(1);
    std::vector<TimelineEvent> said;
    for (const auto text : newest_first) {
        TimelineEvent event;
        event.at = noon - std::chrono::seconds(said.size());
        event.mac = spa_mac;
        event.source = *IpAddress::from_text("192.0.2.50");
        event.transport = catalogue::EventTransport::syslog;
        event.verb = EventVerb::other;
        event.path = text;
        event.user_agent = std::string_view("SPA-942 00:0e:08:aa:bb:cc");
        said.push_back(event);
    }
    const std::vector<TimelineEvent> nothing;
    ExplainInput input{spa_mac, snapshot.get(), &house_families(), nothing};
    input.said = said;
    return conclusion(explain(input));
}

constexpr std::string_view asks_own = "Requesting resync http://192.0.2.10:80/000e08aabbcc.xml";
constexpr std::string_view asks_sealed = "Requesting resync http://192.0.2.10:80/000e08aabbcc.enc";
constexpr std::string_view got_own = "Successful resync http://192.0.2.10:80/000e08aabbcc.xml";
constexpr std::string_view corrupt = "Resync failed: corrupt file";

TEST(PhoneStatements, AFailureBySyslogSaysWhereToChangeIt) {
    const auto text = told_of_spa({corrupt, asks_own, "Successful resync http://192.0.2.10:80/spa942.xml"});
    EXPECT_THAT(text, HasSubstr("By syslog (from 192.0.2.50, at 12:00:00 UTC) it says of "
                                "http://192.0.2.10:80/000e08aabbcc.xml: \"SPA-942 00:0e:08:aa:bb:cc -- Resync failed: "
                                "corrupt file\". Expected is the file as `offhook render 000e08aabbcc "
                                "000e08aabbcc.xml` shows it"));
    EXPECT_THAT(text, Not(HasSubstr("sealed")));
    EXPECT_THAT(told_of_spa({corrupt, asks_sealed}, {{"provisioning.sealed", "yes"}, {"provisioning.file_key", "k"}}),
                HasSubstr("It is sealed: Expected is a file that the phone's key opens."));
    const auto sealed =
        told_of_spa({corrupt, asks_sealed}, {{"provisioning.sealed", "yes"}, {"provisioning.file_key", "k"}});
    EXPECT_THAT(sealed, Not(HasSubstr("device set 000e08aabbcc provisioning.sealed=no"))) << "its site tells it where";
    EXPECT_THAT(sealed, HasSubstr("provisioning.sealed=no`"));
    EXPECT_THAT(sealed, HasSubstr("`offhook layer set site/"));
}

TEST(PhoneStatements, WhatCameAfterwardsMakesAFailureGood) {
    EXPECT_THAT(told_of_spa({got_own, asks_own, corrupt, asks_own}), Not(HasSubstr("By syslog")));
    EXPECT_THAT(told_of_spa({asks_own, corrupt, asks_own}), HasSubstr("By syslog")) << "asking is not getting";
    EXPECT_THAT(told_of_spa({corrupt, asks_own, corrupt, asks_own}), HasSubstr(", 2 times"));
}

TEST(PhoneStatements, WhatTheTimelineKnowsBetterIsNotToldBySyslog) {
    for (const auto* text : {"Resync failed: file not found", "Resync failed: http_get failed", "Anything else"})
        EXPECT_THAT(told_of_spa({text, asks_own}), Not(HasSubstr("By syslog"))) << text;
}

} // namespace
} // namespace offhook::server
