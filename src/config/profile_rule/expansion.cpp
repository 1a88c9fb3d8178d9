#include "config/profile_rule/expansion.hpp"

#include "base/text.hpp"
#include "config/profile_rule/limits.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace offhook::config {
namespace {

constexpr std::array<std::string_view, 3> secret_options{"--key", "--uid", "--pwd"};

bool is_macro_char(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || ascii_digit(c); }

/// Where a text is inside of a rule, as far as secrets go: "[--key X ...]".
class SecretPlace {
public:
    /// Told of each character of the source that is copied, in order.
    void pass(char c) {
        if (quoted_) {
            quoted_ = c != '"';
            if (!quoted_ && argument_ == Argument::inside) argument_ = Argument::none;
            return;
        }
        if (c == '"') {
            begin_argument();
            quoted_ = true;
            word_.clear();
        } else if (c == '[') {
            bracketed_ = true;
            end_word();
            argument_ = Argument::none;
        } else if (c == ']') {
            bracketed_ = false;
            argument_ = Argument::none;
            word_.clear();
        } else if (ascii_blank(c)) {
            end_word();
        } else {
            begin_argument();
            if (word_.size() < 8) word_ += c; // longer than any option
        }
    }
    /// Told of a macro, which begins or goes on with a word.
    void pass_macro() {
        if (quoted_) return;
        begin_argument();
        word_ = "$";
    }
    [[nodiscard]] bool is_secret() const { return bracketed_ && argument_ != Argument::none; }

private:
    enum class Argument : std::uint8_t { none, awaited, inside };

    void begin_argument() {
        if (argument_ == Argument::awaited) argument_ = Argument::inside;
    }
    void end_word() {
        if (argument_ == Argument::inside) argument_ = Argument::none;
        const bool is_option =
            std::find(secret_options.begin(), secret_options.end(), std::string_view(word_)) != secret_options.end();
        if (bracketed_ && is_option && argument_ == Argument::none) argument_ = Argument::awaited;
        word_.clear();
    }

    bool bracketed_ = false, quoted_ = false;
    Argument argument_ = Argument::none;
    std::string word_;
};

struct Found {
    std::string value;
    std::size_t taken = 0; ///< of the source, without the dollar
};

class Expander {
public:
    Expander(const MacroValues& values, const MacroValues* secrets, const RuleReading& reading)
        : values_(values), secrets_(secrets), reading_(reading) {}

    Expansion run(std::string_view text) {
        if (text.size() > limits::rule_bytes_max) {
            text = text.substr(0, limits::rule_bytes_max);
            out_.length = Expansion::Length::is_cut;
        }
        std::size_t at = 0;
        while (at < text.size()) {
            if (text[at] != '$') {
                place_.pass(text[at]);
                put(text.substr(at, 1), at);
                ++at;
                continue;
            }
            const auto found = macro(text.substr(at + 1));
            place_.pass_macro();
            put(found ? std::string_view(found->value) : "$", at);
            at += 1 + (found ? found->taken : 0);
        }
        out_.columns.push_back(static_cast<std::uint32_t>(text.size() + 1));
        return std::move(out_);
    }

private:
    void put(std::string_view piece, std::size_t source) {
        if (out_.text.size() + piece.size() > limits::expanded_bytes_max) {
            out_.length = Expansion::Length::is_cut;
            return;
        }
        out_.text += piece;
        out_.columns.resize(out_.text.size(), static_cast<std::uint32_t>(source + 1));
    }

    [[nodiscard]] const std::string* value_of(std::string_view name) const {
        if (const auto found = values_.find(name); found != values_.end()) return &found->second;
        if (secrets_ == nullptr || !place_.is_secret()) return nullptr;
        const auto secret = secrets_->find(name);
        return secret == secrets_->end() ? nullptr : &secret->second;
    }

    void note_unknown(std::string_view name) {
        if (name.empty() || out_.unknown.size() >= 16) return;
        if (std::find(out_.unknown.begin(), out_.unknown.end(), name) == out_.unknown.end())
            out_.unknown.emplace_back(name);
    }

    /// Behind a dollar. nullopt: the dollar stands for itself.
    std::optional<Found> macro(std::string_view text) {
        if (text.starts_with('$')) return Found{"$", 1};
        if (text.starts_with('(')) return in_parentheses(text);
        const auto end = std::find_if_not(text.begin(), text.end(), is_macro_char);
        const auto name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
        const auto* value = value_of(name);
        if (value != nullptr) return Found{*value, name.size()};
        note_unknown(name);
        return std::nullopt;
    }

    std::optional<Found> in_parentheses(std::string_view text) {
        const auto close = text.find(')');
        if (close == std::string_view::npos) return std::nullopt;
        const auto parts = split(text.substr(1, close - 1), ':');
        const auto* value = value_of(parts[0]);
        if (value == nullptr) note_unknown(parts[0]);
        if (value == nullptr || parts.size() > 3) return std::nullopt;
        std::string_view piece = *value;
        if (parts.size() > 1) {
            const auto start = to_number<std::size_t>(parts[1]);
            if (!start) return std::nullopt;
            if (*start > piece.size() && reading_.past_end == RuleReading::PastEnd::verbatim) return std::nullopt;
            piece.remove_prefix(std::min(*start, piece.size()));
        }
        if (parts.size() > 2) {
            const auto length = to_number<std::size_t>(parts[2]);
            if (!length) return std::nullopt;
            piece = piece.substr(0, *length);
        }
        return Found{std::string(piece), close + 1};
    }

    const MacroValues& values_;
    const MacroValues* secrets_;
    const RuleReading& reading_;
    SecretPlace place_;
    Expansion out_;
};

} // namespace

std::uint32_t Expansion::column(std::size_t offset) const {
    return columns.empty() ? 1 : columns[std::min(offset, columns.size() - 1)];
}

Expansion expand_rule(std::string_view text, const Macros& macros, const RuleReading& reading) {
    return Expander(macros.values, &macros.secrets, reading).run(text);
}

std::string expand(std::string_view text, const MacroValues& values, const RuleReading& reading) {
    return Expander(values, nullptr, reading).run(text).text;
}

} // namespace offhook::config
