#pragma once
/// @file  Bounds of the family room: a pack is written by people, but it is input all the same.
#include <cstddef>
#include <cstdint>

namespace offhook::config::pack_limits {

inline constexpr std::int64_t upload_bytes_max = 256LL << 20;
inline constexpr std::int64_t appended_bytes_max = 1LL << 20; ///< of an upload that grows by appending

inline constexpr std::int64_t directory_bytes_max = 1LL << 20; ///< of a contact directory

inline constexpr std::size_t pack_file_bytes_max = 1 << 20; ///< one TOML file
inline constexpr std::size_t pack_errors_max = 200;         ///< reported; the rest is counted
inline constexpr std::size_t pack_entries_max = 4000;       ///< rows, parameters, models or documents of one file
inline constexpr std::size_t pattern_bytes_max = 255;       ///< one pattern of a pack
inline constexpr std::size_t pattern_pieces_max = 16;       ///< literals and variables of one pattern
inline constexpr std::size_t form_variables_max = 16;       ///< of one text row
inline constexpr std::size_t log_shapes_max = 8;
inline constexpr std::size_t log_sentences_max = 100;
inline constexpr std::size_t log_line_bytes_max = 2048;       ///< looked at of one line
inline constexpr std::size_t log_bytes_max = 64 << 10;        ///< looked at of one log: its end
inline constexpr std::size_t log_findings_max = 50;           ///< of one log
inline constexpr std::size_t log_text_bytes_max = 200;        ///< of one text of a finding, before \xNN
inline constexpr std::int64_t log_upload_bytes_max = 1 << 20; ///< of an upload that becomes a log
inline constexpr std::int64_t loop_images_max = 16;         ///< of [loop]: so many times are remembered for each image
inline constexpr std::int64_t loop_boots_max = 100;         ///< of [loop]
inline constexpr std::int64_t loop_minutes_max = 1440;
inline constexpr std::int64_t loop_boot_seconds_max = 600;
inline constexpr std::size_t models_per_family_max = 500;
inline constexpr std::size_t offered_url_bytes_max = 2000; ///< of a URL in PnP or DHCPv6
inline constexpr std::size_t pnp_vendor_bytes_max = 64;
inline constexpr std::size_t notify_event_bytes_max = 64;
inline constexpr std::uint16_t index_max = 999; ///< an index in a parameter's name

} // namespace offhook::config::pack_limits
