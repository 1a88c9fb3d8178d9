#include "phone/polycom/log_upload.hpp"

#include "phone/awaited.hpp"
#include "phone/fake_family.hpp"
#include "phone/scripted_transfers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;
using testing::Not;

constexpr const char* two_two = "2.2.0.0047";
constexpr const char* ucs = "4.0.15.1047";

/// "head name", "put name", "append<524288 name", "put@5120 name".
std::string shown(const ScriptedTransfers::Step& step) {
    const auto& request = step.request;
    std::string text = request.keep == TransferRequest::Keep::size ? "head" : "put";
    if (request.upload == TransferRequest::Upload::append) text = fmt::format("append<{}", *request.append_below);
    if (request.content_from) text += fmt::format("@{}", *request.content_from);
    return text + step.url.substr(step.url.rfind('/') == std::string::npos ? 0 : step.url.rfind('/'));
}

asio::awaitable<int> send(Session& session, Flash& flash, std::string log, LogRules rules) {
    co_await session.resume();
    flash.log = std::move(log);
    session.use_log_rules(std::move(rules));
    co_await upload_application_log(session, "logs");
    co_return 0;
}

class PolycomLogUpload : public testing::Test {
protected:
    void start(const std::string& address, const char* version) {
        flash = factory_flash(*family.find_model("SPIP650"), *MacAddress::from_text("0004f2aabbcc"));
        flash.parameters["device.prov.serverName"] = address;
        flash.parameters["device.prov.redunAttemptLimit"] = "1";
        flash.application->version = version;
        server = ScriptedTransfers();
    }
    std::vector<std::string> run(const LogRules::Parameters& parameters = {}, std::string log = "1|so|4|00|event\n") {
        Session session({family, *family.find_model("SPIP650"), server, recorder, clock}, flash);
        awaited(send(session, flash, std::move(log), read_log_rules(parameters)));
        std::vector<std::string> steps;
        for (const auto& step : server.steps) steps.push_back(shown(step));
        return steps;
    }

    FakeFamily family;
    ScriptedTransfers server;
    Recorder recorder;
    ManualClock clock;
    Flash flash;
};

TEST_F(PolycomLogUpload, GoesAsEachProtocolAndReleaseCan) {
    const LogRules::Parameters append, overwrite{{"log.render.file.upload.append", "0"}},
        small{{"log.render.file.upload.append.sizeLimit", "1"}},
        stop{{"log.render.file.upload.append.sizeLimit", "1"}, {"log.render.file.upload.append.limitMode", "stop"}};
    const struct {
        const char *what, *address, *release;
        LogRules::Parameters parameters;
        std::size_t server_bytes; ///< 0: the server has none
        std::vector<std::string> steps;
        bool erased;
    } cases[] = {
        {"FTP appends", "ftp://b", two_two, append, 100, {"append<524288/0004f2aabbcc-app.log"}, true},
        {"FTP makes the first", "ftp://b", two_two, append, 0, {"append<524288/0004f2aabbcc-app.log"}, true},
        {"FTP overwrites", "ftp://b", two_two, overwrite, 100, {"put/0004f2aabbcc-app.log"}, false},
        {"FTP starts over at the limit",
         "ftp://b",
         two_two,
         small,
         1024,
         {"append<1024/0004f2aabbcc-app.log", "put/0004f2aabbcc-app.log"},
         true},
        {"FTP stops at the limit", "ftp://b", two_two, stop, 1024, {"append<1024/0004f2aabbcc-app.log"}, false},
        {"TFTP overwrites", "tftp://b", two_two, append, 100, {"put/0004f2aabbcc-app.log"}, false},
        {"HTTP of 2.2.0 puts the piece", "http://b", two_two, append, 100, {"put/0004f2aabbcc-app.log"}, true},
        {"HTTP of UCS continues",
         "http://b",
         ucs,
         append,
         100,
         {"head/0004f2aabbcc-app.log", "put@100/0004f2aabbcc-app.log"},
         true},
        {"HTTPS of UCS continues",
         "https://b",
         ucs,
         append,
         100,
         {"head/0004f2aabbcc-app.log", "put@100/0004f2aabbcc-app.log"},
         true},
        {"HTTP of UCS makes the first",
         "http://b",
         ucs,
         append,
         0,
         {"head/0004f2aabbcc-app.log", "put/0004f2aabbcc-app.log"},
         true},
        {"HTTP of UCS starts over at the limit",
         "http://b",
         ucs,
         small,
         1024,
         {"head/0004f2aabbcc-app.log", "put/0004f2aabbcc-app.log"},
         true},
        {"HTTP of UCS stops at the limit", "http://b", ucs, stop, 1024, {"head/0004f2aabbcc-app.log"}, false},
        {"HTTP of UCS overwrites", "http://b", ucs, overwrite, 100, {"put/0004f2aabbcc-app.log"}, false},
    };
    for (const auto& c : cases) {
        start(c.address, c.release);
        if (c.server_bytes != 0)
            server.serve(std::string(c.address) + "/logs/0004f2aabbcc-app.log", std::string(c.server_bytes, 'x'));
        EXPECT_EQ(run(c.parameters), c.steps) << c.what;
        EXPECT_EQ(flash.log.empty(), c.erased) << c.what << ": " << flash.log;
        EXPECT_THAT(flash.log, Not(HasSubstr("upload error"))) << c.what;
    }
}

TEST_F(PolycomLogUpload, TheSwitchSaysHowHttpAppends) {
    start("http://b", two_two);
    flash.parameters["phone.log.http_append"] = "range";
    EXPECT_EQ(run().size(), 2U);
    start("http://b", ucs);
    flash.parameters["phone.log.http_append"] = "plain";
    EXPECT_EQ(run().size(), 1U);
}

TEST_F(PolycomLogUpload, AFailureIsALineInTheLogAndNoMore) {
    const struct {
        const char *address, *line;
        FileOutcome outcome;
    } cases[] = {{"ftp://b", "upload error. protocol 0 result = ", FileOutcome::refused},
                 {"tftp://b", "upload error. protocol 1 result = ", FileOutcome::unreachable},
                 {"http://b", "upload error. protocol 2 result = ", FileOutcome::absent},
                 {"http://b", "upload error. protocol 2 result = ", FileOutcome::denied},
                 {"https://b", "upload error. protocol 3 result = ", FileOutcome::timed_out}};
    for (const auto& c : cases) {
        start(c.address, two_two);
        server.fail_all(c.outcome);
        run();
        EXPECT_THAT(flash.log, HasSubstr(c.line));
        EXPECT_THAT(flash.log, HasSubstr("|so|4|00|event\n")) << "it goes with the next";
        EXPECT_FALSE(recorder.told(BootEvent::Kind::problem, "")) << c.address;
    }
}

TEST_F(PolycomLogUpload, AFullLogIsErasedWhateverBecameOfIt) {
    for (const auto outcome : {FileOutcome::stored, FileOutcome::refused}) {
        start("tftp://b", two_two);
        server.fail_all(outcome);
        run({}, std::string(16'384, 'x'));
        EXPECT_LT(flash.log.size(), 1024U);
    }
}

TEST_F(PolycomLogUpload, NothingNewIsNotSent) {
    start("ftp://b", two_two);
    EXPECT_TRUE(run({}, "").empty());
}

TEST_F(PolycomLogUpload, AtABootItIsASwitch) {
    Flash phone;
    const LogRules rules;
    EXPECT_TRUE(uploads_log_at_boot(phone, rules));
    phone.parameters["phone.log.at_boot"] = "0";
    EXPECT_FALSE(uploads_log_at_boot(phone, rules));
    phone.log.assign(rules.file_bytes, 'x');
    EXPECT_TRUE(uploads_log_at_boot(phone, rules)) << "it is full";
}

} // namespace
} // namespace offhook::phone::polycom
