#pragma once
/// @file  For tests against other people's programs: a directory that goes with the test, and commands run in it.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace offhook::server {

class Workshop {
public:
    Workshop() {
        std::string path = (std::filesystem::temp_directory_path() / "offhook-ftp-XXXXXX").string();
        EXPECT_NE(::mkdtemp(path.data()), nullptr);
        path_ = path;
    }
    ~Workshop() { std::filesystem::remove_all(path_); }
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;

    /// The exit code; what it said is in said.
    int run(const std::string& command) {
        said.clear();
        const auto whole = "cd " + path_.string() + " && HOME=" + path_.string() + " timeout 60 " + command + " 2>&1";
        FILE* pipe = ::popen(whole.c_str(), "r");
        if (pipe == nullptr) return -1;
        std::array<char, 4096> piece{};
        for (auto bytes = std::fread(piece.data(), 1, piece.size(), pipe); bytes != 0;
             bytes = std::fread(piece.data(), 1, piece.size(), pipe))
            said.append(piece.data(), bytes);
        const int status = ::pclose(pipe);
        return status < 0 ? status : WEXITSTATUS(status);
    }
    void write(const std::string& name, std::string_view content) const {
        std::ofstream(path_ / name, std::ios::binary) << content;
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream in(path_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    std::string said;

private:
    std::filesystem::path path_;
};

} // namespace offhook::server
