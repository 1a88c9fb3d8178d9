#include "base/edit_distance.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace offhook {

std::size_t edit_distance(std::string_view a, std::string_view b, LetterCase letters) {
    const auto same = [letters](char x, char y) {
        return letters == LetterCase::counts ? x == y : ascii_lower(x) == ascii_lower(y);
    };
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t corner = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = corner + (same(a[i], b[j]) ? 0 : 1);
            corner = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

} // namespace offhook
