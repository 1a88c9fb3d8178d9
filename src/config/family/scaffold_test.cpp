#include "config/family/scaffold.hpp"

#include "config/family/check.hpp"
#include "config/family/loader.hpp"
#include "config/family/pack_case_test.hpp"
#include "config/family/pack_samples_test.hpp"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace offhook::config {
namespace {

namespace fs = std::filesystem;

class Scaffold : public testing::Test {
protected:
    Scaffold() {
        std::string name = (fs::temp_directory_path() / "offhook-scaffold-XXXXXX").string();
        top_ = ::mkdtemp(name.data());
    }
    ~Scaffold() override {
        std::error_code ignored;
        fs::remove_all(top_, ignored);
    }
    fs::path top_;
};

std::string text_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(Scaffold, IsAPackThatHoldsWhatItsPapersSay) {
    const auto made = scaffold(top_, "acme-7", "Acme Désk 7xx (OEM)");
    ASSERT_TRUE(made) << made.error().text();
    EXPECT_EQ(*made, top_ / "acme-7");
    const auto family = load_or_fail(*made);
    ASSERT_NE(family, nullptr);
    EXPECT_EQ(family->name(), "acme-7");
    EXPECT_EQ(family->title(), "Acme Désk 7xx (OEM)");
    for (const Error& warning : warnings_of(*made)) ADD_FAILURE() << warning.text();

    const PackCase given = read_pack_case(*made / "golden/line.txt");
    const PackCase result = run_pack_case(*family, given);
    EXPECT_EQ(result.parameters, given.parameters);
    EXPECT_EQ(result.parameters.size(), 5U);
    EXPECT_EQ(result.notes, given.notes);
    EXPECT_EQ(result.reads, given.reads);

    const auto samples = read_samples(*made / "samples/requests.txt");
    EXPECT_EQ(samples.size(), 3U);
    for (const Sample& sample : samples) EXPECT_EQ(verdict(*family, sample.path, sample.agent), sample.verdict);
}

TEST_F(Scaffold, TakesNoNameOfAnotherFamily) {
    const auto families = load_families(fs::path(OFFHOOK_SOURCE_DIR) / "families");
    ASSERT_TRUE(families);
    const auto made = scaffold(top_, "acme", "Acme");
    ASSERT_TRUE(made);
    for (const Sample& sample : read_samples(*made / "samples/requests.txt"))
        for (const auto& other : *families) {
            EXPECT_FALSE(other->match_path(sample.path)) << other->name() << " takes " << sample.path;
            EXPECT_FALSE(other->match_user_agent(sample.agent)) << other->name() << " takes " << sample.agent;
        }
}

TEST_F(Scaffold, NeverWritesOverAPack) {
    ASSERT_TRUE(scaffold(top_, "acme", "Acme"));
    std::ofstream(top_ / "acme/family.toml") << "mine";
    const auto again = scaffold(top_, "acme", "Acme");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::conflict);
    EXPECT_EQ(text_of(top_ / "acme/family.toml"), "mine");

    std::ofstream(top_ / "file") << "mine";
    EXPECT_EQ(scaffold(top_, "file", "F").error().code, ErrorCode::conflict);
    fs::create_symlink(top_ / "nowhere", top_ / "link");
    EXPECT_EQ(scaffold(top_, "link", "L").error().code, ErrorCode::conflict);
    EXPECT_EQ(scaffold(top_ / "missing", "acme", "Acme").error().code, ErrorCode::not_found);
}

TEST_F(Scaffold, RefusesNamesAndTitlesThatCannotBe) {
    for (const char* name : {"", "a", "Acme", "7acme", "-acme", "acme-", "ac me", "../acme", "acme/x", "ac.me", "äcme",
                             "a23456789012345678901234567890123"})
        EXPECT_EQ(scaffold(top_, name, "Acme").error().code, ErrorCode::invalid) << name;
    for (const std::string& title : {std::string(), std::string(" Acme"), std::string("A\"B"), std::string("A\\B"),
                                     std::string("A\nB"), std::string("A\xff"), std::string(81, 'a')})
        EXPECT_EQ(scaffold(top_, "acme", title).error().code, ErrorCode::invalid) << title;
    EXPECT_TRUE(fs::is_empty(top_));
}

} // namespace
} // namespace offhook::config
