#include "catalogue/blobs/blob_store.hpp"

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "base/log.hpp"
#include "catalogue/store/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace offhook::catalogue {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void failed(const fs::path& path, std::string_view what) {
    throw StoreFailure(fmt::format("{}: {}: {}", path.string(), what, std::generic_category().message(errno)));
}

/// A descriptor that is closed again.
struct Opened {
    int file;
    explicit Opened(int opened) : file(opened) {}
    ~Opened() {
        if (file >= 0) ::close(file);
    }
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;
};

void make_directory(const fs::path& path) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) failed(path, "cannot be created");
}

/// So that a name that was just made is there after a power cut.
void sync_directory(const fs::path& path) {
    const Opened directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.file < 0 || ::fsync(directory.file) != 0) failed(path, "cannot be synced");
}

std::string read_all(int file, std::uint64_t bytes, const fs::path& path) {
    std::string out(bytes, '\0');
    std::size_t at = 0;
    while (at < out.size()) {
        const auto got = ::pread(file, out.data() + at, out.size() - at, static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) failed(path, "cannot be read");
        at += static_cast<std::size_t>(got);
    }
    return out;
}

} // namespace

BlobName blob_name(const Sha256& hash) { return to_hex(hash); }

bool is_blob_name(std::string_view text) {
    return text.size() == 64 && std::all_of(text.begin(), text.end(),
                                            [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

BlobHold::BlobHold(BlobStore& store, BlobName name) : store_(store), name_(std::move(name)) {
    const std::scoped_lock guard(store_.lock_);
    ++store_.holds_[name_];
}
BlobHold::~BlobHold() {
    const std::scoped_lock guard(store_.lock_);
    const auto held = store_.holds_.find(name_);
    if (--held->second == 0) store_.holds_.erase(held);
}

BlobDraft::~BlobDraft() {
    ::close(file_);
    if (!path_.empty()) ::unlink(path_.c_str());
}

void BlobDraft::add(std::string_view bytes) {
    hash_.add(bytes);
    bytes_ += bytes.size();
    while (!bytes.empty()) {
        const auto written = ::write(file_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) failed("an upload's file", "cannot be written");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::string BlobDraft::text() const { return read_all(file_, bytes_, "an upload's file"); }

BlobMapping::~BlobMapping() {
    if (bytes_ != 0) ::munmap(const_cast<void*>(start_), bytes_);
}

BlobStore::BlobStore(fs::path directory) : directory_(std::move(directory)) {
    make_directory(directory_);
    make_directory(directory_ / "tmp");
    // All of them now, and durable: one made when it is needed would have to be synced by whoever finds it, too.
    for (unsigned folder = 0; folder < 256; ++folder) make_directory(directory_ / fmt::format("{:02x}", folder));
    sync_directory(directory_);
    sync_directory(directory_ / "..");
    for (const auto& left : fs::directory_iterator(directory_ / "tmp")) ::unlink(left.path().c_str());
}

fs::path BlobStore::path_of(const BlobName& name) const {
    OFFHOOK_ASSERT(is_blob_name(name));
    return directory_ / name.substr(0, 2) / name;
}

std::unique_ptr<BlobDraft> BlobStore::begin() {
    const fs::path folder = directory_ / "tmp";
    const int nameless = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0400);
    if (nameless >= 0) return std::unique_ptr<BlobDraft>(new BlobDraft(nameless, {}));
    // A file system that has no nameless files: a name that the next start clears.
    std::string pattern = (folder / "XXXXXX").string();
    const int named = ::mkostemp(pattern.data(), O_CLOEXEC);
    if (named < 0) failed(folder, "no file can be made there");
    return std::unique_ptr<BlobDraft>(new BlobDraft(named, pattern));
}

std::shared_ptr<BlobHold> BlobStore::keep(BlobDraft& draft) {
    auto hold = std::make_shared<BlobHold>(*this, blob_name(draft.hash_.finish()));
    const fs::path path = path_of(hold->name()), folder = path.parent_path();
    if (::fdatasync(draft.file_) != 0) failed(path, "cannot be synced");
    if (draft.path_.empty()) {
        const std::string nameless = fmt::format("/proc/self/fd/{}", draft.file_);
        if (::linkat(AT_FDCWD, nameless.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0 && errno != EEXIST)
            failed(path, "cannot be made");
    } else {
        if (::fchmod(draft.file_, 0400) != 0 || ::rename(draft.path_.c_str(), path.c_str()) != 0)
            failed(path, "cannot be made");
        draft.path_.clear();
    }
    sync_directory(folder);
    return hold;
}

std::shared_ptr<const BlobMapping> BlobStore::map(const BlobName& name) const {
    if (!is_blob_name(name)) return nullptr;
    const fs::path path = path_of(name);
    const Opened file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.file < 0 && errno == ENOENT) return nullptr;
    struct stat facts {};
    if (file.file < 0 || ::fstat(file.file, &facts) != 0) failed(path, "cannot be opened");
    const auto bytes = static_cast<std::size_t>(facts.st_size);
    if (bytes == 0) return std::make_shared<const BlobMapping>(nullptr, 0);
    void* start = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file.file, 0);
    if (start == MAP_FAILED) failed(path, "cannot be mapped");
    // Read ahead twice as far, and begin now: it is about to be sent, from the front.
    (void)::madvise(start, bytes, MADV_SEQUENTIAL);
    (void)::madvise(start, std::min<std::size_t>(bytes, 1U << 20U), MADV_WILLNEED);
    return std::make_shared<const BlobMapping>(start, bytes);
}

std::string BlobStore::read(const BlobName& name) const {
    if (!is_blob_name(name)) return {};
    const fs::path path = path_of(name);
    const Opened file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.file < 0 && errno == ENOENT) return {};
    struct stat facts {};
    if (file.file < 0 || ::fstat(file.file, &facts) != 0) failed(path, "cannot be opened");
    return read_all(file.file, static_cast<std::uint64_t>(facts.st_size), path);
}

void BlobStore::remove(const BlobName& name) {
    const std::scoped_lock guard(lock_);
    if (holds_.contains(name)) return;
    if (::unlink(path_of(name).c_str()) != 0 && errno != ENOENT)
        log::warning("BLOB_NOT_REMOVED", "{}: {}", name, std::generic_category().message(errno));
}

std::size_t BlobStore::sweep(const std::function<bool(const BlobName&)>& is_wanted) {
    std::vector<BlobName> orphans;
    for (const auto& folder : fs::directory_iterator(directory_)) {
        if (!folder.is_directory() || folder.path().filename() == "tmp") continue;
        for (const auto& file : fs::directory_iterator(folder.path())) {
            BlobName name = file.path().filename().string();
            if (is_blob_name(name) && !is_wanted(name)) orphans.push_back(std::move(name));
        }
    }
    for (const BlobName& orphan : orphans) remove(orphan);
    return orphans.size();
}

} // namespace offhook::catalogue
