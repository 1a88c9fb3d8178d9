#include "phone/image.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "phone/web_page.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone {
namespace {

constexpr std::string_view magic = "offhook-image 1\n";

Result<void> read_field(std::string_view key, std::string_view value, ImageHead& head) {
    if (key == "kind" && value == "application") {
        head.kind = ImageKind::application;
    } else if (key == "kind" && value == "bootrom") {
        head.kind = ImageKind::bootrom;
    } else if (key == "version") {
        head.version = value;
    } else if (key == "digest" && value.size() == 64) {
        head.digest = to_lower(value);
    } else if (key == "parts") {
        for (const auto part : split(value, ' '))
            if (!part.empty()) head.parts.emplace_back(part);
    } else {
        return fail(ErrorCode::invalid, fmt::format("its head has a strange line '{}'", printable(key, 40)));
    }
    return {};
}

ImageVerdict unusable(std::string reason) { return {ImageVerdict::Kind::unusable, {}, std::move(reason)}; }

ImageVerdict judge_stub(const TransferAnswer& answer, std::string_view name, const ImageHead& head, ImageKind wanted,
                        std::string_view part_number, const StoredImage* in_flash) {
    if (head.kind != wanted) return unusable("it is the other kind of image");
    if (!head.fits(part_number)) return unusable(fmt::format("it is not compatible with the phone ({})", part_number));
    StoredImage image{std::string(name), head.version, head.digest, answer.bytes};
    if (answer.outcome == FileOutcome::not_changed) return {ImageVerdict::Kind::not_changed, {}, {}};
    if (to_hex(answer.digest) != head.digest) return unusable("bad image checksum");
    if (in_flash != nullptr && in_flash->digest == head.digest) return {ImageVerdict::Kind::not_changed, {}, {}};
    return {ImageVerdict::Kind::replaces, std::move(image), {}};
}

} // namespace

bool ImageHead::fits(std::string_view part_number) const {
    return parts.empty() || std::find(parts.begin(), parts.end(), part_number) != parts.end();
}

std::optional<Result<ImageHead>> read_image_head(std::string_view head) {
    if (!head.starts_with(magic)) return std::nullopt;
    ImageHead out;
    std::size_t at = magic.size();
    for (;;) {
        const auto end = head.find('\n', at);
        if (end == std::string_view::npos) return Result<ImageHead>(fail(ErrorCode::invalid, "its head has no end"));
        const auto line = head.substr(at, end - at);
        at = end + 1;
        if (line.empty()) break;
        const auto colon = line.find(": ");
        const auto value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 2);
        if (auto read = read_field(line.substr(0, colon), value, out); !read)
            return Result<ImageHead>(tl::unexpected(read.error()));
    }
    if (out.version.empty() || out.digest.empty())
        return Result<ImageHead>(fail(ErrorCode::invalid, "its head lacks version or digest"));
    out.head_bytes = at;
    return Result<ImageHead>(std::move(out));
}

HeadDecision decide_on_head(std::string_view head, const StoredImage* in_flash) {
    using Rest = HeadDecision::Rest;
    if (is_web_page(head)) return {Rest::not_wanted, 0};
    const auto ours = read_image_head(head);
    if (!ours) return {Rest::wanted, 0};
    if (!*ours) return {Rest::not_wanted, 0};
    const bool same = in_flash != nullptr && in_flash->digest == (*ours)->digest;
    return {same ? Rest::not_wanted : Rest::wanted, (*ours)->head_bytes};
}

ImageVerdict judge_image(const TransferAnswer& answer, std::string_view name, ImageKind wanted,
                         std::string_view part_number, const StoredImage* in_flash) {
    if (is_web_page(answer.body)) return unusable(std::string(web_page_reason));
    if (const auto ours = read_image_head(answer.body)) {
        if (!*ours) return unusable(ours->error().message);
        return judge_stub(answer, name, **ours, wanted, part_number, in_flash);
    }
    if (answer.bytes == 0) return unusable("it is empty");
    StoredImage image{std::string(name), "", to_hex(answer.digest), answer.bytes};
    if (in_flash == nullptr) return {ImageVerdict::Kind::replaces, std::move(image), {}};
    if (in_flash->digest == image.digest) return {ImageVerdict::Kind::not_changed, {}, {}};
    if (in_flash->digest.empty()) return {ImageVerdict::Kind::first_seen, std::move(image), {}};
    return {ImageVerdict::Kind::replaces, std::move(image), {}};
}

} // namespace offhook::phone
