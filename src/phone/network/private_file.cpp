#include "phone/network/private_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace offhook::phone {
namespace {

constexpr mode_t readable_by_all = 0644; // the resolver may run with other rights than who wrote it

std::string temporary_folder() {
    const char* folder = std::getenv("TMPDIR"); // NOLINT(concurrency-mt-unsafe): nobody sets it here
    return folder == nullptr || *folder == '\0' ? "/tmp" : folder;
}

} // namespace

Result<void> leave_host_mounts() {
    if (::unshare(CLONE_NEWNS) != 0)
        return fail(ErrorCode::forbidden, fmt::format("no mount namespace of its own: {}", std::strerror(errno)));
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        return fail(ErrorCode::forbidden, fmt::format("mounts cannot be made private: {}", std::strerror(errno)));
    return {};
}

Result<PrivateFile> PrivateFile::over(const std::string& path) {
    std::string temporary = temporary_folder() + "/offhook-XXXXXX";
    net::OwnedFd file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!file)
        return fail(ErrorCode::unavailable,
                    fmt::format("no temporary file in {}: {}", temporary_folder(), std::strerror(errno)));
    (void)::fchmod(file.get(), readable_by_all);
    const bool mounted = ::mount(temporary.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) == 0;
    const int error = errno;
    (void)::unlink(temporary.c_str());
    if (!mounted)
        return fail(error == ENOENT ? ErrorCode::not_found : ErrorCode::forbidden,
                    fmt::format("{} cannot be replaced for this process: {}", path, std::strerror(error)));
    return PrivateFile(std::move(file), path);
}

PrivateFile::~PrivateFile() {
    if (file_) (void)::umount2(path_.c_str(), MNT_DETACH);
}

bool PrivateFile::write(std::string_view content) {
    if (::ftruncate(file_.get(), 0) != 0) return false;
    return ::pwrite(file_.get(), content.data(), content.size(), 0) == static_cast<ssize_t>(content.size());
}

} // namespace offhook::phone
