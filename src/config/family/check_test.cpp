#include "config/family/check.hpp"

#include "config/family/loader.hpp"

#include "config/family/pack_case_test.hpp"

#include <gmock/gmock.h>

namespace offhook::config {
namespace {

TEST(PackCheck, CountsWhatIsKnown) {
    const auto family = load_or_fail(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "families/polycom");
    ASSERT_NE(family, nullptr);
    const Coverage coverage = coverage_of(*family);
    EXPECT_GT(coverage.parameters, 200U);
    ASSERT_EQ(coverage.columns.size(), 7U);
    for (const auto& column : coverage.columns)
        EXPECT_EQ(column.known + column.missing.size(), coverage.parameters) << column.name;
    for (const auto& column : coverage.columns) // what the issue wants known of every parameter
        if (column.name == "source" || column.name == "confidence" || column.name == "reboots") {
            EXPECT_THAT(column.missing, testing::IsEmpty()) << column.name;
        }
    EXPECT_THAT(coverage.without_row,
                testing::Contains("network.vlan.lldp: SIP 2.2 knows CDP only; LLDP came with later releases"));
    EXPECT_THAT(coverage.inferred, testing::Contains("device.syslog.renderLevel: public templates have 0 to 6; which "
                                                     "of our levels is which is inferred"));
    std::size_t rows = 0;
    for (const auto& [mark, count] : coverage.row_confidence) rows += count;
    EXPECT_EQ(rows, coverage.rows) << "every row has a source";
    EXPECT_THAT(coverage.many_to_one, testing::Contains("lcl.ml.lang: 'en-US' reads back as 'en'"));
}

TEST(PackCheck, SaysHowFarAPackWasTried) {
    for (const auto& [name, words] :
         {std::pair{"yealink", "documented, not tried on hardware"},
          {"snom", "documented, not tried on hardware"},
          {"polycom", "documented and recorded in public material, not tried on hardware"}}) {
        const auto family = load_or_fail(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "families" / name);
        ASSERT_NE(family, nullptr);
        EXPECT_EQ(family->maturity(), words);
        const std::string summary = to_text(*family, coverage_of(*family), Detail::summary);
        EXPECT_NE(summary.find('\n' + std::string(words) + '\n'), std::string::npos) << summary;
    }
}

TEST(PackCheck, ListsNamesWhenAsked) {
    const auto family = load_or_fail(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "families/polycom");
    const Coverage coverage = coverage_of(*family);
    const std::string summary = to_text(*family, coverage, Detail::summary);
    EXPECT_THAT(summary,
                testing::StartsWith("polycom (Polycom SoundPoint IP / SoundStation IP): 23 models, 6 documents"));
    EXPECT_THAT(summary, testing::Not(testing::HasSubstr("ramdisk.enable")));
    EXPECT_THAT(to_text(*family, coverage, Detail::names), testing::HasSubstr("ramdisk.enable"));
}

TEST(PackCheck, CountsReadRightForEachFamily) {
    for (const auto& folder : pack_folders()) {
        const auto family = load_or_fail(folder);
        ASSERT_NE(family, nullptr) << folder;
        const Coverage coverage = coverage_of(*family);
        const std::string summary = to_text(*family, coverage, Detail::summary);
        for (const char* wrong : {" 1 models", " 1 documents", " 1 other files", " 1 classes", " 1 offers", " 1 values",
                                  " 0 model,", "reboots", "classs"})
            EXPECT_THAT(summary, testing::Not(testing::HasSubstr(wrong))) << folder;
        EXPECT_LE(coverage.without_need + coverage.without_row.size(), coverage.settings) << folder;
    }
    const auto mpp = load_or_fail(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "families/cisco-mpp");
    const Coverage coverage = coverage_of(*mpp);
    EXPECT_THAT(to_text(*mpp, coverage, Detail::summary), testing::HasSubstr("2 documents, 1 other file, "));
    EXPECT_THAT(to_text(*mpp, coverage, Detail::summary), testing::HasSubstr("discovery: 1 class, 5 offers"));
    EXPECT_GT(coverage.without_need, 0U) << "the server's own";
}

TEST(PackCheck, AFolderThatIsNoPackIsToldOnce) {
    const auto missing = load_family(std::filesystem::path("/no/such/folder"));
    ASSERT_FALSE(missing);
    ASSERT_EQ(missing.error().size(), 1U);
    EXPECT_EQ(missing.error().front().text(), "/no/such/folder: there is no such folder");
    const auto other = load_family(std::filesystem::path(OFFHOOK_SOURCE_DIR) / "docs");
    ASSERT_FALSE(other);
    ASSERT_EQ(other.error().size(), 1U);
    EXPECT_THAT(other.error().front().text(), testing::HasSubstr("there is no family.toml here, so it is no pack"));
}

} // namespace
} // namespace offhook::config
