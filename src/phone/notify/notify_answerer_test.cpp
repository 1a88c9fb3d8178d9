#include "phone/notify/notify_answerer.hpp"

#include "protocol/sip/digest_challenge.hpp"
#include "protocol/sip/notify_request.hpp"

#include <gtest/gtest.h>

namespace offhook::phone {
namespace {

namespace sip = protocol::sip;

const NotifyPeer server{IpAddress::v4(0xc0000205), 5071};

class NotifyAnswererTest : public testing::Test {
protected:
    NotifyAnswererTest() { take({}); }

    void take(std::map<std::string, std::string, std::less<>> parameters, std::string_view family = "polycom") {
        BootReport report;
        report.lines = {{1, "101", "101", "secret", "192.0.2.9"}};
        report.parameters = std::move(parameters);
        answerer.set_rules(notify_rules(family, report), {*IpAddress::from_text("192.0.2.9")});
    }
    static sip::NotifyRequest request(std::string event = "check-sync") {
        static unsigned number = 0;
        sip::NotifyRequest out;
        out.request_uri = "sip:101@192.0.2.44:5060";
        out.event = std::move(event);
        out.via = "UDP", out.sent_by = "192.0.2.5:5071", out.branch = "z9hG4bK" + std::to_string(++number);
        out.from = "sip:p@192.0.2.5", out.from_tag = "9a", out.call_id = "c";
        return out;
    }
    NotifyReply say(const sip::NotifyRequest& request, const NotifyPeer& from = server) {
        std::string bytes;
        write(request, bytes);
        return say(bytes, from);
    }
    NotifyReply say(const std::string& bytes, const NotifyPeer& from = server) {
        auto reply = answerer.receive(bytes, from);
        status = 0;
        if (reply.answer.empty()) return reply;
        kept_bytes = reply.answer;
        EXPECT_EQ(answer.read(kept_bytes), sip::MessageError::none);
        status = answer.status();
        return reply;
    }
    /// `request` with an answer to the last challenge.
    sip::NotifyRequest answered(sip::NotifyRequest request, const std::string& password, std::string_view uri = "") {
        const auto challenge = sip::read_challenge(answer);
        EXPECT_TRUE(challenge);
        ++request.cseq;
        request.credentials =
            sip::answer(*challenge, {"101", password}, "NOTIFY", uri.empty() ? request.request_uri : uri, 1, "c");
        request.credentials_name = challenge->answered_in();
        return request;
    }

    ManualClock clock;
    SeededRandom random{7};
    NotifyAnswerer answerer{clock, random};
    std::string kept_bytes;
    sip::Message answer;
    unsigned status = 0;
};

TEST_F(NotifyAnswererTest, TakesACheckSyncAndSaysSo) {
    const auto reply = say(request());
    EXPECT_EQ(status, 200U);
    EXPECT_EQ(reply.action, NotifyAction::check);
    EXPECT_NE(reply.told.find("NOTIFY check-sync from 192.0.2.5:5071: 200 OK"), std::string::npos) << reply.told;
    EXPECT_EQ(answer.value(sip::HeaderName::cseq), "1 NOTIFY");
    EXPECT_EQ(answer.value(sip::HeaderName::from), "<sip:p@192.0.2.5>;tag=9a");
    EXPECT_NE(answer.value(sip::HeaderName::to).find(";tag="), std::string::npos);
    EXPECT_NE(answer.value(sip::HeaderName::via).find("received=192.0.2.5"), std::string::npos);
}

TEST_F(NotifyAnswererTest, ARepeatGetsTheSameAnswerAndDoesNothing) {
    const auto once = request();
    const auto first = say(once);
    const auto again = say(once);
    EXPECT_EQ(again.answer, first.answer);
    EXPECT_FALSE(again.action);
    EXPECT_TRUE(again.told.empty());
    clock.advance(std::chrono::seconds(33)); // by then it is another one
    EXPECT_TRUE(say(once).action);
    EXPECT_TRUE(say(request()).action);
}

TEST_F(NotifyAnswererTest, ARepeatWithoutABranchIsKnownByItsCallAndNumber) {
    const std::string old = "NOTIFY sip:101@192.0.2.44 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.5\r\nFrom: sip:p@x\r\n"
                            "To: sip:101@x\r\nCall-ID: 1\r\nCSeq: 1 NOTIFY\r\nEvent: check-sync\r\n\r\n";
    const auto first = say(old);
    EXPECT_TRUE(first.action);
    EXPECT_EQ(first.to_port, 5060); // no rport and no port: where Via says
    EXPECT_FALSE(say(old).action);
}

TEST_F(NotifyAnswererTest, AnswersGoWhereRportSays) { EXPECT_EQ(say(request()).to_port, server.port); }

TEST_F(NotifyAnswererTest, RefusesWhatItDoesNotKnow) {
    struct {
        const char *name, *from, *to;
        unsigned status;
    } const rows[] = {
        {"another event", "Event: check-sync", "Event: message-summary", 489},
        {"no event", "Event: check-sync\r\n", "", 489},
        {"in a dialog", "To: <sip:101@192.0.2.44:5060>", "To: <sip:101@192.0.2.44:5060>;tag=7", 481},
        {"a call", "NOTIFY", "INVITE", 405},
    };
    for (const auto& row : rows) {
        std::string bytes;
        write(request(), bytes);
        for (auto at = bytes.find(row.from); at != std::string::npos; at = bytes.find(row.from, at + 1)) {
            bytes.replace(at, std::string_view(row.from).size(), row.to);
            if (*row.to == '\0') break;
        }
        const auto reply = say(bytes);
        EXPECT_EQ(status, row.status) << row.name;
        EXPECT_FALSE(reply.action) << row.name;
    }
}

TEST_F(NotifyAnswererTest, SaysNothingToWhatIsNoRequest) {
    for (const char* bytes : {"", "\r\n\r\n", "nonsense", "SIP/2.0 200 OK\r\n\r\n"})
        EXPECT_TRUE(say(std::string(bytes)).answer.empty());
}

TEST_F(NotifyAnswererTest, AsksForThePasswordWhereTheFamilyDoes) {
    take({}, "linksys-spa");
    const auto resync = request("resync");
    EXPECT_FALSE(say(resync).action);
    EXPECT_EQ(status, 401U);
    EXPECT_EQ(answer.value(sip::HeaderName::www_authenticate).find("qop"), std::string_view::npos);
    auto good = answered(resync, "secret");
    good.branch += "b";
    EXPECT_EQ(say(good).action, NotifyAction::resync);
    EXPECT_EQ(status, 200U);
}

TEST_F(NotifyAnswererTest, AWrongAnswerIsAskedAnewAndNothingIsDone) {
    take({}, "linksys-spa");
    const auto resync = request("resync");
    say(resync);
    auto wrong = answered(resync, "guess");
    wrong.branch += "b";
    EXPECT_FALSE(say(wrong).action);
    EXPECT_EQ(status, 401U);
    EXPECT_EQ(answer.value(sip::HeaderName::www_authenticate).find("stale"), std::string_view::npos);
    auto elsewhere = answered(resync, "secret", "sip:102@192.0.2.44:5060");
    elsewhere.branch += "c";
    EXPECT_FALSE(say(elsewhere).action);
    auto foreign = answered(resync, "secret");
    const sip::SipChallenge made_up{{"192.0.2.9", std::string(64, 'f'), protocol::DigestAlgorithm::md5,
                                     protocol::DigestQop::none, protocol::NonceAge::good},
                                    {},
                                    sip::SipChallenge::By::endpoint};
    foreign.credentials = sip::answer(made_up, {"101", "secret"}, "NOTIFY", resync.request_uri, 1, "c");
    foreign.branch += "d";
    EXPECT_FALSE(say(foreign).action);
}

TEST_F(NotifyAnswererTest, AnOldNonceIsStale) {
    take({}, "linksys-spa");
    const auto resync = request("resync");
    say(resync);
    auto late = answered(resync, "secret");
    late.branch += "b";
    clock.advance(std::chrono::seconds(61));
    EXPECT_FALSE(say(late).action);
    EXPECT_EQ(status, 401U);
    EXPECT_NE(answer.value(sip::HeaderName::www_authenticate).find("stale=true"), std::string_view::npos);
}

TEST_F(NotifyAnswererTest, APhoneWithoutAPasswordTakesNone) {
    BootReport report;
    report.lines = {{1, "101", "101", "", "192.0.2.9"}};
    answerer.set_rules(notify_rules("linksys-spa", report), {});
    const auto resync = request("resync");
    say(resync);
    auto empty = answered(resync, "");
    empty.branch += "b";
    EXPECT_FALSE(say(empty).action);
}

TEST_F(NotifyAnswererTest, FromTheRegistrarAloneWhereTheConfigurationSaysSo) {
    take({{"voIpProt.SIP.requestValidation.1.request", "NOTIFY"},
          {"voIpProt.SIP.requestValidation.1.method", "source"}});
    EXPECT_FALSE(say(request()).action);
    EXPECT_EQ(status, 403U);
    EXPECT_TRUE(say(request(), {*IpAddress::from_text("192.0.2.9"), 5060}).action);
}

TEST_F(NotifyAnswererTest, WhatIsSwitchedOffIsForbidden) {
    take({{"Resync_From_SIP", "No"}, {"Auth_Resync-Reboot_1_", "No"}}, "linksys-spa");
    EXPECT_FALSE(say(request("resync")).action);
    EXPECT_EQ(status, 403U);
    EXPECT_EQ(say(request("report")).action, NotifyAction::report);
}

TEST_F(NotifyAnswererTest, KeepsABoundedNumberOfAnswers) {
    const auto once = request();
    say(once);
    for (std::size_t i = 0; i < NotifyAnswerer::answers_kept_max; ++i) say(request());
    EXPECT_TRUE(say(once).action);
}

} // namespace
} // namespace offhook::phone
