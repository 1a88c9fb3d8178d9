#include "config/family/certificate_form.hpp"

#include <gtest/gtest.h>

namespace offhook::config {
namespace {

using Fields = std::vector<std::pair<SubjectField, std::string>>;

const Fields polycom_fields{{SubjectField::common_name, "{mac}"}, {SubjectField::organization, "Polycom Inc."}};
const Fields linksys{
    {SubjectField::organizational_unit, "{model}"}, {SubjectField::locality, "{part}"}, {SubjectField::state, "{mac}"}};

struct Case {
    const char* name;
    const Fields& form;
    std::vector<SubjectText> subject;
    const char* mac; ///< null: no match
};

TEST(CertificateForm, MatchesByTable) {
    constexpr auto cn = SubjectField::common_name;
    constexpr auto o = SubjectField::organization;
    constexpr auto ou = SubjectField::organizational_unit;
    constexpr auto l = SubjectField::locality;
    constexpr auto st = SubjectField::state;
    constexpr auto sn = SubjectField::surname;
    for (const auto& [name, fields, subject, mac] :
         {Case{"polycom", polycom_fields, {{cn, "0004F2ABCDEF"}, {o, "Polycom Inc."}}, "0004f2abcdef"},
          Case{"colons", polycom_fields, {{cn, "00:04:f2:ab:cd:ef"}, {o, "Polycom Inc."}}, "0004f2abcdef"},
          Case{"dashes", polycom_fields, {{cn, "00-04-F2-AB-CD-EF"}, {o, "Polycom Inc."}}, "0004f2abcdef"},
          Case{"other maker", polycom_fields, {{cn, "0004F2ABCDEF"}, {o, "Somebody"}}, nullptr},
          Case{"no maker", polycom_fields, {{cn, "0004F2ABCDEF"}}, nullptr},
          Case{"no address", polycom_fields, {{cn, "phone"}, {o, "Polycom Inc."}}, nullptr},
          Case{"more than the address", polycom_fields, {{cn, "0004F2ABCDEF0"}, {o, "Polycom Inc."}}, nullptr},
          Case{"address elsewhere", polycom_fields, {{st, "0004F2ABCDEF"}, {o, "Polycom Inc."}}, nullptr},
          Case{"linksys", linksys, {{ou, "SPA-962"}, {l, "88012BA01234"}, {st, "000e08abcdef"}}, "000e08abcdef"},
          Case{"no state but a surname", linksys, {{ou, "SPA-962"}, {l, "88"}, {sn, "000e08abcdef"}}, nullptr},
          Case{"generic", linksys, {{ou, "cisco.com"}, {l, "ciscogeneric"}, {st, "ciscogeneric"}}, nullptr},
          Case{"empty", linksys, {}, nullptr}}) {
        const auto form = CertificateForm::compile(fields);
        ASSERT_TRUE(form) << name;
        const auto got = form->match(subject);
        EXPECT_EQ(got ? got->mac.text() : "none", mac == nullptr ? "none" : mac) << name;
    }
}

TEST(CertificateForm, FillsWhatItMatches) {
    const auto mac = *MacAddress::from_text("000e08abcdef");
    for (const auto* fields : {&polycom_fields, &linksys}) {
        const auto form = CertificateForm::compile(*fields);
        const auto filled = form->fill(mac, "SPA-962", "88012BA01234");
        std::vector<SubjectText> subject(filled.begin(), filled.end());
        const auto holder = form->match(subject);
        ASSERT_TRUE(holder);
        EXPECT_EQ(holder->mac, mac);
        EXPECT_EQ(holder->part, fields == &linksys ? "88012BA01234" : "");
    }
}

TEST(CertificateForm, WritesAModelOnce) {
    const auto form = *CertificateForm::compile(
        {{SubjectField::organizational_unit, "SPA-{model}"}, {SubjectField::surname, "{mac}"}});
    for (const auto& [model, written] : {std::pair{"SPA942", "SPA-942"},
                                         {"SPA-962", "SPA-962"},
                                         {"942", "SPA-942"},
                                         {"PAP2T", "SPA-PAP2T"},
                                         {"SPA", "SPA-"},
                                         {"", "SPA-"}})
        EXPECT_EQ(form.fill(MacAddress(), model, "").front().second, written) << model;
}

TEST(CertificateForm, RefusesByTable) {
    for (const auto& fields : {Fields{}, Fields{{SubjectField::common_name, "phone"}},
                               Fields{{SubjectField::common_name, "{mac}"}, {SubjectField::state, "{mac}"}},
                               Fields{{SubjectField::common_name, "{mac}"}, {SubjectField::common_name, "x"}},
                               Fields{{SubjectField::common_name, "{mac"}}})
        EXPECT_FALSE(CertificateForm::compile(fields));
}

} // namespace
} // namespace offhook::config
