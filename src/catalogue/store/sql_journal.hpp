#pragma once
/// @file  SqlJournal: the journal of layers' changes, as rows.
///
/// Shape   layer_change: one row for each setting of a change, with what stood before; what came after is in the next
///         change, or in the layer. layer_journal: how far back a layer's rows still reach.
/// Errors  throws what SOCI throws; a sealed value that does not open throws StoreFailure.
/// Threads one at a time.
#include "catalogue/layer_history.hpp"
#include "catalogue/store/sql_rows.hpp"

namespace offhook::catalogue {

/// Inside the transaction of the change itself.
void journal_change(SqlRows& rows, RowId layer, const LayerChange& change);
/// What made `after` of `before`; empty: nothing.
[[nodiscard]] std::vector<SettingChange> changes_between(const config::Layer& before, const config::Layer& after);
/// Forgets what one layer's journal has beyond the limits.
void trim_journal(SqlRows& rows, RowId layer, const JournalLimits& limits, WallTime now);
/// Forgets what is too old, of all layers: at a start and daily.
void forget_before(SqlRows& rows, WallTime oldest);
[[nodiscard]] LayerHistory read_journal(SqlRows& rows, RowId layer);

} // namespace offhook::catalogue
