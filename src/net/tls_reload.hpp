#pragma once
/// @file  TlsReload: sees that the files of TlsSettings changed, and loads them again.
///
/// A set that does not load whole (key and certificate are replaced one after the other) is reported once, and read
/// again at its next change; what is in use stays.
/// Threads  one at a time; check() blocks on files: any but a loop's.
#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/tls_material.hpp"
#include "net/tls_settings.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace offhook::net {

class TlsReload {
public:
    /// The files as they are now count as loaded: make it before loading them. `clock` outlives it.
    TlsReload(TlsSettings settings, const Clock& clock);

    enum class Force : std::uint8_t { if_changed, always };
    /// What is to be used from now on; null when nothing changed or the change is no good, which is logged.
    [[nodiscard]] std::shared_ptr<const TlsMaterial> check(Force force = Force::if_changed);

private:
    struct Stamp {
        std::int64_t modified_ns = 0;
        std::uint64_t inode = 0;
        std::int64_t bytes = -1; ///< -1: not there
        friend bool operator==(const Stamp&, const Stamp&) = default;
    };
    [[nodiscard]] std::vector<Stamp> stamps() const;

    TlsSettings settings_;
    const Clock& clock_;
    std::vector<Stamp> seen_;
};

} // namespace offhook::net
