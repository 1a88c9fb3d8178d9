#include "cli/version.hpp"

#include <filesystem>

namespace offhook::cli {

std::string default_packs_directory() {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    const auto installed = self.parent_path().parent_path() / "share/offhook/families";
    if (!error && std::filesystem::is_directory(installed, error)) return installed.string();
    return OFFHOOK_SOURCE_PACKS;
}

} // namespace offhook::cli
