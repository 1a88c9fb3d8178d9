#pragma once
/// @file  Bounds of the catalogue: what an operator may store, and what strangers may make us store.
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace offhook::catalogue::limits {

inline constexpr std::size_t devices_max = 2'000'000;
inline constexpr std::size_t sites_max = 10'000;
inline constexpr std::size_t groups_max = 10'000;
inline constexpr std::size_t model_layers_max = 10'000;
inline constexpr std::size_t networks_per_site_max = 64;
inline constexpr std::size_t phonebook_entries_max = 20'000; ///< of one site, and of the fleet
inline constexpr std::size_t settings_per_layer_max = 2'000;
inline constexpr std::size_t word_bytes_max = 64;   ///< a family, model, serial number, site or group name
inline constexpr std::size_t note_bytes_max = 1024; ///< a note or a title
inline constexpr std::size_t token_bytes_least = 16;
inline constexpr std::size_t token_bytes_max = 64;
inline constexpr std::uint32_t first_contact_minutes_max = 7 * 24 * 60;
inline constexpr std::size_t page_max = 10'000; ///< rows of one answer

inline constexpr std::size_t image_holds_max = 100'000;       ///< images that are not offered to a device any more
inline constexpr std::size_t image_hold_name_bytes_max = 200; ///< as a stored file's
inline constexpr std::size_t image_hold_hash_bytes_max = 64;
inline constexpr std::size_t change_holds_max = 10'000; ///< changes that are not offered to a device any more
inline constexpr std::size_t change_holds_per_device_max = 64;
inline constexpr std::size_t leases_max = 200'000; ///< of DHCP, of both families
inline constexpr std::size_t lease_client_id_bytes_max = 255;
inline constexpr std::size_t lease_host_name_bytes_max = 64;
inline constexpr std::size_t lease_vendor_class_bytes_max = 96;

inline constexpr std::size_t sightings_max = 10'000; ///< distinct unknown MACs; the longest unseen is forgotten first

inline constexpr std::size_t write_queue_max = 1'024; ///< writes that wait for the writer thread; more are refused
inline constexpr std::size_t group_commit_max = 256;  ///< writes that share one commit
inline constexpr std::chrono::milliseconds busy_timeout{5'000};
inline constexpr std::size_t readers_max = 4; ///< connections for reading

inline constexpr std::size_t ring_events = 8'192; ///< of one loop's timeline ring; a power of two
inline constexpr std::chrono::milliseconds timeline_flush_every{200};
inline constexpr std::size_t timeline_per_device_max = 2'000;      ///< rows kept of one device
inline constexpr std::size_t timeline_per_stranger_max = 50;       ///< rows kept of one unknown MAC
inline constexpr std::size_t timeline_source_events_max = 200'000; ///< looked through for what an address sent
inline constexpr std::size_t timeline_events_max = 20'000'000;

inline constexpr std::size_t upload_row_bytes_max = 64 * 1'024; ///< a larger one is a blob; an append stays a row
inline constexpr std::size_t upload_append_bytes_max = 1'024 * 1'024;
inline constexpr std::size_t upload_parts_max = 64;            ///< of one content; then the last of them are joined
inline constexpr std::size_t upload_rows_per_device_max = 256; ///< versions of all kinds
inline constexpr std::size_t uploads_waiting_max = 8'192;      ///< for the writer thread, without a thread each
inline constexpr std::size_t files_max = 10'000;               ///< firmware and assets
inline constexpr std::size_t file_name_bytes_max = 200;
inline constexpr std::size_t models_per_file_max = 100;

inline constexpr std::size_t csv_bytes_max = 1'024ULL * 1'024 * 1'024;
inline constexpr std::size_t csv_rows_max = 2'000'000;
inline constexpr std::size_t csv_columns_max = 512;
inline constexpr std::size_t csv_problems_max = 10'000; ///< reported one by one; beyond that only counted

} // namespace offhook::catalogue::limits
