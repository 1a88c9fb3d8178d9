#pragma once
/// @file  Asked: a request on its way through delivery - what is known so far of who asks, and for what.
///
/// Lifetime  as long as the request and the snapshot that it points into.
#include "catalogue/snapshot.hpp"
#include "config/family/family.hpp"
#include "server/door.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace offhook::server {

enum class Verdict : std::uint8_t {
    serve,     ///< he may have what `match` names, if there is such a thing
    absent,    ///< nobody we know, or a name we do not
    refuse,    ///< known, but not proven: looks like absent from outside
    challenge, ///< not proven, and credentials could help: looks the same whoever is meant
    failed,    ///< there, but it could not be made
    held       ///< there, but that device went round in circles with it: looks like absent from outside
};

struct Asked {
    explicit Asked(const FileRequest& from) : request(from), path(from.path) {}

    const FileRequest& request;
    std::string_view path;  ///< behind the site's token
    std::string_view token; ///< the site's, where it stood in front of the path: he who asks knows it
    catalogue::Proof proof = catalogue::Proof::mac_alone;
    const catalogue::Site* site = nullptr;
    const catalogue::Device* device = nullptr; ///< null: a shared file, or a stranger
    const config::Family* family = nullptr;
    const config::Model* model = nullptr;
    std::optional<MacAddress> mac; ///< in the path
    std::optional<config::PathMatch> match;

    // What credentials and certificate have shown; the path may say something else.
    const catalogue::Device* holder = nullptr;
    bool is_anothers = false;                     ///< they name two devices, or one that we do not have
    std::vector<const catalogue::Site*> accounts; ///< sites whose account was used
};

/// What delivery makes of it, before a file is looked for.
struct Judgement {
    Verdict verdict = Verdict::absent;
    std::string_view challenge;        ///< Verdict::challenge: as of FileAnswer. Lifetime: until the next judge()
    std::chrono::milliseconds hold{0}; ///< for any answer that is not `found`
    bool holds_found = false;          ///< and for `found`: credentials came with it that were not the asker's
};

} // namespace offhook::server
