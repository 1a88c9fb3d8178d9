#include "cli/tree_files.hpp"

#include "base/limits.hpp"
#include "config/import/limits.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <istream>

namespace offhook::cli {
namespace {

namespace fs = std::filesystem;
using Kind = config::TreeFile::Kind;

/// All of a file, or of a long log's the end: the newest lines know the phones that are there now.
void read_bytes(const fs::path& path, config::TreeFile& file) {
    const bool is_long = file.size_bytes > limits::document_bytes_max;
    if (is_long && !config::is_log(file.path)) return;
    std::ifstream in(path, std::ios::binary);
    if (is_long) in.seekg(static_cast<std::streamoff>(file.size_bytes - limits::document_bytes_max));
    file.bytes.resize(limits::document_bytes_max); // it may have grown meanwhile
    if (in) in.read(file.bytes.data(), static_cast<std::streamsize>(file.bytes.size()));
    if (!in && !in.eof()) file.kind = Kind::unreadable;
    file.bytes.resize(static_cast<std::size_t>(in.gcount()));
    file.bytes.shrink_to_fit();
}

class Walk {
public:
    explicit Walk(const std::string& directory) : directory_(directory), top_(directory) {}

    Result<config::Tree> run() {
        std::error_code error;
        const fs::directory_iterator readable(top_, error);
        if (error) return fail(ErrorCode::not_found, "the directory cannot be read: " + error.message(), directory_);
        if (const auto walked = walk(top_, 1); !walked) return tl::unexpected(walked.error());
        return config::Tree(std::move(files_));
    }

private:
    /// Depth <= limits::tree_depth_max.
    Result<void> walk(const fs::path& folder, std::size_t depth) {
        std::error_code error;
        fs::directory_iterator at(folder, error);
        if (error) return add(named(folder, Kind::unreadable));
        for (const fs::directory_iterator end; at != end; at.increment(error)) {
            if (error) break;
            if (const auto taken = take(*at, depth); !taken) return taken;
        }
        if (error) return add(named(folder, Kind::unreadable));
        return {};
    }

    Result<void> take(const fs::directory_entry& entry, std::size_t depth) {
        std::error_code error;
        const fs::file_type type = entry.symlink_status(error).type();
        if (error) return add(named(entry.path(), Kind::unreadable));
        if (type == fs::file_type::symlink) return add(named(entry.path(), Kind::link));
        if (type == fs::file_type::directory)
            return depth < limits::tree_depth_max ? walk(entry.path(), depth + 1)
                                                  : add(named(entry.path(), Kind::too_deep));
        if (type != fs::file_type::regular) return add(named(entry.path(), Kind::special));
        config::TreeFile file = named(entry.path(), Kind::regular);
        file.size_bytes = entry.file_size(error);
        if (error)
            file.kind = Kind::unreadable, file.size_bytes = 0;
        else
            read_bytes(entry.path(), file);
        return add(std::move(file));
    }

    [[nodiscard]] config::TreeFile named(const fs::path& path, Kind kind) const {
        config::TreeFile out;
        out.path = path.lexically_relative(top_).generic_string();
        out.kind = kind;
        return out;
    }

    Result<void> add(config::TreeFile file) {
        if (files_.size() >= limits::tree_files_max)
            return fail(ErrorCode::too_large,
                        fmt::format("more than {} files: name the boot server's own directory", limits::tree_files_max),
                        directory_);
        bytes_ += file.bytes.size();
        files_.push_back(std::move(file));
        if (bytes_ > limits::tree_bytes_max)
            return fail(ErrorCode::too_large,
                        fmt::format("more than {} MiB of files: name the boot server's own directory",
                                    limits::tree_bytes_max >> 20U),
                        directory_);
        return {};
    }

    const std::string& directory_;
    const fs::path top_;
    std::vector<config::TreeFile> files_;
    std::uint64_t bytes_ = 0;
};

} // namespace

Result<config::Tree> read_tree(const std::string& directory) { return Walk(directory).run(); }

} // namespace offhook::cli
