#include "server/api/socket_path.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace offhook::server {

Result<SocketPath> SocketPath::open(const std::filesystem::path& path) {
    std::string whole = path.string();
    if (whole.size() <= socket_path_bytes_max) return SocketPath(-1, std::move(whole));
    const auto directory = path.parent_path();
    const int opened = ::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) return fail(ErrorCode::not_found, std::generic_category().message(errno), directory.string());
    SocketPath out(opened, fmt::format("/proc/self/fd/{}/{}", opened, path.filename().string()));
    struct stat through {
    }, direct{};
    const std::string link = fmt::format("/proc/self/fd/{}/.", opened);
    const bool same = ::stat(link.c_str(), &through) == 0 && ::fstat(opened, &direct) == 0 &&
                      through.st_ino == direct.st_ino && through.st_dev == direct.st_dev;
    if (!same || out.address_.size() > socket_path_bytes_max)
        return fail(ErrorCode::too_large,
                    fmt::format("a unix socket's path has {} bytes at most, this one has {}; use a shorter directory",
                                socket_path_bytes_max, whole.size()),
                    whole);
    return out;
}

SocketPath::~SocketPath() {
    if (directory_ >= 0) ::close(directory_);
}

SocketPath::SocketPath(SocketPath&& other) noexcept
    : directory_(std::exchange(other.directory_, -1)), address_(std::move(other.address_)) {}

} // namespace offhook::server
