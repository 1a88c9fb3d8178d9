#include "phone/image.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "phone/web_page.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::phone {
namespace {

using Heads = std::vector<ImageHead>;

constexpr std::string_view one_image = "offhook-image 1\n";
constexpr std::string_view several_images = "offhook-images 1\n";
constexpr std::size_t version_bytes_max = 64;

tl::unexpected<Error> strange(std::string_view line) {
    return fail(ErrorCode::invalid, fmt::format("its head has a strange line '{}'", printable(line, 40)));
}

std::optional<ImageKind> kind_of(std::string_view text) {
    if (text == "application") return ImageKind::application;
    if (text == "bootrom") return ImageKind::bootrom;
    return std::nullopt;
}

/// The lines of a head up to its empty one, and where the rest begins. Errors: invalid where there is no end.
struct HeadLines {
    std::vector<std::string_view> lines;
    std::size_t end = 0;
};

Result<HeadLines> lines_of(std::string_view head, std::size_t at) {
    HeadLines out;
    for (;;) {
        const auto end = head.find('\n', at);
        if (end == std::string_view::npos) return fail(ErrorCode::invalid, "its head has no end");
        const auto line = head.substr(at, end - at);
        at = end + 1;
        if (line.empty()) break;
        out.lines.push_back(line);
    }
    out.end = at;
    return out;
}

Result<void> read_field(std::string_view line, ImageHead& head) {
    const auto colon = line.find(": ");
    const auto key = line.substr(0, colon);
    const auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 2);
    if (const auto kind = kind_of(value); key == "kind" && kind) {
        head.kind = *kind;
    } else if (key == "version" && is_version(value)) {
        head.version = value;
    } else if (key == "digest" && value.size() == 64) {
        head.digest = to_lower(value);
    } else if (key == "parts") {
        for (const auto part : split(value, ' '))
            if (!part.empty()) head.parts.emplace_back(part);
    } else {
        return strange(key);
    }
    return {};
}

Result<Heads> read_one(std::string_view text) {
    const auto lines = lines_of(text, one_image.size());
    if (!lines) return tl::unexpected(lines.error());
    ImageHead head;
    for (const auto line : lines->lines)
        if (auto read = read_field(line, head); !read) return tl::unexpected(read.error());
    if (head.version.empty() || head.digest.empty())
        return fail(ErrorCode::invalid, "its head lacks version or digest");
    head.begins_at = lines->end;
    return Heads{std::move(head)};
}

Result<Heads> read_several(std::string_view text) {
    constexpr std::string_view key = "image: ";
    const auto lines = lines_of(text, several_images.size());
    if (!lines) return tl::unexpected(lines.error());
    Heads heads;
    std::uint64_t at = lines->end;
    for (const auto line : lines->lines) {
        const auto words = split(line.substr(std::min(line.size(), key.size())), ' ');
        if (!line.starts_with(key) || words.size() < 4) return strange(line);
        const auto kind = kind_of(words[0]);
        const auto bytes = to_number<std::uint64_t>(words[2]);
        if (!kind || !is_version(words[1]) || !bytes || *bytes > limits::image_bytes_max || words[3].size() != 64)
            return strange(line);
        ImageHead head{*kind, std::string(words[1]), {}, to_lower(words[3]), at, *bytes};
        for (std::size_t i = 4; i < words.size(); ++i) head.parts.emplace_back(words[i]);
        at += *bytes;
        heads.push_back(std::move(head));
    }
    return heads;
}

/// The phone's own among them. Null: none fits.
const ImageHead* find_fitting(const Heads& heads, const ImageReader& reader) {
    for (const auto& head : heads)
        if (head.kind == reader.wanted && head.fits(reader.part_number)) return &head;
    return nullptr;
}

bool is_past_its_end(const ImageHead& head, const ImageReader& reader) {
    return head.kind == ImageKind::application && !reader.last_version.empty() &&
           is_after(head.version, reader.last_version);
}

ImageVerdict unusable(std::string reason, std::string log_line) {
    return {ImageVerdict::Kind::unusable, {}, std::move(reason), std::move(log_line)};
}

ImageVerdict not_compatible(std::string_view name, std::string_view why) {
    return unusable(fmt::format("it is not compatible with the phone ({})", why),
                    fmt::format("Application {} is not compatible with the phone.", name));
}

ImageVerdict errored(std::string reason) {
    return unusable(std::move(reason), "Downloaded application image was errored");
}

ImageVerdict judge_ours(const TransferAnswer& answer, std::string_view name, const Heads& heads,
                        const ImageReader& reader) {
    const auto* head = find_fitting(heads, reader);
    if (head == nullptr) {
        const bool has_kind =
            std::any_of(heads.begin(), heads.end(), [&](const auto& other) { return other.kind == reader.wanted; });
        if (!has_kind) return errored("it is the other kind of image");
        return not_compatible(name, reader.part_number);
    }
    if (is_past_its_end(*head, reader))
        return not_compatible(name, fmt::format("{} is past {}, the model's last", head->version, reader.last_version));
    const bool is_known = reader.in_flash && reader.in_flash->digest == head->digest;
    if (answer.outcome == FileOutcome::not_changed || is_known) return {ImageVerdict::Kind::not_changed};
    const std::string digest = to_hex(answer.digest);
    if (digest != head->digest) {
        const bool is_short = head->bytes && answer.bytes < head->begins_at + *head->bytes;
        return unusable(
            is_short ? "bad image checksum: the file ends before the image does" : "bad image checksum",
            fmt::format("Bad image checksum, expected=0x{} got=0x{}", head->digest.substr(0, 8), digest.substr(0, 8)));
    }
    const auto bytes = head->bytes.value_or(answer.bytes);
    return {ImageVerdict::Kind::replaces, {std::string(name), head->version, head->digest, bytes}};
}

} // namespace

bool is_version(std::string_view text) {
    if (text.empty() || text.size() > version_bytes_max) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        const char lower = ascii_lower(c);
        return ascii_digit(c) || (lower >= 'a' && lower <= 'z') || c == '.' || c == '_' || c == '-';
    });
}

bool is_after(std::string_view version, std::string_view last) {
    const auto ours = split(version, '.');
    const auto theirs = split(last, '.');
    for (std::size_t i = 0; i < theirs.size(); ++i) {
        const auto a = to_number<unsigned>(i < ours.size() ? ours[i] : "0").value_or(0);
        const auto b = to_number<unsigned>(theirs[i]).value_or(0);
        if (a != b) return a > b;
    }
    return false; // a build of it
}

bool ImageHead::fits(std::string_view part_number) const {
    return parts.empty() || std::find(parts.begin(), parts.end(), part_number) != parts.end();
}

std::optional<Result<Heads>> read_image_heads(std::string_view head) {
    if (head.starts_with(one_image)) return read_one(head);
    if (head.starts_with(several_images)) return read_several(head);
    return std::nullopt;
}

HeadDecision decide_on_head(std::string_view head, const ImageReader& reader) {
    using Rest = HeadDecision::Rest;
    if (is_web_page(head)) return {Rest::not_wanted};
    const auto ours = read_image_heads(head);
    if (!ours) return {};
    if (!*ours) return {Rest::not_wanted};
    const auto* fitting = find_fitting(**ours, reader);
    if (fitting == nullptr || is_past_its_end(*fitting, reader)) return {Rest::not_wanted};
    HeadDecision decision;
    if (reader.in_flash && reader.in_flash->digest == fitting->digest) decision.rest = Rest::not_wanted;
    decision.digest_from = fitting->begins_at;
    if (fitting->bytes) decision.digest_bytes = *fitting->bytes;
    return decision;
}

ImageVerdict judge_image(const TransferAnswer& answer, std::string_view name, const ImageReader& reader) {
    using Kind = ImageVerdict::Kind;
    if (is_web_page(answer.body)) return errored(std::string(web_page_reason));
    if (const auto ours = read_image_heads(answer.body)) {
        if (!*ours) return errored(ours->error().message);
        return judge_ours(answer, name, **ours, reader);
    }
    if (answer.bytes == 0) return errored("it is empty");
    StoredImage image{std::string(name), "", to_hex(answer.digest), answer.bytes};
    if (!reader.in_flash) return {Kind::replaces, std::move(image)};
    if (reader.in_flash->digest == image.digest) return {Kind::not_changed};
    if (reader.in_flash->digest.empty()) return {Kind::first_seen, std::move(image)};
    return {Kind::replaces, std::move(image)};
}

} // namespace offhook::phone
