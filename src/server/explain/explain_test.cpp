#include "server/explain/explain.hpp"

#include "server/test_house.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

using catalogue::Outcome;
using catalogue::TimelineEvent;

/// Collects events oldest first, hands them over newest first as the timeline does.
class Story {
public:
    Story& asked(std::string_view path, Outcome outcome,
                 std::chrono::milliseconds later = std::chrono::milliseconds(200)) {
        now_ += later;
        TimelineEvent event;
        event.at = now_;
        event.mac = anna;
        event.source = IpAddress::v4(0xc0a80107);
        event.outcome = outcome;
        event.bytes = outcome == Outcome::served ? 512 : 0;
        const auto match = config::find_family(house_families(), "polycom")->match_path(path);
        if (match)
            event.kind = std::string_view(match->document != nullptr ? match->document->kind : match->other->kind);
        event.path = path;
        event.user_agent = agent_;
        events_.insert(events_.begin(), event);
        return *this;
    }
    Story& sent(std::string_view path, Outcome outcome, std::uint64_t bytes, std::uint16_t status) {
        asked(path, outcome);
        events_.front().verb = catalogue::EventVerb::put;
        events_.front().bytes = bytes;
        events_.front().status = status;
        return *this;
    }
    Story& looked(catalogue::EventTransport by, std::string_view asked_for, Outcome outcome, std::string_view told,
                  std::chrono::milliseconds later = std::chrono::milliseconds(200)) {
        asked("", outcome, later);
        auto& event = events_.front();
        event.transport = by;
        event.verb = catalogue::EventVerb::other;
        event.kind = asked_for.substr(0, asked_for.find(' '));
        event.user_agent = asked_for;
        event.path = told;
        return *this;
    }
    Story& calling_itself(std::string_view agent) {
        agent_ = agent;
        return *this;
    }
    [[nodiscard]] Explanation told(MacAddress mac = anna, std::size_t boots = 1) const {
        static const auto snapshot = house();
        return explain({mac, snapshot.get(), &house_families(), events_, boots});
    }

private:
    WallTime now_{std::chrono::seconds{1'767'225'600}};
    std::string_view agent_ = "FileTransport PolycomSoundPointIP-SPIP_650-UA/2.2.0.0047";
    std::vector<TimelineEvent> events_;
};

Story whole_boot() {
    Story story;
    story.asked("2345-12600-001.bootrom.ld", Outcome::absent)
        .asked("bootrom.ld", Outcome::absent)
        .asked("0004f2000001.cfg", Outcome::served)
        .asked("sip.ld", Outcome::absent)
        .asked("0004f2000001.cfg", Outcome::served)
        .asked("0004f2000001-settings.cfg", Outcome::served)
        .asked("0004f2000001-site.cfg", Outcome::served)
        .asked("0004f2000001-phone.cfg", Outcome::absent);
    return story;
}

std::string all_text(const Explanation& told) {
    std::string out;
    for (const auto& boot : told.boots) {
        out += boot.title + '\n';
        for (const auto& sentence : boot.sentences) out += sentence + '\n';
    }
    for (const auto& sentence : told.conclusion) out += sentence + '\n';
    return out;
}

TEST(Explain, AWholeBootIsOneStoryThatEndsWell) {
    const auto told = whole_boot().told();
    ASSERT_EQ(told.boots.size(), 1U);
    EXPECT_EQ(told.boots[0].sentences.size(), 8U);
    const std::string text = all_text(told);
    EXPECT_NE(text.find("got every configuration file"), std::string::npos) << text;
    EXPECT_NE(text.find("Line 1 is to register as 1001 at pbx.example.net."), std::string::npos) << text;
    EXPECT_EQ(text.find("That matters"), std::string::npos) << text;
    EXPECT_EQ(text.find("secret"), std::string::npos) << text;
}

TEST(Explain, SaysWhichNeededFileWasNotFetched) {
    Story story;
    story.asked("0004f2000001.cfg", Outcome::served);
    const std::string text = all_text(story.told());
    EXPECT_NE(text.find("never asked for: settings"), std::string::npos) << text;
}

TEST(Explain, AFileThatBrokeOffOrCouldNotBeMadeWasNotGot) {
    Story story = whole_boot();
    story.asked("0004f2000001-settings.cfg", Outcome::broken_off);
    EXPECT_NE(all_text(story.told()).find("asked for and did not get: settings"), std::string::npos)
        << all_text(story.told());
    Story failed;
    failed.asked("0004f2000001.cfg", Outcome::served).asked("0004f2000001-settings.cfg", Outcome::failed);
    EXPECT_NE(all_text(failed.told()).find("could not be made"), std::string::npos);
}

TEST(Explain, TwoBootsInAMinuteAreTwoStories) {
    Story story = whole_boot();
    story.asked("2345-12600-001.bootrom.ld", Outcome::absent).asked("0004f2000001.cfg", Outcome::served);
    EXPECT_EQ(story.told(anna, 5).boots.size(), 2U);
    EXPECT_EQ(story.told(anna, 1).boots.size(), 1U);
}

TEST(Explain, AFetchByHandBeforeABootDoesNotHideIt) {
    Story story;
    story.asked("0004f2000001-directory.xml", Outcome::absent);
    const auto ms = std::chrono::milliseconds(200);
    for (const char* path :
         {"0004f2000001.cfg", "0004f2000001.cfg", "0004f2000001-settings.cfg", "0004f2000001-site.cfg"})
        story.asked(path, Outcome::served, ms);
    story.asked("0004f2000001-directory.xml", Outcome::absent);
    EXPECT_NE(all_text(story.told()).find("got every configuration file"), std::string::npos) << all_text(story.told());
}

TEST(Explain, ABootInAWrongFolderIsABootOfItsOwnAndTheConclusionNamesTheFolder) {
    Story story = whole_boot();
    story.asked("phones/bootrom.ld", Outcome::absent)
        .asked("phones/0004f2000001.cfg", Outcome::absent)
        .asked("phones/000000000000.cfg", Outcome::absent);
    const auto told = story.told(anna, 5);
    EXPECT_EQ(told.boots.size(), 2U);
    ASSERT_FALSE(told.conclusion.empty());
    EXPECT_NE(told.conclusion.front().find("folder 'phones'"), std::string::npos) << told.conclusion.front();
    EXPECT_EQ(all_text(story.told()).find("got every configuration file"), std::string::npos);
}

TEST(Explain, AReplacementIsNotCreditedWithItsPredecessorsBoot) {
    Story story = whole_boot();
    const std::string text = all_text(story.told(bert));
    EXPECT_NE(text.find("Nothing was heard of 0004f2000002 yet"), std::string::npos) << text;
    EXPECT_EQ(text.find("got every configuration file"), std::string::npos) << text;
}

TEST(Explain, AQuietMinutePartsBoots) {
    Story story;
    story.asked("0004f2000001.cfg", Outcome::served)
        .asked("0004f2000001.cfg", Outcome::served, std::chrono::seconds(61));
    EXPECT_EQ(story.told(anna, 5).boots.size(), 2U);
}

TEST(Explain, AFolderThatDoesNotBelongIsNamed) {
    Story story;
    story.asked("spip/0004f2000001.cfg", Outcome::absent);
    EXPECT_NE(all_text(story.told()).find("'spip' is a folder in the phone's server address"), std::string::npos)
        << all_text(story.told());
}

TEST(Explain, AnotherModelThanTheCatalogueSaysIsNamed) {
    Story story;
    story.calling_itself("FileTransport PolycomSoundPointIP-SPIP_430-UA/2.2.0.0047")
        .asked("0004f2000001.cfg", Outcome::served);
    EXPECT_NE(all_text(story.told()).find("--model SPIP430"), std::string::npos) << all_text(story.told());
}

TEST(Explain, AStrangerIsToldHowToBeMadeKnown) {
    Story story;
    story.asked("0004f20000ff.cfg", Outcome::absent);
    EXPECT_NE(all_text(story.told(stranger)).find("sighting adopt 0004f20000ff --set"), std::string::npos);
}

TEST(Explain, NamesWhatAFileIsWithoutAndWhatChangesIt) {
    const auto snapshot = house();
    ExplainInput input{anna, snapshot.get(), &house_families(), {}, 1};
    input.left_out.push_back(
        {"0004f2000001-settings.cfg", {"reg.1.label", "line.1.label", "no place for it", config::LayerKind::device}});
    input.left_out.push_back({"0004f2000001-settings.cfg", {"P 1", "raw:P 1", "not a name", config::LayerKind::fleet}});
    const auto told = explain(input).conclusion;
    const auto has = [&](const std::string& text) {
        return std::any_of(told.begin(), told.end(),
                           [&](const std::string& each) { return each.find(text) != std::string::npos; });
    };
    EXPECT_TRUE(
        has("reg.1.label is left out of 0004f2000001-settings.cfg: no place for it. It is made of line.1.label, "
            "set by device; change it with `offhook device set 0004f2000001 line.1.label=...`"));
    EXPECT_TRUE(has("`offhook layer set fleet --unset raw:P 1`"));
    for (int i = 0; i < 20; ++i) input.left_out.push_back(input.left_out.front());
    const auto many = explain(input).conclusion;
    EXPECT_NE(many.back().find("14 more are left out"), std::string::npos) << many.back();
}

TEST(Explain, NamesARuleThatThePhoneCannotFollowAndWhatChangesIt) {
    const auto snapshot = house();
    ExplainInput input{anna, snapshot.get(), &house_families(), {}, 1};
    input.doubtful.push_back({"x.xml", {"Rule", "raw:Rule", "column 1: a '(' has no end", config::LayerKind::fleet}});
    const auto told = explain(input).conclusion;
    EXPECT_EQ(told.back(),
              "Rule in x.xml is a rule that the phone will hardly follow: column 1: a '(' has no end. It is "
              "made of raw:Rule, set by fleet; change it with `offhook layer set fleet raw:Rule=...`. Taken "
              "out, it would stay in a phone that has it.");
}

TEST(Explain, APhoneNeverHeardOfSaysSo) {
    EXPECT_NE(all_text(Story().told()).find("Nothing was heard"), std::string::npos);
    EXPECT_NE(all_text(Story().told(stranger)).find("not in the catalogue"), std::string::npos);
}

TEST(Explain, AFileWhosePathWasCutIsStillNamed) {
    Story story;
    story.asked("SoundPointIPLocalization/Chinese_China_Simplified_Language/SoundPointIP-dictionary.xml",
                Outcome::absent);
    const std::string text = all_text(story.told());
    EXPECT_EQ(text.find("no name of this family"), std::string::npos) << text;
}

TEST(Explain, ARefusalNamesThePolicy) {
    Story story;
    story.asked("0004f2000001.cfg", Outcome::refused);
    EXPECT_NE(all_text(story.told()).find("policy"), std::string::npos);
}

TEST(Explain, SaysWhatThePhoneSentAndWhatBecameOfIt) {
    auto story = whole_boot();
    story.sent("0004f2000001-boot.log", Outcome::served, 1'234, 201)
        .sent("0004f2000001-app.log", Outcome::failed, 600'000, 413)
        .sent("0004f2000001-app.log", Outcome::failed, 6, 416)
        .sent("0004f2000001-phone.cfg", Outcome::broken_off, 70, 0)
        .sent("0004f2000001-nosuch.cfg", Outcome::absent, 0, 404);
    const auto told = story.told();
    std::string all;
    for (const auto& sentence : told.boots.front().sentences) all += sentence + "\n";
    for (const char* part :
         {"It sent its boot log (1.2 KB).",
          "It tried to send its application log (600.0 KB), which was not stored: it is larger",
          "does not follow on what is stored", "It began to send its overrides, but broke off after 70 bytes",
          "It tried to send 0004f2000001-nosuch.cfg, which is nothing that it may send here."})
        EXPECT_NE(all.find(part), std::string::npos) << part << "\n" << all;
}

TEST(Explain, TellsWhatAPhoneAskedItsNetworkAndWhatItWasTold) {
    using enum catalogue::EventTransport;
    Story story;
    story.looked(dhcp4, "DISCOVER wants 66,160", Outcome::absent, "only DHCPINFORM is answered here")
        .looked(dhcp4, "INFORM wants 66,160", Outcome::served, "66 http://192.0.2.1")
        .asked("0004f2000001.cfg", Outcome::served)
        .asked("0004f2000001-settings.cfg", Outcome::served);
    const auto told = story.told();
    ASSERT_EQ(told.boots.size(), 1U);
    const auto text = all_text(told);
    EXPECT_NE(text.find("looked for its server by DHCP (INFORM wants 66,160) and was told 66 http://192.0.2.1."),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("this server only watches there: only DHCPINFORM is answered here"), std::string::npos) << text;
    EXPECT_EQ(told.boots[0].files_asked, (std::set<std::string>{"master", "settings"}));
    EXPECT_NE(told.boots[0].title.find("calling itself FileTransport"), std::string::npos) << told.boots[0].title;
}

TEST(Explain, BeginsABootWithLookingForAServerAndNotWithKeepingAnAddress) {
    using enum catalogue::EventTransport;
    auto story = whole_boot();
    story.looked(dhcp4, "REQUEST renews", Outcome::served, "an address");
    EXPECT_EQ(story.told(anna, 5).boots.size(), 1U);
    story.looked(pnp, "SUBSCRIBE", Outcome::served, "http://192.0.2.1").asked("0004f2000001.cfg", Outcome::served);
    EXPECT_EQ(story.told(anna, 5).boots.size(), 2U);
}

TEST(Explain, ARenewalLongAfterABootIsNoBootOfItsOwn) {
    using enum catalogue::EventTransport;
    for (const char* said : {"REQUEST renews", "RENEW", "REBIND", "RELEASE", "DECLINE"}) {
        auto story = whole_boot();
        story.looked(dhcp4, said, Outcome::served, "an address", std::chrono::minutes(30));
        const auto told = story.told(anna, 5);
        EXPECT_EQ(told.boots.size(), 1U) << said;
        EXPECT_NE(all_text(told).find("got every configuration file"), std::string::npos) << said << all_text(told);
        Story alone;
        alone.looked(dhcp4, said, Outcome::served, "an address");
        EXPECT_TRUE(alone.told().boots.empty()) << said;
        EXPECT_NE(all_text(alone.told()).find("only kept its network address"), std::string::npos) << said;
    }
    auto again = whole_boot();
    again.looked(dhcp4, "REQUEST renews", Outcome::served, "an address", std::chrono::seconds(50))
        .asked("0004f2000001.cfg", Outcome::served, std::chrono::seconds(50));
    EXPECT_EQ(again.told(anna, 5).boots.size(), 2U) << "a renewal bridges no gap";
}

TEST(Explain, TellsWhatAnotherServerAnswered) {
    using enum catalogue::EventTransport;
    const auto with = [](std::string_view told) {
        Story story;
        story.looked(dhcp4, "DISCOVER wants 66", Outcome::absent, "nothing: this listener only watches")
            .looked(dhcp4, "OFFER of 192.0.2.5", Outcome::not_modified, told)
            .looked(dhcp4, "REQUEST wants 66", Outcome::absent, "nothing: this listener only watches")
            .looked(dhcp4, "ACK of 192.0.2.5", Outcome::not_modified, told);
        return story;
    };
    const auto named = with("grants 192.0.2.77; 66 tftp://192.0.2.9").told(anna, 5);
    EXPECT_EQ(named.boots.size(), 1U);
    EXPECT_NE(all_text(named).find("Another server answered: it told it grants 192.0.2.77; 66 tftp://192.0.2.9."),
              std::string::npos)
        << all_text(named);
    const auto bare = all_text(with("grants 192.0.2.77; no option that names a boot server").told());
    EXPECT_NE(bare.find("Another server answered: it told it nothing of a boot server."), std::string::npos) << bare;
    EXPECT_EQ(bare.find("this one told it nothing"), std::string::npos) << bare;

    auto later = whole_boot();
    later.looked(dhcp4, "ACK of 192.0.2.5", Outcome::not_modified, "grants 192.0.2.77", std::chrono::minutes(30));
    EXPECT_EQ(later.told(anna, 5).boots.size(), 1U);
}

TEST(Explain, SaysThatAPhoneWasToldAndDidNotCome) {
    using enum catalogue::EventTransport;
    Story told;
    told.looked(pnp, "SUBSCRIBE", Outcome::served, "http://192.0.2.1/x/{MODEL}.cfg");
    EXPECT_NE(all_text(told.told()).find("has not come for a file since"), std::string::npos) << all_text(told.told());
    Story refused;
    refused.looked(pnp, "SUBSCRIBE", Outcome::refused, "the lists of listener pnp leave it out");
    EXPECT_NE(all_text(refused.told()).find("told it nothing"), std::string::npos) << all_text(refused.told());
    EXPECT_NE(all_text(refused.told()).find("the lists of listener pnp leave it out"), std::string::npos);
}

TEST(Explain, NamesTheSettingsThatAModelShares) {
    catalogue::ChangeSet change;
    change.revision = 2;
    change.model_layers.push_back({"polycom", "SPIP650", 2, layer_of({{"time.server", "ntp.example.net"}})});
    const auto snapshot = house()->advanced(change);
    const auto says = [](const catalogue::Snapshot& of) {
        const auto told = explain({anna, &of, &house_families(), {}, 1}).conclusion;
        return std::any_of(told.begin(), told.end(), [](const std::string& sentence) {
            return sentence.find("`offhook model show polycom/SPIP650`") != std::string::npos;
        });
    };
    EXPECT_TRUE(says(*snapshot));
    EXPECT_FALSE(says(*house()));
}

} // namespace
} // namespace offhook::server
