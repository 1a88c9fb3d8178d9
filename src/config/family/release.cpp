#include "config/family/release.hpp"

#include "base/text.hpp"

namespace offhook::config {
namespace {

constexpr std::size_t digits_max = 9;

/// Takes dotted numbers off the front of `text`.
std::optional<Release> take_release(std::string_view& text) {
    Release out;
    for (std::size_t place = 0; place < Release::numbers_max; ++place) {
        std::size_t digits = 0;
        while (digits < text.size() && ascii_digit(text[digits])) ++digits;
        if (digits == 0 || digits > digits_max) return std::nullopt;
        out.numbers[place] = to_number<std::uint32_t>(text.substr(0, digits)).value_or(0);
        text.remove_prefix(digits);
        if (text.size() < 2 || text.front() != '.' || !ascii_digit(text[1])) return out;
        text.remove_prefix(1);
    }
    return std::nullopt;
}

} // namespace

std::optional<Release> parse_release(std::string_view text) {
    auto out = take_release(text);
    return text.empty() ? out : std::nullopt;
}

std::string to_text(const Release& release) {
    std::size_t count = Release::numbers_max;
    while (count > 2 && release.numbers[count - 1] == 0) --count;
    std::string out = std::to_string(release.numbers[0]);
    for (std::size_t i = 1; i < count; ++i) out += '.' + std::to_string(release.numbers[i]);
    return out;
}

std::optional<Release> find_release(std::string_view text) {
    while (!text.empty() && !ascii_digit(text.front())) text.remove_prefix(1);
    return take_release(text);
}

} // namespace offhook::config
