#include "catalogue/csv_reader.hpp"

#include "base/limits.hpp"
#include "catalogue/limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace offhook::catalogue {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

std::string_view without_mark(std::string_view bytes) {
    return bytes.starts_with(byte_order_mark) ? bytes.substr(byte_order_mark.size()) : bytes;
}

void complain(CsvRow& row, std::string problem) {
    if (row.problem.empty()) row.problem = std::move(problem);
}

} // namespace

CsvReader::CsvReader(std::string_view bytes, char separator) : bytes_(without_mark(bytes)), separator_(separator) {}

char CsvReader::separator_of(std::string_view bytes) {
    bytes = without_mark(bytes);
    std::size_t commas = 0, semicolons = 0;
    bool quoted = false;
    for (const char c : bytes) {
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if ((c == '\n' || c == '\r') && commas + semicolons != 0) break; // blank lines before the header do not count
        commas += c == ',' ? 1 : 0;
        semicolons += c == ';' ? 1 : 0;
    }
    return semicolons > commas ? ';' : ',';
}

bool CsvReader::next(CsvRow& row) {
    while (at_ < bytes_.size()) {
        row.line = line_;
        row.cells.clear();
        row.problem.clear();
        read_row(row);
        const bool blank =
            std::all_of(row.cells.begin(), row.cells.end(), [](const std::string& cell) { return cell.empty(); });
        if (!blank || !row.problem.empty()) return true;
    }
    return false;
}

void CsvReader::read_row(CsvRow& row) {
    while (true) {
        read_cell(row);
        if (!row.problem.empty()) {
            skip_line();
            return;
        }
        if (at_row_end()) break;
        ++at_; // the separator
    }
    take_row_end();
}

void CsvReader::read_cell(CsvRow& row) {
    if (row.cells.size() >= limits::csv_columns_max)
        return complain(row, fmt::format("more than {} cells", limits::csv_columns_max));
    std::string cell;
    if (at_ < bytes_.size() && bytes_[at_] == '"') {
        read_quoted(row, cell);
        if (row.problem.empty() && !at_row_end() && bytes_[at_] != separator_)
            complain(row, "text stands behind a closing quote; a quote inside a quoted cell is doubled");
    } else {
        const std::size_t start = at_;
        while (!at_row_end() && bytes_[at_] != separator_) ++at_;
        cell = bytes_.substr(start, std::min(at_ - start, offhook::limits::value_bytes_max + 1));
    }
    if (cell.size() > offhook::limits::value_bytes_max)
        complain(row, fmt::format("a cell is longer than {} bytes", offhook::limits::value_bytes_max));
    row.cells.push_back(std::move(cell));
}

void CsvReader::read_quoted(CsvRow& row, std::string& cell) {
    ++at_;
    while (at_ < bytes_.size()) {
        const char c = bytes_[at_];
        if (c == '"') {
            if (at_ + 1 >= bytes_.size() || bytes_[at_ + 1] != '"') {
                ++at_;
                return;
            }
            ++at_;
        }
        // A quote that is never closed would swallow the file: the bound on a cell ends it, and reading goes on behind.
        if (cell.size() > offhook::limits::value_bytes_max)
            return complain(row, fmt::format("a quoted cell is longer than {} bytes: is its closing quote missing?",
                                             offhook::limits::value_bytes_max));
        if (c == '\n') ++line_;
        cell += c;
        ++at_;
    }
    complain(row, "the closing quote is missing");
}

void CsvReader::skip_line() {
    while (!at_row_end()) ++at_;
    take_row_end();
}

void CsvReader::take_row_end() {
    if (at_ >= bytes_.size()) return;
    if (bytes_[at_] == '\r' && at_ + 1 < bytes_.size() && bytes_[at_ + 1] == '\n') ++at_;
    ++at_;
    ++line_;
}

} // namespace offhook::catalogue
