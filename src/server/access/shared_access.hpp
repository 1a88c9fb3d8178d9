#pragma once
/// @file  SharedAccess: what deciding about access keeps, and all loops share.
///
/// Threads  any.
#include "base/clock.hpp"
#include "base/random.hpp"
#include "server/access/digest_nonces.hpp"
#include "server/access/first_contacts.hpp"
#include "server/guard/guard.hpp"

#include <string>

namespace offhook::server {

/// [access] of the configuration.
struct AccessOptions {
    std::string realm = "provisioning"; ///< constant: phones keep passwords by realm
    bool digest_sha256 = false;         ///< challenge for it, too, behind MD5; answers with it are always taken
    bool digest_without_qop = false;    ///< take answers of RFC 2069, which can be replayed for a nonce's life
    bool digest_repeats = false;        ///< take answers that count nc=00000001 every time: the same weakness
    bool basic_in_clear = false;        ///< take passwords that come unasked over plain HTTP; never asked for there
    GuardOptions guard = {};
};

struct SharedAccess {
    SharedAccess(AccessOptions from, const Clock& clock, Random& random, FirstContacts::Close close = {})
        : options(std::move(from)), guard(options.guard, clock, random),
          nonces(random, options.digest_repeats ? DigestNonces::Repeats::allowed : DigestNonces::Repeats::refused),
          first_contacts(std::move(close)) {}

    const AccessOptions options;
    Guard guard;
    DigestNonces nonces;
    FirstContacts first_contacts;
};

} // namespace offhook::server
