#include "cli/tree_files.hpp"

#include "base/limits.hpp"
#include "config/import/limits.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

namespace offhook::cli {
namespace {

namespace fs = std::filesystem;
using Kind = config::TreeFile::Kind;

class TreeFiles : public testing::Test {
protected:
    TreeFiles() {
        std::string name = (fs::temp_directory_path() / "offhook-tree-XXXXXX").string();
        top_ = ::mkdtemp(name.data());
        fs::permissions(top_, fs::perms::all);
    }
    ~TreeFiles() override {
        std::error_code ignored;
        fs::remove_all(top_, ignored);
    }
    void write(const std::string& name, const std::string& bytes) const {
        fs::create_directories((top_ / name).parent_path());
        std::ofstream(top_ / name, std::ios::binary) << bytes;
    }
    [[nodiscard]] std::map<std::string, config::TreeFile> read() const {
        const auto tree = read_tree(top_.string());
        EXPECT_TRUE(tree) << (tree ? "" : tree.error().text());
        std::map<std::string, config::TreeFile> out;
        if (tree)
            for (const auto& file : tree->files()) out[file.path] = file;
        return out;
    }
    fs::path top_;
};

TEST_F(TreeFiles, AreReadWithTheirPaths) {
    write("a.cfg", "top");
    write("b/c.cfg", "below");
    const auto files = read();
    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(files.at("a.cfg").bytes, "top");
    EXPECT_EQ(files.at("b/c.cfg").bytes, "below");
    EXPECT_FALSE(read_tree((top_ / "none").string()));
}

TEST_F(TreeFiles, NameWhatIsNoFile) {
    ASSERT_EQ(::mkfifo((top_ / "pipe").c_str(), 0600), 0);
    fs::create_symlink("/etc", top_ / "etc");
    const auto files = read();
    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(files.at("pipe").kind, Kind::special);
    EXPECT_EQ(files.at("etc").kind, Kind::link);
}

TEST_F(TreeFiles, NameTheFolderThatIsTooDeep) {
    std::string deep;
    for (std::size_t i = 0; i < limits::tree_depth_max; ++i) deep += "d/";
    write(deep + "a.cfg", "lost");
    write(deep.substr(2) + "b.cfg", "found");
    const auto files = read();
    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(files.at(deep.substr(0, deep.size() - 1)).kind, Kind::too_deep);
    EXPECT_EQ(files.at(deep.substr(2) + "b.cfg").bytes, "found");
}

TEST_F(TreeFiles, NameTheFolderThatMayNotBeEntered) {
    write("shut/a.cfg", "x");
    write("shut.cfg", "x");
    ASSERT_EQ(::chmod((top_ / "shut").c_str(), 0), 0);
    ASSERT_EQ(::chmod((top_ / "shut.cfg").c_str(), 0), 0);
    const uid_t me = ::geteuid();
    const auto become = [me](uid_t user) { return me != 0 || ::seteuid(user) == 0; }; // root may enter anything
    ASSERT_TRUE(become(65534));
    const auto files = read();
    ASSERT_TRUE(become(0));
    ::chmod((top_ / "shut").c_str(), 0700);
    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(files.at("shut").kind, Kind::unreadable);
    EXPECT_EQ(files.at("shut.cfg").kind, Kind::unreadable);
}

TEST_F(TreeFiles, ReadTheEndOfALongLogAndNothingOfOtherLongFiles) {
    const std::string end = "the last line\n";
    const std::string text = std::string(limits::document_bytes_max, 'x') + end;
    write("access.log", text);
    write("sip.ld", text);
    const auto files = read();
    EXPECT_EQ(files.at("access.log").bytes, text.substr(end.size()));
    EXPECT_EQ(files.at("access.log").size_bytes, text.size());
    EXPECT_EQ(files.at("sip.ld").bytes, "");
    EXPECT_EQ(files.at("sip.ld").size_bytes, text.size());
}

} // namespace
} // namespace offhook::cli
