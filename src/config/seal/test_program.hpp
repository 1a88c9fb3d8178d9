#pragma once
/// @file  TestFolder and run_program: what a test needs to ask an outside program.
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

namespace offhook::config {

struct Program {
    int status = -1;
    std::string output;
};

inline Program run_program(const std::string& command) {
    Program out;
    FILE* pipe = ::popen(command.c_str(), "r"); // NOLINT(cert-env33-c): words of our own
    if (pipe == nullptr) return out;
    std::array<char, 4096> piece{};
    for (std::size_t got = 0; (got = ::fread(piece.data(), 1, piece.size(), pipe)) != 0;)
        out.output.append(piece.data(), got);
    const int status = ::pclose(pipe);
    out.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return out;
}

class TestFolder {
public:
    TestFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "offhook-seal-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TestFolder() { std::filesystem::remove_all(path_); }
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;

    /// Writes the file. Returns its path, quoted for a shell.
    [[nodiscard]] std::string put(const char* name, std::string_view bytes) const {
        const auto file = path_ / name;
        std::ofstream(file, std::ios::binary) << bytes;
        return "'" + file.string() + "'";
    }

private:
    std::filesystem::path path_;
};

} // namespace offhook::config
