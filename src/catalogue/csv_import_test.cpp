#include "catalogue/csv_import.hpp"

#include "catalogue/csv_reader.hpp"
#include "catalogue/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::catalogue {
namespace {

using testing::ElementsAre;

std::vector<std::vector<std::string>> rows(std::string_view bytes) {
    CsvReader reader(bytes, CsvReader::separator_of(bytes));
    std::vector<std::vector<std::string>> out;
    CsvRow row;
    while (reader.next(row)) {
        EXPECT_EQ(row.problem, "") << bytes;
        out.push_back(row.cells);
    }
    return out;
}

TEST(CsvReader, ReadsWhatSpreadsheetsWrite) {
    using Rows = std::vector<std::vector<std::string>>;
    struct Case {
        std::string_view bytes;
        Rows expected;
    };
    const Case accepts[] = {
        {"", {}},
        {"a,b\n1,2\n", {{"a", "b"}, {"1", "2"}}},
        {"a,b\r\n1,2\r\n", {{"a", "b"}, {"1", "2"}}},
        {"a,b\r1,2", {{"a", "b"}, {"1", "2"}}},
        {"\xef\xbb\xbf"
         "a;b\n1;2,5",
         {{"a", "b"}, {"1", "2,5"}}},
        {"\n\na,b\n,,\n\n1,\n", {{"a", "b"}, {"1", ""}}},
        {"\"a\",\"b \"\"c\"\"\"\n\"x\ny\",\"\"", {{"a", "b \"c\""}, {"x\ny", ""}}},
        {"a,b\"c\n", {{"a", "b\"c"}}},
    };
    for (const Case& one : accepts) EXPECT_EQ(rows(one.bytes), one.expected) << one.bytes;
}

TEST(CsvReader, GoesOnBehindABrokenRow) {
    const std::string bytes = "a,b\n\"x\"y,1\nc,d\n\"open,2\n";
    CsvReader reader(bytes, ',');
    CsvRow row;
    std::vector<std::pair<std::size_t, bool>> seen;
    while (reader.next(row)) seen.emplace_back(row.line, row.problem.empty());
    EXPECT_THAT(seen,
                ElementsAre(std::pair(1U, true), std::pair(2U, false), std::pair(3U, true), std::pair(4U, false)));
}

TEST(CsvReader, CountsLinesInsideQuotes) {
    const std::string bytes = "a\n\"x\r\ny\"\nz\n";
    CsvReader reader(bytes, ',');
    CsvRow row;
    std::vector<std::size_t> lines;
    while (reader.next(row)) lines.push_back(row.line);
    EXPECT_THAT(lines, ElementsAre(1U, 2U, 4U));
}

CsvLookup lookup() {
    CsvLookup out;
    out.is_device = [](MacAddress mac) { return mac.bits() == 0x0004f2000001; };
    out.is_site = [](std::string_view name) { return name == "berlin"; };
    out.is_group = [](std::string_view name) { return name == "desks"; };
    out.check_model = [](std::string_view family, std::string_view model) -> Result<void> {
        if (family == "polycom" && model == "SPIP650") return {};
        return fail(ErrorCode::not_found, "polycom has no such model", "model");
    };
    return out;
}

std::vector<std::string> problems(std::string_view bytes) {
    const auto read = read_csv(bytes, lookup());
    if (!read) return {read.error().text()};
    std::vector<std::string> out;
    for (const CsvProblem& problem : read->problems) out.push_back(problem.text());
    return out;
}

TEST(CsvImport, MakesDraftsOfRows) {
    const auto read = read_csv("MAC,family,model,site,group,note,serial,wifi_mac,line.1.user,line.1.password,raw:a.b\n"
                               "00:04:F2:00:00:02,polycom,SPIP650,berlin,desks,by the door,S1,0004f2000003,100,p;w,7\n"
                               "0004f2000004,polycom,SPIP650,,,,,,,,\n",
                               lookup());
    ASSERT_TRUE(read) << read.error().text();
    ASSERT_EQ(read->problem_count, 0U) << read->problems.front().text();
    ASSERT_EQ(read->drafts.size(), 2U);
    EXPECT_EQ(read->rows, 2U);
    const DeviceDraft& full = read->drafts[0];
    EXPECT_EQ(full.mac.bits(), 0x0004f2000002U);
    EXPECT_EQ(full.wifi_mac, MacAddress(0x0004f2000003));
    EXPECT_EQ(full.site, "berlin");
    EXPECT_EQ(full.group, "desks");
    EXPECT_EQ(full.note, "by the door");
    EXPECT_EQ(full.serial, "S1");
    EXPECT_THAT(full.settings, ElementsAre(SettingText{"line.1.user", "100"}, SettingText{"line.1.password", "p;w"},
                                           SettingText{"raw:a.b", "7"}));
    EXPECT_TRUE(read->drafts[1].settings.empty()) << "an empty cell sets nothing";
    EXPECT_THAT(read->lines, ElementsAre(2U, 3U));
}

TEST(CsvImport, TakesSemicolons) {
    const auto read =
        read_csv("mac;family;model;line.1.display_name\n0004f2000002;polycom;SPIP650;Doe, Jane\n", lookup());
    ASSERT_TRUE(read) << read.error().text();
    ASSERT_EQ(read->drafts.size(), 1U);
    EXPECT_EQ(read->drafts[0].settings[0].value, "Doe, Jane");
}

TEST(CsvImport, NamesEveryBadRowWithColumnAndReason) {
    const std::string head = "mac,family,model,site,group,line.1.registrar.port,line.1.password\n";
    struct Case {
        std::string name, rows, line, reason;
    };
    const Case rejects[] = {
        {"no MAC", ",polycom,SPIP650,,,,", "line 2, column mac", "must not be empty"},
        {"bad MAC", "0004f2,polycom,SPIP650,,,,", "line 2, column mac", "'0004f2' is no MAC"},
        {"zero MAC", "000000000000,polycom,SPIP650,,,,", "line 2, column mac", ""},
        {"in the catalogue", "0004f2000001,polycom,SPIP650,,,,", "line 2, column mac", "a device of the catalogue"},
        {"twice", "0004f2000002,polycom,SPIP650,,,,\n0004f2000002,polycom,SPIP650,,,,", "line 3, column mac",
         "in line 2"},
        {"no family", "0004f2000002,,SPIP650,,,,", "line 2, column family", "must not be empty"},
        {"unknown model", "0004f2000002,polycom,T46G,,,,", "line 2, column model", "no such model"},
        {"unknown site", "0004f2000002,polycom,SPIP650,moon,,,", "line 2, column site", "no site moon"},
        {"unknown group", "0004f2000002,polycom,SPIP650,,moon,,", "line 2, column group", "no group moon"},
        {"port out of range", "0004f2000002,polycom,SPIP650,,,70000,", "line 2, column line.1.registrar.port", ""},
        {"too many cells", "0004f2000002,polycom,SPIP650,,,,a,b", "line 2:", "8 cells"},
        {"open quote", "0004f2000002,polycom,SPIP650,,,,\"a", "line 2:", "quote"},
    };
    for (const Case& one : rejects) {
        const auto found = problems(head + one.rows + "\n");
        ASSERT_EQ(found.size(), 1U) << one.name << ": " << testing::PrintToString(found);
        EXPECT_EQ(found[0].rfind(one.line, 0), 0U) << one.name << ": " << found[0];
        EXPECT_NE(found[0].find(one.reason), std::string::npos) << one.name << ": " << found[0];
    }
}

TEST(CsvImport, ReportsAllProblemsAndKeepsTheGoodRows) {
    const auto read = read_csv("mac,family,model,line.1.registrar.port,line.1.registrar.transport\n"
                               "x,polycom,SPIP650,70000,pigeon\n"
                               "0004f2000002,polycom,SPIP650,5060,udp\n"
                               "0004f2000003,polycom,T46G,5060,udp\n",
                               lookup());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->rows, 3U);
    EXPECT_EQ(read->problem_count, 4U);
    EXPECT_THAT(read->lines, ElementsAre(3U));
}

TEST(CsvImport, RefusesFilesWithoutAUsableHeader) {
    const std::string long_name = "mac," + std::string(300, 'x');
    const std::pair<std::string_view, std::string_view> rejects[] = {
        {long_name, "too long"},
        {"", "empty"},
        {"\n\n", "empty"},
        {"mac,family\n", "column model is missing"},
        {"mac,family,model,line.1.usr\n", "line.1.user"},
        {"mac,family,model,mac\n", "twice"},
        {"mac,family,model,line.1.user,line.1.user\n", "twice"},
        {"mac\tfamily\tmodel\n", "column 1"},
        {std::string_view("\xff\xfem\0a\0c\0", 8), "UTF-16"},
    };
    for (const auto& [bytes, reason] : rejects) {
        const auto read = read_csv(bytes, {});
        ASSERT_FALSE(read) << bytes;
        EXPECT_NE(read.error().text().find(reason), std::string::npos) << read.error().text();
    }
}

TEST(CsvImport, NeverRepeatsASecret) {
    const auto found = problems("mac,family,model,line.1.password\n0004f2000002,polycom,SPIP650,hunter2\x01\n");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].find("hunter2"), std::string::npos) << found[0];
}

TEST(CsvImport, ProblemsAreBounded) {
    std::string bytes = "mac,family,model\n";
    for (std::size_t i = 0; i < limits::csv_problems_max + 5; ++i) bytes += "x,polycom,SPIP650\n";
    const auto read = read_csv(bytes, {});
    ASSERT_TRUE(read);
    EXPECT_EQ(read->problems.size(), limits::csv_problems_max);
    EXPECT_EQ(read->problem_count, limits::csv_problems_max + 5);
}

} // namespace
} // namespace offhook::catalogue
