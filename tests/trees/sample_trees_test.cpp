// What is made of tests/trees: the report as it stands in expected.txt, and every parameter as a phone would have it.
#include "config/import/plan_text.hpp"
#include "config/import/test_tree.hpp"
#include "config/render/render.hpp"
#include "config/render/sealing.hpp"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>

namespace offhook::config {
namespace {

struct Sample {
    std::string name;
    std::map<MacAddress, std::string> models; ///< what the operator has to say
    std::size_t phones;
};

const std::vector<Sample>& samples() {
    static const std::vector<Sample> all{
        {"polycom-factory-style", {}, 3},
        {"polycom-asterisk-style", {}, 3},
        {"polycom-later", {}, 4},
        {"panasonic-two-stage",
         {{MacAddress(0x0080f010d031), "KX-HDV130"},
          {MacAddress(0x0080f010d032), "KX-HDV130"},
          {MacAddress(0xbcc34210d033), "KX-HDV230"}},
         3},
        {"panasonic-wazo-style", {}, 2},
        {"spa-wazo-style", {}, 3},
        {"spa-two-stage", {}, 2},
        {"genband-issabel-style", {}, 2},
        {"genband-sipxecs-style", {}, 2},
    };
    return all;
}

ImportPlan plan_of(const Sample& sample) {
    ImportOptions options;
    options.models = sample.models;
    return plan_import(sample_tree(sample.name), packs(), options);
}

class SampleTrees : public testing::TestWithParam<Sample> {};

TEST_P(SampleTrees, BecomeWhatExpectedTxtSays) {
    const auto path = OFFHOOK_SOURCE_DIR "/tests/trees/" + GetParam().name + "/expected.txt";
    const std::string text = to_text(plan_of(GetParam()), packs(), PlanDetail::settings);
    if (std::getenv("OFFHOOK_GOLDEN") != nullptr) {
        std::ofstream(path, std::ios::binary) << text;
        return;
    }
    EXPECT_EQ(text, bytes_of(path)) << "OFFHOOK_GOLDEN=1 rewrites " << path;
}

/// What lines, registrars, clocks, keys and networks are called: of these nothing may stay raw.
bool must_be_a_setting(std::string_view family, std::string_view parameter) {
    static constexpr std::string_view polycom[]{"reg.",
                                                "msg.mwi.",
                                                "voIpProt.server.",
                                                "voIpProt.local.",
                                                "voIpProt.SIP.outboundProxy.",
                                                "attendant.",
                                                "tcpIpApp.",
                                                "lcl.datetime.",
                                                "nat.",
                                                "qos.",
                                                "device.net.",
                                                "device.dhcp.",
                                                "device.dns.",
                                                "device.sntp.",
                                                "device.syslog.",
                                                "httpd."};
    static constexpr std::string_view panasonic[]{"LINE_ENABLE_",
                                                  "PROFILE_ENABLE_",
                                                  "PHONE_NUMBER_",
                                                  "DISPLAY_NAME_",
                                                  "SIP_URI_",
                                                  "SIP_RGSTR_",
                                                  "SIP_PRXY_",
                                                  "SIP_2ND",
                                                  "SIP_OUTPROXY_",
                                                  "SIP_SVCDOMAIN",
                                                  "SIP_AUTHID_",
                                                  "SIP_PASS_",
                                                  "SIP_SRC_PORT",
                                                  "SIP_TRANSPORT_",
                                                  "SIP_SESSION_",
                                                  "REG_",
                                                  "VM_",
                                                  "FLEX_BUTTON_",
                                                  "NTP_",
                                                  "TIME_",
                                                  "DST_",
                                                  "LOCAL_TIME_",
                                                  "VLAN_",
                                                  "SYSLOG_",
                                                  "IP_ADDR_MODE",
                                                  "CONNECTION_TYPE",
                                                  "CODEC_",
                                                  "HTTPD_",
                                                  "CFG_RTRY_INTVL",
                                                  "CFG_CYCLIC"};
    static constexpr std::string_view spa[]{"Line_Enable_",
                                            "Register_",
                                            "Proxy_",
                                            "Use_Outbound_Proxy_",
                                            "Outbound_Proxy_",
                                            "User_ID_",
                                            "Password_",
                                            "Auth_ID_",
                                            "Use_Auth_ID_",
                                            "Display_Name_",
                                            "SIP_Transport_",
                                            "SIP_Port_",
                                            "Mailbox_ID_",
                                            "Preferred_Codec_",
                                            "Second_Preferred_Codec_",
                                            "Third_Preferred_Codec_",
                                            "DTMF_Tx_Method_",
                                            "NAT_Mapping_",
                                            "NAT_Keep_",
                                            "Extension_",
                                            "Extended_Function_",
                                            "Short_Name_",
                                            "Primary_NTP_",
                                            "Time_Zone",
                                            "Daylight_Saving_",
                                            "Enable_VLAN",
                                            "VLAN_ID",
                                            "Enable_CDP",
                                            "Syslog_Server",
                                            "Station_Name",
                                            "Enable_Web_",
                                            "Web_Server_",
                                            "Admin_Passwd",
                                            "User_Password",
                                            "Resync_Periodic"};
    static constexpr std::string_view genband[]{"VOIP.line",
                                                "VOIP.max_line_num",
                                                "VOIP.preferred_codec",
                                                "VOIP.local_udp_port",
                                                "VOIP.rtp_port",
                                                "NETTIME.",
                                                "LAN.",
                                                "PROG.add",
                                                "CALL.call_waiting",
                                                "DIAL.inter_digit",
                                                "SYSTEM.lang",
                                                "PROVISION.smartup_interval"};
    const auto begins = [&](std::string_view prefix) { return parameter.starts_with(prefix); };
    const auto any = [&](const auto& names) { return std::any_of(std::begin(names), std::end(names), begins); };
    if (family == "linksys-spa") return any(spa);
    if (family == "genband-ip88") return any(genband);
    return family == "polycom" ? any(polycom) : any(panasonic);
}

TEST_P(SampleTrees, KeepNoLineRegistrarClockKeyOrNetworkRaw) {
    const ImportPlan plan = plan_of(GetParam());
    const auto look = [](const Layer& layer, const std::string& family, const std::string& whose) {
        for (const Layer::Entry& entry : layer)
            EXPECT_FALSE(entry.is_raw() && must_be_a_setting(family, entry.raw_name)) << whose << ": " << entry.name();
    };
    ASSERT_FALSE(plan.devices.empty());
    look(plan.site, plan.devices.front().family, "site");
    for (const PlannedModel& model : plan.models) look(model.layer, model.family, model.model);
    for (const PlannedDevice& device : plan.devices) look(device.whole, device.family, device.mac.text());
}

TEST_P(SampleTrees, LoseNoPhoneAndNoParameter) {
    const ImportPlan plan = plan_of(GetParam());
    EXPECT_EQ(plan.devices.size(), GetParam().phones);
    for (const PlannedDevice& device : plan.devices)
        for (const Difference& difference : device.differences)
            EXPECT_NE(difference.kind, Difference::Kind::lost) << device.mac.text() << ' ' << difference.parameter;
    for (const Conflict& conflict : plan.conflicts)
        EXPECT_NE(conflict.weight, Conflict::Weight::refuses) << conflict.text;
}

/// What a phone has after it has read these: the first file that has a parameter wins; empty is the phone's default.
using Values = std::map<std::string, std::string>;

Values merged(const std::vector<std::vector<Parameter>>& files) {
    Values all, out;
    for (const auto& file : files)
        for (const Parameter& p : file) all.emplace(p.name, p.value);
    for (const auto& [name, value] : all)
        if (!value.empty()) out.emplace(name, value);
    return out;
}

/// The documents of a device that hold settings, own ones first, each written and read again by its grammar.
std::vector<std::vector<Parameter>> rendered(const Family& family, const PlannedDevice& device,
                                             const ImportPlan& plan) {
    std::vector<LayerRef> shared{{LayerKind::vendor_default, &family.defaults()}, {LayerKind::site, &plan.site}};
    std::vector<LayerRef> model = shared;
    for (const PlannedModel& planned : plan.models)
        if (planned.family == device.family && planned.model == device.model)
            model.push_back({LayerKind::model, &planned.layer});
    std::vector<LayerRef> all = model;
    all.push_back({LayerKind::device, &device.layer});
    std::vector<std::vector<Parameter>> files;
    for (const auto content : {Document::Content::own, Document::Content::model, Document::Content::shared})
        for (const Document& document : family.documents()) {
            if (document.content != content || document.syntax == nullptr) continue;
            if (document.sealed == Document::Sealed::always) continue; // the same once more, for phones with a key
            Subject subject;
            subject.family = &family;
            subject.model = family.find_model(device.model);
            subject.mac = device.mac;
            subject.model_name = device.model;
            subject.site_name = "default";
            subject.origin = "http://192.0.2.1:8080";
            subject.shared = shared;
            subject.all = document.scope == DocumentScope::device ? all : model;
            if (!check_twin(document, all)) continue;
            const auto made = render(document, subject);
            EXPECT_TRUE(made) << document.kind << ": " << (made ? "" : made.error().text());
            if (!made) continue;
            const auto read = document.syntax->read(made->text);
            EXPECT_TRUE(read) << document.kind;
            if (read) files.push_back(read->parameters);
        }
    return files;
}

std::string_view syntax_of(std::string_view family) {
    return family == "polycom"       ? "polycom-attributes"
           : family == "panasonic"   ? "panasonic-text"
           : family == "linksys-spa" ? "spa-xml"
                                     : "ip88-text";
}

TEST_P(SampleTrees, RenderParameterByParameterWhatWasImported) {
    const ImportPlan plan = plan_of(GetParam());
    const Tree tree = sample_tree(GetParam().name);
    for (const PlannedDevice& device : plan.devices) {
        const Family& family = *find_family(packs(), device.family);
        const Syntax* syntax = find_syntax(syntax_of(device.family));
        std::vector<std::vector<Parameter>> old;
        for (const std::size_t file : device.files) old.push_back(syntax->read(tree.files()[file].bytes)->parameters);
        Values before = merged(old);
        Values after = merged(rendered(family, device, plan));
        for (const Difference& difference : device.differences) {
            before.erase(difference.parameter);
            after.erase(difference.parameter);
        }
        for (const std::string& name : plan.left_out) {
            before.erase(name);
            before.erase(name + ".set");
        }
        for (const auto& document : family.documents()) // what points to files is ours to say
            for (const Parameter& fixed : document.fixed) before.erase(fixed.name), after.erase(fixed.name);
        EXPECT_EQ(after, before) << device.mac.text();
    }
}

INSTANTIATE_TEST_SUITE_P(All, SampleTrees, testing::ValuesIn(samples()), [](const auto& sample) {
    std::string name = sample.param.name;
    std::erase(name, '-');
    return name;
});

} // namespace
} // namespace offhook::config
