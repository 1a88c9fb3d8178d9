#pragma once
/// @file  StoredFile: a firmware image or an asset that an operator gave us to serve. Its bytes are a blob.
///
/// Several of one name may be stored; the one added last is served, so removing it goes back to the one before.
#include "base/clock.hpp"
#include "base/result.hpp"
#include "catalogue/revision.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace offhook::catalogue {

enum class FileRole : std::uint8_t { firmware, asset };

struct StoredFile {
    std::int64_t id = 0; ///< never used twice; a later file has a greater one
    FileRole role = FileRole::firmware;
    std::string family;              ///< empty: any (assets)
    std::optional<SiteId> site;      ///< nullopt: every site's
    std::string name;                ///< as phones ask for it: "2345-11500-040.sip.ld", "dir/SoundPointIP.xml"
    std::string version;             ///< of firmware, for people; empty for assets
    std::vector<std::string> models; ///< none: any model
    std::string hash;                ///< SHA-256, 64 hexadecimal digits; the blob's name
    std::uint64_t bytes = 0;
    WallTime stored_at{};

    [[nodiscard]] bool is_for(std::string_view model) const;
    friend bool operator==(const StoredFile&, const StoredFile&) = default;
};

/// What can be judged without the catalogue: words, the name's form. Errors: invalid, too_large.
[[nodiscard]] Result<void> check(const StoredFile& file);
/// 1..200 bytes of printable UTF-8, '/' between parts, no part empty, "." or "..".
[[nodiscard]] Result<void> check_file_name(std::string_view name);

} // namespace offhook::catalogue
