#pragma once
/// @file  SyslogOptions: the bounds of a syslog listener.
#include <cstddef>

namespace offhook::server {

struct SyslogOptions {
    std::size_t lines_per_source_second = 20; ///< what is beyond is not looked at
    std::size_t lines_per_second = 1'000;     ///< of all sources together
};

} // namespace offhook::server
