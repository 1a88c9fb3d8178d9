#include "catalogue/data_directory.hpp"

#include "catalogue/store/store.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace offhook::catalogue {
namespace {

[[noreturn]] void failed(const std::filesystem::path& path, std::string_view what, int error) {
    throw StoreFailure(fmt::format("{}: {}: {}", path.string(), what, std::generic_category().message(error)));
}

std::string owner_of(int lock) {
    std::array<char, 32> text{};
    const auto size = ::pread(lock, text.data(), text.size() - 1, 0);
    std::string pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    while (!pid.empty() && pid.back() == '\n') pid.pop_back();
    return pid.empty() ? "of unknown process id" : "with process id " + pid;
}

} // namespace

DataDirectory::DataDirectory(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code error;
    if (!std::filesystem::exists(path_, error)) {
        const auto parent = path_.parent_path();
        if (!parent.empty()) std::filesystem::create_directories(parent, error);
        if (::mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST) failed(path_, "cannot be created", errno);
    }
    const auto file = path_ / "lock";
    lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0) failed(file, "cannot be opened", errno);
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        const int why = errno;
        const std::string owner = owner_of(lock_);
        ::close(lock_);
        if (why != EWOULDBLOCK) failed(file, "cannot be locked", why);
        throw StoreFailure(fmt::format("{}: another server {} is running on this data", path_.string(), owner));
    }
    const std::string pid = fmt::format("{}\n", ::getpid());
    if (::ftruncate(lock_, 0) != 0 || ::pwrite(lock_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
        const int why = errno;
        ::close(lock_);
        failed(file, "cannot be written", why);
    }
}

DataDirectory::~DataDirectory() { ::close(lock_); }

} // namespace offhook::catalogue
