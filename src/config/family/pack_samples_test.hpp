#pragma once
/// @file  Samples of packs, for tests: requests as phones send them, and the verdict (samples/requests.txt).
#include "config/family/family.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::config {

struct Sample {
    std::string path, agent, verdict;
};

[[nodiscard]] std::vector<Sample> read_samples(const std::filesystem::path& file);
/// What a pack says of a request, in the words of samples/requests.txt.
[[nodiscard]] std::string verdict(const Family& family, std::string_view path, std::string_view agent);

} // namespace offhook::config
