#include "cli/output.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <iostream>

namespace offhook::cli {

std::size_t columns_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

void Table::print() const {
    if (rows_.empty()) return;
    std::vector<std::size_t> widths;
    const auto measure = [&](const std::vector<std::string>& row) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
    };
    const auto line = [&](const std::vector<std::string>& row) {
        std::string out;
        for (std::size_t i = 0; i < row.size(); ++i) {
            out += row[i];
            if (i + 1 < row.size()) out.append(widths[i] - columns_of(row[i]) + 2, ' ');
        }
        while (out.ends_with(' ')) out.pop_back();
        std::cout << out << '\n';
    };
    measure(header_);
    for (const auto& row : rows_) measure(row);
    line(header_);
    for (const auto& row : rows_) line(row);
}

void print_json(const boost::json::value& value) { std::cout << boost::json::serialize(value) << '\n'; }

std::string text_of(const boost::json::value& object, std::string_view member) {
    const auto* fields = object.if_object();
    const auto* value = fields != nullptr ? fields->if_contains(member) : nullptr;
    if (value == nullptr || value->is_null()) return {};
    if (value->is_string()) return {value->as_string().data(), value->as_string().size()};
    return boost::json::serialize(*value);
}

const boost::json::array& array_of(const boost::json::value& object, std::string_view member) {
    static const boost::json::array none;
    const auto* fields = object.if_object();
    const auto* value = fields != nullptr ? fields->if_contains(member) : nullptr;
    return value != nullptr && value->is_array() ? value->get_array() : none;
}

std::string bytes_text(std::uint64_t bytes) {
    if (bytes < 1000) return fmt::format("{} B", bytes);
    if (bytes < 1'000'000) return fmt::format("{:.1f} KB", static_cast<double>(bytes) / 1e3);
    return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

} // namespace offhook::cli
