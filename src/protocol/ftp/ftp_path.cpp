#include "protocol/ftp/ftp_path.hpp"

#include "base/limits.hpp"

#include <algorithm>

namespace offhook::protocol {
namespace {

using Failure = ParseError<FtpPathError>;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

void leave(std::string& path) {
    const auto slash = path.rfind('/');
    path.resize(slash == std::string::npos ? 0 : slash);
}

} // namespace

std::string_view to_text(FtpPathError error) {
    switch (error) {
    case FtpPathError::control_character:
        return "the name has a control character in it";
    case FtpPathError::too_long:
        return "the name is too long";
    case FtpPathError::too_deep:
        return "the name has too many directories in it";
    }
    return "the name cannot be read";
}

ParseResult<std::string, FtpPathError> resolve_ftp_path(std::string_view directory, std::string_view argument) {
    if (const auto bad = std::find_if(argument.begin(), argument.end(), is_control); bad != argument.end())
        return tl::unexpected(
            Failure{FtpPathError::control_character, static_cast<std::size_t>(bad - argument.begin())});
    std::string path;
    if (argument.empty() || argument.find_first_of("/\\") != 0) path = directory;
    for (std::size_t at = 0; at < argument.size();) {
        const auto end = std::min(argument.find_first_of("/\\", at), argument.size());
        const auto segment = argument.substr(at, end - at);
        if (segment == "..") {
            leave(path);
        } else if (!segment.empty() && segment != ".") {
            if (path.size() + 1 + segment.size() > limits::path_bytes_max)
                return tl::unexpected(Failure{FtpPathError::too_long, at});
            if (!path.empty()) path += '/';
            path += segment;
            if (static_cast<std::size_t>(std::count(path.begin(), path.end(), '/')) >= ftp_path_depth_max)
                return tl::unexpected(Failure{FtpPathError::too_deep, at});
        }
        at = end + 1;
    }
    return path;
}

} // namespace offhook::protocol
