#pragma once
/// @file  SpcTool: runs the vendor's profile compiler, where the operator has it.
///
/// No shell: the program gets its words as they are, the file names in.txt and out.cfg last. It runs in a directory of
/// its own, which is removed, with an environment of PATH and LC_ALL alone, no input, and its talk in a file.
/// Limits   `time_max`, after which it and what it started are killed; what it writes; its memory is its own affair.
/// Signals  SIGINT, SIGTERM and SIGHUP, where they are not ignored, end it and what it started; then the directory is
///          removed, and the signal does what it would have done. Where we are killed, it dies too.
/// Threads  one run at a time: signals are the process's.
/// Errors   not_found: no such program. invalid: it failed, with what it said. unavailable: it took too long.
/// Source   reference: Linksys 9.2.
#include "base/result.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::cli {

class SpcTool {
public:
    explicit SpcTool(std::filesystem::path program, std::chrono::milliseconds time_max = std::chrono::seconds(30))
        : program_(std::move(program)), time_max_(time_max) {}

    /// Throws std::system_error where no directory or process can be made.
    [[nodiscard]] Result<std::string> run(const std::vector<std::string>& options, std::string_view source) const;

private:
    std::filesystem::path program_;
    std::chrono::milliseconds time_max_;
};

} // namespace offhook::cli
