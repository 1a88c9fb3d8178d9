#pragma once
/// @file  OfferOrigin: a listener of ours that phones can fetch from.
#include "base/ip_address.hpp"

#include <cstdint>
#include <string>

namespace offhook::server {

struct OfferOrigin {
    std::string scheme; ///< "http", "https", "tftp", "ftp"
    std::uint16_t port = 0;
    IpAddress address; ///< as bound; 0.0.0.0 or ::: all of that kind
};

} // namespace offhook::server
