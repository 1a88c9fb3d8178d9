#pragma once
/// @file  Image: telling a firmware file from the one in flash.
///
/// No vendor's format is public. Three kinds are known here:
/// * our own stub, project-defined and of no use to a real phone, with which Offhook rehearses upgrades:
///     "offhook-image 1" LF, then "kind: application" or "kind: bootrom", "version: 3.1.8.0070",
///     "parts: 2345-12600-001 …" (absent: any; a family without part numbers puts its models there), "digest: SHA-256
///     of what follows the head", each LF, an empty line, then anything.
/// * our own file for several models, as a vendor's combined sip.ld: "offhook-images 1" LF, then for each image
///     "image: KIND VERSION BYTES DIGEST PART …" LF (no part: any), an empty line, then the images back to back.
///     The first whose kind and part number fit is the phone's, and only it counts and is stored.
/// * anything else is opaque: compared by its content's digest, stored, and never claimed to be understood.
/// Limits  a head limits::image_head_bytes, with all that it names. A version is 1..64 of letters, digits, '.', '_' and
///         '-': it goes into a User-Agent, into URLs and into flash.
/// Source  reference: Polycom 11, Panasonic 7 (headers are scanned until the hardware matches: G 2-5; the header is
/// fetched first,
///         the rest only when it differs: C, I).
#include "base/digest.hpp"
#include "phone/flash.hpp"
#include "phone/transfers.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::phone {

enum class ImageKind : std::uint8_t { application, bootrom };

/// One image of a file.
struct ImageHead {
    ImageKind kind = ImageKind::application;
    std::string version;
    std::vector<std::string> parts; ///< empty: any
    std::string digest;
    std::uint64_t begins_at = 0;        ///< in the file
    std::optional<std::uint64_t> bytes; ///< nullopt: all that follows

    [[nodiscard]] bool fits(std::string_view part_number) const;
};

/// Who looks at an image: what is wanted, for which hardware, and what it has.
struct ImageReader {
    ImageKind wanted = ImageKind::application;
    std::string part_number;
    std::string last_version;            ///< the model takes no application after it; "": it has no end
    std::optional<StoredImage> in_flash; ///< nullopt: there is none
};

/// nullopt: not in a format of ours. Errors: invalid for a broken head of ours.
[[nodiscard]] std::optional<Result<std::vector<ImageHead>>> read_image_heads(std::string_view head);

/// Whether the rest of a transfer is needed, once its head is there.
[[nodiscard]] HeadDecision decide_on_head(std::string_view head, const ImageReader& reader);

struct ImageVerdict {
    enum class Kind : std::uint8_t {
        not_changed, ///< as in flash
        replaces,    ///< differs: `image` is what flash holds from now on
        first_seen,  ///< opaque, and what is in flash cannot be compared with it
        unusable     ///< `reason`
    } kind;
    StoredImage image = {};
    std::string reason = {};   ///< in a sentence for people
    std::string log_line = {}; ///< as the vendor's log has it (C)
};

/// `name` as asked for.
[[nodiscard]] ImageVerdict judge_image(const TransferAnswer& answer, std::string_view name, const ImageReader& reader);

/// Whether the text can be a version: see Limits.
[[nodiscard]] bool is_version(std::string_view text);

/// Whether `version` is beyond `last`: "2.2.0.0047" is beyond "2.1.2", "2.1.2.0047" is not.
[[nodiscard]] bool is_after(std::string_view version, std::string_view last);

} // namespace offhook::phone
