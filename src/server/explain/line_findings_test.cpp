#include "server/explain/explain.hpp"
#include "server/test_house.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

struct LineCase {
    const char* name;
    const char* family;
    const char* model;
    SettingRows rows; ///< beside what line_rows("1001") states
    std::vector<std::string> told;
    std::vector<std::string> not_told = {};
    std::vector<FileLeftOut> left_out = {};
};

std::string told_of(const LineCase& one) {
    catalogue::SnapshotBuilder builder;
    catalogue::Site site;
    site.id = catalogue::default_site;
    site.name = "default";
    builder.add(std::move(site));
    builder.set({});
    auto rows = line_rows("1001");
    rows.insert(rows.end(), one.rows.begin(), one.rows.end());
    auto device = device_of(anna, rows);
    device.family = one.family, device.model = one.model;
    builder.add(std::make_shared<const catalogue::Device>(std::move(device)));
    const auto snapshot = builder.build(1);
    ExplainInput input{anna, snapshot.get(), &house_families(), {}};
    input.left_out = one.left_out;
    std::string out;
    for (const auto& sentence : explain(input).conclusion) out += sentence + '\n';
    return out;
}

std::vector<LineCase> line_cases() {
    const SettingRows ninth{
        {"line.9.user", "1009"}, {"line.9.password", "x"}, {"line.9.registrar.host", "pbx.example.net"}};
    return {
        {"one line", "polycom", "SPIP650", {}, {"Line 1 is to register as 1001 at pbx.example.net.\n"}, {"not"}},
        {"a line that the phone does not have",
         "linksys-spa",
         "SPA942",
         ninth,
         {"Line 1 is to register as 1001 at pbx.example.net.\n",
          "Line 9 (1009) is not told to the phone, so it does not register (SPA942 has 4 lines). Move it to a line "
          "that "
          "it has, and take it out here with `offhook device set 0004f2000001 --unset line.9.user`."},
         {"Line 9 is to register"}},
        {"a port that the family cannot carry",
         "genband-ip88",
         "IP8830",
         {{"line.1.registrar.port", "80"}},
         {"Line 1 is to register as 1001 at pbx.example.net, not at pbx.example.net:80, which is stated (",
          "VOIP.line{n}_proxy_port"}},
        {"a port that it can carry",
         "genband-ip88",
         "IP8830",
         {{"line.1.registrar.port", "5070"}},
         {"Line 1 is to register as 1001 at pbx.example.net:5070.\n"}},
        {"an IPv6 address with a port",
         "panasonic",
         "KX-HDV130",
         {{"line.1.registrar.host", "2001:db8::5"}, {"line.1.registrar.port", "5070"}},
         {"Line 1 is to register as 1001 at [2001:db8::5]:5070.\n"}},
        {"a password that its file cannot carry",
         "polycom",
         "SPIP650",
         {},
         {"Line 1 (1001) cannot register: line.1.password (no place for it) cannot be told to it.\n"},
         {"is not set"},
         {{"phone.cfg", {"reg.1.auth.password", "line.1.password", "no place for it", config::LayerKind::device}}}},
        {"a line that is switched off",
         "yealink",
         "T46G",
         {{"line.1.enabled", "no"}},
         {"Line 1 (1001) does not register: line.1.enabled is no.\n"},
         {"is to register"}},
        {"a line by the vendor's own names",
         "polycom",
         "SPIP650",
         {{"raw:reg.2.address", "1002"},
          {"raw:reg.2.auth.password", "x"},
          {"raw:reg.2.server.1.address", "pbx2.example.net"}},
         {"Line 2 is to register as 1002 at pbx2.example.net.\n"}},
    };
}

TEST(LineFindings, SayWhatThePhoneIsTold) {
    for (const LineCase& one : line_cases()) {
        SCOPED_TRACE(one.name);
        const std::string text = told_of(one);
        for (const auto& part : one.told)
            EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
        const auto lines = text.substr(std::min(text.find("Line "), text.size()));
        for (const auto& part : one.not_told)
            EXPECT_EQ(lines.find(part), std::string::npos) << part << "\nis in\n" << text;
    }
}

/// Each family reads back what it writes: none must tell another line than the one that is stated.
TEST(LineFindings, EveryFamilyTellsAPlainLineAsItIsStated) {
    for (const auto& family : house_families()) {
        SCOPED_TRACE(std::string(family->name()));
        for (const auto& model : family->models()) {
            const std::string name(family->name());
            const std::string text = told_of({"",
                                              name.c_str(),
                                              model.name.c_str(),
                                              {{"line.1.registrar.port", "5062"}, {"line.1.auth_user", "auth"}},
                                              {}});
            EXPECT_NE(text.find("Line 1 is to register as 1001 at pbx.example.net:5062.\n"), std::string::npos)
                << model.name << ": " << text;
        }
    }
}

} // namespace
} // namespace offhook::server
