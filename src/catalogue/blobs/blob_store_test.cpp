#include "catalogue/blobs/blob_store.hpp"

#include "catalogue/test_directory.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace offhook::catalogue {
namespace {

class BlobStoreTest : public testing::Test {
protected:
    std::shared_ptr<BlobHold> keep(std::string_view content) {
        const auto draft = blobs_.begin();
        draft->add(content.substr(0, content.size() / 2));
        draft->add(content.substr(content.size() / 2));
        EXPECT_EQ(draft->text(), content);
        return blobs_.keep(*draft);
    }
    [[nodiscard]] std::size_t files() const {
        std::size_t count = 0;
        for (const auto& each : std::filesystem::recursive_directory_iterator(home_.path()))
            if (each.is_regular_file()) ++count;
        return count;
    }

    TestDirectory home_;
    BlobStore blobs_{home_.path() / "blobs"};
};

TEST_F(BlobStoreTest, AContentIsNamedByItsHashAndReadBack) {
    for (const std::string& content : {std::string(), std::string("x"), std::string(300'000, 'y')}) {
        const auto hold = keep(content);
        EXPECT_EQ(hold->name(), blob_name(sha256(content)));
        EXPECT_EQ(blobs_.map(hold->name())->bytes(), content);
        EXPECT_EQ(blobs_.read(hold->name()), content);
    }
}

TEST_F(BlobStoreTest, EqualContentsAreOneFileThatOnlyItsOwnerReads) {
    const auto one = keep("same"), two = keep("same");
    EXPECT_EQ(files(), 1U);
    const auto path = home_.path() / "blobs" / one->name().substr(0, 2) / one->name();
    struct stat facts {};
    ASSERT_EQ(::stat(path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07777U, 0400U);
}

TEST_F(BlobStoreTest, EveryFolderIsThereBeforeTheFirstContent) {
    std::size_t folders = 0;
    for (const auto& each : std::filesystem::directory_iterator(home_.path() / "blobs"))
        if (each.is_directory() && each.path().filename() != "tmp") ++folders;
    EXPECT_EQ(folders, 256U);
}

TEST_F(BlobStoreTest, ADraftThatIsNotKeptLeavesNothing) {
    blobs_.begin()->add(std::string(100'000, 'z'));
    EXPECT_EQ(files(), 0U);
}

TEST_F(BlobStoreTest, WhatIsHeldIsNotRemovedAndWhatIsMappedIsReadOn) {
    auto one = keep("held"), two = keep("held");
    const BlobName name = one->name();
    one.reset();
    blobs_.remove(name);
    const auto mapped = blobs_.map(name);
    ASSERT_NE(mapped, nullptr);
    two.reset();
    blobs_.remove(name);
    EXPECT_EQ(blobs_.map(name), nullptr);
    EXPECT_EQ(mapped->bytes(), "held");
}

TEST_F(BlobStoreTest, SweepTakesWhatNobodyWantsAndAStartWhatWasHalfWritten) {
    const BlobName wanted = keep("wanted")->name();
    (void)keep("orphan");
    EXPECT_EQ(blobs_.sweep([&](const BlobName& name) { return name == wanted; }), 1U);
    EXPECT_EQ(files(), 1U);
    std::ofstream(home_.path() / "blobs" / "tmp" / "half") << "half";
    const BlobStore again(home_.path() / "blobs");
    EXPECT_EQ(files(), 1U);
}

TEST_F(BlobStoreTest, WhatIsNoBlobNameIsNoPath) {
    for (const char* name : {"", "..", "../../etc/passwd", "ab/cd", "ABCDEF"}) {
        EXPECT_FALSE(is_blob_name(name)) << name;
        EXPECT_EQ(blobs_.map(name), nullptr) << name;
        EXPECT_EQ(blobs_.read(name), "") << name;
    }
    EXPECT_FALSE(is_blob_name(std::string(63, 'a') + "G"));
    EXPECT_TRUE(is_blob_name(std::string(64, 'a')));
}

} // namespace
} // namespace offhook::catalogue
