#include "phone/polycom/redundant_servers.hpp"

#include "phone/polycom/booting_phone.hpp"

#include <gmock/gmock.h>

namespace offhook::phone::polycom {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

class RedundantBoot : public BootingPhone {
protected:
    RedundantBoot() {
        names.hosts["boot"] = {"192.0.2.1", "192.0.2.2"};
        resolver = &names;
    }
    [[nodiscard]] std::vector<std::string> places_of(std::string_view name) const {
        std::vector<std::string> out;
        for (const auto& step : server.steps)
            if (step.url == base + std::string(name)) out.push_back(step.request.address);
        return out;
    }
    ScriptedResolver names;
};

TEST_F(RedundantBoot, AsksTheFirstAddressAlone) {
    EXPECT_EQ(run().state, PhoneState::ready);
    for (const auto& step : server.steps)
        EXPECT_TRUE(step.request.direction == Direction::put || step.request.address == "192.0.2.1") << step.url;
    EXPECT_THAT(names.asked, ElementsAre("boot", "boot")) << "once a stage";
}

TEST_F(RedundantBoot, GoesOnWithTheAddressThatAnswers) {
    server.fail_address("192.0.2.1", FileOutcome::unreachable);
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_TRUE(report.problems.empty());
    EXPECT_THAT(places_of("2345-12600-001.bootrom.ld"), ElementsAre("192.0.2.1", "192.0.2.2"));
    EXPECT_THAT(places_of("sip.cfg"), ElementsAre("192.0.2.2")) << "the silent one is not asked again";
    EXPECT_EQ(server.waited.count(), 0) << "the wait is between attempts, not between addresses";
    EXPECT_THAT(report.files[0].detail, HasSubstr("address 2 of 2, 192.0.2.2"));
    const auto& log = server.steps.back().request.body;
    EXPECT_THAT(log, HasSubstr("Download of 'sip.cfg' succeeded on attempt 1 (addr 2 of 2)"));
}

TEST_F(RedundantBoot, TakesWhatAServerAnswersAsFinal) {
    for (const auto outcome : {FileOutcome::absent, FileOutcome::denied, FileOutcome::refused}) {
        server.fail_address("192.0.2.1", outcome);
        run();
        EXPECT_THAT(places_of("000000000000.cfg"), Each("192.0.2.1")) << file_outcome_text.to_text(outcome);
    }
}

TEST_F(RedundantBoot, TriesEveryAddressInEveryAttempt) {
    server.fail_address("192.0.2.1", FileOutcome::unreachable);
    server.fail_address("192.0.2.2", FileOutcome::timed_out);
    flash.parameters["device.prov.redunAttemptLimit"] = "2";
    flash.parameters["device.prov.redunInterAttemptDelay"] = "7";
    run();
    EXPECT_THAT(places_of("2345-12600-001.bootrom.ld"),
                ElementsAre("192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.2"));
    EXPECT_EQ(server.waited, std::chrono::seconds(2 * 7)) << "a stage each";
    flash.parameters["phone.redundancy.nesting"] = "addresses";
    run();
    EXPECT_THAT(places_of("2345-12600-001.bootrom.ld"),
                ElementsAre("192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2"));
}

TEST_F(RedundantBoot, TakesNoMoreAddressesThanItMay) {
    names.hosts["boot"] = {"a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9"};
    server.fail_all(FileOutcome::unreachable);
    flash.parameters["device.prov.redunAttemptLimit"] = "1";
    run();
    EXPECT_EQ(places_of("2345-12600-001.bootrom.ld").size(), 8U) << "of SIP 2.2";
    flash.parameters["device.prov.maxRedunServers"] = "2";
    run();
    EXPECT_EQ(places_of("2345-12600-001.bootrom.ld").size(), 2U);
    flash.parameters.erase("device.prov.maxRedunServers");
    flash.application->version = "4.0.15.1047";
    run();
    EXPECT_EQ(places_of("2345-12600-001.bootrom.ld").size(), 1U) << "of UCS, which has the parameter";
}

TEST_F(RedundantBoot, UploadsToAllOrToTheFirst) {
    run();
    EXPECT_THAT(places_of("logs/0004f2aabbcc-app.log"), ElementsAre("192.0.2.1", "192.0.2.2"));
    flash.parameters["phone.redundancy.uploads"] = "first";
    run();
    EXPECT_THAT(places_of("logs/0004f2aabbcc-app.log"), ElementsAre("192.0.2.1"));
}

TEST_F(RedundantBoot, ASilentCopyDoesNotKeepTheOthersFromItsLog) {
    server.fail_address("192.0.2.2", FileOutcome::unreachable);
    const auto report = run();
    EXPECT_EQ(report.state, PhoneState::ready);
    EXPECT_TRUE(report.problems.empty());
    EXPECT_THAT(places_of("logs/0004f2aabbcc-app.log"), Contains("192.0.2.1"));
}

TEST_F(RedundantBoot, AServerLivesWhereOneOfItsAddressesAnswersAnything) {
    const std::string ftp = "ftp://boot/spip/";
    flash.parameters["device.prov.serverName"] = ftp;
    server.serve(ftp + "000000000000.cfg", "<APPLICATION CONFIG_FILES=\"sip.cfg\"/>");
    server.serve(ftp + "sip.cfg", "<a log.render.file.upload.append.sizeLimit=\"1\"/>");
    server.serve(ftp + "0004f2aabbcc-app.log", std::string(1024, 'x'));
    server.fail_address("192.0.2.2", FileOutcome::unreachable);
    run();
    const auto is_new = [&](const auto& step) {
        return step.url == ftp + "0004f2aabbcc-app.log" && step.request.address == "192.0.2.1" &&
               step.request.upload == TransferRequest::Upload::replace;
    };
    EXPECT_TRUE(std::any_of(server.steps.begin(), server.steps.end(), is_new))
        << "the first says that it is full, which counts more than the second's silence: it is started over";
}

TEST_F(RedundantBoot, APieceOfALogGoesOnlyWhereItsLengthWasAsked) {
    flash.application->version = "4.0.15.1047";
    flash.parameters["device.prov.maxRedunServers"] = "2";
    serve("logs/0004f2aabbcc-app.log", "before");
    run();
    EXPECT_EQ(server.steps.back().request.content_from, 6U);
    EXPECT_THAT(places_of("logs/0004f2aabbcc-app.log"), ElementsAre("192.0.2.1", "192.0.2.1")) << "HEAD, then PUT";
    EXPECT_THAT(places_of("logs/0004f2aabbcc-boot.log"), ElementsAre("192.0.2.1", "192.0.2.2"));
}

TEST(PolycomTries, ComeFromTheFlashWithinTheVendorsBounds) {
    Flash flash;
    const auto& release = release_of("2.2.0.0047");
    const auto read = [&] { return read_tries(flash, release, read_switches(flash, release)); };
    EXPECT_EQ(read().attempts, 3U);
    EXPECT_EQ(read().pause, std::chrono::seconds(1));
    flash.parameters = {{"device.prov.redunAttemptLimit", "0"},
                        {"device.prov.redunInterAttemptDelay", "9999"},
                        {"device.prov.maxRedunServers", "99"}};
    EXPECT_EQ(read().attempts, 1U);
    EXPECT_EQ(read().pause, std::chrono::seconds(300));
    EXPECT_EQ(read().servers, 8U);
}

} // namespace
} // namespace offhook::phone::polycom
