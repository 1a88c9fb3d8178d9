#include "config/profile_rule/condition.hpp"

#include "base/text.hpp"
#include "config/profile_rule/limits.hpp"

#include <array>
#include <fmt/format.h>
#include <optional>

namespace offhook::config {
namespace {

using Relation = Comparison::Relation;
using Operand = Comparison::Operand;

struct Spelling {
    std::string_view text;
    Relation relation;
};
// The longer before the shorter that it begins with.
constexpr std::array<Spelling, 7> signs{{{"<=", Relation::less_or_equal},
                                         {">=", Relation::greater_or_equal},
                                         {"!=", Relation::not_equal},
                                         {"=", Relation::equal},
                                         {"!", Relation::not_equal},
                                         {"<", Relation::less},
                                         {">", Relation::greater}}};
constexpr std::array<Spelling, 6> words{{{"eq", Relation::equal},
                                         {"ne", Relation::not_equal},
                                         {"lt", Relation::less},
                                         {"le", Relation::less_or_equal},
                                         {"gt", Relation::greater},
                                         {"ge", Relation::greater_or_equal}}};
constexpr std::string_view operand_expected = "a number, a version as 5.1.8, or a text in quotes";
constexpr std::string_view relation_expected = "one of = != < <= > >= eq ne lt le gt ge";

bool is_word_letter(char c) {
    const char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'z';
}

std::optional<Relation> take_relation(RuleCursor& cursor) {
    for (const auto& sign : signs)
        if (cursor.take(sign.text)) return sign.relation;
    const auto text = cursor.rest();
    for (const auto& word : words)
        if (starts_with_ignoring_case(text, word.text) && (text.size() == 2 || !is_word_letter(text[2]))) {
            cursor.advance(2);
            return word.relation;
        }
    return std::nullopt;
}

/// A number or a version: digits, dots, a suffix with or without parentheses.
std::string_view take_number(RuleCursor& cursor) {
    const auto text = cursor.rest();
    std::size_t end = text.starts_with('-') ? 1 : 0;
    while (end < text.size() && (ascii_digit(text[end]) || is_word_letter(text[end]) || text[end] == '.')) ++end;
    if (end > 0 && end < text.size() && text[end] == '(') {
        const auto close = text.find(')', end);
        if (close != std::string_view::npos) end = close + 1;
    }
    cursor.advance(end);
    return text.substr(0, end);
}

Result<Operand> parse_operand(RuleCursor& cursor) {
    if (cursor.peek() == '"') {
        const auto text = cursor.take_quoted();
        if (!text) return tl::unexpected(text.error());
        return Operand(std::string(*text));
    }
    RuleCursor before = cursor;
    const auto text = take_number(cursor);
    if (const auto number = to_number<std::int64_t>(text)) return Operand(*number);
    if (auto version = parse_rule_version(text)) return Operand(std::move(*version));
    cursor = before;
    return cursor.expected(operand_expected);
}

bool is_text(const Operand& operand) { return std::holds_alternative<std::string>(operand); }
bool is_version(const Operand& operand) {
    return std::holds_alternative<RuleVersion>(operand) || std::holds_alternative<Comparison::RunningVersion>(operand);
}
bool is_order(Relation relation) { return relation != Relation::equal && relation != Relation::not_equal; }

Result<Comparison> parse_comparison(RuleCursor& cursor) {
    const std::size_t begin = cursor.offset();
    Comparison out;
    auto relation = take_relation(cursor);
    if (!relation) {
        auto left = parse_operand(cursor);
        if (!left) return tl::unexpected(left.error());
        out.left = std::move(*left);
        cursor.skip_blanks();
        relation = take_relation(cursor);
        if (!relation) return cursor.expected(relation_expected);
    }
    out.relation = *relation;
    cursor.skip_blanks();
    auto right = parse_operand(cursor);
    if (!right) return tl::unexpected(right.error());
    out.right = std::move(*right);
    if (is_text(out.left) != is_text(out.right) || is_version(out.left) != is_version(out.right))
        return cursor.wrong("values of two kinds are compared", "two numbers, two versions or two texts in quotes",
                            begin);
    if (is_text(out.left) && is_order(out.relation))
        return cursor.wrong("texts have no order", "= or != between them", begin);
    return out;
}

bool take_and(RuleCursor& cursor) {
    const auto text = cursor.rest();
    if (!starts_with_ignoring_case(text, "and") || (text.size() > 3 && is_word_letter(text[3]))) return false;
    cursor.advance(3);
    return true;
}

bool fits(Relation relation, std::strong_ordering order) {
    switch (relation) {
    case Relation::equal:
        return order == 0;
    case Relation::not_equal:
        return order != 0;
    case Relation::less:
        return order < 0;
    case Relation::less_or_equal:
        return order <= 0;
    case Relation::greater:
        return order > 0;
    case Relation::greater_or_equal:
        return order >= 0;
    }
    return false;
}

std::optional<RuleVersion> version_of(const Operand& operand, std::string_view running) {
    if (const auto* version = std::get_if<RuleVersion>(&operand)) return *version;
    return parse_rule_version(running);
}

bool holds(const Comparison& comparison, std::string_view running, const RuleReading& reading) {
    if (const auto* left = std::get_if<std::int64_t>(&comparison.left))
        return fits(comparison.relation, *left <=> std::get<std::int64_t>(comparison.right));
    if (const auto* left = std::get_if<std::string>(&comparison.left))
        return fits(comparison.relation, *left <=> std::get<std::string>(comparison.right));
    const auto left = version_of(comparison.left, running);
    const auto right = version_of(comparison.right, running);
    if (!left || !right) return comparison.relation == Relation::not_equal;
    if (comparison.relation == Relation::equal) return *left == *right;
    if (comparison.relation == Relation::not_equal) return *left != *right;
    return fits(comparison.relation, compare_versions(*left, *right, reading));
}

} // namespace

Result<Condition> parse_condition(RuleCursor& cursor) {
    Condition out;
    for (;;) {
        cursor.skip_blanks();
        if (out.comparisons.size() >= limits::comparisons_max)
            return cursor.wrong(fmt::format("a condition has more than {} comparisons", limits::comparisons_max),
                                "fewer", cursor.offset());
        auto comparison = parse_comparison(cursor);
        if (!comparison) return tl::unexpected(comparison.error());
        out.comparisons.push_back(std::move(*comparison));
        cursor.skip_blanks();
        if (cursor.is_at_end() || cursor.peek() == ')') return out;
        if (!take_and(cursor)) return cursor.expected("'and', or the condition's end: there is no 'or'");
    }
}

bool holds(const Condition& condition, std::string_view version, const RuleReading& reading) {
    for (const auto& comparison : condition.comparisons)
        if (!holds(comparison, version, reading)) return false;
    return true;
}

Result<Condition> parse_trigger(const Expansion& text, const RuleReading& reading) {
    RuleCursor cursor(text);
    if (text.length == Expansion::Length::is_cut)
        return cursor.wrong("the expression is too long", fmt::format("at most {} bytes", limits::rule_bytes_max), 0);
    cursor.end_at(comment_offset(text.text, reading));
    cursor.skip_blanks();
    if (cursor.is_at_end()) return Condition{};
    auto condition = parse_condition(cursor);
    if (condition && !cursor.is_at_end()) return cursor.expected("the expression's end");
    return condition;
}

std::size_t comment_offset(std::string_view expanded, const RuleReading& reading) {
    if (trim(expanded).starts_with('#')) return 0;
    if (reading.comments == RuleReading::Comments::leading_only) return expanded.size();
    enum class In : std::uint8_t { between, brackets, url } in = In::between;
    unsigned depth = 0;
    bool is_quoted = false;
    for (std::size_t at = 0; at < expanded.size(); ++at) {
        const char c = expanded[at];
        if (is_quoted) {
            is_quoted = c != '"';
            continue;
        }
        if (c == '#' && in == In::between) return at; // a key may hold one
        if (in == In::url) {
            if (ascii_blank(c) || c == '|') in = In::between;
            continue;
        }
        if (c == '"') is_quoted = true;
        if (c == '(') ++depth;
        if (c == ')' && depth > 0) --depth;
        if (c == '[') in = In::brackets;
        if (c == ']') in = In::between;
        const bool begins_url = in == In::between && depth == 0 && !ascii_blank(c) && c != '|' && c != '?' &&
                                c != '!' && c != ')' && c != ']' && c != '(' && c != '[' && c != '"';
        if (begins_url) in = In::url;
    }
    return expanded.size();
}

} // namespace offhook::config
