#include "catalogue/csv_import.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "catalogue/csv_reader.hpp"
#include "catalogue/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

namespace offhook::catalogue {
namespace {

enum class Field : std::uint8_t { mac, family, model, site, group, note, serial, wifi_mac, setting };

constexpr std::pair<std::string_view, Field> field_names[] = {
    {"mac", Field::mac},     {"family", Field::family}, {"model", Field::model},   {"site", Field::site},
    {"group", Field::group}, {"note", Field::note},     {"serial", Field::serial}, {"wifi_mac", Field::wifi_mac}};

struct Column {
    Field field = Field::setting;
    std::string name; // a header cell; of a setting its name
};

/// Reads header and rows; problems are collected, not thrown.
class Import {
public:
    Import(std::string_view bytes, const CsvLookup& lookup)
        : separator_(CsvReader::separator_of(bytes)), reader_(bytes, separator_), lookup_(lookup) {}

    Result<void> read_header();
    void read_rows();
    [[nodiscard]] CsvDrafts take() { return std::move(out_); }

private:
    void complain(std::size_t line, std::string column, std::string reason);
    void read_row(const CsvRow& row);
    void put(DeviceDraft& draft, const Column& column, std::string_view cell, std::size_t line);
    void put_mac(DeviceDraft& draft, const Column& column, std::string_view cell, std::size_t line);
    void check_places(const DeviceDraft& draft, std::size_t line);
    void claim_identities(const DeviceDraft& draft, std::size_t line);
    void claim(MacAddress mac, std::string_view column, std::size_t line);

    char separator_;
    CsvReader reader_;
    const CsvLookup& lookup_;
    std::vector<Column> columns_;
    std::unordered_map<MacAddress, std::size_t> lines_by_mac_; // every MAC of the file, LAN and Wi-Fi
    std::map<std::pair<std::string, std::string>, std::size_t> lines_by_serial_;
    CsvDrafts out_;
};

Result<void> Import::read_header() {
    CsvRow row;
    if (!reader_.next(row)) return fail(ErrorCode::invalid, "the file is empty: a header row is needed", "line 1");
    const std::string where = fmt::format("line {}", row.line);
    if (!row.problem.empty()) return fail(ErrorCode::invalid, row.problem, where);
    std::map<std::string, std::size_t> places;
    for (const std::string& cell : row.cells) {
        Column column{Field::setting, std::string(trim(cell))};
        // Before it is looked up: the search for the nearest name costs its length times the vocabulary.
        if (column.name.size() > offhook::limits::name_bytes_max)
            return fail(ErrorCode::too_large, fmt::format("column {} has a name too long", columns_.size() + 1), where);
        for (const auto& [name, field] : field_names)
            if (equal_ignoring_case(column.name, name)) column = {field, std::string(name)};
        if (column.field == Field::setting && !column.name.starts_with(config::Layer::raw_prefix))
            if (const auto key = config::find_setting(column.name); !key)
                return fail(
                    key.error().code,
                    fmt::format("column {} '{}': {}", columns_.size() + 1, printable(cell), key.error().message),
                    where);
        if (!places.emplace(column.name, columns_.size()).second)
            return fail(ErrorCode::invalid, fmt::format("column {} stands twice", column.name), where);
        columns_.push_back(std::move(column));
    }
    for (const std::string_view needed : {"mac", "family", "model"})
        if (!places.contains(std::string(needed)))
            return fail(ErrorCode::invalid,
                        fmt::format("column {} is missing; the header row names the columns, separated by '{}'", needed,
                                    separator_),
                        where);
    return {};
}

void Import::complain(std::size_t line, std::string column, std::string reason) {
    ++out_.problem_count;
    if (out_.problems.size() < limits::csv_problems_max)
        out_.problems.push_back({line, std::move(column), std::move(reason)});
}

void Import::read_rows() {
    CsvRow row;
    while (reader_.next(row)) {
        if (out_.rows >= limits::csv_rows_max)
            return complain(row.line, "", fmt::format("more than {} rows; the rest is not read", limits::csv_rows_max));
        ++out_.rows;
        read_row(row);
    }
}

void Import::read_row(const CsvRow& row) {
    if (!row.problem.empty()) return complain(row.line, "", row.problem);
    if (row.cells.size() > columns_.size() &&
        std::any_of(row.cells.begin() + static_cast<std::ptrdiff_t>(columns_.size()), row.cells.end(),
                    [](const std::string& cell) { return !cell.empty(); }))
        return complain(row.line, "",
                        fmt::format("{} cells, but the header has {}; a cell with '{}' in it needs quotes",
                                    row.cells.size(), columns_.size(), separator_));
    const std::size_t before = out_.problem_count;
    DeviceDraft draft;
    for (std::size_t i = 0; i < std::min(row.cells.size(), columns_.size()); ++i)
        put(draft, columns_[i], trim(row.cells[i]), row.line);
    if (draft.mac == MacAddress() && out_.problem_count == before) complain(row.line, "mac", "it must not be empty");
    if (out_.problem_count == before) {
        // Settings were checked cell by cell; this sees to the words, and names the column by the field.
        if (const auto ok = check(draft); !ok) complain(row.line, ok.error().where, ok.error().message);
    }
    if (out_.problem_count == before) check_places(draft, row.line);
    if (draft.mac != MacAddress()) claim_identities(draft, row.line);
    if (out_.problem_count != before) return;
    out_.drafts.push_back(std::move(draft));
    out_.lines.push_back(row.line);
}

void Import::put(DeviceDraft& draft, const Column& column, std::string_view cell, std::size_t line) {
    switch (column.field) {
    case Field::mac:
    case Field::wifi_mac:
        return put_mac(draft, column, cell, line);
    case Field::family:
        draft.family = cell;
        return;
    case Field::model:
        draft.model = cell;
        return;
    case Field::site:
        draft.site = cell;
        return;
    case Field::group:
        draft.group = cell;
        return;
    case Field::note:
        draft.note = cell;
        return;
    case Field::serial:
        draft.serial = cell;
        return;
    case Field::setting:
        break;
    }
    if (cell.empty()) return; // an empty cell says nothing; it does not set the empty value
    config::LayerBuilder builder;
    if (const auto ok = builder.set(column.name, cell); !ok) return complain(line, column.name, ok.error().message);
    draft.settings.push_back({column.name, std::string(cell)});
}

void Import::put_mac(DeviceDraft& draft, const Column& column, std::string_view cell, std::size_t line) {
    if (cell.empty()) {
        if (column.field == Field::mac) complain(line, column.name, "it must not be empty");
        return;
    }
    const auto mac = MacAddress::from_text(cell);
    if (!mac)
        return complain(
            line, column.name,
            fmt::format("'{}' is no MAC address such as 0004f2abcdef or 00:04:f2:ab:cd:ef", printable(cell, 40)));
    if (column.field == Field::mac)
        draft.mac = *mac;
    else
        draft.wifi_mac = *mac;
}

void Import::check_places(const DeviceDraft& draft, std::size_t line) {
    if (lookup_.is_site && !draft.site.empty() && !lookup_.is_site(draft.site))
        complain(line, "site", fmt::format("there is no site {}", draft.site));
    if (lookup_.is_group && !draft.group.empty() && !lookup_.is_group(draft.group))
        complain(line, "group", fmt::format("there is no group {}", draft.group));
    if (!lookup_.check_model) return;
    if (const auto ok = lookup_.check_model(draft.family, draft.model); !ok)
        complain(line, ok.error().where.empty() ? "model" : ok.error().where, ok.error().message);
}

void Import::claim_identities(const DeviceDraft& draft, std::size_t line) {
    // Also for a row that is bad otherwise: its twin further down must be told now, not after the next attempt.
    claim(draft.mac, "mac", line);
    if (draft.wifi_mac && *draft.wifi_mac != draft.mac) claim(*draft.wifi_mac, "wifi_mac", line);
    if (draft.serial.empty()) return;
    const auto [known, fresh] = lines_by_serial_.emplace(std::pair(draft.family, draft.serial), line);
    if (!fresh) complain(line, "serial", fmt::format("{} stands in line {} already", draft.serial, known->second));
}

void Import::claim(MacAddress mac, std::string_view column, std::size_t line) {
    const auto [known, fresh] = lines_by_mac_.emplace(mac, line);
    if (!fresh)
        complain(line, std::string(column), fmt::format("{} stands in line {} already", mac.text(), known->second));
    else if (lookup_.is_device && lookup_.is_device(mac))
        complain(line, std::string(column), fmt::format("{} is a device of the catalogue already", mac.text()));
}

} // namespace

std::string CsvProblem::text() const {
    return column.empty() ? fmt::format("line {}: {}", line, reason)
                          : fmt::format("line {}, column {}: {}", line, column, reason);
}

Result<CsvDrafts> read_csv(std::string_view bytes, const CsvLookup& lookup) {
    if (bytes.size() > limits::csv_bytes_max)
        return fail(ErrorCode::too_large, fmt::format("the file is larger than {} bytes", limits::csv_bytes_max));
    if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff"))
        return fail(ErrorCode::invalid, "the file is UTF-16; save it as CSV UTF-8", "line 1");
    Import import(bytes, lookup);
    if (const auto ok = import.read_header(); !ok) return tl::unexpected(ok.error());
    import.read_rows();
    return import.take();
}

} // namespace offhook::catalogue
