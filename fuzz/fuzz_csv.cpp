/// @file  CSV: no bytes crash the reader; sound rows, written again, read the same; problems always name a line.
#include "base/assert.hpp"
#include "catalogue/csv_import.hpp"
#include "catalogue/csv_reader.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace {

std::string quoted(const std::vector<std::string>& cells) {
    std::string out;
    for (const std::string& cell : cells) {
        out += out.empty() ? "\"" : ",\"";
        for (const char c : cell) out += c == '"' ? "\"\"" : std::string(1, c);
        out += '"';
    }
    return out + "\r\n";
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace offhook::catalogue;
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    CsvReader reader(text, CsvReader::separator_of(text));
    CsvRow row;
    std::size_t line = 0;
    while (reader.next(row)) {
        OFFHOOK_ASSERT(row.line > line);
        line = row.line;
        if (!row.problem.empty()) continue;
        const std::string again = quoted(row.cells);
        CsvReader second(again, ',');
        CsvRow copy;
        OFFHOOK_ASSERT(second.next(copy));
        OFFHOOK_ASSERT(copy.problem.empty() && copy.cells == row.cells);
        OFFHOOK_ASSERT(!second.next(copy));
    }
    const auto read = read_csv(text, {});
    if (!read) return 0;
    OFFHOOK_ASSERT(read->drafts.size() == read->lines.size());
    OFFHOOK_ASSERT(read->drafts.size() + read->problem_count >= read->rows);
    for (const DeviceDraft& draft : read->drafts) OFFHOOK_ASSERT(check(draft).has_value());
    for (const CsvProblem& problem : read->problems) OFFHOOK_ASSERT(problem.line > 0 && !problem.reason.empty());
    return 0;
}
