#include "phone/polycom/switches.hpp"

#include <gtest/gtest.h>

namespace offhook::phone::polycom {
namespace {

Switches with(std::string name, std::string value, std::string_view version = "2.2.0.0047") {
    Flash flash;
    flash.parameters[std::move(name)] = std::move(value);
    return read_switches(flash, release_of(version));
}

TEST(PolycomSwitches, StandAsTheReferenceRecommendsUnlessTheFlashSaysSo) {
    using S = Switches;
    EXPECT_EQ(with("", "").nesting, S::Nesting::attempts);
    EXPECT_EQ(with("phone.redundancy.nesting", "addresses").nesting, S::Nesting::addresses);
    EXPECT_EQ(with("", "").uploads, S::Uploads::all);
    EXPECT_EQ(with("phone.redundancy.uploads", "FIRST").uploads, S::Uploads::first);
    EXPECT_EQ(with("phone.redundancy.uploads", "both").uploads, S::Uploads::all) << "no word of this switch";
    EXPECT_EQ(with("", "").check_sync, S::Counts::listed);
    EXPECT_EQ(with("phone.check_sync.counts", "all").check_sync, S::Counts::all);
    EXPECT_EQ(with("", "").overrides_absent, S::Overrides::kept);
    EXPECT_EQ(with("phone.overrides.absent", "forgotten").overrides_absent, S::Overrides::forgotten);
    EXPECT_EQ(with("", "").overrides_stage, Stage::application);
    EXPECT_EQ(with("phone.overrides.stage", "bootROM").overrides_stage, Stage::bootrom);
    EXPECT_EQ(with("phone.licences.stage", "bootrom").licences_stage, Stage::bootrom);
    EXPECT_EQ(with("phone.directory.stage", "bootrom").directory_stage, Stage::bootrom);
    EXPECT_EQ(with("phone.directory.stage", "bootrom").overrides_stage, Stage::application);
    EXPECT_EQ(with("phone.paths", "as_written").paths, S::Paths::as_written);
    EXPECT_EQ(with("phone.countdown", "10").countdown, std::chrono::seconds(10));
    EXPECT_EQ(with("phone.countdown", "999999").countdown, std::chrono::seconds(600));
}

TEST(PolycomSwitches, SayWhichWordsThereAre) {
    EXPECT_TRUE(with("", "").remarks.empty());
    EXPECT_TRUE(with("phone.paths", "strict").remarks.empty());
    const auto remarks = with("phone.redundancy.uploads", "both").remarks;
    ASSERT_EQ(remarks.size(), 1U);
    EXPECT_EQ(remarks[0], "phone.redundancy.uploads in flash is none of all, first: it does not count");
}

TEST(PolycomSwitches, TakeFromTheReleaseWhatDiffersByRelease) {
    using Redirects = Release::Redirects;
    using Licences = Release::Licences;
    EXPECT_EQ(with("", "").redirects, Redirects::refused);
    EXPECT_EQ(with("", "", "4.0.15.1047").redirects, Redirects::followed);
    EXPECT_EQ(with("phone.redirects", "refused", "4.0.15.1047").redirects, Redirects::refused);
    EXPECT_EQ(with("", "").licences, Licences::ignored);
    EXPECT_EQ(with("", "", "3.1.8.0070").licences, Licences::asked);
    EXPECT_EQ(with("phone.licences", "asked").licences, Licences::asked);
}

} // namespace
} // namespace offhook::phone::polycom
