#pragma once
/// @file  RuleCursor: a walk along an expanded rule, and the words for what is wrong at a place of it.
///
/// Errors  invalid: "what stands there; expected what", with "column 12" in `where`: of the rule as it was written,
///         before its macros. At most the kind of a character is told of what was found: it may come from a secret.
#include "base/result.hpp"
#include "config/profile_rule/expansion.hpp"

#include <string_view>

namespace offhook::config {

class RuleCursor {
public:
    /// Lifetime: `source` outlives this.
    explicit RuleCursor(const Expansion& source) : source_(&source), end_(source.text.size()) {}
    /// The text ends here: a comment follows.
    void end_at(std::size_t offset) { end_ = offset; }

    [[nodiscard]] bool is_at_end() const { return at_ >= end_; }
    [[nodiscard]] char peek() const { return is_at_end() ? '\0' : source_->text[at_]; }
    [[nodiscard]] std::size_t offset() const { return at_; }
    [[nodiscard]] std::string_view rest() const { return std::string_view(source_->text).substr(at_, end_ - at_); }
    void skip_blanks();
    void advance(std::size_t count = 1) { at_ += count; }
    /// Takes it where it stands next.
    [[nodiscard]] bool take(char c);
    [[nodiscard]] bool take(std::string_view word);
    /// Up to a blank or one of `ends`.
    [[nodiscard]] std::string_view take_word(std::string_view ends);
    /// Requires: a '"' stands next. Errors: invalid where no other one follows.
    [[nodiscard]] Result<std::string_view> take_quoted();

    [[nodiscard]] tl::unexpected<Error> expected(std::string_view what) const { return wrong(found(), what, at_); }
    [[nodiscard]] tl::unexpected<Error> wrong(std::string_view what, std::string_view expected, std::size_t at) const;

private:
    [[nodiscard]] std::string_view found() const;

    const Expansion* source_;
    std::size_t at_ = 0;
    std::size_t end_;
};

} // namespace offhook::config
