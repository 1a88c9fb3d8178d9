#pragma once
/// @file  Uploads: what phones sent, by device and kind, the last versions kept.
///
/// The kind is the pack's ("boot log"), not the path: "logs/0004f2…-app.log" and "0004f2…-app.log" are one upload.
/// What is sent again unchanged makes no version.
/// An append makes a longer content in the place of the old one, without a version of its own: a log that grows by a
/// line a minute would push everything else out. One that would grow beyond its limit begins anew, and what was there
/// stays as a version.
#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "catalogue/blobs/blob_store.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::catalogue {

/// How much is kept.
struct UploadQuota {
    std::size_t versions = 10;               ///< of one kind of one device, the current one among them
    std::uint64_t device_bytes = 16U << 20U; ///< of all versions of all kinds
    std::uint64_t site_bytes = 4ULL << 30U;
};

/// One upload as it arrived.
struct UploadDraft {
    MacAddress mac; ///< the device's LAN MAC
    std::string kind;
    enum class Mode : std::uint8_t { replace, append } mode = Mode::replace;
    std::optional<std::uint64_t> offset = {}; ///< append: only where the stored content ends here
    std::uint64_t bytes_max = 4U << 20U;      ///< append: of the whole
    std::string content;                      ///< either this …
    std::shared_ptr<BlobHold> blob = {};      ///< … or this
    std::uint64_t bytes = 0;                  ///< of the blob
    std::string transport;                    ///< "https"
    std::string source;                       ///< address
};

struct UploadOutcome {
    enum class State : std::uint8_t {
        stored,
        unknown,      ///< no such device
        wrong_offset, ///< the stored content ends elsewhere
        no_room,      ///< the device's or the site's quota, and nothing old to drop
        failed        ///< the store is closing, its queue full, or the disk failed: the log says why
    } state = State::failed;
    bool created = false; ///< there was none before
};
/// Called once, on the writer's thread, when it is committed and every loop has it, or when it is refused.
using UploadDone = std::function<void(UploadOutcome)>;

/// What a snapshot knows of a current upload.
struct UploadMark {
    std::int64_t id = 0; ///< changes whenever the content does, and is never used twice
    std::uint64_t bytes = 0;
    WallTime stored_at{};
    std::uint64_t hash_start = 0; ///< of its SHA-256, the first eight bytes

    friend bool operator==(const UploadMark&, const UploadMark&) = default;
};

/// A version as it is stored, without its bytes.
struct UploadRecord {
    std::int64_t id = 0;
    std::string kind;
    std::uint32_t version = 0; ///< counts from 1 in each kind
    bool current = false;
    std::uint64_t bytes = 0;
    std::string hash; ///< 64 hexadecimal digits
    WallTime stored_at{};
    std::string transport, source;
};

/// The bytes: either a row's or a blob's.
struct UploadContent {
    UploadRecord record;
    std::string text;
    std::shared_ptr<const BlobMapping> mapping;
    [[nodiscard]] std::string_view bytes() const {
        return mapping != nullptr ? mapping->bytes() : std::string_view(text);
    }
};

/// Eight bytes for a kind. Two kinds of one family that collide would be one upload in memory: of 2^64, no concern.
[[nodiscard]] std::uint64_t upload_key(std::string_view kind);

} // namespace offhook::catalogue
