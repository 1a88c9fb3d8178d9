#include "cli/tree_files.hpp"

#include "base/limits.hpp"
#include "config/import/limits.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

namespace offhook::cli {
namespace {

namespace fs = std::filesystem;
using Kind = config::TreeFile::Kind;

config::TreeFile read_one(const fs::directory_entry& entry, const fs::path& top) {
    config::TreeFile file;
    file.path = entry.path().lexically_relative(top).generic_string();
    if (entry.is_symlink()) {
        file.kind = Kind::link;
        return file;
    }
    std::error_code error;
    file.size_bytes = entry.file_size(error);
    if (error) file.kind = Kind::unreadable;
    if (error || file.size_bytes > limits::document_bytes_max) return file;
    std::ifstream in(entry.path(), std::ios::binary);
    if (!in) file.kind = Kind::unreadable;
    file.bytes.assign(std::istreambuf_iterator<char>(in), {});
    file.bytes.resize(std::min(file.bytes.size(), limits::document_bytes_max)); // it may have grown meanwhile
    return file;
}

} // namespace

Result<config::Tree> read_tree(const std::string& directory) {
    std::error_code error;
    const fs::path top(directory);
    fs::recursive_directory_iterator at(top, fs::directory_options::skip_permission_denied, error);
    if (error) return fail(ErrorCode::not_found, "the directory cannot be read: " + error.message(), directory);
    std::vector<config::TreeFile> files;
    std::uint64_t bytes = 0;
    for (const fs::recursive_directory_iterator end; at != end; at.increment(error)) {
        if (error) break;
        std::error_code unknown;
        const bool is_link = at->is_symlink(unknown);
        if (!is_link && at->is_directory(unknown)) {
            if (static_cast<std::size_t>(at.depth()) + 1 >= limits::tree_depth_max) at.disable_recursion_pending();
            continue;
        }
        if (!is_link && !at->is_regular_file(unknown)) continue; // a socket, a device
        if (files.size() >= limits::tree_files_max)
            return fail(ErrorCode::too_large,
                        fmt::format("more than {} files: name the boot server's own directory", limits::tree_files_max),
                        directory);
        files.push_back(read_one(*at, top));
        bytes += files.back().bytes.size();
        if (bytes > limits::tree_bytes_max)
            return fail(ErrorCode::too_large,
                        fmt::format("more than {} MiB of files: name the boot server's own directory",
                                    limits::tree_bytes_max >> 20U),
                        directory);
    }
    if (error) return fail(ErrorCode::not_found, "the directory cannot be read: " + error.message(), directory);
    return config::Tree(std::move(files));
}

} // namespace offhook::cli
