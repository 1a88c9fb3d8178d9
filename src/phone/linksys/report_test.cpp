#include "config/seal/seal.hpp"
#include "phone/linksys/scripted_phone.hpp"

namespace offhook::phone::linksys {
namespace {

class SpaReport : public ScriptedPhone {
protected:
    Outcome report_once() {
        transfers.script.steps.clear();
        report = {};
        const auto around = surroundings();
        Provisioning machine(around, flash, report, links());
        machine.set_server(server);
        return awaited(machine.report());
    }
    [[nodiscard]] const TransferRequest& sent() const { return transfers.script.steps.at(0).request; }
};

TEST_F(SpaReport, IsPostedByHttp) {
    set("Report_Rule", "http://192.0.2.10/rep/$MA.xml");
    EXPECT_EQ(report_once().end, Outcome::End::succeeded);
    EXPECT_EQ(asked(), std::vector<std::string>{"http://192.0.2.10/rep/000e08aabbcc.xml"});
    EXPECT_EQ(sent().direction, Direction::put);
    ASSERT_TRUE(sent().post);
    EXPECT_TRUE(sent().post->starts_with("<flat-profile>")) << *sent().post;
    EXPECT_EQ(sent().post_type, "text/xml");
    EXPECT_EQ(report.files.at(0).outcome, FileOutcome::stored);
}

TEST_F(SpaReport, IsWrittenByTftpAndSealed) {
    set("Report_Rule", "[ --key $SA ] tftp://192.0.2.10/rep/$MA.xml.enc");
    set("GPP_SA", "secretphrase");
    EXPECT_EQ(report_once().end, Outcome::End::succeeded);
    EXPECT_FALSE(sent().post);
    const auto* seal = config::find_seal("openssl-raw-256");
    EXPECT_TRUE(seal->looks_sealed(sent().body));
    const auto opened = seal->open(sent().body, "secretphrase");
    ASSERT_TRUE(opened);
    EXPECT_TRUE(opened->starts_with("<flat-profile>"));
    EXPECT_EQ(opened->find("secretphrase"), std::string::npos);
}

TEST_F(SpaReport, HoldsPasswordsOnlyWhereTheSwitchSaysSo) {
    set("Report_Rule", "/rep.xml");
    set("Password_1_", "s3cr3t");
    server = {config::RuleScheme::http, "192.0.2.10", {}, "", ""};
    (void)report_once();
    EXPECT_EQ(sent().post->find("s3cr3t"), std::string::npos);
    set("phone.REPORT_PASSWORDS", "sent");
    (void)report_once();
    EXPECT_NE(sent().post->find(">s3cr3t</Password_1_>"), std::string::npos);
}

TEST_F(SpaReport, TellsTheCertificateThatItsRulesKnow) {
    set("Report_Rule", "http://192.0.2.10/rep.xml");
    const auto tells = [&](const std::string& word) {
        (void)report_once();
        EXPECT_NE(sent().post->find(">" + word + "</Client_Certificate>"), std::string::npos) << *sent().post;
        const auto known = macros_of(flash, family.model().name, {}, ResyncReason::asked, clock.wall());
        EXPECT_EQ(known.values.at("CCERT"), word);
    };
    tells("Not Installed");
    own_certificate = BootSurroundings::OwnCertificate::installed;
    keep_identity(surroundings(), flash);
    tells("Installed");
    set("phone.CCERT", "Not Installed");
    tells("Not Installed");
}

TEST_F(SpaReport, IsNotSentAgain) {
    set("Report_Rule", "http://192.0.2.10/rep.xml");
    transfers.script.fail("http://192.0.2.10/rep.xml", FileOutcome::timed_out);
    EXPECT_EQ(report_once().end, Outcome::End::failed);
    EXPECT_EQ(transfers.script.steps.size(), 1U);
}

TEST_F(SpaReport, NeedsARule) {
    EXPECT_EQ(report_once().end, Outcome::End::skipped);
    EXPECT_TRUE(transfers.script.steps.empty());
    set("Report_Rule", "[--post a] http://192.0.2.10/x");
    EXPECT_EQ(report_once().end, Outcome::End::failed);
    EXPECT_TRUE(transfers.script.steps.empty());
}

} // namespace
} // namespace offhook::phone::linksys
