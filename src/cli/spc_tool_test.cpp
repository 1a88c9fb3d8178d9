// The vendor's program is not to be had: a stand-in shows what ours gives it and makes of it.
#include "cli/spc_tool.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace offhook::cli {
namespace {

namespace fs = std::filesystem;

class SpcToolTest : public testing::Test {
protected:
    SpcToolTest() {
        std::string name = (fs::temp_directory_path() / "offhook-spc-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~SpcToolTest() override { fs::remove_all(folder_); }
    SpcToolTest(const SpcToolTest&) = delete;
    SpcToolTest& operator=(const SpcToolTest&) = delete;

    [[nodiscard]] SpcTool tool(const std::string& script, int time_max_ms = 10'000) const {
        const fs::path path = folder_ / "spc tool"; // a blank, as no shell reads it
        std::ofstream(path) << "#!/bin/sh\n" << script;
        fs::permissions(path, fs::perms::owner_all);
        return SpcTool(path, std::chrono::milliseconds(time_max_ms));
    }
    fs::path folder_;
};

TEST_F(SpcToolTest, GivesItsWordsAsTheyAreAndTakesTheFile) {
    const auto out = tool("{ for word in \"$@\"; do echo \"[$word]\"; done; cat in.txt; pwd; env; } > out.cfg")
                         .run({"--target", "000e08aabbcc", "--ascii-key", "$(id) `id` \"quoted\" ; rm"}, "A \"1\" ;\n");
    ASSERT_TRUE(out) << out.error().text();
    EXPECT_EQ(out->substr(0, out->find("A \"1\"")),
              "[--target]\n[000e08aabbcc]\n[--ascii-key]\n[$(id) `id` \"quoted\" ; rm]\n"
              "[in.txt]\n[out.cfg]\n");
    EXPECT_EQ(out->find("HOME="), std::string::npos) << "nothing of our environment";
    const auto at = out->find("/offhook-compile-");
    ASSERT_NE(at, std::string::npos) << *out;
    const auto begin = out->rfind('\n', at) + 1;
    EXPECT_FALSE(fs::exists(out->substr(begin, out->find('\n', begin) - begin))) << "its directory is gone";
}

TEST_F(SpcToolTest, ShowsWhatItSaidWhereItFails) {
    const auto failed = tool("echo 'line 3: bad'; echo 'no good' >&2; exit 4").run({}, "x");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().text(), "the profile compiler ended with code 4; it said: line 3: bad | no good");
    EXPECT_EQ(tool("kill -9 $$").run({}, "x").error().text(),
              "the profile compiler ended with signal 9; it said nothing");
    EXPECT_EQ(tool("echo fine").run({}, "x").error().text(),
              "the profile compiler made no file, or too long a one; it said: fine");
    EXPECT_EQ(tool("ln -s /etc/passwd out.cfg").run({}, "x").error().message.substr(0, 33),
              "the profile compiler made no file");
    const auto long_talk = tool("head -c 100000 /dev/zero | tr '\\0' x; exit 1").run({}, "x");
    EXPECT_LT(long_talk.error().text().size(), 800U);
}

TEST_F(SpcToolTest, EndsOneThatTakesTooLongWithAllItStarted) {
    const auto late = tool("sleep 60 & echo $! > '" + (folder_ / "child").string() + "'; wait", 500).run({}, "x");
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::unavailable);
    EXPECT_EQ(late.error().text(), "the profile compiler took longer than 500 ms and was ended");
    std::ifstream file(folder_ / "child");
    pid_t child = 0;
    file >> child;
    ASSERT_GT(child, 1);
    bool running = true;
    for (int tries = 0; tries < 100 && running; ++tries) {
        std::ifstream state("/proc/" + std::to_string(child) + "/stat");
        std::string number, name, letter;
        running = static_cast<bool>(state >> number >> name >> letter) && letter != "Z";
        if (running) ::usleep(20'000);
    }
    EXPECT_FALSE(running);
}

TEST_F(SpcToolTest, BoundsWhatItWrites) {
    const auto out = tool("head -c 5000000 /dev/zero > out.cfg").run({}, "x");
    EXPECT_FALSE(out);
}

TEST_F(SpcToolTest, NamesWhatIsNoProgram) {
    std::ofstream(folder_ / "text") << "no program";
    for (const fs::path& path : {folder_ / "text", folder_ / "none", folder_}) {
        const auto out = SpcTool(path).run({}, "x");
        ASSERT_FALSE(out);
        EXPECT_EQ(out.error().code, ErrorCode::not_found);
        EXPECT_EQ(out.error().message, "this is no program that can be run");
    }
}

} // namespace
} // namespace offhook::cli
