#include "catalogue/stored_file.hpp"

#include "base/text.hpp"
#include "catalogue/device.hpp"
#include "catalogue/limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace offhook::catalogue {

bool StoredFile::is_for(std::string_view model) const {
    return models.empty() || std::find(models.begin(), models.end(), model) != models.end();
}

Result<void> check_file_name(std::string_view name) {
    const auto parts = split(name, '/');
    const bool plain = std::none_of(parts.begin(), parts.end(),
                                    [](std::string_view part) { return part.empty() || part == "." || part == ".."; });
    if (name.empty() || name.size() > limits::file_name_bytes_max || !is_printable_utf8(name) || !plain ||
        name.find('\\') != std::string_view::npos)
        return fail(ErrorCode::invalid,
                    fmt::format("a file's name is 1 to {} printable characters, its parts between single slashes",
                                limits::file_name_bytes_max),
                    "name");
    return {};
}

Result<void> check(const StoredFile& file) {
    if (auto ok = check_file_name(file.name); !ok) return ok;
    if (file.role == FileRole::firmware) {
        if (auto ok = check_word("family", file.family); !ok) return ok;
        if (auto ok = check_word("version", file.version); !ok) return ok;
    }
    if (file.models.size() > limits::models_per_file_max)
        return fail(ErrorCode::too_large, fmt::format("more than {} models", limits::models_per_file_max), "model");
    for (const std::string& model : file.models)
        if (auto ok = check_word("model", model); !ok) return ok;
    return {};
}

} // namespace offhook::catalogue
