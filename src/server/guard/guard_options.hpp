#pragma once
/// @file  GuardOptions: from when on a source counts as guessing. [guard] of the configuration.
///
/// An office of new phones behind one address looks like somebody who guesses MACs until its phones are in the
/// catalogue: add them before they are plugged in, raise `shut_out_from_macs`, or name the office in `exempt`.
#include "base/ip_address.hpp"

#include <chrono>
#include <cstddef>
#include <vector>

namespace offhook::server {

struct GuardOptions {
    bool is_on = true;
    std::size_t slow_from_macs = 64;      ///< distinct unknown MACs within `window`; 1..10'000
    std::size_t shut_out_from_macs = 512; ///< more than slow_from_macs, up to 10'000
    std::size_t slow_from_logins = 20;    ///< distinct wrong credentials within `window`; 1..2'000
    std::size_t shut_out_from_logins = 200;
    std::chrono::minutes window{10};   ///< 1 .. a day
    std::chrono::minutes shut_out{15}; ///< 1 .. a day
    std::chrono::milliseconds hold_least{500}, hold_most{5'000};
    std::vector<Network> exempt; ///< never counted
};

} // namespace offhook::server
