#include "config/profile_rule/rule_cursor.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace offhook::config {

void RuleCursor::skip_blanks() {
    while (!is_at_end() && ascii_blank(peek())) ++at_;
}

bool RuleCursor::take(char c) {
    if (is_at_end() || peek() != c) return false;
    ++at_;
    return true;
}

bool RuleCursor::take(std::string_view word) {
    if (!rest().starts_with(word)) return false;
    at_ += word.size();
    return true;
}

std::string_view RuleCursor::take_word(std::string_view ends) {
    const auto text = rest();
    const auto end = std::find_if(text.begin(), text.end(),
                                  [&](char c) { return ascii_blank(c) || ends.find(c) != std::string_view::npos; });
    const auto word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    at_ += word.size();
    return word;
}

Result<std::string_view> RuleCursor::take_quoted() {
    const std::size_t begin = at_;
    const auto close = rest().find('"', 1);
    if (close == std::string_view::npos) return wrong("a text in quotes has no end", "a '\"' behind it", begin);
    const auto text = rest().substr(1, close - 1);
    at_ += close + 1;
    return text;
}

tl::unexpected<Error> RuleCursor::wrong(std::string_view what, std::string_view expected, std::size_t at) const {
    return fail(ErrorCode::invalid, fmt::format("{}; expected {}", what, expected),
                fmt::format("column {}", source_->column(at)));
}

std::string_view RuleCursor::found() const {
    if (is_at_end()) return "the rule ends";
    switch (peek()) {
    case '(':
        return "a '(' stands here";
    case ')':
        return "a ')' stands here";
    case '[':
        return "a '[' stands here";
    case ']':
        return "a ']' stands here";
    case '|':
        return "a '|' stands here";
    case '?':
        return "a '?' stands here";
    case '!':
        return "a '!' stands here";
    case '"':
        return "a text in quotes stands here";
    case '$':
        return "a macro that the phone does not know stands here";
    default:
        return "something else stands here";
    }
}

} // namespace offhook::config
