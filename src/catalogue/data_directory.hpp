#pragma once
/// @file  DataDirectory: the folder that holds everything a server keeps, locked while one runs on it.
///
/// Shape   DIR/lock (flock; holds the pid), DIR/catalogue.db, DIR/timeline.db, DIR/secrets.key.
/// Errors  throws StoreFailure: not creatable, not writable, or another server (whose pid it names) has it.
#include <filesystem>

namespace offhook::catalogue {

class DataDirectory {
public:
    /// Creates DIR with mode 0700 when it is not there, and locks it until destruction.
    explicit DataDirectory(std::filesystem::path path);
    ~DataDirectory();
    DataDirectory(const DataDirectory&) = delete;
    DataDirectory& operator=(const DataDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    int lock_ = -1;
};

} // namespace offhook::catalogue
