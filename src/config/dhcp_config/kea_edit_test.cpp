#include "config/dhcp_config/json_text.hpp"
#include "config/dhcp_config/kea.hpp"
#include "config/dhcp_config/test_families.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

namespace json = boost::json;

json::object parsed(std::string_view text) {
    return json::parse(json::string_view(text.data(), text.size())).as_object();
}

KeaParts parts(std::vector<FamilyToTell> families) {
    DhcpConfigRequest request;
    request.families = std::move(families);
    return kea_parts(what_to_tell(request).value(), request);
}

const char* const theirs = R"({
  "interfaces-config": {"interfaces": ["eth0"]},
  "control-socket": {"socket-type": "unix", "socket-name": "/run/kea/x"},
  "client-classes": [{"name": "pxe", "test": "substring(option[60].hex,0,9)=='PXEClient'"}],
  "option-def": [{"name": "own", "code": 224, "type": "string", "space": "dhcp4"}],
  "hooks-libraries": [{"library": "/usr/lib/kea/hooks/libdhcp_lease_cmds.so"},
    {"library": "/opt/hooks/libdhcp_flex_option.so",
     "parameters": {"options": [{"code": 67, "supersede": "'theirs'"}]}}]
})";

TEST(KeaEdit, HidesPasswordsAtAnyDepth) {
    const auto shown = without_passwords(parsed(
        R"({"lease-database": {"password": "p1", "user": "kea"}, "hosts-databases": [{"password": "p2"}, {"password": 3}],
            "x": [[{"secret": ["p4"]}]], "n": 1})"));
    const std::string text = json_text(shown);
    for (const char* secret : {"p1", "p2", "3", "p4"}) EXPECT_EQ(text.find(secret), std::string::npos) << text;
    EXPECT_NE(text.find("\"user\": \"kea\""), std::string::npos) << text;
    EXPECT_EQ(shown.at("n"), 1);
}

TEST(KeaEdit, AddsOursAndLeavesTheirs) {
    const auto before = parsed(theirs);
    const auto after = with_kea_parts(before, parts({test::panasonic(), test::polycom()}));
    ASSERT_TRUE(after.has_value()) << after.error().text();
    for (const char* same : {"interfaces-config", "control-socket", "option-def"})
        EXPECT_EQ(after->at(same), before.at(same)) << same;
    const auto& classes = after->at("client-classes").as_array();
    ASSERT_EQ(classes.size(), 3U);
    EXPECT_EQ(classes[0], before.at("client-classes").as_array()[0]);
    EXPECT_EQ(classes[1].at("name"), "offhook-panasonic");
    EXPECT_EQ(classes[2].at("name"), "offhook-polycom");
    const auto& hooks = after->at("hooks-libraries").as_array();
    ASSERT_EQ(hooks.size(), 2U) << "the library that is there already serves us too";
    const auto& options = hooks[1].at("parameters").at("options").as_array();
    ASSERT_EQ(options.size(), 2U);
    EXPECT_EQ(options[0].at("supersede"), "'theirs'");
    EXPECT_EQ(options[1].at("code"), 159);
}

TEST(KeaEdit, TwiceIsOnce) {
    for (const char* before : {theirs, "{}"}) {
        const auto ours = parts({test::panasonic(), test::polycom()});
        const auto once = with_kea_parts(parsed(before), ours);
        ASSERT_TRUE(once.has_value());
        EXPECT_EQ(with_kea_parts(*once, ours).value(), *once);
    }
}

TEST(KeaEdit, TakesOutWhatIsNoLongerSaid) {
    const KeaParts none;
    const auto with = with_kea_parts(parsed(theirs), parts({test::panasonic(), test::polycom()}));
    EXPECT_EQ(with_kea_parts(*with, none).value(), parsed(theirs));
    const auto empty = with_kea_parts(parsed("{}"), parts({test::panasonic()}));
    EXPECT_EQ(with_kea_parts(*empty, none).value(), parsed(R"({"client-classes": [], "hooks-libraries": []})"));
}

TEST(KeaEdit, ReplacesInPlace) {
    auto with = with_kea_parts(parsed(theirs), parts({test::polycom()}));
    with->at("client-classes")
        .as_array()
        .push_back(json::object{{"name", "later"}, {"test", "member('offhook-polycom')"}});
    const auto other = test::polycom(test::values("http://192.0.2.11"));
    const auto after = with_kea_parts(*with, parts({other}));
    const auto& classes = after->at("client-classes").as_array();
    ASSERT_EQ(classes.size(), 3U);
    EXPECT_EQ(classes[1].at("name"), "offhook-polycom");
    EXPECT_NE(classes[1], with->at("client-classes").as_array()[1]);
    EXPECT_EQ(classes[2].at("name"), "later") << "a class that asks for ours must stay behind it";
}

TEST(KeaEdit, KeepsWhatSaysTheSameInKeasSpelling) {
    const auto ours = parts({test::polycom(test::values("http://h"))});
    auto told =
        parsed(R"({"client-classes": [{"boot-file-name": "", "name": "offhook-polycom", "next-server": "0.0.0.0",
      "option-data": [
        {"always-send": false, "code": 160, "csv-format": false, "data": "687474703A2F2F68", "space": "dhcp4"},
        {"always-send": false, "code": 66, "csv-format": false, "data": "687474703A2F2F68", "name": "tftp-server-name",
         "space": "dhcp4"}]}]})");
    told["client-classes"].as_array()[0].as_object()["test"] = ours.classes[0].at("test");
    EXPECT_EQ(with_kea_parts(told, ours).value(), told);
    told["client-classes"].as_array()[0].at("option-data").as_array()[0].as_object()["data"] = "687474703A2F2F69";
    EXPECT_EQ(with_kea_parts(told, ours).value().at("client-classes").as_array()[0], ours.classes[0]);
}

TEST(KeaEdit, RefusesWhatIsNotShapedAsKeas) {
    for (const char* text :
         {R"({"client-classes": {}})", R"({"hooks-libraries": 1})", R"({"option-def": "x"})",
          R"({"hooks-libraries": [{"library": "/x/libdhcp_flex_option.so", "parameters": []}]})",
          R"({"hooks-libraries": [{"library": "/x/libdhcp_flex_option.so", "parameters": {"options": {}}}]})"}) {
        const auto after = with_kea_parts(parsed(text), parts({test::panasonic()}));
        ASSERT_FALSE(after.has_value()) << text;
        EXPECT_EQ(after.error().code, ErrorCode::invalid);
    }
}

TEST(KeaEdit, LivesWithMembersOfAnyType) {
    const auto after =
        with_kea_parts(parsed(R"({"client-classes": [1, {"name": 2}, null], "hooks-libraries": [3, {"library": []}]})"),
                       parts({test::panasonic()}));
    ASSERT_TRUE(after.has_value());
    EXPECT_EQ(after->at("client-classes").as_array().size(), 4U);
}

TEST(JsonText, ReadsBackAsItWas) {
    const auto value = parsed(R"({"a": [], "b": {}, "c": [1, "x\"\\\n", null, true], "d": [{"e": [[1]]}], "f": 1.5})");
    const auto text = json_text(value);
    EXPECT_EQ(json::parse(text), json::value(value)) << text;
}

} // namespace
} // namespace offhook::config
