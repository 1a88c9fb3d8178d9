#pragma once
/// @file  Output: tables and JSON lines on stdout.
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::cli {

/// Columns as wide as their widest cell, two blanks between; the header only where there is a row.
class Table {
public:
    explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    /// To stdout.
    void print() const;

private:
    std::vector<std::string> header_;
    std::vector<std::vector<std::string>> rows_;
};

/// One line of JSON to stdout.
void print_json(const boost::json::value& value);

/// A member as text: strings as they are, numbers and booleans spelled, null and absent empty.
[[nodiscard]] std::string text_of(const boost::json::value& object, std::string_view member);
/// A member that is an array; empty where it is not.
[[nodiscard]] const boost::json::array& array_of(const boost::json::value& object, std::string_view member);
/// How many columns a terminal needs for it: bytes of UTF-8 that start a character.
[[nodiscard]] std::size_t columns_of(std::string_view text);
/// "3.1 KB", "812 B".
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

} // namespace offhook::cli
