#include "cli/private_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace offhook::cli {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> not_written(const std::string& path, int number) {
    return fail(ErrorCode::unavailable, "cannot be written: " + std::generic_category().message(number), path);
}

/// 0: all of it is there. Else what errno was.
int write_whole(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

Result<void> write_into(const std::string& path, std::string_view bytes) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return not_written(path, errno);
    const int number = write_whole(descriptor, bytes);
    if (::close(descriptor) != 0 && number == 0) return not_written(path, errno);
    if (number != 0) return not_written(path, number);
    return {};
}

/// The name's own entry is what has to outlive a power cut.
void sync_folder(const fs::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    (void)::fsync(descriptor);
    (void)::close(descriptor);
}

} // namespace

Result<void> write_private_file(const std::string& path, std::string_view bytes) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (fs::exists(status) && !fs::is_regular_file(status)) return write_into(path, bytes);
    fs::path target = path;
    if (fs::exists(status)) target = fs::canonical(path, error);
    if (error && fs::exists(status)) return not_written(path, error.value());
    const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
    std::string beside = (folder / ("." + target.filename().string() + "-XXXXXX")).string();
    const int descriptor = ::mkostemp(beside.data(), O_CLOEXEC); // of mode 0600
    if (descriptor < 0) return not_written(path, errno);
    int number = write_whole(descriptor, bytes);
    if (number == 0 && ::fsync(descriptor) != 0) number = errno;
    if (::close(descriptor) != 0 && number == 0) number = errno;
    if (number == 0 && ::rename(beside.c_str(), target.c_str()) != 0) number = errno;
    if (number != 0) {
        (void)::unlink(beside.c_str());
        return not_written(path, number);
    }
    sync_folder(folder);
    return {};
}

} // namespace offhook::cli
