#pragma once
/// @file  Bounds of the net room.
#include <cstddef>

namespace offhook::net::limits {

inline constexpr std::size_t loops_max = 256;                ///< event loops of one process
inline constexpr std::size_t blocking_queue_jobs_max = 1024; ///< jobs waiting for a pool thread; more are refused
inline constexpr std::size_t blocking_threads_max = 64;
inline constexpr int listen_backlog = 4096; ///< the kernel cuts it to net.core.somaxconn

inline constexpr std::size_t certificate_text_bytes_max = 256;     ///< one field of a client certificate's subject
inline constexpr std::size_t certificate_names_max = 8;            ///< alternative names kept of a client certificate
inline constexpr std::size_t certificate_file_bytes_max = 1 << 20; ///< a file of certificates, a key, a staple
inline constexpr std::size_t ticket_keys_max = 32;                 ///< a day's, and some that were made by hand
inline constexpr std::size_t client_authority_names_max = 32;      ///< told to a client that is asked to show itself

} // namespace offhook::net::limits
