#pragma once
/// @file  Uploads: one loop's uploads under way, from the first byte to the acknowledgement.
///
/// Shape    memory up to 64 KB, a file without a name beyond that, written as it comes; never wholly in memory. A file
///          that is broken off is gone with its descriptor.
/// Order    commit: synced on the pool where it is a file, then a row in the store's group commit, then every loop has
///          it, then `done`.
/// Limits   below; the pack's bytes_max for each; quotas are the store's.
/// Threads  its loop's own.
#include "catalogue/timeline/event_ring.hpp"
#include "config/family/family.hpp"
#include "server/door.hpp"
#include "server/file_shelf.hpp"

#include <cstddef>
#include <map>
#include <memory>

namespace offhook::server {

/// Who may send what: delivery has judged it.
struct UploadSubject {
    MacAddress mac; ///< the device's LAN MAC
    const config::OtherFile* file = nullptr;
    const catalogue::UploadMark* stored = nullptr; ///< the current one; null: none
    catalogue::TimelineEvent event;                ///< all that is known before the first byte
};

class Uploads {
public:
    static constexpr std::size_t memory_each_max = 64U << 10U;
    static constexpr std::size_t memory_max = 64U << 20U;  ///< of all under way; more go to files earlier
    static constexpr std::size_t count_max = 4'096;        ///< under way; more are refused as failed
    static constexpr std::size_t count_per_device_max = 8; ///< of which something has come

    explicit Uploads(catalogue::EventRing& ring) : ring_(ring) {}
    void use(StorageParts parts) { parts_ = std::move(parts); }

    [[nodiscard]] UploadStart begin(const UploadRequest& request, UploadSubject subject);

    [[nodiscard]] std::size_t under_way() const { return count_; }
    [[nodiscard]] std::size_t memory() const { return memory_; }

private:
    class UnderWay;
    [[nodiscard]] bool is_full(MacAddress mac) const;

    catalogue::EventRing& ring_;
    StorageParts parts_;
    std::size_t count_ = 0, memory_ = 0;
    std::map<MacAddress, std::size_t> of_device_;
};

} // namespace offhook::server
