#include "catalogue/data_directory.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "server/api/api.hpp"
#include "server/resync/resync_targets.hpp"
#include "server/resync/resyncs.hpp"
#include "server/resync/scripted_phone.hpp"
#include "server/test_house.hpp"

#include <boost/json/serialize.hpp>
#include <filesystem>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

namespace json = boost::json;
namespace sip = protocol::sip;

class ResyncApi : public testing::Test {
protected:
    ResyncApi()
        : directory_(folder()), catalogue_(catalogue::open_sqlite_store({directory_.path(), {}, &clock_})),
          timeline_(options()), resyncs_(clock_, [this](MacAddress mac, WallTime since) {
              return visit_since(timeline_, house_families(), mac, since);
          }) {
        context_.resyncs = &resyncs_;
        add("0004f2000001");
    }
    ~ResyncApi() override { std::filesystem::remove_all(directory_.path()); }

    ApiAnswer call(const std::string& method, const std::string& target, const std::string& body = "") {
        return handle(context_, {method, target, body});
    }
    void add(const std::string& mac) {
        const auto made = call("POST", "/v1/devices", R"({"mac":")" + mac + R"(","family":"polycom","model":"SPIP650",
                "settings":{"line.1.user":"1001","line.1.password":"hunter2","line.1.registrar.host":"pbx.example.net"}})");
        ASSERT_EQ(made.status, 201U) << json::serialize(made.body);
    }
    void contact(catalogue::EventTransport transport, IpAddress source,
                 catalogue::Outcome outcome = catalogue::Outcome::served) {
        catalogue::TimelineEvent event;
        event.outcome = outcome;
        event.at = clock_.wall(), event.mac = anna, event.source = source, event.transport = transport;
        timeline_.ring(0).push(event);
    }
    json::value result(const json::value& started) {
        const std::string target = "/v1/resync/" + std::to_string(started.at("id").to_number<std::uint64_t>());
        for (int i = 0; i < 1'000; ++i) {
            const auto answer = call("GET", target);
            if (answer.body.at("done").as_bool()) return answer.body;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        ADD_FAILURE() << "it does not end";
        return {};
    }

private:
    static std::filesystem::path folder() {
        std::string name = (std::filesystem::temp_directory_path() / "offhook-api-XXXXXX").string();
        return ::mkdtemp(name.data());
    }
    catalogue::TimelineOptions options() {
        catalogue::TimelineOptions out;
        out.directory = directory_.path();
        return out;
    }

protected:
    SystemClock clock_;
    catalogue::DataDirectory directory_;
    catalogue::Catalogue catalogue_;
    catalogue::Timeline timeline_;
    Resyncs resyncs_;
    ApiContext context_{catalogue_, timeline_, house_families(), clock_, {}};
};

TEST_F(ResyncApi, TellsAPhoneWhereItIsSaidToBeWithItsLinesPassword) {
    std::string uri, user;
    const ScriptedPhone phone([&](const sip::Message& request, unsigned number) {
        uri = request.request_uri();
        user = request.value(sip::HeaderName::authorization);
        return number > 1 ? ScriptedPhone::answer(request, 200)
                          : ScriptedPhone::answer(request, 401, "WWW-Authenticate: Digest realm=\"r\",nonce=\"n\"\r\n");
    });
    const auto started =
        call("POST", "/v1/resync",
             R"({"mac":"0004f2000001","wait_s":0,"address":"127.0.0.1:)" + std::to_string(phone.port()) + "\"}");
    ASSERT_EQ(started.status, 202U) << json::serialize(started.body);
    const auto done = result(started.body);
    const auto& one = done.at("page").at(0);
    EXPECT_EQ(one.at("state").as_string(), "accepted");
    EXPECT_EQ(one.at("event").as_string(), "check-sync");
    EXPECT_EQ(one.at("arrival").as_string(), "not_awaited");
    EXPECT_EQ(uri, "sip:1001@127.0.0.1:" + std::to_string(phone.port()));
    EXPECT_NE(user.find("username=\"1001\""), std::string::npos) << user;
    EXPECT_EQ(json::serialize(done).find("hunter2"), std::string::npos);
}

TEST_F(ResyncApi, APhoneIsWhereItLastCameFrom) {
    EXPECT_FALSE(last_address(timeline_, anna));
    contact(catalogue::EventTransport::dhcp4, IpAddress::v4(0xc0000201));
    EXPECT_FALSE(last_address(timeline_, anna)); // a relay's, or nobody's
    contact(catalogue::EventTransport::tftp, IpAddress::v4(0xc0000202));
    contact(catalogue::EventTransport::http, IpAddress::v4(0xc0000203));
    contact(catalogue::EventTransport::dhcp4, IpAddress::v4(0xc0000204));
    timeline_.flush();
    EXPECT_EQ(last_address(timeline_, anna), IpAddress::v4(0xc0000203));
}

TEST_F(ResyncApi, WhoOnlyNamesAPhonesMacIsNotTakenForIt) {
    using catalogue::Outcome;
    const auto phone = IpAddress::v4(0xc0000202), stranger = IpAddress::v4(0xc0000299);
    for (const auto outcome : {Outcome::absent, Outcome::refused, Outcome::broken_off, Outcome::malformed,
                               Outcome::failed, Outcome::challenged, Outcome::held})
        contact(catalogue::EventTransport::https, stranger, outcome);
    contact(catalogue::EventTransport::pnp, stranger);
    timeline_.flush();
    EXPECT_FALSE(last_address(timeline_, anna));
    contact(catalogue::EventTransport::https, phone, Outcome::not_modified);
    contact(catalogue::EventTransport::https, stranger, Outcome::refused);
    timeline_.flush();
    EXPECT_EQ(last_address(timeline_, anna), phone);
}

TEST_F(ResyncApi, APhoneHasComeOnceItIsHeardOfAfterwards) {
    contact(catalogue::EventTransport::http, IpAddress::v4(0x7f000001));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const WallTime since = clock_.wall();
    const auto visit = [&](WallTime time) { return visit_since(timeline_, house_families(), anna, time); };
    EXPECT_FALSE(visit(since));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    contact(catalogue::EventTransport::http, IpAddress::v4(0x7f000001)); // folded into the one before
    const auto heard = visit(since);
    ASSERT_TRUE(heard);
    EXPECT_GE(heard->came, since);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const WallTime later = clock_.wall();
    contact(catalogue::EventTransport::notify, IpAddress::v4(0x7f000001));
    EXPECT_FALSE(visit(later)); // what it was told is not its own word
}

TEST_F(ResyncApi, SaysHowTheFetchEndedThatAPhoneCameFor) {
    using catalogue::Outcome;
    using Fetch = PhoneVisit::Fetch;
    struct Asked {
        const char *kind, *path;
        Outcome outcome;
        catalogue::EventVerb verb = catalogue::EventVerb::get;
    };
    const Asked master{"master", "0004f2000001.cfg", Outcome::served};
    const Asked settings{"settings", "0004f2000001-settings.cfg", Outcome::served};
    const Asked override{"override", "0004f2000001-phone.cfg", Outcome::absent};
    const auto with = [](Asked asked, Outcome outcome) {
        asked.outcome = outcome;
        return asked;
    };
    struct {
        const char* name;
        std::vector<Asked> asked;
        Fetch fetch;
        bool is_whole;
        const char* text;
    } const rows[] = {
        {"all of it", {master, settings, override}, Fetch::fetched, true, ""},
        {"so far", {master}, Fetch::fetched, false, ""},
        {"nothing new", {with(settings, Outcome::not_modified)}, Fetch::fetched, true, ""},
        {"refused", {with(master, Outcome::refused)}, Fetch::failed, false, "0004f2000001.cfg: refused"},
        {"absent", {master, with(settings, Outcome::absent)}, Fetch::failed, false, "settings.cfg: there is none"},
        {"challenged in vain", {with(master, Outcome::challenged)}, Fetch::failed, false, "user name and password"},
        {"challenged", {with(settings, Outcome::challenged), settings}, Fetch::fetched, true, ""},
        {"broken off", {settings, with(master, Outcome::broken_off)}, Fetch::failed, false, "broken off after 7 bytes"},
        {"broken off, and again", {with(settings, Outcome::broken_off), settings}, Fetch::fetched, true, ""},
        {"a name that is none of its family's", {{"", "x/y.cfg", Outcome::absent}}, Fetch::failed, false, "x/y.cfg"},
        {"what it needs not, and nothing else", {override}, Fetch::failed, false, "phone.cfg: there is none"},
        {"a log only",
         {{"boot log", "a-boot.log", Outcome::served, catalogue::EventVerb::put}},
         Fetch::nothing,
         false,
         ""}};
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
        const WallTime since = clock_.wall();
        for (const Asked& asked : row.asked) {
            catalogue::TimelineEvent event;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            event.at = clock_.wall(), event.mac = anna, event.outcome = asked.outcome, event.verb = asked.verb;
            event.family = "polycom", event.kind = asked.kind, event.path = asked.path, event.bytes = 7;
            timeline_.ring(0).push(event);
        }
        const auto visit = visit_since(timeline_, house_families(), anna, since);
        ASSERT_TRUE(visit);
        EXPECT_EQ(visit->fetch, row.fetch);
        EXPECT_EQ(visit->is_whole, row.is_whole);
        EXPECT_NE(visit->text.find(row.text), std::string::npos) << visit->text;
        EXPECT_EQ(visit->text.empty(), *row.text == '\0') << visit->text;
    }
}

TEST_F(ResyncApi, SaysThatNobodyKnowsWhereAPhoneIs) {
    const auto started = call("POST", "/v1/resync", R"({"site":"default","wait_s":0})");
    ASSERT_EQ(started.status, 202U) << json::serialize(started.body);
    const auto done = result(started.body);
    EXPECT_EQ(done.at("page").at(0).at("state").as_string(), "unknown_address");
    EXPECT_NE(done.at("page").at(0).at("text").as_string().find("--address"), json::string::npos);
}

TEST_F(ResyncApi, RefusesWhatItCannotDo) {
    struct {
        const char* body;
        unsigned status;
        const char* says;
    } const rows[] = {
        {"{}", 400, "either one phone or a site"},
        {R"({"mac":"0004f2000001","site":"default"})", 400, "either"},
        {R"({"mac":"nonsense"})", 400, "MAC address"},
        {R"({"mac":"0004f20000ff"})", 404, "no such device"},
        {R"({"site":"nowhere"})", 404, "no site"},
        {R"({"site":"default","address":"127.0.0.1"})", 400, "one phone's"},
        {R"({"mac":"0004f2000001","address":"phone.example.net"})", 400, "expected an address"},
        {R"({"mac":"0004f2000001","event":"check-sync\r\nEvil: 1"})", 400, "no event"},
        {R"({"mac":"0004f2000001","event":"explode"})", 400, "check-sync;reboot=true"},
        {R"({"mac":"0004f2000001","transport":"sctp"})", 400, "udp, tcp"},
        {R"({"mac":"0004f2000001","at_once":0})", 400, "from 1 to 100"},
        {R"({"mac":"0004f2000001","stagger_ms":"soon"})", 400, "whole number"},
        {R"({"mac":"0004f2000001","via":"url","rule":"[--key k] http://192.0.2.1/$MA.xml"})", 400, "with --address"},
        {R"({"site":"default","via":"url","rule":"[ --key k ] http://192.0.2.1/x"})", 400, "tells a key"},
        {R"({"mac":"0004f2000001","hurry":1})", 400, "no such member"},
    };
    for (const auto& row : rows) {
        const auto answer = call("POST", "/v1/resync", row.body);
        EXPECT_EQ(answer.status, row.status) << row.body;
        EXPECT_NE(json::serialize(answer.body).find(row.says), std::string::npos) << json::serialize(answer.body);
    }
    EXPECT_EQ(call("GET", "/v1/resync/7").status, 404U);
    EXPECT_EQ(call("GET", "/v1/resync/x").status, 400U);
    EXPECT_EQ(call("DELETE", "/v1/resync/7").status, 404U);
}

} // namespace
} // namespace offhook::server
