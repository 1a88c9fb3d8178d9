#include "phone/notify/notify_rules.hpp"

#include <gtest/gtest.h>

namespace offhook::phone {
namespace {

using Parameters = std::map<std::string, std::string, std::less<>>;

BootReport booted(Parameters parameters = {}) {
    BootReport report;
    report.lines = {{1, "101", "auth101", "secret", "pbx.example.net:5061"}, {2, "102", "", "", "[2001:db8::1]:5060"}};
    report.parameters = std::move(parameters);
    return report;
}

/// "resync", with "!" behind where it wants proof, "@" where from a registrar alone, "-" where it is off; "": unknown.
std::string shown(const NotifyRules& rules, std::string_view event) {
    const auto* found = rules.find(event);
    if (found == nullptr) return "";
    return std::string(notify_action_text.to_text(found->action)) +
           (found->proof == NotifyEvent::Proof::digest ? "!" : "") +
           (found->source == NotifySource::registrars ? "@" : "") + (found->use == NotifyEvent::Use::off ? "-" : "");
}

TEST(NotifyRules, EachFamilyHasItsEvents) {
    const std::string validation = "voIpProt.SIP.requestValidation.1";
    struct {
        const char* family;
        Parameters parameters;
        const char *event, *shown;
    } const rows[] = {
        {"polycom", {}, "check-sync", "check"},
        {"polycom", {}, "Check-Sync", "check"},
        {"polycom", {}, "resync", ""},
        {"polycom", {}, "", ""},
        {"polycom", {{"voIpProt.SIP.specialEvent.checkSync.alwaysReboot", "1"}}, "check-sync", "reboot"},
        {"polycom", {{"voIpProt.SIP.specialEvent.checkSync.alwaysReboot", "0"}}, "check-sync", "check"},
        {"polycom", {{validation + ".request", "NOTIFY"}, {validation + ".method", "digest"}}, "check-sync", "check!"},
        {"polycom", {{validation + ".request", "NOTIFY"}, {validation + ".method", "source"}}, "check-sync", "check@"},
        {"polycom", {{validation + ".request", "NOTIFY"}, {validation + ".method", "both"}}, "check-sync", "check!@"},
        {"polycom", {{validation + ".request", "ALL"}, {validation + ".method", "all"}}, "check-sync", "check!@"},
        {"polycom", {{validation + ".request", "INVITE"}, {validation + ".method", "digest"}}, "check-sync", "check"},
        {"polycom",
         {{validation + ".request", "NOTIFY"},
          {validation + ".method", "digest"},
          {validation + ".request.1.event", "dialog"}},
         "check-sync",
         "check"},
        {"polycom",
         {{validation + ".request", "NOTIFY"},
          {validation + ".method", "digest"},
          {validation + ".request.1.event", "dialog"},
          {validation + ".request.2.event", "check-sync"}},
         "check-sync",
         "check!"},
        {"panasonic", {}, "check-sync", "resync"},
        {"panasonic", {}, "resync", ""},
        {"panasonic", {{"CFG_RESYNC_FROM_SIP", "resync"}}, "resync", "resync"},
        {"panasonic", {{"CFG_RESYNC_FROM_SIP", "resync"}}, "check-sync", ""},
        {"panasonic", {{"CFG_RESYNC_FROM_SIP", "Resync"}}, "reSync", "resync"},   // letter case does not count (I)
        {"panasonic", {{"CFG_RESYNC_ACTION", "reboot"}}, "check-sync", "resync"}, // its values are not known
        {"panasonic", {{"phone.RESYNC_ACTION", "reboot"}}, "check-sync", "reboot"},
        {"panasonic", {{"phone.RESYNC_ACTION", "provision"}}, "check-sync", "resync"},
        {"panasonic", {{"phone.RESYNC_ACTION", "perhaps"}}, "check-sync", "resync"},
        {"panasonic", {{"CFG_RESYNC_FROM_SIP", "Y"}}, "check-sync", ""}, // a text to compare, no switch
        {"panasonic", {{"CFG_RESYNC_FROM_SIP", ""}}, "check-sync", ""},
        {"panasonic", {{"CFG_RESYNC_FROM_SIP", ""}}, "", ""},
        {"linksys-spa", {}, "resync", "resync!"},
        {"linksys-spa", {}, "check-sync", "resync!"},
        {"linksys-spa", {}, "report", "report!"},
        {"linksys-spa", {}, "reboot", "reboot!"},
        {"linksys-spa", {}, "reboot_now", "reboot!"},
        {"linksys-spa", {}, "reboot=true", ""},
        {"linksys-spa", {{"Auth_Resync-Reboot_1_", "No"}}, "resync", "resync"},
        {"linksys-spa", {{"Auth_Resync-Reboot_1_", "No"}}, "reboot", "reboot"},
        {"linksys-spa", {{"Resync_From_SIP", "No"}}, "resync", "resync!-"},
        {"linksys-spa", {{"Resync_From_SIP", "No"}}, "reboot", "reboot!"},
        {"genband-ip88", {}, "check-sync", "reboot"},
        {"genband-ip88", {}, "report", ""},
        {"nobody", {}, "check-sync", ""},
    };
    for (const auto& row : rows)
        EXPECT_EQ(shown(notify_rules(row.family, booted(row.parameters)), row.event), row.shown)
            << row.family << ' ' << row.event;
}

TEST(NotifyRules, TheChallengeIsTheFamilysAndTheAccountTheLines) {
    const auto polycom = notify_rules("polycom", booted());
    EXPECT_EQ(polycom.realm, "PolycomSPIP");
    EXPECT_EQ(polycom.account, (protocol::BasicCredentials{"auth101", "secret"}));
    EXPECT_EQ(polycom.registrars, (std::vector<std::string>{"pbx.example.net", "2001:db8::1"}));
    EXPECT_EQ(notify_rules("polycom", booted({{"voIpProt.SIP.requestValidation.digest.realm", "mine"}})).realm, "mine");
    const auto linksys = notify_rules("linksys-spa", booted());
    EXPECT_EQ(linksys.realm, "pbx.example.net");
    EXPECT_EQ(linksys.qop, protocol::DigestQop::none);
    BootReport bare = booted();
    bare.lines.front().registrar = "fd99::1";
    EXPECT_EQ(notify_rules("polycom", bare).registrars.front(), "fd99::1");
    BootReport plain = booted();
    plain.lines.front().auth_user.clear();
    EXPECT_EQ(notify_rules("linksys-spa", plain).account.user, "101");
}

TEST(NotifyRules, ALinksysPhoneLooksAtTheAddressedLine) {
    BootReport report = booted({{"Auth_Resync-Reboot_2_", "No"}, {"Use_Auth_ID_1_", "Yes"}});
    report.lines = {{1, "101", "auth101", "secret", "one.example.net"},
                    {2, "102", "auth102", "other", "two.example.net"}};
    const auto rules = notify_rules("linksys-spa", report);
    ASSERT_NE(rules.line_of("102"), nullptr);
    EXPECT_EQ(rules.line_of("102")->proof, NotifyEvent::Proof::none);
    EXPECT_EQ(rules.line_of("102")->realm, "two.example.net");
    EXPECT_EQ(rules.line_of("102")->account, (protocol::BasicCredentials{"102", "other"}));
    EXPECT_EQ(rules.line_of("101")->account, (protocol::BasicCredentials{"auth101", "secret"}));
    EXPECT_EQ(rules.line_of("nobody"), rules.line_of("101"));
    EXPECT_EQ(notify_rules("polycom", report).line_of("102"), nullptr);
    report.parameters["phone.CHECK_SYNC"] = "ignored";
    EXPECT_EQ(notify_rules("linksys-spa", report).find("check-sync"), nullptr);
}

} // namespace
} // namespace offhook::phone
