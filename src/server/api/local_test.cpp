// /v1/devices/{mac}/local, /diff and /history: what was changed on the phone, since a revision, against a file.
#include "catalogue/data_directory.hpp"
#include "catalogue/store/sqlite_store.hpp"
#include "catalogue/test_directory.hpp"
#include "server/api/api.hpp"
#include "server/test_house.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <future>

namespace offhook::server {
namespace {

namespace json = boost::json;

constexpr const char* at_anna = "/v1/devices/0004f2000001";
constexpr const char* settings_file = "0004f2000001-settings.cfg";

class LocalApiTest : public testing::Test {
protected:
    LocalApiTest() : catalogue_(catalogue::open_sqlite_store({home_.path(), {}, &clock_})), timeline_(options()) {
        catalogue::DeviceDraft draft;
        draft.mac = anna, draft.family = "polycom", draft.model = "SPIP650";
        for (const auto& [name, value] : line_rows("1001")) draft.settings.push_back({name, value});
        EXPECT_TRUE(catalogue_.store().add_device(draft));
    }
    ApiAnswer call(const std::string& method, const std::string& target, const json::value& body = nullptr) {
        return handle(context_, {method, target, body.is_null() ? "" : json::serialize(body), {}});
    }
    ApiAnswer at(const std::string& method, const std::string& what, const json::value& body = nullptr) {
        return call(method, at_anna + what, body);
    }
    void sent(std::string kind, std::string content) {
        catalogue::UploadDraft draft;
        draft.mac = anna, draft.kind = std::move(kind), draft.content = std::move(content), draft.transport = "http";
        std::promise<void> told;
        ASSERT_TRUE(catalogue_.store().put_upload(draft, [&](const auto&) { told.set_value(); }));
        told.get_future().wait();
    }
    void overrides(const std::string& attributes) {
        sent("overrides", "<PHONE_CONFIG><OVERRIDES " + attributes + "/></PHONE_CONFIG>");
    }
    static std::string text(const ApiAnswer& answer) { return json::serialize(answer.body); }
    /// "NAME: before -> after" of every change of a comparison.
    static std::vector<std::string> changes(const ApiAnswer& answer) {
        std::vector<std::string> out;
        EXPECT_EQ(answer.status, 200U) << text(answer);
        if (answer.status != 200) return out;
        for (const auto& file : answer.body.at("files").as_array())
            for (const auto& change : file.at("changes").as_array())
                out.push_back(std::string(change.at("name").as_string()) + ": " + json::serialize(change.at("before")) +
                              " -> " + json::serialize(change.at("after")));
        return out;
    }

    catalogue::TimelineOptions options() {
        catalogue::TimelineOptions out;
        out.directory = home_.path();
        return out;
    }
    ManualClock clock_;
    catalogue::TestDirectory home_;
    catalogue::Catalogue catalogue_;
    catalogue::Timeline timeline_;
    ApiContext context_{catalogue_, timeline_, house_families(), clock_, {}};
};

using Lines = std::vector<std::string>;

TEST_F(LocalApiTest, ShowsWhatWasChangedWithWhatItShadowsAndHidesSecrets) {
    overrides("reg.1.address=\"2001\" reg.1.auth.password=\"hunter2\" my.own=\"hunter2\"");
    const auto shown = at("GET", "/local");
    ASSERT_EQ(shown.status, 200U) << text(shown);
    EXPECT_EQ(text(shown).find("hunter2"), std::string::npos) << text(shown);
    EXPECT_EQ(text(shown).find("secret-of-1001"), std::string::npos) << text(shown);
    const auto& user = shown.body.at("settings").as_array().at(0);
    EXPECT_EQ(user.at("name").as_string(), "line.1.user");
    EXPECT_EQ(user.at("value").as_string(), "2001");
    EXPECT_EQ(user.at("shadows").at("value").as_string(), "1001");
    EXPECT_EQ(user.at("shadows").at("layer").as_string(), "device");
    EXPECT_NE(text(shown).find("raw:my.own"), std::string::npos);
    EXPECT_NE(text(at("GET", "/local?show_secrets=1")).find("hunter2"), std::string::npos);
}

TEST_F(LocalApiTest, WhatThePhoneHasIsNotRenderedButMarked) {
    overrides("reg.1.address=\"2001\" reg.1.auth.password=\"hunter2\"");
    const auto shown = at("GET", std::string("/files/") + settings_file);
    EXPECT_EQ(shown.body.at("text").as_string().find("2001"), std::string::npos);
    EXPECT_EQ(text(shown).find("hunter2"), std::string::npos);
    unsigned marked = 0;
    for (const auto& row : shown.body.at("parameters").as_array()) marked += row.as_object().contains("local") ? 1 : 0;
    EXPECT_EQ(marked, 2U) << text(shown);
}

TEST_F(LocalApiTest, TheLinesOfAChangedPhoneAreAskedForByName) {
    overrides("reg.1.address=\"2001\"");
    EXPECT_EQ(at("GET", "/lines").body.at("lines").as_array().at(0).at("user").as_string(), "1001");
    EXPECT_EQ(at("GET", "/lines?local=1").body.at("lines").as_array().at(0).at("user").as_string(), "2001");
}

TEST_F(LocalApiTest, AdoptTakesAllOrWhatIsNamedIntoTheDevicesLayer) {
    overrides("reg.1.label=\"Desk\" reg.1.displayName=\"Anna\"");
    const auto one = at("POST", "/local/adopt", json::object{{"settings", json::array{"line.1.label"}}});
    ASSERT_EQ(one.status, 200U) << text(one);
    auto settings = at("GET", "").body.at("settings").as_object();
    EXPECT_EQ(settings.at("line.1.label").as_string(), "Desk");
    EXPECT_FALSE(settings.contains("line.1.display_name"));
    EXPECT_EQ(at("POST", "/local/adopt", json::object()).status, 200U);
    settings = at("GET", "").body.at("settings").as_object();
    EXPECT_EQ(settings.at("line.1.display_name").as_string(), "Anna");
    const auto same = at("GET", "/local").body.at("settings").as_array().at(0);
    EXPECT_TRUE(same.at("shadows").at("same").as_bool());
    EXPECT_EQ(at("POST", "/local/adopt", json::object{{"settings", json::array{"line.2.label"}}}).status, 404U);
    EXPECT_EQ(at("POST", "/local/adopt", json::object{{"settings", "line.1.label"}}).status, 400U);
}

TEST_F(LocalApiTest, DiscardGivesThePhoneAnEmptyFileAndKeepsTheVersions) {
    overrides("reg.1.label=\"Desk\"");
    const auto done = at("DELETE", "/local");
    ASSERT_EQ(done.status, 200U) << text(done);
    EXPECT_TRUE(at("GET", "/local").body.at("settings").as_array().empty());
    EXPECT_TRUE(at("GET", "/local").body.at("problems").as_array().empty()) << text(at("GET", "/local"));
    EXPECT_EQ(at("GET", "/uploads").body.at("uploads").as_array().size(), 2U);
    EXPECT_EQ(at("GET", "/uploads/overrides?version=1").status, 200U);
}

TEST_F(LocalApiTest, AFileThatCannotBeReadIsToldAndNothingElseSuffers) {
    sent("overrides", "<PHONE_CONFIG><OVERRIDES a=");
    const auto shown = at("GET", "/local");
    ASSERT_EQ(shown.status, 200U);
    EXPECT_EQ(shown.body.at("problems").as_array().size(), 1U) << text(shown);
    EXPECT_EQ(at("GET", std::string("/files/") + settings_file).status, 200U);
    EXPECT_EQ(at("GET", "/uploads/overrides").status, 200U);
}

TEST_F(LocalApiTest, ComparesWithAFormerRevision) {
    const auto then = catalogue_.snapshot()->revision();
    EXPECT_TRUE(changes(at("POST", "/diff", json::object{{"revision", then}})).empty());
    ASSERT_EQ(at("PATCH", "", {{"settings", {{"line.1.label", "Anna"}, {"line.1.password", "other"}}}}).status, 200U);
    ASSERT_EQ(call("PATCH", "/v1/layers/fleet", {{"settings", {{"time.server", "ntp.example.net"}}}}).status, 200U);
    const auto since = at("POST", "/diff", json::object{{"revision", then}});
    EXPECT_EQ(text(since).find("secret-of"), std::string::npos);
    const auto told = changes(since);
    EXPECT_NE(std::find(told.begin(), told.end(), "reg.1.label: null -> \"Anna\""), told.end()) << text(since);
    EXPECT_NE(std::find(told.begin(), told.end(), "reg.1.auth.password: \"[secret]\" -> \"[secret]\""), told.end());
    EXPECT_NE(std::find(told.begin(), told.end(), "tcpIpApp.sntp.address: null -> \"ntp.example.net\""), told.end());
    const auto one = at("POST", "/diff", json::object{{"revision", then}, {"file", settings_file}});
    EXPECT_EQ(changes(one).size(), 2U) << text(one);
    EXPECT_EQ(at("POST", "/diff", json::object{{"revision", 1'000}}).status, 404U);
    EXPECT_EQ(at("POST", "/diff", json::object{{"revision", "x"}}).status, 400U);
    EXPECT_EQ(at("POST", "/diff", json::object{{"revision", 1}, {"text", "x"}}).status, 400U);
}

/// Of a Panasonic, whose model has a file of its own.
class FormerModelTest : public LocalApiTest {
protected:
    FormerModelTest() {
        catalogue::DeviceDraft draft;
        draft.mac = MacAddress(0x0080f0c571ebULL), draft.family = "panasonic", draft.model = "KX-HDV130";
        EXPECT_TRUE(catalogue_.store().add_device(draft));
    }
    void model_says(const json::value& vlan) {
        const auto set =
            call("PATCH", "/v1/layers/model/panasonic/KX-HDV130", {{"settings", {{"network.vlan.phone", vlan}}}});
        ASSERT_EQ(set.status, 200U) << text(set);
    }
    ApiAnswer since(catalogue::Revision then) {
        return call("POST", "/v1/devices/0080f0c571eb/diff", json::object{{"revision", then}});
    }
};

TEST_F(FormerModelTest, TheModelsFileOfNowIsEqualToItself) {
    model_says("100");
    EXPECT_EQ(changes(since(catalogue_.snapshot()->revision())), Lines());
}

TEST_F(FormerModelTest, WhatTheModelStatedOnceIsComparedAlsoWhereItStatesNothingAnyMore) {
    const auto before = catalogue_.snapshot()->revision();
    model_says("100");
    const auto stated = catalogue_.snapshot()->revision();
    EXPECT_FALSE(changes(since(before)).empty());
    model_says(nullptr);
    const auto told = text(since(stated));
    EXPECT_NE(told.find("VLAN_ID_IP_PHONE"), std::string::npos) << told;
    EXPECT_EQ(changes(since(before)), Lines());
}

TEST_F(FormerModelTest, ADeviceThatIsYoungerThanTheRevisionSaysSo) {
    const auto now = catalogue_.snapshot()->revision();
    const auto younger = since(now - 1);
    EXPECT_EQ(younger.status, 404U);
    EXPECT_NE(text(younger).find("younger than that"), std::string::npos) << text(younger);
    EXPECT_NE(text(younger).find("layer device"), std::string::npos) << text(younger);
    const auto history = call("GET", "/v1/devices/0080f0c571eb/history");
    EXPECT_EQ(history.body.at("made"), now);
    EXPECT_EQ(history.body.at("begins"), now);
}

TEST_F(FormerModelTest, ASealedFileIsComparedWithThePlainOneThatItWas) {
    const auto then = catalogue_.snapshot()->revision();
    ASSERT_EQ(call("PATCH", "/v1/devices/0080f0c571eb",
                   {{"settings", {{"provisioning.file_key", "0123456789abcdef"}, {"provisioning.sealed", "yes"}}}})
                  .status,
              200U);
    const auto told = text(since(then));
    EXPECT_NE(told.find("Config0080f0c571eb.e2c"), std::string::npos) << told;
    EXPECT_EQ(told.find("could not be made"), std::string::npos) << told;
}

TEST_F(LocalApiTest, AFileIsShownWithoutItsLocalColumnWhereTheDatabaseIsGone) {
    overrides("reg.1.address=\"2001\"");
    const std::string file = std::string("/files/") + settings_file;
    ASSERT_NE(text(at("GET", file)).find("\"local\""), std::string::npos);
    overrides("reg.1.address=\"2002\""); // or the database would be remembered
    for (const char* name : {"catalogue.db", "catalogue.db-wal"}) {
        const auto path = home_.path() / name;
        const std::string rubbish(std::filesystem::file_size(path), 'x');
        std::fstream(path, std::ios::in | std::ios::out | std::ios::binary) << rubbish;
    }
    const auto shown = at("GET", file);
    ASSERT_EQ(shown.status, 200U) << text(shown);
    EXPECT_EQ(text(shown).find("\"local\""), std::string::npos);
    EXPECT_NE(text(shown).find("reg.1.address"), std::string::npos);
    EXPECT_NE(text(shown).find("the database does not answer"), std::string::npos) << text(shown);
}

TEST_F(LocalApiTest, ComparesWithAFileWhateverItsOrderAndLayout) {
    const auto with = [&](const std::string& text) {
        return at("POST", "/diff", json::object{{"file", settings_file}, {"text", text}});
    };
    const std::string ours(
        at("GET", std::string("/files/") + settings_file + "?show_secrets=1").body.at("text").as_string());
    EXPECT_EQ(changes(with(ours)), Lines());
    const auto told = with("<x reg.1.server.1.address=\"pbx.example.net\" reg.1.address=\"1009\" "
                           "reg.1.label=\"old\" no.such=\"hunter2\"><y reg.1.address=\"1001\"/></x>");
    const auto rows = changes(told);
    EXPECT_NE(std::find(rows.begin(), rows.end(), "reg.1.address: \"1009\" -> \"1001\""), rows.end())
        << "the first counts " << text(told);
    EXPECT_NE(std::find(rows.begin(), rows.end(), "reg.1.label: \"old\" -> null"), rows.end()) << text(told);
    EXPECT_NE(std::find(rows.begin(), rows.end(), "no.such: \"[secret]\" -> null"), rows.end()) << text(told);
    EXPECT_EQ(text(told).find("hunter2"), std::string::npos);
    EXPECT_NE(text(told).find("\"setting\":\"line.1.label\""), std::string::npos) << text(told);
    EXPECT_FALSE(told.body.at("notes").as_array().empty()) << "a name stands twice";
    const auto broken = with("<x reg.1.address=");
    EXPECT_EQ(broken.status, 400U);
    EXPECT_NE(text(broken).find("line 1"), std::string::npos) << text(broken);
    EXPECT_EQ(at("POST", "/diff", json::object{{"text", "<x/>"}}).status, 400U);
    EXPECT_EQ(at("POST", "/diff", json::object{{"text", "<x/>"}, {"file", "nosuch.cfg"}}).status, 404U);
}

TEST_F(LocalApiTest, HistoryTellsWhatWasChangedAndHidesSecrets) {
    ASSERT_EQ(at("PATCH", "", {{"settings", {{"line.1.label", "Anna"}, {"line.1.password", "hunter2"}}}}).status, 200U);
    ASSERT_EQ(call("PATCH", "/v1/layers/fleet", {{"settings", {{"time.server", "ntp.example.net"}}}}).status, 200U);
    const auto told = at("GET", "/history");
    ASSERT_EQ(told.status, 200U) << text(told);
    EXPECT_EQ(text(told).find("hunter2"), std::string::npos);
    EXPECT_EQ(text(told).find("secret-of-1001"), std::string::npos);
    const auto& changed = told.body.at("changes").as_array().at(0);
    EXPECT_EQ(changed.at("settings").as_array().at(0).at("after").as_string(), "Anna") << text(told);
    EXPECT_TRUE(changed.at("settings").as_array().at(0).at("before").is_null());
    EXPECT_NE(text(at("GET", "/history?show_secrets=1")).find("secret-of-1001"), std::string::npos);
    EXPECT_EQ(call("GET", "/v1/layers/fleet/history").body.at("changes").as_array().size(), 1U);
    EXPECT_EQ(call("GET", "/v1/layers/site/default/history").status, 200U);
    EXPECT_EQ(call("GET", "/v1/layers/site/nowhere/history").status, 404U);
    EXPECT_EQ(call("GET", "/v1/devices/0004f20000ff/history").status, 404U);
}

} // namespace
} // namespace offhook::server
