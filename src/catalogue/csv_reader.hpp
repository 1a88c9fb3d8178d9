#pragma once
/// @file  CsvReader: rows of cells from the bytes of a CSV file.
///
/// Shape   RFC 4180, and what spreadsheets make of it: LF or CRLF or CR ends a row, a byte-order mark is skipped, a
/// cell
///         may be quoted ("a ""b""", line breaks included). Blank rows are skipped.
/// Limits  limits::csv_columns_max cells, limits::value_bytes_max bytes a cell.
/// Errors  a broken row is reported as such and reading goes on behind it; nothing here fails as a whole.
/// Threads one at a time. Lifetime  the bytes outlive the reader.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::catalogue {

struct CsvRow {
    std::size_t line = 0; ///< where it starts, from 1
    std::vector<std::string> cells;
    std::string problem; ///< empty: the row is sound
};

class CsvReader {
public:
    CsvReader(std::string_view bytes, char separator);

    /// False at the end; else `row` is the next one that has any content.
    bool next(CsvRow& row);

    /// The separator of a file, judged by its first row: ';' when there are more of them outside quotes than ','.
    [[nodiscard]] static char separator_of(std::string_view bytes);

private:
    void read_row(CsvRow& row);
    void read_cell(CsvRow& row);
    void read_quoted(CsvRow& row, std::string& cell);
    void skip_line();
    [[nodiscard]] bool at_row_end() const { return at_ >= bytes_.size() || bytes_[at_] == '\n' || bytes_[at_] == '\r'; }
    void take_row_end();

    std::string_view bytes_;
    char separator_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
};

} // namespace offhook::catalogue
