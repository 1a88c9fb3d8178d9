#pragma once
/// @file  SocketPath: where a unix socket is bound or connected to, however deep its directory lies.
///
/// Limits   the kernel takes 107 bytes (sockaddr_un); a longer path goes through /proc/self/fd/N, with N open on the
///          directory, which names the same file.
/// Lifetime address() holds while this lives; binding, connecting and removing all need it.
/// Threads  any, one at a time.
#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace offhook::server {

inline constexpr std::size_t socket_path_bytes_max = 107;

class SocketPath {
public:
    /// Errors: not_found when a long path's directory is not there; too_large when the path is too long and cannot be
    /// made shorter (a file name that is too long by itself, no /proc). The message says the limit, `where` the path.
    [[nodiscard]] static Result<SocketPath> open(const std::filesystem::path& path);
    ~SocketPath();
    SocketPath(SocketPath&& other) noexcept;
    SocketPath& operator=(SocketPath&&) = delete;
    SocketPath(const SocketPath&) = delete;
    SocketPath& operator=(const SocketPath&) = delete;

    /// The path itself where it fits.
    [[nodiscard]] const std::string& address() const { return address_; }

private:
    SocketPath(int directory, std::string address) : directory_(directory), address_(std::move(address)) {}

    int directory_ = -1; // -1: the path fits
    std::string address_;
};

} // namespace offhook::server
