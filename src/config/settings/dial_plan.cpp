#include "config/settings/dial_plan.hpp"

#include "base/text.hpp"

namespace offhook::config {
namespace {

constexpr std::size_t plan_bytes_max = 2047;
constexpr std::size_t rules_max = 64;

bool is_dial_digit(char c) { return ascii_digit(c) || c == '*' || c == '#' || c == '+'; }

tl::unexpected<Error> wrong(std::size_t offset, std::string message) {
    return fail(ErrorCode::invalid, std::move(message), "character " + std::to_string(offset + 1));
}

/// A class from '[' at `at`, which moves behind ']'.
Result<std::string> parse_class(std::string_view text, std::size_t& at) {
    const std::size_t start = at++;
    while (at < text.size() && text[at] != ']') {
        if (!is_dial_digit(text[at])) return wrong(at, "a class in [ ] holds digits and ranges such as 2-9");
        if (at + 1 < text.size() && text[at + 1] == '-') {
            const bool range = at + 2 < text.size() && ascii_digit(text[at]) && ascii_digit(text[at + 2]);
            if (!range || text[at] > text[at + 2])
                return wrong(at, "a range runs from a smaller digit to a larger one");
            at += 2;
        }
        ++at;
    }
    if (at == text.size()) return wrong(start, "the class is never closed with ]");
    if (at == start + 1) return wrong(start, "the class is empty");
    return std::string(text.substr(start, ++at - start));
}

} // namespace

Result<std::vector<DialRule>> parse_dial_plan(std::string_view text) {
    if (text.size() > plan_bytes_max) return fail(ErrorCode::too_large, "a dial plan is at most 2047 bytes");
    std::vector<DialRule> plan(1);
    std::size_t at = 0;
    while (at < text.size()) {
        DialRule& rule = plan.back();
        const char c = text[at];
        if (c == '|') {
            if (rule.items.empty()) return wrong(at, "a rule is empty");
            if (plan.size() == rules_max) return fail(ErrorCode::too_large, "a dial plan has at most 64 rules");
            plan.emplace_back();
            ++at;
        } else if (rule.waits) {
            return wrong(at, "nothing may follow T in a rule");
        } else if (c == 'T') {
            if (rule.items.empty()) return wrong(at, "T needs digits before it");
            rule.waits = true;
            ++at;
        } else if (c == '.') {
            if (rule.items.empty() || rule.items.back().repeated)
                return wrong(at, "'.' needs a digit, x or class before it");
            rule.items.back().repeated = true;
            ++at;
        } else if (c == '[') {
            auto symbols = parse_class(text, at);
            if (!symbols) return tl::unexpected(symbols.error());
            rule.items.push_back({std::move(*symbols), false});
        } else if (is_dial_digit(c) || c == 'x') {
            rule.items.push_back({std::string(1, c), false});
            ++at;
        } else {
            return wrong(at, "expected a digit, * # + x [ . T or |");
        }
    }
    if (plan.back().items.empty()) return wrong(text.size(), "a rule is empty");
    return plan;
}

std::string to_text(const std::vector<DialRule>& plan) {
    std::string out;
    for (const DialRule& rule : plan) {
        if (!out.empty()) out += '|';
        for (const DialItem& item : rule.items) {
            out += item.symbols;
            if (item.repeated) out += '.';
        }
        if (rule.waits) out += 'T';
    }
    return out;
}

} // namespace offhook::config
