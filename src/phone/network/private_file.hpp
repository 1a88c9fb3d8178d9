#pragma once
/// @file  PrivateFile: what one path of the system holds for this thread and those it starts, and for nobody else.
///
/// A mount namespace of the thread's own, and a temporary file mounted over the path there; the file has no name any
/// more once it is mounted, so nothing is left behind, however the process ends.
/// Requires  leave_host_mounts() has succeeded, on the same thread.
/// Errors    a Result with the reason: no right to mount, no such path.
/// Source    mount_namespaces(7), mount(2).
#include "base/result.hpp"
#include "net/owned_fd.hpp"

#include <string>
#include <string_view>

namespace offhook::phone {

/// What the thread mounts from now on is seen by nobody else.
[[nodiscard]] Result<void> leave_host_mounts();

class PrivateFile {
public:
    [[nodiscard]] static Result<PrivateFile> over(const std::string& path);
    ~PrivateFile();
    PrivateFile(PrivateFile&&) noexcept = default;
    PrivateFile& operator=(PrivateFile&&) = delete;

    /// Replaces all it holds.
    [[nodiscard]] bool write(std::string_view content);

private:
    PrivateFile(net::OwnedFd file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
    net::OwnedFd file_;
    std::string path_;
};

} // namespace offhook::phone
