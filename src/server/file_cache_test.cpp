#include "server/file_cache.hpp"

#include <gtest/gtest.h>

namespace offhook::server {
namespace {

std::shared_ptr<const ReadyFile> file_of(std::size_t bytes) {
    auto file = std::make_shared<ReadyFile>();
    file->set_text(std::string(bytes, 'x'));
    return file;
}

FileKey key_of(std::uint64_t subject) {
    static const config::Document document;
    return {&document, nullptr, catalogue::Privacy::clear, subject};
}

TEST(FileCache, FindsWhatWasPutAndReplacesIt) {
    FileCache cache(1 << 20);
    EXPECT_EQ(cache.find(key_of(1)), nullptr);
    cache.put(key_of(1), {1, 1, 0, 1}, file_of(10));
    ASSERT_NE(cache.find(key_of(1)), nullptr);
    EXPECT_EQ(cache.find(key_of(1))->stamp, (FileStamp{1, 1, 0, 1}));
    const auto bytes = cache.bytes();
    cache.put(key_of(1), {1, 1, 0, 2}, file_of(10));
    EXPECT_EQ(cache.size(), 1U);
    EXPECT_EQ(cache.bytes(), bytes);
    EXPECT_EQ(cache.find(key_of(1))->stamp.device, 2U);
}

TEST(FileCache, DocumentModelAndSubjectMakeTheKey) {
    FileCache cache(1 << 20);
    const config::Document one, two;
    const config::Model model;
    const auto clear = catalogue::Privacy::clear;
    cache.put({&one, nullptr, clear, 1}, {}, file_of(1));
    EXPECT_EQ(cache.find({&two, nullptr, clear, 1}), nullptr);
    EXPECT_EQ(cache.find({&one, &model, clear, 1}), nullptr);
    EXPECT_EQ(cache.find({&one, nullptr, clear, 2}), nullptr);
    EXPECT_EQ(cache.find({&one, nullptr, catalogue::Privacy::tls, 1}), nullptr);
}

TEST(FileCache, StaysInItsBudgetAndKeepsWhatIsUsed) {
    FileCache cache(100'000);
    cache.put(key_of(0), {}, file_of(1000));
    for (std::uint64_t i = 1; i < 1000; ++i) {
        ASSERT_NE(cache.find(key_of(0)), nullptr) << i; // used all the time
        cache.put(key_of(i), {}, file_of(1000));
        ASSERT_LE(cache.bytes(), 100'000U);
    }
    EXPECT_GT(cache.size(), 50U);
    EXPECT_NE(cache.find(key_of(950)), nullptr) << "a new entry stays for a round";
    EXPECT_EQ(cache.find(key_of(1)), nullptr);
    EXPECT_NE(cache.find(key_of(999)), nullptr);
}

TEST(FileCache, AFileLargerThanTheBudgetIsStillServedOnce) {
    FileCache cache(1000);
    EXPECT_EQ(cache.put(key_of(1), {}, file_of(5000)).file->body.size(), 5000U);
    cache.put(key_of(2), {}, file_of(10));
    EXPECT_EQ(cache.find(key_of(1)), nullptr);
}

} // namespace
} // namespace offhook::server
