#pragma once
/// @file  SpaProfile: what a file of a Linksys SPA tree says, opened as the phone opens it - decrypted, inflated, read.
///
/// Names and endings mean nothing, the content says what it is. The vendor's source text, which no phone reads, is
/// taken too: a tree often has it beside what was compiled from it.
/// Errors   invalid, forbidden, too_large: why the file cannot count, for people; no message holds a key.
/// Source   reference: Linksys 7, 8, 9.
#include "base/mac_address.hpp"
#include "config/family/family.hpp"
#include "config/import/tree.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace offhook::config {

struct SpaProfile {
    ParsedDocument document;
    std::string what;                  ///< "profile, encrypted, compressed"
    std::vector<std::size_t> imported; ///< further files that its source text imports
};

enum class SpaContent : std::uint8_t {
    other,
    xml,      ///< also where it cannot be read to its end
    packed,   ///< compressed, and a profile within
    sealed,   ///< as openssl makes it
    source,   ///< the plain text that a profile is compiled from
    compiled, ///< by our own compiler
    opaque    ///< by its name a profile, and bytes that nobody can read: the vendor's compiler made it
};

/// `family` knows what parameters are called: text without any is no source.
[[nodiscard]] SpaContent spa_content(const TreeFile& file, const Tree& tree, const Family& family);
/// `keys` are tried in their order; none: it is not sealed, or cannot be opened. `mac` is whose file it is, by its
/// name.
[[nodiscard]] Result<SpaProfile> open_spa_profile(const TreeFile& file, const Tree& tree,
                                                  std::span<const std::string> keys, std::optional<MacAddress> mac);

} // namespace offhook::config
