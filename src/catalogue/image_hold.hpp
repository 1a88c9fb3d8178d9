#pragma once
/// @file  ImageHold: a firmware file that is not offered to a device any more, because it fetched it again and again.
///
/// Durable: a building of phones that go round in circles must not go on after a restart of the server.
/// Shape   one row by device, digest and name; no part of the snapshot, so no revision.
/// Limits  limits::image_holds_max.
#include "base/clock.hpp"
#include "base/mac_address.hpp"

#include <cstdint>
#include <string>

namespace offhook::catalogue {

struct ImageHold {
    MacAddress mac;            ///< of the device's wired port
    std::string name;          ///< of the stored file
    std::string hash;          ///< its StoredFile::hash: another content is another image, and is offered
    std::uint32_t fetches = 0; ///< how often it was fetched whole; 0: withheld because it leads to one that was
    WallTime first{};          ///< of the fetches that were counted
    WallTime since{};          ///< held

    friend bool operator==(const ImageHold&, const ImageHold&) = default;
};

} // namespace offhook::catalogue
