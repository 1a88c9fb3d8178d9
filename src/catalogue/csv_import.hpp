#pragma once
/// @file  CSV of devices: bytes of a file to drafts, with every bad row named. Columns: docs/csv-import.md.
///
/// Shape   RFC 4180: quoted cells, doubled quotes, CRLF or LF, a byte-order mark is skipped. Separator ',' or ';' (what
///         spreadsheets write where the comma is decimal): whichever the header row has.
/// Limits  limits.hpp: bytes, rows, columns; a cell <= 4,096 bytes.
/// Errors  a file without a usable header row fails as a whole; everything else is a problem of a row.
/// Threads any: pure, but for the lookup.
#include "base/mac_address.hpp"
#include "base/result.hpp"
#include "catalogue/device.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::catalogue {

struct CsvProblem {
    std::size_t line = 0; ///< of the file, from 1; where the row starts
    std::string column;   ///< header cell; empty: the row as a whole
    std::string reason;   ///< never holds a secret's value

    /// "line 7, column mac: …"
    [[nodiscard]] std::string text() const;
};

struct CsvDrafts {
    std::vector<DeviceDraft> drafts;  ///< the good rows, in order
    std::vector<std::size_t> lines;   ///< of each draft
    std::vector<CsvProblem> problems; ///< all of them, up to limits::csv_problems_max
    std::size_t problem_count = 0;    ///< also those not listed
    std::size_t rows = 0;             ///< good and bad; empty lines are no rows
};

/// What the file alone cannot tell. An empty function asks nothing.
struct CsvLookup {
    std::function<bool(MacAddress)> is_device;
    std::function<bool(std::string_view)> is_site;
    std::function<bool(std::string_view)> is_group;
    std::function<Result<void>(std::string_view family, std::string_view model)> check_model;
};

[[nodiscard]] Result<CsvDrafts> read_csv(std::string_view bytes, const CsvLookup& lookup);

} // namespace offhook::catalogue
