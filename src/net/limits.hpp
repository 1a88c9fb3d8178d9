#pragma once
/// @file  Bounds of the net room.
#include <cstddef>

namespace offhook::net::limits {

inline constexpr std::size_t loops_max = 256;                ///< event loops of one process
inline constexpr std::size_t blocking_queue_jobs_max = 1024; ///< jobs waiting for a pool thread; more are refused
inline constexpr std::size_t blocking_threads_max = 64;
inline constexpr int listen_backlog = 4096; ///< the kernel cuts it to net.core.somaxconn

} // namespace offhook::net::limits
