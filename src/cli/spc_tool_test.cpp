// The vendor's program is not to be had: a stand-in shows what ours gives it and makes of it.
#include "cli/spc_tool.hpp"

#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace offhook::cli {
namespace {

namespace fs = std::filesystem;

bool ends(pid_t process) {
    bool running = true;
    for (int tries = 0; tries < 100 && running; ++tries) {
        std::ifstream state("/proc/" + std::to_string(process) + "/stat");
        std::string number, name, letter;
        running = static_cast<bool>(state >> number >> name >> letter) && letter != "Z";
        if (running) ::usleep(20'000);
    }
    return !running;
}

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
    EXPECT_TRUE(ends(child));
}

TEST_F(SpcToolTest, LeavesNothingWhereASignalEndsUs) {
    const fs::path place = folder_ / "place";
    const auto script = "sleep 60 & echo \"$PWD $!\" > '" + place.string() + ".new'; mv '" + place.string() +
                        ".new' '" + place.string() + "'; wait";
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        const SpcTool slow = tool(script, 30'000);
        const pid_t ours = ::fork();
        if (ours == 0) {
            (void)slow.run({}, "User_Password \"s3cret\" ;\n");
            ::_exit(3); // the signal did nothing
        }
        for (int tries = 0; tries < 500 && !fs::exists(place); ++tries) ::usleep(20'000);
        std::string directory;
        pid_t started = 0;
        ASSERT_TRUE(std::ifstream(place) >> directory >> started);
        EXPECT_TRUE(fs::exists(directory)) << signal;
        ASSERT_EQ(::kill(ours, signal), 0);
        int status = 0;
        ASSERT_EQ(::waitpid(ours, &status, 0), ours);
        EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal) << status;
        EXPECT_FALSE(fs::exists(directory)) << signal;
        EXPECT_TRUE(ends(started)) << signal;
        fs::remove(place);
    }
}

TEST_F(SpcToolTest, RunsOnWhereASignalIsIgnored) {
    const auto before = std::signal(SIGHUP, SIG_IGN);
    const auto out = tool("kill -HUP $PPID; echo done > out.cfg").run({}, "x");
    (void)std::signal(SIGHUP, before);
    EXPECT_EQ(out.value_or("(nothing)"), "done\n");
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
