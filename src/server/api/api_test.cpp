#include "server/api/api.hpp"

#include "catalogue/data_directory.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "server/guard/guard.hpp"
#include "server/test_house.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <gtest/gtest.h>

namespace offhook::server {
namespace {

namespace json = boost::json;

class ApiTest : public testing::Test {
protected:
    ApiTest()
        : directory_(folder()), catalogue_(catalogue::open_sqlite_store({directory_.path(), {}, &clock_})),
          timeline_(options()) {}
    ~ApiTest() override { std::filesystem::remove_all(directory_.path()); }

    ApiAnswer call(const std::string& method, const std::string& target, const std::string& body = "") {
        return handle(context_, {method, target, body});
    }
    std::string text(const ApiAnswer& answer) { return json::serialize(answer.body); }
    void add_anna() {
        const auto made = call("POST", "/v1/devices",
                               R"({"mac":"00:04:F2:00:00:01","family":"polycom","model":"SPIP650",
                                   "settings":{"line.1.user":"1001","line.1.password":"hunter2","line.1.registrar.host":"pbx.example.net"}})");
        ASSERT_EQ(made.status, 201U) << text(made);
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
    ManualClock clock_;
    catalogue::DataDirectory directory_;
    catalogue::Catalogue catalogue_;
    catalogue::Timeline timeline_;
    ApiContext context_{catalogue_, timeline_, house_families(), clock_, {}};
};

TEST_F(ApiTest, ADeviceIsAddedShownChangedListedAndRemoved) {
    add_anna();
    EXPECT_EQ(call("GET", "/v1/devices/0004f2000001").body.at("model").as_string(), "SPIP650");
    const auto changed = call("PATCH", "/v1/devices/0004f2000001",
                              R"({"settings":{"line.1.user":"1002","line.1.registrar.host":null},"note":"desk 4"})");
    EXPECT_EQ(changed.body.at("settings").at("line.1.user").as_string(), "1002");
    EXPECT_FALSE(changed.body.at("settings").as_object().contains("line.1.registrar.host"));
    EXPECT_EQ(call("GET", "/v1/devices").body.at("devices").as_array().size(), 1U);
    EXPECT_EQ(call("DELETE", "/v1/devices/0004f2000001").status, 200U);
    EXPECT_EQ(call("GET", "/v1/devices/0004f2000001").status, 404U);
}

TEST_F(ApiTest, EveryFamilysFilesAreListedAndShown) {
    struct Case {
        const char *family, *model, *mac;
        std::vector<std::string> names;
        const char* line; ///< in the file that is the phone's own
    };
    for (const Case& row :
         {Case{"panasonic",
               "KX-HDV130",
               "0080f0c571eb",
               {"KX-HDV130.cfg", "Config0080f0c571eb.cfg", "ConfigKX-HDV130.cfg", "ConfigCommon.cfg"},
               "SIP_URI_1=\"201\""},
          Case{"linksys-spa",
               "SPA942",
               "000e08aabbcc",
               {"spa942.xml", "spa942.cfg", "000e08aabbcc.xml"},
               "<User_ID_1_>201<"},
          Case{"genband-ip88", "IP8830", "b40edc0a1b2c", {"sysconf_8830_sip.cfg", "b40edc0a1b2c"}, "line1_name 201"}}) {
        const auto made = call("POST", "/v1/devices",
                               json::serialize(json::object{{"mac", row.mac},
                                                            {"family", row.family},
                                                            {"model", row.model},
                                                            {"settings", {{"line.1.user", "201"}}}}));
        ASSERT_EQ(made.status, 201U) << text(made);
        const std::string files = "/v1/devices/" + std::string(row.mac) + "/files";
        const auto listed = call("GET", files);
        std::vector<std::string> names;
        std::string all;
        for (const auto& file : listed.body.at("files").as_array()) {
            names.emplace_back(file.at("name").as_string());
            EXPECT_FALSE(file.as_object().contains("error")) << text(listed);
            all += call("GET", files + "/" + names.back()).body.at("text").as_string();
        }
        EXPECT_EQ(names, row.names);
        EXPECT_NE(all.find(row.line), std::string::npos) << all;
        EXPECT_EQ(text(listed).find("stands for the scheme") == std::string::npos,
                  std::string_view(row.family) == "genband-ip88")
            << "where the phone finds this server nobody knows here";
    }
}

TEST_F(ApiTest, NoAnswerHoldsASecretUnlessItIsAskedForByName) {
    add_anna();
    ASSERT_EQ(
        call("PATCH", "/v1/layers/fleet", R"({"settings":{"web.admin_password":"hunter2","raw:some.param":"hunter2"}})")
            .status,
        200U);
    for (const char* target :
         {"/v1/devices", "/v1/devices/0004f2000001", "/v1/devices/0004f2000001/files", "/v1/layers/fleet",
          "/v1/devices/0004f2000001/files/0004f2000001-settings.cfg", "/v1/sites", "/v1/status",
          "/v1/devices/0004f2000001/explain", "/v1/devices/0004f2000001/lines", "/v1/devices/0004f2000001/timeline"})
        EXPECT_EQ(text(call("GET", target)).find("hunter2"), std::string::npos) << target;
    const auto diff = call("POST", "/v1/devices/0004f2000001/diff", R"({"settings":{"line.1.password":"swordfish"}})");
    EXPECT_EQ(diff.status, 200U) << text(diff);
    EXPECT_EQ(text(diff).find("hunter2"), std::string::npos);
    EXPECT_EQ(text(diff).find("swordfish"), std::string::npos);
    EXPECT_NE(text(diff).find("reg.1.auth.password"), std::string::npos);
    EXPECT_NE(text(call("GET", "/v1/devices/0004f2000001?show_secrets=1")).find("hunter2"), std::string::npos);
    EXPECT_NE(
        text(call("GET", "/v1/devices/0004f2000001/files/0004f2000001-settings.cfg?show_secrets=1")).find("hunter2"),
        std::string::npos);
}

TEST_F(ApiTest, AFileKeyIsRotatedOnceAndNeverShown) {
    add_anna();
    const std::string at = "/v1/devices/0004f2000001", key = "00112233445566778899aabbccddeeff";
    const auto rotate = [&] { return call("POST", at + "/file-key/rotate"); };
    EXPECT_NE(text(rotate()).find("there is no file key to rotate"), std::string::npos);
    const auto made = call("POST", at + "/file-key/make");
    EXPECT_EQ(text(made), R"({"mac":"0004f2000001","has_key":true})");
    const auto first = call("GET", at + "?show_secrets=1").body.at("settings").as_object();
    EXPECT_EQ(first.at("provisioning.file_key").as_string().size(), 32U);
    EXPECT_EQ(call("POST", at + "/file-key/make").status, 409U) << "it has one";
    ASSERT_EQ(call("PATCH", at, R"({"settings":{"provisioning.file_key":")" + key + "\"}}").status, 200U);
    EXPECT_NE(text(rotate()).find("not sealed"), std::string::npos);
    ASSERT_EQ(call("PATCH", "/v1/layers/fleet", R"({"settings":{"provisioning.sealed":"yes"}})").status, 200U);
    const auto rotated = rotate();
    EXPECT_EQ(rotated.status, 200U);
    EXPECT_TRUE(rotated.body.at("is_rotating").as_bool());
    EXPECT_NE(text(rotated).find("its site lets a MAC alone do"), std::string::npos) << text(rotated);
    const auto stored = call("GET", at + "?show_secrets=1").body.at("settings").as_object();
    EXPECT_EQ(stored.at("provisioning.previous_file_key").as_string(), key);
    const std::string fresh(stored.at("provisioning.file_key").as_string());
    EXPECT_EQ(fresh.size(), 32U);
    EXPECT_NE(fresh, key);
    EXPECT_EQ(rotate().status, 409U) << "one at a time: the phone may have either";
    for (const std::string& target : {at, at + "/files", at + "/timeline", at + "/explain"}) {
        const std::string shown = text(call("GET", target));
        EXPECT_EQ(shown.find(key), std::string::npos) << target;
        EXPECT_EQ(shown.find(fresh), std::string::npos) << target;
    }
    EXPECT_EQ(call("POST", "/v1/devices/0004f20000ff/file-key/rotate").status, 404U);
    ASSERT_EQ(call("PATCH", at, R"({"settings":{"provisioning.previous_file_key":null}})").status, 200U);
    ASSERT_EQ(call("PATCH", "/v1/sites/default", R"({"policy":"private.clear=token private.tls=token"})").status, 200U);
    EXPECT_EQ(text(rotate()), R"({"mac":"0004f2000001","is_rotating":true})") << "nobody ends it by the MAC alone";
}

TEST_F(ApiTest, WhereASiteTellsAllWhereTheirFilesAreNoPhoneSealsAlone) {
    const std::string at = "/v1/devices/000e08aabbcc";
    const auto add = [&](const char* settings) {
        return call("POST", "/v1/devices",
                    std::string(R"({"mac":"000e08aabbcc","family":"linksys-spa","model":"SPA942","settings":)") +
                        settings + "}");
    };
    const auto seal = [&](const char* word) {
        return call("PATCH", at, std::string(R"({"settings":{"provisioning.sealed":)") + word + "}}");
    };
    const auto refused_alone = add(R"({"provisioning.sealed":"yes"})");
    EXPECT_EQ(refused_alone.status, 409U);
    EXPECT_NE(text(refused_alone).find("`offhook layer set site/default provisioning.sealed=yes`"), std::string::npos)
        << text(refused_alone);
    ASSERT_EQ(add(R"({"provisioning.sealed":"no"})").status, 201U) << "as its site does";
    ASSERT_EQ(call("PATCH", "/v1/layers/site/default", R"({"settings":{"provisioning.sealed":"yes"}})").status, 200U);
    const auto told = text(call("GET", at + "/explain"));
    EXPECT_NE(told.find("provisioning.sealed is no for this phone (device layer) and yes for site default"),
              std::string::npos)
        << told;
    EXPECT_NE(told.find("`offhook device set 000e08aabbcc --unset provisioning.sealed`"), std::string::npos) << told;
    EXPECT_EQ(call("PATCH", at, R"({"note":"x"})").status, 200U) << "of what was there already explain tells";
    EXPECT_EQ(seal("\"yes\"").status, 200U);
    EXPECT_EQ(text(call("GET", at + "/explain")).find("provisioning.sealed is"), std::string::npos);
    for (const char* word : {"\"no\"", "\"\""}) {
        const auto refused = seal(word);
        EXPECT_EQ(refused.status, 409U) << word;
        EXPECT_NE(text(refused).find("would be for everybody"), std::string::npos) << text(refused);
    }
    ASSERT_EQ(call("POST", "/v1/sites", R"({"name":"open"})").status, 201U);
    EXPECT_EQ(call("PATCH", at, R"({"site":"open"})").status, 409U) << "it would seal alone there";
    EXPECT_EQ(call("PATCH", at, R"({"site":"open","settings":{"provisioning.sealed":null}})").status, 200U);
    EXPECT_EQ(
        call("PATCH", "/v1/layers/model/linksys-spa/SPA942", R"({"settings":{"provisioning.sealed":"no"}})").status,
        409U);
    // A Polycom phone is told by a file of its own.
    add_anna();
    EXPECT_EQ(call("PATCH", "/v1/devices/0004f2000001", R"({"settings":{"provisioning.sealed":"no"}})").status, 200U);
}

TEST_F(ApiTest, AKeyThatThePlainFileBringsIsMadeOnlyWhereThatFileIsWithheld) {
    ASSERT_EQ(call("POST", "/v1/devices", R"({"mac":"000e08aabbcc","family":"linksys-spa","model":"SPA942"})").status,
              201U);
    const std::string at = "/v1/devices/000e08aabbcc";
    const auto refused = call("POST", at + "/file-key/make");
    EXPECT_EQ(refused.status, 409U);
    EXPECT_NE(text(refused).find("set provisioning.sealed=yes first"), std::string::npos) << text(refused);
    EXPECT_EQ(text(call("GET", at + "?show_secrets=1")).find("file_key"), std::string::npos);
    ASSERT_EQ(call("PATCH", "/v1/layers/fleet", R"({"settings":{"provisioning.sealed":"yes"}})").status, 200U);
    EXPECT_EQ(call("POST", at + "/file-key/make").status, 200U);
}

TEST_F(ApiTest, CredentialsAreMadeRotatedAndShownOnlyWhenMadeOrAskedFor) {
    add_anna();
    const std::string at = "/v1/devices/0004f2000001/credentials";
    EXPECT_EQ(text(call("GET", at)), R"({"mac":"0004f2000001","has_password":false})");
    EXPECT_EQ(call("POST", at + "/rotate").status, 409U);
    EXPECT_EQ(call("PATCH", at, R"({"user":"anna"})").status, 400U);
    const auto made = call("PATCH", at, R"({"password":"random"})");
    ASSERT_EQ(made.status, 200U) << text(made);
    const std::string first(made.body.at("password").as_string());
    EXPECT_EQ(first.size(), 22U);
    EXPECT_EQ(made.body.at("user").as_string(), "0004f2000001");
    const auto rotated = call("POST", at + "/rotate");
    ASSERT_EQ(rotated.status, 200U) << text(rotated);
    EXPECT_EQ(rotated.body.at("previous_password").as_string(), first);
    const std::string second(rotated.body.at("password").as_string());
    EXPECT_NE(second, first);
    EXPECT_EQ(call("POST", at + "/rotate").status, 409U);
    for (const std::string& target : {at, std::string("/v1/devices/0004f2000001"), std::string("/v1/devices")}) {
        const std::string shown = text(call("GET", target));
        EXPECT_EQ(shown.find(first), std::string::npos) << target;
        EXPECT_EQ(shown.find(second), std::string::npos) << target;
    }
    EXPECT_NE(text(call("GET", at + "?show_secrets=1")).find(first), std::string::npos);
    const auto finished = call("POST", at + "/finish");
    EXPECT_EQ(text(finished).find(second), std::string::npos);
    EXPECT_FALSE(finished.body.at("has_previous").as_bool());
    EXPECT_EQ(call("POST", at + "/finish").status, 409U);
    EXPECT_EQ(text(call("DELETE", at)), R"({"mac":"0004f2000001","has_password":false})");
    EXPECT_EQ(call("DELETE", at).status, 404U);
    EXPECT_EQ(call("PATCH", "/v1/sites/default/credentials", R"({"password":"hunter2"})").body.at("user").as_string(),
              "default");
    EXPECT_EQ(text(call("GET", "/v1/sites/default/credentials")).find("hunter2"), std::string::npos);
    EXPECT_EQ(call("GET", "/v1/sites/nowhere/credentials").status, 404U);
}

TEST_F(ApiTest, TokensAreRotated) {
    EXPECT_EQ(call("POST", "/v1/sites/default/token/rotate").status, 409U);
    const std::string first(call("PATCH", "/v1/sites/default", R"({"token":"random"})").body.at("token").as_string());
    const auto rotated = call("POST", "/v1/sites/default/token/rotate");
    ASSERT_EQ(rotated.status, 200U) << text(rotated);
    const std::string second(rotated.body.at("token").as_string());
    EXPECT_NE(first, second);
    EXPECT_NE(catalogue_.snapshot()->site_of_token(first), nullptr);
    EXPECT_NE(catalogue_.snapshot()->site_of_token(second), nullptr);
    EXPECT_EQ(text(call("GET", "/v1/sites")).find(first), std::string::npos);
    EXPECT_EQ(call("POST", "/v1/sites/default/token/rotate").status, 409U);
    EXPECT_EQ(text(call("POST", "/v1/sites/default/token/finish")).find(second), std::string::npos);
    EXPECT_EQ(catalogue_.snapshot()->site_of_token(first), nullptr);
    EXPECT_EQ(call("POST", "/v1/sites/default/token/finish").status, 409U);
}

TEST_F(ApiTest, FirstContactIsOpenedAndClosed) {
    add_anna();
    const std::string at = "/v1/devices/0004f2000001/first-contact";
    EXPECT_EQ(call("POST", at).status, 409U);
    EXPECT_EQ(call("POST", at, R"({"minutes":5})").status, 409U);
    EXPECT_EQ(call("PATCH", "/v1/sites/default", R"({"first_contact_minutes":-1})").status, 400U);
    ASSERT_EQ(call("PATCH", "/v1/sites/default", R"({"first_contact_minutes":30})")
                  .body.at("first_contact_minutes")
                  .as_uint64(),
              30U);
    EXPECT_EQ(call("POST", at).body.at("first_contact_until").as_string(),
              to_text(clock_.wall() + std::chrono::minutes(30)));
    EXPECT_EQ(call("POST", at, R"({"minutes":5})").body.at("first_contact_until").as_string(),
              to_text(clock_.wall() + std::chrono::minutes(5)));
    EXPECT_FALSE(call("POST", at, R"({"minutes":0})").body.as_object().contains("first_contact_until"));
}

TEST_F(ApiTest, WhoIsGuardedIsListedAndLetIn) {
    SeededRandom random(1);
    Guard guard({}, clock_, random);
    context_.guard = &guard;
    EXPECT_EQ(text(call("GET", "/v1/guard")), R"({"sources":[]})");
    for (unsigned i = 0; i < 1'000; ++i)
        guard.unknown_mac(*IpAddress::from_text("2001:db8::1"), GuardScope::all, MacAddress(i));
    const auto listed = call("GET", "/v1/guard");
    EXPECT_EQ(listed.body.at("sources").at(0).at("source").as_string(), "2001:db8::/64");
    EXPECT_EQ(listed.body.at("sources").at(0).at("transports").as_string(), "all");
    EXPECT_EQ(listed.body.at("sources").at(0).at("state").as_string(), "shut_out");
    EXPECT_EQ(call("DELETE", "/v1/guard/nonsense").status, 400U);
    EXPECT_EQ(call("DELETE", "/v1/guard/192.0.2.1").status, 404U);
    EXPECT_EQ(call("DELETE", "/v1/guard/2001%3adb8%3a%3a%2f64").status, 200U);
    EXPECT_EQ(text(call("GET", "/v1/guard")), R"({"sources":[]})");
}

TEST_F(ApiTest, RefusalsSayWhatAndWhere) {
    add_anna();
    const struct {
        const char *method, *target, *body;
        unsigned status;
        const char* says;
    } rows[] = {
        {"GET", "/v1/nothing", "", 404, "no such resource"},
        {"PUT", "/v1/devices", "", 405, "method"},
        {"GET", "/v1/devices/xyz", "", 400, "expected a MAC address"},
        {"GET", "/v1/devices/0004f2000009", "", 404, "no such device"},
        {"POST", "/v1/devices", "{", 400, "no JSON"},
        {"POST", "/v1/devices", "[]", 400, "JSON object"},
        {"POST", "/v1/devices", R"({"mac":"0004f2000001","family":"polycom","model":"SPIP650"})", 409, "0004f2000001"},
        {"POST", "/v1/devices", R"({"mac":"0004f2000002","family":"nortel","model":"x"})", 404,
         "genband-ip88, grandstream, linksys-spa"},
        {"POST", "/v1/devices", R"({"mac":"0004f2000002","family":"polycom","model":"SPIP_650"})", 404,
         "did you mean SPIP650?"},
        {"POST", "/v1/devices", R"({"mac":"0004f2000002","family":"polycom","model":"SPIP650","sit":"x"})", 400, "sit"},
        {"POST", "/v1/devices",
         R"({"mac":"0004f2000002","family":"polycom","model":"SPIP650","settings":{"line.1.usr":"1"}})", 404,
         "line.{n}.user"},
        {"PATCH", "/v1/devices/0004f2000001", R"({"settings":{"line.1.registrar.port":70000}})", 400, "65535"},
        {"PATCH", "/v1/devices/0004f2000001", R"({"settings":{"raw:1 no name":"x"}})", 400, "cannot carry"},
        {"PATCH", "/v1/devices/0004f2000001", R"({"site":"mars"})", 404, "mars"},
        {"GET", "/v1/devices?limit=0", "", 400, "1 to 1000"},
        {"GET", "/v1/devices/0004f2000001/files/other.cfg", "", 404, "no such file"},
        {"GET", "/v1/devices/0004f2000001/files/0004f2000002.cfg", "", 404, "no such file"},
        {"POST", "/v1/sightings/0004f20000ff/adopt", "{}", 404, "stranger"},
        {"POST", "/v1/import", "", 400, ""},
        {"GET", "/v1/%zz", "", 404, ""},
        {"GET", "/v1/devices?%zz", "", 400, "percent"},
    };
    for (const auto& row : rows) {
        const auto answer = call(row.method, row.target, row.body);
        EXPECT_EQ(answer.status, row.status)
            << row.method << ' ' << row.target << ' ' << row.body << " -> " << text(answer);
        EXPECT_NE(text(answer).find(row.says), std::string::npos) << row.target << " -> " << text(answer);
    }
}

TEST_F(ApiTest, ARefusedDeviceLeavesNothingBehind) {
    const auto answer =
        call("POST", "/v1/devices",
             R"({"mac":"0004f2000002","family":"polycom","model":"SPIP650","settings":{"line.1.registrar.port":"x"}})");
    EXPECT_EQ(answer.status, 400U);
    EXPECT_EQ(call("GET", "/v1/devices").body.at("devices").as_array().size(), 0U);
}

TEST_F(ApiTest, ImportIsAllOrNothingUnlessToldToKeepGoing) {
    const std::string csv =
        "mac,family,model,line.1.user\n0004f2000001,polycom,SPIP650,1001\n0004f2000002,polycom,SPIP999,1002\n";
    const auto refused = call("POST", "/v1/import", csv);
    EXPECT_EQ(refused.body.at("added").to_number<int>(), 0) << text(refused);
    EXPECT_EQ(refused.body.at("problems").as_array().size(), 1U);
    EXPECT_EQ(refused.body.at("problems").as_array()[0].at("line").to_number<int>(), 3);
    EXPECT_EQ(call("GET", "/v1/devices").body.at("devices").as_array().size(), 0U);
    EXPECT_EQ(call("POST", "/v1/import?keep_going=1", csv).body.at("added").to_number<int>(), 1);
    EXPECT_EQ(call("GET", "/v1/devices").body.at("devices").as_array().size(), 1U);
}

TEST_F(ApiTest, ATreeIsTakenAsAWholeOrNotAtAll) {
    const std::string site = R"("settings":{"time.server":"ntp.example.net"},)";
    const std::string models =
        R"("models":[{"family":"polycom","model":"SPIP650","settings":{"network.vlan.phone":"20"}}],)";
    const std::string book = R"("phonebook":[{"first_name":"Ida","last_name":"Voss","number":"2002"}],)";
    const auto device = [](const std::string& mac, const std::string& more) {
        return R"({"mac":")" + mac + R"(","family":"polycom","model":"SPIP650",)" + more + "}";
    };
    const std::string good = device("0004f2000001", R"("settings":{"line.1.user":"1","line.1.password":"hunter2"})");
    const struct {
        std::string devices;
        unsigned status;
        std::string says;
    } refused[] = {
        {device("0004f2000002", R"("settings":{"line.1.usr":"1"})"), 404, "line.{n}.user"},
        {device("0004f2000002", R"("settings":{"line.1.user":null})"), 400, "takes nothing away"},
        {device("0004f2000002", R"("settings":{"raw:1 no name":"x"})"), 400, "cannot carry"},
        {device("0004f2000002", R"("update":true)"), 404, "no such device"},
        {device("0004f20000", R"("settings":{})"), 400, "MAC address"},
        {good, 409, "already"}, // the same twice
        {"1", 400, "objects"},
    };
    for (const auto& row : refused) {
        const auto answer = call("POST", "/v1/import/tree",
                                 "{" + site + models + book + R"("devices":[)" + good + "," + row.devices + "]}");
        EXPECT_EQ(answer.status, row.status) << row.devices << " -> " << text(answer);
        EXPECT_NE(text(answer).find(row.says), std::string::npos) << text(answer);
        EXPECT_EQ(text(answer).find("hunter2"), std::string::npos);
    }
    EXPECT_EQ(call("POST", "/v1/import/tree", R"({"site":"mars"})").status, 404U);
    EXPECT_EQ(call("GET", "/v1/devices").body.at("devices").as_array().size(), 0U);
    EXPECT_EQ(text(call("GET", "/v1/layers/site/default")).find("ntp.example.net"), std::string::npos);

    const auto done = call("POST", "/v1/import/tree", "{" + site + models + book + R"("devices":[)" + good + "]}");
    EXPECT_EQ(done.status, 200U) << text(done);
    EXPECT_EQ(done.body.at("added").to_number<int>(), 1);
    const auto updated =
        call("POST", "/v1/import/tree",
             R"({"devices":[)" + device("0004f2000001", R"("update":true,"settings":{"line.1.label":"new"})") + "]}");
    EXPECT_EQ(updated.body.at("changed").to_number<int>(), 1) << text(updated);
    const auto shown = call("GET", "/v1/devices/0004f2000001");
    EXPECT_NE(text(shown).find("new"), std::string::npos);
    EXPECT_EQ(text(shown).find("hunter2"), std::string::npos);
}

TEST_F(ApiTest, AnImportTakesOutOfADeviceWhatItsSiteSaysNow) {
    add_anna();
    const auto done = call("POST", "/v1/import/tree",
                           R"({"settings":{"line.1.registrar.host":"new.example.net"},"devices":[
                 {"mac":"0004f2000001","family":"polycom","model":"SPIP650","update":true,
                  "settings":{"line.1.registrar.host":null,"time.zone":null,"line.1.label":"x"}}]})");
    EXPECT_EQ(done.status, 200U) << text(done);
    const auto shown = call("GET", "/v1/devices/0004f2000001");
    EXPECT_FALSE(shown.body.at("settings").as_object().contains("line.1.registrar.host")) << text(shown);
    EXPECT_EQ(shown.body.at("settings").at("line.1.user").as_string(), "1001");
}

TEST_F(ApiTest, AnImportAddsNoContactTwice) {
    const auto row = [](const char* number) {
        return R"({"last_name":"Voss","number":")" + std::string(number) + R"("})";
    };
    const std::string first = R"({"phonebook":[)" + row("+49 (30) 1") + "," + row("+4930-1") + "," + row("2") + "]}";
    EXPECT_EQ(call("POST", "/v1/import/tree", first).body.at("entries").to_number<int>(), 2);
    const std::string again = R"({"phonebook":[)" + row("+49.301") + "," + row("3") + "]}";
    EXPECT_EQ(call("POST", "/v1/import/tree", again).body.at("entries").to_number<int>(), 1);
    EXPECT_EQ(call("GET", "/v1/phonebook?site=default").body.at("entries").as_array().size(), 3U);
}

TEST_F(ApiTest, StandingSaysWhatAnImportWouldMeet) {
    ASSERT_EQ(call("PATCH", "/v1/layers/fleet", R"({"settings":{"time.zone":"Europe/Berlin"}})").status, 200U);
    ASSERT_EQ(call("PATCH", "/v1/layers/model/polycom/SPIP650", R"({"settings":{"time.server":"a.example"}})").status,
              200U);
    add_anna();
    const auto same = call("POST", "/v1/import/standing", R"({"site":"","macs":["0004f2000001","0004f2000002"]})");
    ASSERT_EQ(same.status, 200U) << text(same);
    ASSERT_EQ(same.body.at("devices").as_array().size(), 1U);
    const auto& device = same.body.at("devices").as_array()[0];
    EXPECT_EQ(device.at("site").as_string(), "default");
    EXPECT_EQ(device.at("group").as_string(), "");
    EXPECT_EQ(device.at("settings").at("line.1.user").as_string(), "1001");
    EXPECT_EQ(device.at("secrets_set").as_array().size(), 1U);
    EXPECT_EQ(same.body.at("site").as_string(), "default");
    EXPECT_EQ(same.body.at("fleet").at("settings").at("time.zone").as_string(), "Europe/Berlin");
    ASSERT_EQ(same.body.at("model_layers").as_array().size(), 1U);
    EXPECT_EQ(same.body.at("model_layers").as_array()[0].at("settings").at("time.server").as_string(), "a.example");
    EXPECT_EQ(text(same).find("hunter2"), std::string::npos);
    EXPECT_FALSE(same.body.at("site_has_others").as_bool());
    const auto other = call("POST", "/v1/import/standing", R"({"site":"","macs":["0004f2000002"]})");
    EXPECT_TRUE(other.body.at("site_has_others").as_bool());
    EXPECT_EQ(other.body.at("models").as_array().size(), 1U);
    EXPECT_EQ(text(other).find("hunter2"), std::string::npos);
    EXPECT_EQ(call("POST", "/v1/import/standing", R"({"site":"mars"})").status, 404U);
    EXPECT_EQ(call("POST", "/v1/import/standing", R"({"macs":["x"]})").status, 400U);
}

TEST_F(ApiTest, LinesAreThoseOfAllLayersTogether) {
    add_anna();
    ASSERT_EQ(call("PATCH", "/v1/layers/fleet",
                   R"({"settings":{"line.1.registrar.port":5070,"line.2.registrar.host":"x.example.net"}})")
                  .status,
              200U);
    const auto lines = call("GET", "/v1/devices/0004f2000001/lines?show_secrets=1");
    ASSERT_EQ(lines.body.at("lines").as_array().size(), 1U) << text(lines);
    EXPECT_EQ(lines.body.at("lines").as_array()[0].at("registrar").as_string(), "pbx.example.net:5070");
    EXPECT_EQ(lines.body.at("lines").as_array()[0].at("password").as_string(), "hunter2");
}

TEST_F(ApiTest, ARowWhoseGroupIsAnotherSitesIsReportedWithItsLine) {
    ASSERT_EQ(call("POST", "/v1/sites", R"({"name":"lab"})").status, 201U);
    ASSERT_EQ(call("POST", "/v1/groups", R"({"name":"doors","site":"lab"})").status, 201U);
    const std::string csv =
        "mac,family,model,site,group\n0004f2000001,polycom,SPIP650,lab,doors\n0004f2000002,polycom,SPIP650,,doors\n";
    const auto answer = call("POST", "/v1/import?keep_going=1", csv);
    EXPECT_EQ(answer.status, 200U) << text(answer);
    EXPECT_EQ(answer.body.at("added").to_number<int>(), 1) << text(answer);
    EXPECT_EQ(answer.body.at("problems").as_array().at(0).at("line").to_number<int>(), 3);
}

TEST_F(ApiTest, AReplacementTakesEverythingOver) {
    add_anna();
    const auto replaced = call("POST", "/v1/devices/0004f2000001/replace", R"({"mac":"0004f2000077"})");
    EXPECT_EQ(replaced.status, 200U) << text(replaced);
    EXPECT_EQ(text(replaced).find("rotate_credentials"), std::string::npos); // it has none
    EXPECT_EQ(call("GET", "/v1/devices/0004f2000001").status, 404U);
    EXPECT_EQ(call("GET", "/v1/devices/0004f2000077").body.at("settings").at("line.1.user").as_string(), "1001");
}

TEST_F(ApiTest, ADefaultUserIsTheHandsetsThatIsThere) {
    add_anna();
    const auto user_of = [&](const std::string& mac) {
        const auto shown = call("GET", "/v1/devices/" + mac + "/credentials");
        return std::string(shown.body.at("user").as_string());
    };
    ASSERT_EQ(call("PATCH", "/v1/devices/0004f2000001/credentials", R"({"password":"random"})").status, 200U);
    EXPECT_EQ(call("POST", "/v1/devices/0004f2000001/credentials/rotate").status, 200U);
    EXPECT_EQ(text(call("GET", "/v1/devices/0004f2000001")).find("provisioning.user"), std::string::npos);
    const auto replaced = call("POST", "/v1/devices/0004f2000001/replace", R"({"mac":"0004f2000077"})");
    EXPECT_TRUE(replaced.body.at("rotate_credentials").as_bool()) << text(replaced);
    EXPECT_EQ(user_of("0004f2000077"), "0004f2000077");
    const std::string at = "/v1/devices/0004f2000077/credentials";
    EXPECT_EQ(call("PATCH", at, R"({"user":"anna"})").body.at("user").as_string(), "anna");
    EXPECT_EQ(call("PATCH", at, R"({"password":"random"})").body.at("user").as_string(), "anna");
    ASSERT_EQ(call("PATCH", at, R"({"user":"00:04:f2:00:00:77"})").status, 200U); // its own MAC: none again
    ASSERT_EQ(call("POST", "/v1/devices/0004f2000077/replace", R"({"mac":"0004f2000078"})").status, 200U);
    EXPECT_EQ(user_of("0004f2000078"), "0004f2000078");
}

TEST_F(ApiTest, EveryIdentityOfADeviceNamesIt) {
    add_anna();
    ASSERT_EQ(call("PATCH", "/v1/devices/0004f2000001", R"({"wifi_mac":"0004f20000aa"})").status, 200U);
    for (const char* target : {"", "/lines", "/files", "/timeline", "/explain"})
        EXPECT_EQ(call("GET", std::string("/v1/devices/0004f20000aa") + target).status, 200U) << target;
    EXPECT_EQ(call("PATCH", "/v1/devices/0004f20000aa", R"({"note":"x"})").status, 200U);
    const auto replaced =
        call("POST", "/v1/devices/0004f20000aa/replace", R"({"mac":"0004f2000077","wifi_mac":"0004f20000bb"})");
    EXPECT_EQ(replaced.status, 200U) << text(replaced);
    const auto removed = call("DELETE", "/v1/devices/0004f20000bb");
    EXPECT_EQ(removed.status, 200U) << text(removed);
    EXPECT_EQ(removed.body.at("mac").as_string(), "0004f2000077");
    EXPECT_EQ(call("DELETE", "/v1/devices/0004f20000bb").status, 404U);
    EXPECT_EQ(call("POST", "/v1/devices/0004f20000bb/replace", R"({"mac":"0004f2000078"})").status, 404U);
}

TEST_F(ApiTest, AReplacementKeepsTheOldPhonesHistory) {
    add_anna();
    const auto ask = [&](const char* mac, std::chrono::seconds after, std::string_view path) {
        catalogue::TimelineEvent event;
        event.at = clock_.wall() + after;
        event.mac = *MacAddress::from_text(mac);
        event.path = path;
        ASSERT_TRUE(timeline_.ring(0).push(event));
    };
    using std::chrono::seconds;
    ask("0004f2000001", seconds(-100), "first.cfg");
    ask("0004f2000077", seconds(-90), "unpacked.cfg");
    ask("0004f2000001", seconds(-80), "last.cfg");
    ASSERT_EQ(call("POST", "/v1/devices/0004f2000001/replace", R"({"mac":"0004f2000077"})").status, 200U);
    ask("0004f2000001", seconds(50), "elsewhere.cfg");
    ask("0004f2000077", seconds(60), "new.cfg");
    const auto paths = [&](const std::string& target) {
        std::string out;
        const auto answer = call("GET", target);
        for (const auto& event : answer.body.at("events").as_array()) {
            out += std::string(event.at("path").as_string());
            out += event.as_object().contains("former_mac") ? "* " : " ";
        }
        return out;
    };
    EXPECT_EQ(paths("/v1/devices/0004f2000077/timeline"), "first.cfg* unpacked.cfg last.cfg* new.cfg ");
    EXPECT_EQ(paths("/v1/devices/0004f2000077/timeline?limit=2"), "last.cfg* new.cfg ") << "the newest of all";
    EXPECT_EQ(paths("/v1/devices/0004f2000001/timeline"), "first.cfg last.cfg elsewhere.cfg ");
    EXPECT_NE(text(call("GET", "/v1/devices/0004f2000077/explain?boots=20")).find("first.cfg"), std::string::npos);
    ASSERT_EQ(call("POST", "/v1/devices/0004f2000077/replace", R"({"mac":"0004f2000001"})").status, 200U);
    EXPECT_EQ(paths("/v1/devices/0004f2000001/timeline"), "first.cfg unpacked.cfg* last.cfg elsewhere.cfg ")
        << "back from repair: its own events once";
}

TEST_F(ApiTest, DiffNamesWhatWouldChangeAndChangesNothing) {
    add_anna();
    const auto diff = call("POST", "/v1/devices/0004f2000001/diff", R"({"settings":{"line.1.user":"1009"}})");
    EXPECT_NE(text(diff).find("1001"), std::string::npos) << text(diff);
    EXPECT_NE(text(diff).find("1009"), std::string::npos);
    EXPECT_EQ(call("GET", "/v1/devices/0004f2000001").body.at("settings").at("line.1.user").as_string(), "1001");
    const auto same = call("POST", "/v1/devices/0004f2000001/diff", R"({"settings":{"line.1.user":"1001"}})");
    EXPECT_TRUE(same.body.at("files").as_array().empty()) << text(same);
}

TEST_F(ApiTest, ASealedFileIsShownPlainAndSaidToBeSealed) {
    constexpr auto key = "00112233445566778899aabbccddeeff";
    add_anna();
    const std::string file = "/v1/devices/0004f2000001/files/0004f2000001-settings.cfg";
    EXPECT_TRUE(call("GET", file).body.at("sealed").is_null());
    const auto set = [&](const char* body) { return call("PATCH", "/v1/devices/0004f2000001", body).status; };
    ASSERT_EQ(set(R"({"settings":{"provisioning.sealed":"yes"}})"), 200U);
    EXPECT_NE(text(call("GET", file)).find("set provisioning.file_key"), std::string::npos);
    ASSERT_EQ(set(R"({"settings":{"provisioning.file_key":"00112233445566778899aabbccddeeff"}})"), 200U);
    const auto shown = call("GET", file);
    EXPECT_NE(shown.body.at("text").as_string().find("reg.1.address"), json::string::npos);
    EXPECT_EQ(shown.body.at("sealed").at("seal").as_string(), "polycom-project");
    EXPECT_EQ(shown.body.at("sealed").at("label").as_string(), "project-defined, not interoperable with real phones");
    EXPECT_EQ(text(shown).find(key), std::string::npos);
    const auto listed = call("GET", "/v1/devices/0004f2000001/files");
    EXPECT_NE(text(listed).find("polycom-project"), std::string::npos);
    EXPECT_EQ(text(listed).find(key), std::string::npos);
}

TEST_F(ApiTest, OfAPlainFileAndItsSealedTwinThoseThatAreServedAreListed) {
    ASSERT_EQ(call("POST", "/v1/devices",
                   R"({"mac":"0080f0c571eb","family":"panasonic","model":"KX-HDV130","settings":{"line.1.user":"201",
                       "provisioning.file_key":"0123456789abcdef","provisioning.sealed":"yes"}})")
                  .status,
              201U);
    const auto listed = text(call("GET", "/v1/devices/0080f0c571eb/files"));
    EXPECT_NE(listed.find("Config0080f0c571eb.e2c"), std::string::npos) << listed;
    EXPECT_NE(listed.find("Config0080f0c571eb.cfg"), std::string::npos) << "it says where the sealed one is";
    const auto stub = text(call("GET", "/v1/devices/0080f0c571eb/files/Config0080f0c571eb.cfg"));
    EXPECT_EQ(stub.find("201"), std::string::npos) << stub;
    const auto diff = call("POST", "/v1/devices/0080f0c571eb/diff", R"({"settings":{"provisioning.sealed":"no"}})");
    EXPECT_EQ(diff.status, 200U) << text(diff);
    EXPECT_NE(text(diff).find("Config0080f0c571eb.cfg"), std::string::npos) << "it would be served again";
    EXPECT_EQ(text(diff).find("0123456789abcdef"), std::string::npos);
    ASSERT_EQ(call("PATCH", "/v1/devices/0080f0c571eb", R"({"settings":{"provisioning.sealed":null}})").status, 200U);
    const auto plain = text(call("GET", "/v1/devices/0080f0c571eb/files"));
    EXPECT_EQ(plain.find("Config0080f0c571eb.e2c"), std::string::npos) << "never both: " << plain;
}

TEST_F(ApiTest, ProvenanceNamesTheLayerOfEveryParameter) {
    ASSERT_EQ(call("PATCH", "/v1/layers/site/default", R"({"settings":{"time.server":"ntp.example.net"}})").status,
              200U);
    add_anna();
    const auto own = call("GET", "/v1/devices/0004f2000001/files/0004f2000001-settings.cfg");
    for (const auto& row : own.body.at("parameters").as_array())
        EXPECT_EQ(row.at("layer").as_string(), "device") << json::serialize(row);
    const auto shared = call("GET", "/v1/devices/0004f2000001/files/0004f2000001-site.cfg");
    bool found = false;
    for (const auto& row : shared.body.at("parameters").as_array())
        if (row.at("name").as_string() == "tcpIpApp.sntp.address")
            found = row.at("layer").as_string() == "site" && row.at("setting").as_string() == "time.server" &&
                    row.at("confidence").as_string() == "C" && !row.at("source").as_string().empty();
    EXPECT_TRUE(found) << text(shared);
}

TEST_F(ApiTest, AModelsLayerIsSetShownListedAndNamedAsTheOrigin) {
    const std::string layer = "/v1/layers/model/polycom/SPIP650";
    add_anna();
    EXPECT_TRUE(call("GET", layer).body.at("settings").as_object().empty()) << "nothing is stated yet";
    const auto set =
        call("PATCH", layer, R"({"settings":{"time.server":"ntp.example.net","web.admin_password":"hunter2"}})");
    ASSERT_EQ(set.status, 200U) << text(set);
    EXPECT_EQ(set.body.at("layer").as_string(), "model");
    EXPECT_EQ(set.body.at("name").as_string(), "polycom/SPIP650");
    EXPECT_EQ(set.body.at("settings").at("time.server").as_string(), "ntp.example.net");
    EXPECT_EQ(text(set).find("hunter2"), std::string::npos);
    EXPECT_EQ(call("GET", layer + "?show_secrets=1").body.at("settings").at("web.admin_password").as_string(),
              "hunter2");
    EXPECT_EQ(text(call("GET", "/v1/models")),
              R"({"models":[{"family":"polycom","model":"SPIP650","devices":1,"settings":2}]})");
    EXPECT_EQ(json::serialize(call("GET", "/v1/devices/0004f2000001").body.at("layers")),
              R"(["model polycom/SPIP650","device"])");
    const auto own = call("GET", "/v1/devices/0004f2000001/files/0004f2000001-settings.cfg");
    EXPECT_NE(text(own).find(R"("layer":"model","reboots":)"), std::string::npos) << text(own);
    EXPECT_EQ(text(own).find("hunter2"), std::string::npos);
    ASSERT_EQ(call("PATCH", layer, R"({"settings":{"time.server":null,"web.admin_password":null}})").status, 200U);
    EXPECT_EQ(catalogue_.snapshot()->model_layer("polycom", "SPIP650"), nullptr);
}

TEST_F(ApiTest, AModelsLayerIsOfAModelThatThePackKnows) {
    const std::string set = R"({"settings":{"time.server":"ntp.example.net"}})";
    const struct {
        const char *path, *body;
        unsigned status;
        const char* says;
    } rows[] = {
        {"polycom/SPIP651", set.c_str(), 404, "no model 'SPIP651'"},
        {"polycom/SPIP_650", set.c_str(), 404, "did you mean SPIP650?"},
        {"panasonic/KX-HDV130N", set.c_str(), 404, "did you mean KX-HDV130?"},
        {"acme/SPIP650", set.c_str(), 404, "no family 'acme'"},
        {"polycom/SPIP650", R"({"settings":{"time.srver":"x"}})", 404, "time.server"},
        {"polycom/SPIP650", R"({"settings":{"time.server":null}})", 404, "time.server"},
        {"polycom/SPIP650", R"({"settings":{"raw:a b":"x"}})", 400, "raw:a b"},
        {"polycom/SPIP650", R"({"model":"x"})", 400, "model"},
        {"polycom", set.c_str(), 404, ""},
        {"polycom/SPIP650/x", set.c_str(), 404, ""},
    };
    for (const auto& row : rows) {
        const auto answer = call("PATCH", "/v1/layers/model/" + std::string(row.path), row.body);
        EXPECT_EQ(answer.status, row.status) << row.path << row.body << text(answer);
        EXPECT_NE(text(answer).find(row.says), std::string::npos) << text(answer);
    }
    EXPECT_EQ(call("GET", "/v1/layers/model/polycom/SPIP651").status, 404U);
    EXPECT_TRUE(catalogue_.snapshot()->model_layers().empty());
}

TEST_F(ApiTest, AStrangerIsSightedAndAdopted) {
    catalogue::TimelineEvent event;
    event.at = clock_.wall();
    event.mac = stranger;
    event.acquaintance = catalogue::Acquaintance::stranger;
    event.outcome = catalogue::Outcome::absent;
    event.user_agent = std::string_view("FileTransport PolycomSoundPointIP-SPIP_430-UA/2.2.0.0047");
    catalogue::Sighting sighting{stranger, event.at, event.at, 1, event.source, std::string(event.user_agent.view()),
                                 "x.cfg",  ""};
    ASSERT_TRUE(catalogue_.store().record_sightings(std::span(&sighting, 1)));
    const auto list = call("GET", "/v1/sightings");
    EXPECT_EQ(list.body.at("sightings").as_array().at(0).at("model").as_string(), "SPIP430") << text(list);
    const auto adopted = call("POST", "/v1/sightings/0004f20000ff/adopt", R"({"settings":{"line.1.user":"7"}})");
    EXPECT_EQ(adopted.status, 201U) << text(adopted);
    EXPECT_EQ(adopted.body.at("model").as_string(), "SPIP430");
    EXPECT_TRUE(call("GET", "/v1/sightings").body.at("sightings").as_array().empty());
}

TEST_F(ApiTest, ASerialNumberOfTheAgentIsShownAndAdopted) {
    const auto adopted_serial = [&](const char* mac) {
        catalogue::Sighting sighting{*MacAddress::from_text(mac),
                                     clock_.wall(),
                                     clock_.wall(),
                                     1,
                                     {},
                                     "Linksys/SPA-942-5.1.8 (88019FA42805)",
                                     std::string(mac) + ".xml",
                                     ""};
        EXPECT_TRUE(catalogue_.store().record_sightings(std::span(&sighting, 1)));
        EXPECT_EQ(call("GET", "/v1/sightings").body.at("sightings").as_array().at(0).at("serial").as_string(),
                  "88019FA42805");
        const auto adopted = call("POST", "/v1/sightings/" + std::string(mac) + "/adopt", "{}");
        EXPECT_EQ(adopted.status, 201U) << text(adopted);
        return adopted.body.as_object().contains("serial");
    };
    EXPECT_TRUE(adopted_serial("000e08aabbcc"));
    EXPECT_FALSE(adopted_serial("000e08aabbdd")) << "another device has that number: somebody made it up";
}

TEST_F(ApiTest, SitesGroupsAndTheirLayers) {
    const auto made = call(
        "POST", "/v1/sites",
        R"({"name":"lab","title":"Lab","networks":["10.7.0.0/16"],"token":"random","settings":{"time.zone":"Europe/Berlin"}})");
    EXPECT_EQ(made.status, 201U) << text(made);
    EXPECT_GE(made.body.at("token").as_string().size(), 20U);
    EXPECT_FALSE(call("GET", "/v1/sites").body.at("sites").as_array().at(1).as_object().contains("token"));
    EXPECT_EQ(call("POST", "/v1/groups", R"({"name":"doors","site":"lab","settings":{"phone.label":"Door"}})").status,
              201U);
    EXPECT_EQ(call("GET", "/v1/layers/group/doors").body.at("settings").at("phone.label").as_string(), "Door");
    EXPECT_EQ(call("DELETE", "/v1/sites/lab").status, 409U);
    EXPECT_EQ(call("DELETE", "/v1/groups/doors").status, 200U);
    EXPECT_EQ(call("DELETE", "/v1/sites/lab").status, 200U);
}

TEST_F(ApiTest, AScopeWhoseSettingsAreRefusedIsNotAdded) {
    EXPECT_EQ(call("POST", "/v1/groups", R"({"name":"doors","settings":{"line.1.registrar.port":"x"}})").status, 400U);
    EXPECT_EQ(call("POST", "/v1/sites", R"({"name":"lab","settings":{"line.1.registrar.port":"x"}})").status, 400U);
    EXPECT_TRUE(call("GET", "/v1/groups").body.at("groups").as_array().empty());
    EXPECT_EQ(call("GET", "/v1/sites").body.at("sites").as_array().size(), 1U);
    const auto before = catalogue_.snapshot()->revision();
    EXPECT_EQ(call("POST", "/v1/sites", R"({"name":"lab","settings":{"time.zone":"Europe/Berlin"}})").status, 201U);
    EXPECT_EQ(catalogue_.snapshot()->revision(), before + 1);
}

TEST_F(ApiTest, ANewTokenIsShownOnceAndARevokedOneNever) {
    ASSERT_EQ(call("POST", "/v1/sites", R"({"name":"lab","token":"abcdefghijklmnop"})").status, 201U);
    const auto changed = call("PATCH", "/v1/sites/lab", R"({"token":"random"})");
    EXPECT_EQ(changed.status, 200U);
    EXPECT_GE(changed.body.at("token").as_string().size(), 20U) << text(changed);
    const auto titled = call("PATCH", "/v1/sites/lab", R"({"title":"Lab"})");
    EXPECT_EQ(titled.status, 200U);
    EXPECT_FALSE(titled.body.as_object().contains("token")) << text(titled);
    const auto revoked = call("PATCH", "/v1/sites/lab", R"({"token":""})");
    EXPECT_EQ(revoked.status, 200U);
    EXPECT_FALSE(revoked.body.as_object().contains("token")) << text(revoked);
    EXPECT_FALSE(revoked.body.at("has_token").as_bool());
}

TEST_F(ApiTest, ASiteThatAListenerNamesIsNotRemoved) {
    ASSERT_EQ(call("POST", "/v1/sites", R"({"name":"lab"})").status, 201U);
    context_.listener_of_site = {{"lab", "http/lobby"}};
    const auto refused = call("DELETE", "/v1/sites/lab");
    EXPECT_EQ(refused.status, 409U);
    EXPECT_NE(text(refused).find("http/lobby"), std::string::npos) << text(refused);
    context_.listener_of_site.clear();
    EXPECT_EQ(call("DELETE", "/v1/sites/lab").status, 200U);
}

TEST_F(ApiTest, PhonebookEntries) {
    const auto made = call("POST", "/v1/phonebook", R"({"last_name":"Muster","first_name":"Eva","number":"1003"})");
    ASSERT_EQ(made.status, 201U) << text(made);
    EXPECT_EQ(call("GET", "/v1/phonebook").body.at("entries").as_array().size(), 1U);
    EXPECT_EQ(call("DELETE", "/v1/phonebook/" + json::serialize(made.body.at("id"))).status, 200U);
    EXPECT_EQ(call("DELETE", "/v1/phonebook/1").status, 404U);
}

} // namespace
} // namespace offhook::server
