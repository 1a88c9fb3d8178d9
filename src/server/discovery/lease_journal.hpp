#pragma once
/// @file  LeaseJournal: where DHCP listeners make a lease durable before they tell its client.
#include "catalogue/lease.hpp"

namespace offhook::server {

class LeaseJournal {
public:
    virtual ~LeaseJournal() = default;
    /// False: no room to take it now; `done` is not called then. Otherwise `done` is called once, on any thread, maybe
    /// before this returns.
    [[nodiscard]] virtual bool put(const catalogue::Lease& lease, catalogue::LeaseDone done) = 0;
};

} // namespace offhook::server
