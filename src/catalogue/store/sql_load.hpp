#pragma once
/// @file  load_snapshot: the whole catalogue from its tables, streamed: devices and settings in order of the same key,
/// each read once.
#include "catalogue/store/sql_rows.hpp"

namespace offhook::catalogue {

/// Requires a transaction that sees one moment. Errors: what SqlRows throws.
[[nodiscard]] std::shared_ptr<const Snapshot> load_snapshot(SqlRows& rows);

} // namespace offhook::catalogue
