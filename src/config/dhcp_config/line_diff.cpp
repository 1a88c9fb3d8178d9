#include "config/dhcp_config/line_diff.hpp"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <vector>

namespace offhook::config {
namespace {

constexpr std::ptrdiff_t differences_max = 4000; // 64 MB of trace
constexpr std::size_t context_lines = 3;

enum class Change : std::uint8_t { kept, removed, added };
struct Line {
    Change change;
    std::string_view text;
};
using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// The furthest x on each diagonal, one row a step; entry k + step of row `step`.
using Trace = std::vector<std::vector<std::ptrdiff_t>>;

/// False where more differs than we follow.
bool follow(const Lines& a, const Lines& b, Trace& trace) {
    const auto n = static_cast<std::ptrdiff_t>(a.size()), m = static_cast<std::ptrdiff_t>(b.size());
    for (std::ptrdiff_t step = 0; step <= std::min(n + m, differences_max); ++step) {
        std::vector<std::ptrdiff_t> row(static_cast<std::size_t>(2 * step + 1), 0);
        for (std::ptrdiff_t k = -step; k <= step; k += 2) {
            std::ptrdiff_t x = 0;
            if (step > 0) {
                const auto& last = trace.back();
                const auto at = [&](std::ptrdiff_t diagonal) {
                    return last[static_cast<std::size_t>(diagonal + step - 1)];
                };
                x = k == -step || (k != step && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1;
            }
            while (x < n && x - k < m && x - k >= 0 &&
                   a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)])
                ++x;
            row[static_cast<std::size_t>(k + step)] = x;
            if (x >= n && x - k >= m) {
                trace.push_back(std::move(row));
                return true;
            }
        }
        trace.push_back(std::move(row));
    }
    return false;
}

std::vector<Line> walk_back(const Lines& a, const Lines& b, const Trace& trace) {
    std::vector<Line> out;
    auto x = static_cast<std::ptrdiff_t>(a.size()), y = static_cast<std::ptrdiff_t>(b.size());
    for (auto step = static_cast<std::ptrdiff_t>(trace.size()) - 1; step >= 0; --step) {
        const std::ptrdiff_t k = x - y;
        std::ptrdiff_t from_x = 0;
        bool is_added = false;
        if (step > 0) {
            const auto& last = trace[static_cast<std::size_t>(step - 1)];
            const auto at = [&](std::ptrdiff_t diagonal) {
                return last[static_cast<std::size_t>(diagonal + step - 1)];
            };
            is_added = k == -step || (k != step && at(k - 1) < at(k + 1));
            from_x = is_added ? at(k + 1) : at(k - 1);
        }
        // Behind the step's own line come those that are kept.
        const std::ptrdiff_t after_x = step == 0 || is_added ? from_x : from_x + 1;
        while (x > after_x) {
            out.push_back({Change::kept, a[static_cast<std::size_t>(x - 1)]});
            --x, --y;
        }
        if (step == 0) break;
        if (is_added)
            out.push_back({Change::added, b[static_cast<std::size_t>(--y)]});
        else
            out.push_back({Change::removed, a[static_cast<std::size_t>(--x)]});
    }
    std::reverse(out.begin(), out.end());
    return out;
}

std::vector<Line> compare(const Lines& a, const Lines& b) {
    Trace trace;
    if (follow(a, b, trace)) return walk_back(a, b, trace);
    std::vector<Line> out;
    for (const auto line : a) out.push_back({Change::removed, line});
    for (const auto line : b) out.push_back({Change::added, line});
    return out;
}

} // namespace

std::string unified_diff(std::string_view old_text, std::string_view new_text, std::string_view old_name,
                         std::string_view new_name) {
    if (old_text == new_text) return {};
    const auto lines = compare(lines_of(old_text), lines_of(new_text));
    std::string out = fmt::format("--- {}\n+++ {}\n", old_name, new_name);
    std::size_t old_line = 1, new_line = 1;
    for (std::size_t i = 0; i < lines.size();) {
        const auto changed =
            static_cast<std::size_t>(std::find_if(lines.begin() + static_cast<std::ptrdiff_t>(i), lines.end(),
                                                  [](const Line& line) { return line.change != Change::kept; }) -
                                     lines.begin());
        if (changed == lines.size()) break;
        const std::size_t first = std::max(i, changed - std::min(changed, context_lines));
        old_line += first - i, new_line += first - i;
        // A hunk ends where more is kept than two contexts hold.
        std::size_t end = changed, kept = 0;
        for (std::size_t j = changed; j < lines.size() && kept <= 2 * context_lines; ++j) {
            kept = lines[j].change == Change::kept ? kept + 1 : 0;
            if (kept == 0) end = j + 1;
        }
        end = std::min(lines.size(), end + context_lines);
        std::size_t old_count = 0, new_count = 0;
        std::string hunk;
        for (std::size_t j = first; j < end; ++j) {
            old_count += lines[j].change != Change::added ? 1 : 0;
            new_count += lines[j].change != Change::removed ? 1 : 0;
            hunk += lines[j].change == Change::kept ? ' ' : lines[j].change == Change::added ? '+' : '-';
            hunk += std::string(lines[j].text) + '\n';
        }
        out += fmt::format("@@ -{},{} +{},{} @@\n{}", old_count == 0 ? old_line - 1 : old_line, old_count,
                           new_count == 0 ? new_line - 1 : new_line, new_count, hunk);
        old_line += old_count, new_line += new_count;
        i = end;
    }
    return out;
}

} // namespace offhook::config
