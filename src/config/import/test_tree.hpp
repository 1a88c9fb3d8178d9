#pragma once
/// @file  Trees for tests: from a map of names and contents, or from a folder of tests/trees.
#include "config/family/loader.hpp"
#include "config/import/plan.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <string>

namespace offhook::config {

inline Families packs() {
    static const Families all = [] {
        Families out;
        for (const auto* name : {"polycom", "panasonic", "linksys-spa", "genband-ip88"}) {
            auto loaded = load_family(std::string(OFFHOOK_SOURCE_DIR "/families/") + name);
            EXPECT_TRUE(loaded) << name;
            if (loaded) out.push_back(*loaded);
        }
        return out;
    }();
    return all;
}

inline Tree tree_of(const std::map<std::string, std::string>& files) {
    std::vector<TreeFile> out;
    for (const auto& [path, bytes] : files) out.push_back({path, bytes, bytes.size(), TreeFile::Kind::regular});
    return Tree(std::move(out));
}

inline std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline Tree sample_tree(const std::string& name) {
    const std::filesystem::path root = std::filesystem::path(OFFHOOK_SOURCE_DIR "/tests/trees") / name / "files";
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
        if (entry.is_regular_file()) files[entry.path().lexically_relative(root)] = bytes_of(entry.path());
    return tree_of(files);
}

} // namespace offhook::config
