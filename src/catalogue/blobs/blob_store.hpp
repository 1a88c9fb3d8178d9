#pragma once
/// @file  BlobStore: contents too large for a row, each a file named by its own hash, written whole or not at all.
///
/// Shape   DIR/ab/abcdef…: SHA-256 in hexadecimal; directories 0700, files 0400. Equal contents are one file.
/// Order   a draft is written to a file without a name, synced, linked to its name, and the directory synced; then the
///         caller commits the row that refers to it, holding the BlobHold so that a removal cannot come between. A
///         crash leaves at most a file that no row refers to: sweep() at the next start takes it.
/// Errors  the disk failing throws StoreFailure, with the system's words.
/// Threads any; a draft is one thread's at a time. Everything here may wait for a disk.
#include "base/digest.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace offhook::catalogue {

/// 64 hexadecimal digits.
using BlobName = std::string;
[[nodiscard]] BlobName blob_name(const Sha256& hash);
/// Whether the text has a blob name's form: what is none is never made a path.
[[nodiscard]] bool is_blob_name(std::string_view text);

class BlobStore;

/// Keeps a blob from being removed until the row that refers to it is committed.
class BlobHold {
public:
    BlobHold(BlobStore& store, BlobName name);
    ~BlobHold();
    BlobHold(const BlobHold&) = delete;
    BlobHold& operator=(const BlobHold&) = delete;
    [[nodiscard]] const BlobName& name() const { return name_; }

private:
    BlobStore& store_;
    BlobName name_;
};

/// A content being written. Destroyed without BlobStore::keep() it leaves nothing.
class BlobDraft {
public:
    ~BlobDraft();
    BlobDraft(const BlobDraft&) = delete;
    BlobDraft& operator=(const BlobDraft&) = delete;

    void add(std::string_view bytes);
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    /// What was added so far, read back. For contents that are to become a row after all.
    [[nodiscard]] std::string text() const;

private:
    friend class BlobStore;
    BlobDraft(int file, std::filesystem::path path) : file_(file), path_(std::move(path)) {}
    int file_;
    std::filesystem::path path_; ///< empty: the file has no name
    std::uint64_t bytes_ = 0;
    RunningSha256 hash_;
};

/// A blob's bytes, mapped read-only. Lives on when the blob is removed: the disk is freed when the last one goes.
class BlobMapping {
public:
    BlobMapping(const void* start, std::size_t bytes) : start_(start), bytes_(bytes) {}
    ~BlobMapping();
    BlobMapping(const BlobMapping&) = delete;
    BlobMapping& operator=(const BlobMapping&) = delete;
    [[nodiscard]] std::string_view bytes() const { return {static_cast<const char*>(start_), bytes_}; }

private:
    const void* start_;
    std::size_t bytes_;
};

class BlobStore {
public:
    /// Makes the directory; clears what a crash left half-written.
    explicit BlobStore(std::filesystem::path directory);

    [[nodiscard]] std::unique_ptr<BlobDraft> begin();
    /// Makes it durable under its name.
    [[nodiscard]] std::shared_ptr<BlobHold> keep(BlobDraft& draft);

    /// Null: there is no such blob.
    [[nodiscard]] std::shared_ptr<const BlobMapping> map(const BlobName& name) const;
    /// The whole of it; empty where there is none. For contents of a bounded size.
    [[nodiscard]] std::string read(const BlobName& name) const;

    /// Removes it unless somebody holds it.
    void remove(const BlobName& name);
    /// Removes all that `is_wanted` denies. How many there were.
    std::size_t sweep(const std::function<bool(const BlobName&)>& is_wanted);

private:
    friend class BlobHold;
    [[nodiscard]] std::filesystem::path path_of(const BlobName& name) const;

    const std::filesystem::path directory_;
    std::mutex lock_;                       // guards what follows, and that no removal comes between
    std::map<BlobName, std::size_t> holds_; // how often held
};

} // namespace offhook::catalogue
