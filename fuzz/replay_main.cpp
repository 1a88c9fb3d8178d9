/// @file  Runs a fuzz target over the files of its corpus, without a fuzzing engine: every test run does.
///
///   replay_x DIRECTORY|FILE...      exit 0 when all ran, 2 when there was nothing to run
///
/// Each input is copied to a block of exactly its size, so that AddressSanitizer sees one byte too many.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

std::vector<std::filesystem::path> inputs(int argc, char** argv) {
    std::vector<std::filesystem::path> files;
    for (int i = 1; i < argc; ++i) {
        const std::filesystem::path given = argv[i];
        if (!std::filesystem::is_directory(given)) {
            files.push_back(given);
            continue;
        }
        for (const auto& entry : std::filesystem::recursive_directory_iterator(given))
            if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace

int main(int argc, char** argv) {
    const auto files = inputs(argc, argv);
    for (const auto& file : files) {
        std::ifstream in(file, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
        std::fprintf(stderr, "replay %s (%zu bytes)\n", file.c_str(), text.size());
        const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[text.size()]);
        if (!text.empty()) std::memcpy(exact.get(), text.data(), text.size());
        LLVMFuzzerTestOneInput(exact.get(), text.size());
    }
    if (files.empty()) {
        std::fprintf(stderr, "replay: no input; name a corpus directory or files\n");
        return 2;
    }
    return 0;
}
