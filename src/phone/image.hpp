#pragma once
/// @file  Image: telling a firmware file from the one in flash.
///
/// No vendor's format is public. Two kinds are known here:
/// * our own stub, project-defined and of no use to a real phone, with which Offhook rehearses upgrades:
///     "offhook-image 1" LF, then "kind: application" or "kind: bootrom", "version: 3.1.8.0070",
///     "parts: 2345-12600-001 …" (absent: any; a family without part numbers puts its models there), "digest: SHA-256
///     of what follows the head", each LF, an empty line, then anything. The head is at most limits::image_head_bytes.
/// * anything else is opaque: compared by its content's digest, stored, and never claimed to be understood.
/// Source  reference: Polycom 11, Panasonic 7 (Polycom: the header is fetched first, the rest only when it differs: C,
/// I).
#include "base/digest.hpp"
#include "phone/flash.hpp"
#include "phone/transfers.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone {

enum class ImageKind : std::uint8_t { application, bootrom };

struct ImageHead {
    ImageKind kind = ImageKind::application;
    std::string version;
    std::vector<std::string> parts; ///< empty: any
    std::string digest;
    std::size_t head_bytes = 0;

    [[nodiscard]] bool fits(std::string_view part_number) const;
};

/// nullopt: not in our format. Errors: invalid for a broken head of ours.
[[nodiscard]] std::optional<Result<ImageHead>> read_image_head(std::string_view head);

/// Whether the rest of a transfer is needed, once its head is there.
[[nodiscard]] HeadDecision decide_on_head(std::string_view head, const StoredImage* in_flash);

struct ImageVerdict {
    enum class Kind : std::uint8_t {
        not_changed, ///< as in flash
        replaces,    ///< differs: `image` is what flash holds from now on
        first_seen,  ///< opaque, and what is in flash cannot be compared with it
        unusable     ///< `reason`
    } kind;
    StoredImage image = {};
    std::string reason = {};
};

/// `name` as asked for. `in_flash` may be null: there is none.
[[nodiscard]] ImageVerdict judge_image(const TransferAnswer& answer, std::string_view name, ImageKind wanted,
                                       std::string_view part_number, const StoredImage* in_flash);

} // namespace offhook::phone
